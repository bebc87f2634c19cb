"""Monte Carlo: many replications of one scenario with its uncertain inputs drawn, and their statistics."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.api import play
from sim.compiler import compile_plan
from sim.plan import Plan
from sim.plotting import Plotted
from sim.results.result import scenario_hash
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.runs.design import Row, based
from sim.study.runs.documents import summary_json
from sim.study.runs.lots import RUNS, Bias, factor_of, lot_bias, with_lots
from sim.study.runs.outcomes import measured
from sim.study.runs.replicated import Replicated, Variant, variants
from sim.study.runs.run import Progress, part_of, run_design
from sim.study.runs.series import OverTime, over_time
from sim.study.runs.store import publish
from sim.study.runs.summary import Replications
from sim.study.runs.until import Until, read_until, stop

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class MonteCarlo(Replications, Plotted):
    """Replications of a scenario and their statistics.

    `outcomes` has one row for each replication; `dimensions` inputs were drawn. Lots were `lot_scale` times as large as
    the scenario's, and `bias` is the resulting bias of each KPI. `kept` is the directory of the study, or None.
    """

    seed: int
    engine: str
    dimensions: int
    lot_scale: int
    bias: Bias | None
    until: Until | None
    seconds: float
    kept: Path | None = None

    @cached_property
    def runs(self) -> pd.DataFrame:
        """A tidy frame with a row for each run: replication, seed, valid, KPIs, milestones in days."""
        return self.outcomes.frame(replication=range(self.n), seed=self.seed)

    @cached_property
    def plan(self) -> Plan:
        """The compiled scenario."""
        return compile_plan(self.scenario)

    @cached_property
    def over_time(self) -> OverTime:
        """The replications by reporting period, from the directory of the study, else run again when first read."""
        return self.run_again()

    def run_again(self, progress: Progress | None = None) -> OverTime:
        """Run at most MOST of the replications again, unless that was done, and return them by reporting period."""
        kept: dict[str, OverTime] = self.__dict__  # where cached_property looks for its value
        if "over_time" not in kept:
            kept["over_time"] = over_time(
                based(self.scenario), self.n, seed=self.seed, engine=self.engine, kept=self.kept, progress=progress
            )
        return kept["over_time"]

    @property
    def narrow(self) -> bool | None:
        """Whether the requested half-width was reached; None if none was requested."""
        if self.until is None:
            return None
        return self.until.enough(self.scenario, self.outcomes, scrambled=self.scrambled)

    def to_json(self) -> dict[str, Any]:
        """Return the document of `fabshift montecarlo --json`; dates of abstract time are numbers."""
        return {
            "scenario": self.scenario.name,
            "n": self.n,
            "seed": self.seed,
            "engine": self.engine,
            "dimensions": self.dimensions,
            "dropped": self.dropped,
            "lot_scale": self.lot_scale,
            "lot_bias": self.bias.to_json() if self.bias else None,
            **summary_json(self),
            "hash": scenario_hash(self.scenario),
            "seconds": self.seconds,
        }


def monte_carlo(
    scenario: Scenario | Asked | str | Path, n: int = 256, *, seed: int = 0, engine: str = "batch", jobs: int = 0,
    until: str | None = None, lot_scale: int | str = 1, out: Path | None = None, cluster: str | None = None, progress: Progress | None = None,
) -> MonteCarlo:  # fmt: skip
    """Run replications 0 to n - 1 of a scenario, each with its uncertain inputs drawn anew.

    Args:
        scenario: a shipped name, a path or a loaded scenario.
        n: replications; with `until`, the most.
        seed: the random seed; replication k of a seed is always the same run.
        engine: "batch", compiled, or "events", readable; the numbers are the same.
        jobs: runs at a time; 0 for one on each core. The result does not depend on it.
        until: `KPI:W`, which stops once the half-width of the 95 % confidence interval of a KPI's mean, or of a
            milestone's probability, is at most W, in the KPI's own unit ("fill_rate:0.005").
        lot_scale: lots this many times as large as the scenario's, to save time; "auto" keeps enough of them. The resulting
            bias is reported.
        out: a directory that keeps finished runs; a study kept there is resumed or extended.
        cluster: the address of a Dask scheduler, whose workers run the study instead.
        progress: called with the share of the work that is done, from 0 to 1.

    Returns:
        A MonteCarlo: `kpis` (mean with its interval, standard deviation, percentiles), `milestones`, `runs` (pandas), `plot()`.

    Raises:
        InputError: the scenario, `until` or `lot_scale` is wrong, or `out` contains another study.
    """
    began, base = time.monotonic(), based(scenario)
    (own,) = variants(base, [("own lots", Row())])
    wanted = read_until(until, _names(own, engine)) if until is not None else None
    factor = factor_of(base, [own], lot_scale, engine)
    (played,) = variants(base, [("scenario", with_lots(own, factor))])
    design = Replicated("montecarlo", base, [played], n, seed)
    share = n / (n + (2 * RUNS if factor > 1 else 0))
    how: dict[str, Any] = {"engine": engine, "jobs": jobs, "cluster": cluster}
    outcomes = run_design(
        design, out=out, progress=part_of(progress, 0, share), until=stop(wanted, design) if wanted else None, **how
    )
    there = out / "lots" if out is not None else None
    bias = lot_bias(base, own, factor, seed=seed, out=there, progress=part_of(progress, share, 1), **how)
    seconds = time.monotonic() - began
    found = MonteCarlo(
        played.scenario,
        outcomes,
        design.scrambled,
        seed,
        engine,
        len(design.dimensions),
        factor,
        bias,
        wanted,
        seconds,
        out,
    )
    if out is not None:
        publish(
            out, found.runs, {k: v for k, v in found.to_json().items() if k != "seconds"}, {"scenario": found.scenario}
        )
    return found


def _names(variant: Variant, engine: str) -> list[str]:
    """Return the names of the KPIs and milestones of a run."""
    return list(measured(play(variant.scenario, variant.plan, engine=engine)))
