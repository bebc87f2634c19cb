"""Replications over time: series by reporting period, which KPIs do not contain."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.plan import FloatArray
from sim.results.compute import asked_at, asking, delivered
from sim.results.frames import share_output
from sim.results.periods import between, summed
from sim.scenario.override import Asked
from sim.study.runs.design import Row
from sim.study.runs.provenance import made_by
from sim.study.runs.replicated import Replicated, variants
from sim.study.runs.run import Progress, each_block
from sim.study.runs.store import write_whole, writing

if TYPE_CHECKING:
    from sim.results.result import Result

FILE = "series.npz"
MOST = 256
"""Replications that quantiles are computed from at most: with more a fan chart looks the same."""
Series = Mapping[tuple[str, str], FloatArray]
"""(measure, name) -> a value for each period, shape (periods,)."""


def look(result: Result) -> Series:
    """Return the series of a run by reporting period, shape (periods,) each.

    They are the in-house and total output of each share, money by category in dollars, and the compute asked for and
    delivered by each demand line in H100 equivalents.
    """
    draws, calendar = result.draws, result.plan.calendar
    records = between(result.records, calendar.periods, calendar.reports)
    found: dict[tuple[str, str], FloatArray] = {}
    nothing = np.zeros(len(calendar.reports) - 1)
    for index, share in enumerate(result.plan.shares):
        found["in_house", share.name], found["total", share.name] = share_output(draws, records, index)
    for entry in result.money:
        usd = summed(entry.cents, calendar.periods, calendar.reports) / 100.0
        found["usd", entry.category] = found.get(("usd", entry.category), nothing) + usd
    ends = np.minimum(np.array(calendar.reports[1:]), calendar.days)
    for line in asking(draws):
        name = result.plan.lines[line].name
        found["h100e_delivered", name] = delivered(draws, records, line)
        found["h100e_asked", name] = asked_at(draws, line, ends)
        found["h100e_at_start", name] = asked_at(draws, line, np.full(len(ends), calendar.warmup))
    return found


@dataclass(frozen=True)
class OverTime:
    """Replications by reporting period: for each measure and name an array of the shape (`runs`, periods).

    It is 0 in a replication that does not have the measure. `runs` counts the valid replications.
    """

    runs: int
    values: dict[tuple[str, str], FloatArray]


def over_time(
    base: Asked, n: int, *, seed: int = 0, engine: str = "batch", jobs: int = 0, kept: Path | None = None,
    progress: Progress | None = None,
) -> OverTime:  # fmt: skip
    """Return replications 0 to n - 1, but at most MOST, by reporting period.

    They are read from the directory that has `kept` the study; otherwise they are run, and kept there.
    """
    design = Replicated("series", base, variants(base, [("scenario", Row())]), min(n, MOST), seed)
    file = None if kept is None else kept / FILE
    key = json.dumps({**design.identity(), "n": design.n, "engine": engine, "made_by": made_by()}, sort_keys=True)
    found = None if file is None else _read(file, key)
    if found is None:
        found = _run(design, engine, jobs, progress)
        if file is not None:
            _write(file, key, found)
    return found


def _run(design: Replicated, engine: str, jobs: int, progress: Progress | None) -> OverTime:
    """Run the replications of a design, and return their series."""
    runs: list[Series] = []
    for done, block in enumerate(each_block(design, look, engine=engine, jobs=jobs), 1):
        runs += [run for run in block if run is not None]
        if progress is not None:
            progress(done / design.blocks)
    keys = dict.fromkeys(key for run in runs for key in run)
    periods = max((len(values) for run in runs for values in run.values()), default=0)
    nothing = np.zeros(periods)
    return OverTime(len(runs), {key: np.array([run.get(key, nothing) for run in runs]) for key in keys})


def _read(file: Path, key: str) -> OverTime | None:
    """Return the series kept in a file under this key; None where there are none or the file is damaged."""
    try:
        with np.load(file, allow_pickle=False) as data:
            if str(data["key"]) != key:
                # The key has all that the series depend on: another one means that they are out of date.
                return None
            names = [tuple(name) for name in data["names"].tolist()]
            return OverTime(int(data["runs"]), {name: data[f"v{k}"] for k, name in enumerate(names)})
    except (OSError, ValueError, KeyError, TypeError, EOFError, MemoryError, zipfile.BadZipFile):
        return None


def _write(file: Path, key: str, found: OverTime) -> None:
    """Write the series to a file."""
    data = io.BytesIO()
    names = np.array(list(found.values), dtype=np.str_).reshape(len(found.values), 2)
    arrays = {f"v{k}": values for k, values in enumerate(found.values.values())}
    np.savez_compressed(data, key=np.array(key), runs=np.array(found.runs), names=names, allow_pickle=False, **arrays)
    with writing(file.parent):
        write_whole(file, data.getvalue())
