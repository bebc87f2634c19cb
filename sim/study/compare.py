"""Scenarios compared with common random numbers, which removes most of the random variation of their differences."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.display import Displayed
from sim.errors import InputError, Problem, argument
from sim.plan import BoolArray, FloatArray
from sim.plotting import Plotted
from sim.results.direction import higher_is_better
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.methods.intervals import Interval, mean_interval, probability_interval
from sim.study.runs.design import Row
from sim.study.runs.documents import ci95, number, probability_json, summary_json
from sim.study.runs.lots import RUNS, Bias, factor_of, lot_bias, with_lots
from sim.study.runs.outcomes import Outcomes
from sim.study.runs.replicated import Replicated, variants
from sim.study.runs.run import Progress, part_of, run_design
from sim.study.runs.store import publish
from sim.study.runs.summary import Replications

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, repr=False)
class Paired(Displayed):
    """A KPI, or the date of a milestone in days, of one scenario compared with the first, replication by replication.

    `difference` is the mean of this minus the first over the `pairs` in which both have a value. `beats` is the
    probability that this one is better, and `beaten` that the first is, over all replications. Where it is not known
    whether higher or lower is better, higher counts as better. A milestone that is not reached is later than any that is.
    """

    difference: Interval
    beats: Interval
    beaten: Interval
    higher_is_better: bool | None
    pairs: int

    @property
    def same(self) -> bool:
        """Whether neither is better in any replication."""
        return self.beats.estimate == self.beaten.estimate == 0.0

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        better = {True: "higher", False: "lower", None: None}[self.higher_is_better]
        return {
            "difference": number(self.difference.estimate),
            "ci95": ci95(self.difference),
            "pairs": self.pairs,
            "better": better,
            "beats_first": probability_json(self.beats),
            "beaten_by_first": probability_json(self.beaten),
        }


@dataclass(frozen=True, repr=False)
class Comparison(Plotted):
    """Replications of several scenarios by label, with common random numbers; the first is the one compared with."""

    found: dict[str, Replications]
    seed: int
    engine: str
    outcomes: Outcomes
    lot_scale: int
    bias: dict[str, Bias]
    """The bias by larger lots in each scenario, where lots are larger."""
    seconds: float
    dimensions: dict[str, int]
    """The number of inputs that each scenario draws."""

    @property
    def n(self) -> int:
        """Replications of each scenario."""
        return next(iter(self.found.values())).n

    @cached_property
    def paired(self) -> dict[str, dict[str, Paired]]:
        """Each KPI and milestone that a scenario shares with the first, by the label of the scenario."""
        first, *others = self.found
        return {label: self.against(first, label) for label in others}

    def against(self, first: str, other: str) -> dict[str, Paired]:
        """Return each KPI and milestone that two scenarios share, the second minus the first, from their labels."""
        return _against(self.found[first], self.found[other])

    @cached_property
    def runs(self) -> pd.DataFrame:
        """A tidy frame with a row for each run: scenario, replication, seed, valid, KPIs, milestones in days."""
        import pandas as pd

        frames = (
            f.outcomes.frame(scenario=label, replication=range(f.n), seed=self.seed) for label, f in self.found.items()
        )
        return pd.concat(list(frames), ignore_index=True)

    def to_json(self) -> dict[str, Any]:
        """Return the document of `fabshift compare --json`."""
        return {
            "scenarios": {label: summary_json(f) for label, f in self.found.items()},
            "n": self.n,
            "seed": self.seed,
            "engine": self.engine,
            "dimensions": self.dimensions,
            "horizons": {label: _horizon(f.scenario) for label, f in self.found.items()},
            "lot_scale": self.lot_scale,
            "lot_bias": {label: bias.to_json() for label, bias in self.bias.items()},
            "first": next(iter(self.found)),
            "against_first": {
                label: {name: p.to_json() for name, p in pairs.items()} for label, pairs in self.paired.items()
            },
            "seconds": self.seconds,
        }


def _horizon(scenario: Scenario) -> dict[str, Any]:
    """Return the horizon and warm-up over which money is summed, which must be equal for a comparison of money."""
    return scenario.document.horizon.model_dump(mode="json", include={"start", "end", "length", "warmup"})


def compare(
    scenarios: Sequence[Scenario | str | Path], n: int = 128, *, sets: Sequence[str] = (), readings: Sequence[str] = (),
    without: Sequence[str] = (), seed: int = 0, engine: str = "batch", jobs: int = 0, lot_scale: int | str = 1, out: Path | None = None, cluster: str | None = None,
    progress: Progress | None = None, allow_outside: bool = False,
) -> Comparison:  # fmt: skip
    """Run replications 0 to n - 1 of each scenario with common random numbers.

    Random streams are matched by the names of their causes. Inputs of the same name are drawn at the same probability.

    Args:
        scenarios: two or more shipped names, paths or loaded scenarios; the others are compared with the first.
        n: replications of each.
        sets: overrides `PATH=VALUE` for all of them.
        readings: readings `FIGURE=NAME` for all of them.
        without: articles to leave out of all of them.
        seed: the random seed; replication k of a seed is always the same run.
        engine: "batch", compiled, or "events", readable; the numbers are the same.
        jobs: runs at a time; 0 for one on each core. The result does not depend on it.
        lot_scale: lots this many times as large as the scenario's, to save time; "auto" keeps enough of them. The resulting
            bias is reported.
        out: a directory that keeps finished runs; a study kept there is resumed or extended.
        cluster: the address of a Dask scheduler, whose workers run the study instead.
        progress: called with the share of the work that is done, from 0 to 1.
        allow_outside: whether `extends` may read files outside the current folder, that of a scenario and the shipped ones.

    Returns:
        A Comparison: `found` (each scenario's replications by label), `paired` (differences by label and KPI), `runs`, `plot()`.

    Raises:
        InputError: what is wrong with any scenario, or `out` contains another study.
    """
    began = time.monotonic()
    if len(scenarios) < 2:
        raise InputError([Problem(argument("scenarios"), "", "give two scenarios or more", str(len(scenarios)))])
    rows = _labelled([_row(scenario) for scenario in scenarios])
    outside = allow_outside or any(isinstance(s, Scenario) and s.asked.allow_outside for s in scenarios)
    base = Asked(rows[0][1].scenario or "", tuple(sets), tuple(readings), tuple(without), allow_outside=outside)
    own = variants(base, rows)
    factor = factor_of(base, own, lot_scale, engine)
    design = Replicated("compare", base, variants(base, ((v.label, with_lots(v, factor)) for v in own)), n, seed)
    how: dict[str, Any] = {"engine": engine, "jobs": jobs, "cluster": cluster}
    share = n / (n + (2 * RUNS if factor > 1 else 0))
    outcomes = run_design(design, out=out, progress=part_of(progress, 0, share), **how)
    parts = zip(design.variants, design.parts(outcomes), strict=True)
    found = {v.label: Replications(v.scenario, part, design.scrambled) for v, part in parts}
    bias = {}
    for k, v in enumerate(own):
        rest = part_of(part_of(progress, share, 1), k / len(own), (k + 1) / len(own))
        there = out / f"lots{k + 1}" if out is not None else None
        if (measured := lot_bias(base, v, factor, seed=seed, out=there, progress=rest, **how)) is not None:
            bias[v.label] = measured
    comparison = Comparison(
        found,
        seed,
        engine,
        outcomes,
        factor,
        bias,
        time.monotonic() - began,
        {v.label: len(v.plan.dimensions) for v in own},
    )
    if out is not None:
        publish(
            out,
            comparison.runs,
            {k: v for k, v in comparison.to_json().items() if k != "seconds"},
            {label: f.scenario for label, f in found.items()},
        )
    return comparison


def _row(scenario: Scenario | str | Path) -> Row:
    if not isinstance(scenario, Scenario):
        return Row(scenario=str(scenario))
    asked = scenario.asked
    return Row(asked.sets, asked.readings, asked.values, without=asked.without, scenario=asked.scenario)


def _labelled(rows: Sequence[Row]) -> list[tuple[str, Row]]:
    """Return each row with its label: the name of its scenario, numbered if the name is taken."""
    found: dict[str, Row] = {}
    for row in rows:
        name = Path(row.scenario or "").stem
        again = (f"{name} ({k})" for k in range(2, len(rows) + 2))
        found[name if name not in found else next(label for label in again if label not in found)] = row
    return list(found.items())


def _against(first: Replications, other: Replications) -> dict[str, Paired]:
    milestones = {*first.scenario.document.milestones, *other.scenario.document.milestones}
    shared = [
        *(name for name in first.outcomes.names if name in other.outcomes.names and name not in milestones),
        *(name for name in first.scenario.document.milestones if name in other.scenario.document.milestones),
    ]
    both = first.outcomes.valid & other.outcomes.valid
    return {
        name: _paired(
            first.outcomes.column(name), other.outcomes.column(name), both, name in milestones, name,
            first.scrambled or other.scrambled,
        )
        for name in shared
    }  # fmt: skip


def _paired(a: FloatArray, b: FloatArray, both: BoolArray, dated: bool, name: str, scrambled: bool) -> Paired:
    higher = False if dated else higher_is_better(name)
    # Not reached is later than any date; a KPI without a value is neither better nor worse.
    told = (np.where(np.isnan(x), np.inf, x) for x in (a, b)) if dated else (a, b)
    first, other = (x[both] if higher is not False else -x[both] for x in told)
    return Paired(
        mean_interval(b - a, scrambled=scrambled),
        probability_interval(int((other > first).sum()), int(both.sum())),
        probability_interval(int((first > other).sum()), int(both.sum())),
        higher,
        int((~np.isnan(b - a)).sum()),
    )
