"""A grid of inputs: replications with common random numbers at every combination of values."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Problem, argument
from sim.plotting import Plotted
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.runs.design import Row, based
from sim.study.runs.documents import summary_json
from sim.study.runs.lots import RUNS, Bias, factor_of, lot_bias, with_lots
from sim.study.runs.replicated import Replicated, Variant, variants
from sim.study.runs.run import Progress, part_of, run_design
from sim.study.runs.store import publish
from sim.study.runs.summary import Replications
from sim.study.vary import MOST_POINTS, Vary, read_varies

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Sweep(Plotted):
    """Replications at every point of a grid, in the order of the values, the last input fastest.

    `points` are the values of the varied inputs at each point, as written, and `found` the replications there.
    """

    name: str
    varied: tuple[Vary, ...]
    points: tuple[tuple[str, ...], ...]
    found: tuple[Replications, ...]
    seed: int
    engine: str
    lot_scale: int
    bias: Bias | None
    """The bias by larger lots at the first point, where lots are larger."""
    seconds: float

    @property
    def n(self) -> int:
        """Replications at each point."""
        return self.found[0].n

    @cached_property
    def means(self) -> pd.DataFrame:
        """A tidy frame: a row for each point and KPI, with its mean, 95 % confidence interval and percentiles."""
        import pandas as pd

        rows = [
            {**self._at(point), "kpi": kpi, "mean": s.mean.estimate, "low": s.mean.low, "high": s.mean.high,
             **{name: q.estimate for name, q in s.percentiles.items()}}
            for point, f in zip(self.points, self.found, strict=True)
            for kpi, s in f.kpis.items()
        ]  # fmt: skip
        return pd.DataFrame(rows)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """A tidy frame with a row for each run: varied inputs, replication, seed, valid, KPIs, milestones in days."""
        import pandas as pd

        frames = (
            f.outcomes.frame(**self._at(point), replication=range(f.n), seed=self.seed)
            for point, f in zip(self.points, self.found, strict=True)
        )
        return pd.concat(list(frames), ignore_index=True)

    def to_json(self) -> dict[str, Any]:
        """Return the document of `fabshift sweep --json`."""
        return {
            "scenario": self.name,
            "n": self.n,
            "seed": self.seed,
            "engine": self.engine,
            "lot_scale": self.lot_scale,
            "lot_bias": self.bias.to_json() if self.bias else None,
            "vary": [{"path": v.path, "values": list(v.values)} for v in self.varied],
            "points": [
                {"set": self._at(point), **summary_json(f)} for point, f in zip(self.points, self.found, strict=True)
            ],
            "seconds": self.seconds,
        }

    def _at(self, point: Sequence[str]) -> dict[str, str]:
        return {v.path: value for v, value in zip(self.varied, point, strict=True)}


def sweep(
    scenario: Scenario | Asked | str | Path, vary: Sequence[str], n: int = 32, *, seed: int = 0, engine: str = "batch",
    jobs: int = 0, lot_scale: int | str = 1, out: Path | None = None, cluster: str | None = None, progress: Progress | None = None,
) -> Sweep:  # fmt: skip
    """Run replications 0 to n - 1 at every combination of values, all with common random numbers.

    Args:
        scenario: a shipped name, a path or a loaded scenario.
        vary: inputs with their values in the units of the file: `sites.fab.ramp.months=12,24`,
            `readings.fab.node=2nm,14nm`, `horizon.end=2028-01-01..2030-01-01/3` (three dates).
        n: replications at each point.
        seed: the random seed; replication k of a seed is always the same run.
        engine: "batch", compiled, or "events", readable; the numbers are the same.
        jobs: runs at a time; 0 for one on each core. The result does not depend on it.
        lot_scale: lots this many times as large as the scenario's, to save time; "auto" keeps enough of them. The resulting
            bias is reported for the first point.
        out: a directory that keeps finished runs; a study kept there is resumed or extended.
        cluster: the address of a Dask scheduler, whose workers run the study instead.
        progress: called with the share of the work that is done, from 0 to 1.

    Returns:
        A Sweep: `points`, `found` (the replications at each), `means` and `runs` (pandas), `plot()`.

    Raises:
        InputError: some values are wrong (it lists all, before anything is run), or `out` contains another study.
    """
    began, base = time.monotonic(), based(scenario)
    varied = read_varies(vary)
    points = list(product(*(v.values for v in varied)))
    if len(points) > MOST_POINTS:
        problem = Problem(argument("--vary"), "", "too many points", f"{len(points):,}", f"{MOST_POINTS:,} at most")
        raise InputError([problem])
    own = _variants(base, varied, points)
    factor = factor_of(base, own[:1], lot_scale, engine)
    played = own if factor == 1 else variants(base, ((v.label, with_lots(v, factor)) for v in own))
    design = Replicated("sweep", base, played, n, seed)
    how: dict[str, Any] = {"engine": engine, "jobs": jobs, "cluster": cluster}
    share = n * len(points) / (n * len(points) + (2 * RUNS if factor > 1 else 0))
    outcomes = run_design(design, out=out, progress=part_of(progress, 0, share), **how)
    parts = zip(design.variants, design.parts(outcomes), strict=True)
    found = tuple(Replications(v.scenario, part, design.scrambled) for v, part in parts)
    there = out / "lots" if out is not None else None
    bias = lot_bias(base, own[0], factor, seed=seed, out=there, progress=part_of(progress, share, 1), **how)
    name = design.variants[0].scenario.name
    swept = Sweep(name, tuple(varied), tuple(points), found, seed, engine, factor, bias, time.monotonic() - began)
    if out is not None:
        publish(out, swept.runs, {k: v for k, v in swept.to_json().items() if k != "seconds"})
    return swept


def _variants(base: Asked, varied: Sequence[Vary], points: Sequence[tuple[str, ...]]) -> tuple[Variant, ...]:
    sets = [tuple(f"{v.path}={value}" for v, value in zip(varied, point, strict=True)) for point in points]
    try:
        return variants(base, ((", ".join(each), Row(sets=each)) for each in sets))
    except InputError as error:
        written = {f"--set {text}": f"--vary {text}" for v in varied for text in v.sets()}
        raise InputError(_as_written(error.problems, written)) from None


def _as_written(problems: Sequence[Problem], written: dict[str, str]) -> Iterator[Problem]:
    """Yield problems of values at the places where the user wrote them."""
    for problem in problems:
        mark = problem.mark
        yield replace(problem, mark=replace(mark, file=written.get(mark.file, mark.file)))
