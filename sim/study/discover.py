"""Scenario discovery: ranges of inputs in which a condition on the outcome holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.dimensions import Dimension
from sim.display import Displayed
from sim.errors import InputError
from sim.plan import BoolArray
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.condition import OutcomeCondition, condition
from sim.study.methods.boxes import InputColumn
from sim.study.methods.intervals import Interval, probability_interval
from sim.study.methods.prim import Box, boxes
from sim.study.runs.lots import AUTO, RUNS, Bias
from sim.study.runs.outputs import Catalogue
from sim.study.runs.run import Progress
from sim.study.runs.subject import Stages, subject
from sim.study.sensitivity import certain
from sim.study.worlds import worlds

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_N = 500


@dataclass(frozen=True, repr=False)
class Discovery(Displayed):
    """Boxes of inputs in which a condition holds.

    `columns` are the inputs of the runs in which it is known whether the condition holds, and `happens`, shape (runs,),
    whether it does. `unknown` runs have no value of a KPI that it depends on. In `refused` runs the drawn values, or the
    readings, contradict each other. `density` is the required density of a box.
    """

    scenario: Scenario
    catalogue: Catalogue
    when: OutcomeCondition
    n: int
    seed: int
    bias: Bias | None
    density: float
    dimensions: tuple[Dimension, ...]
    combinations: int
    columns: tuple[InputColumn, ...]
    happens: BoolArray
    unknown: int
    refused: int
    boxes: tuple[Box, ...]

    @property
    def probability(self) -> Interval:
        """The probability that the condition holds, from the runs in which that is known."""
        return probability_interval(int(self.happens.sum()), len(self.happens))

    @property
    def frame(self) -> pd.DataFrame:
        """One row for each run: every input as drawn, and whether the condition holds."""
        import pandas as pd

        drawn = {c.name: [c.labels[int(v)] for v in c.values] if c.labels else c.values for c in self.columns}
        return pd.DataFrame({**drawn, "happens": self.happens})


def discover(
    scenario: Scenario | Asked | str | Path,
    when: str,
    *,
    n: int = DEFAULT_N,
    over_readings: bool = False,
    density: float = 0.8,
    most: int = 3,
    seed: int = 0,
    jobs: int = 0,
    engine: str = "batch",
    lot_scale: int | str = AUTO,
    out: Path | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
    announce: Callable[[int], None] | None = None,
) -> Discovery:
    """Find boxes of inputs in which a condition holds, by PRIM (Friedman & Fisher 1999).

    Args:
        scenario: a shipped name, a path or a loaded scenario.
        when: the condition, of KPIs and milestones: `in_house_share.wafer < 10 % and own_wafer reached`.
        n: runs, each with all uncertain inputs drawn.
        over_readings: whether readings of contested figures are drawn too, as inputs.
        density: the share of runs in a box, from 0 to 1, in which the condition is to hold.
        most: the most boxes to find.
        seed: the random seed; replication k of a seed is always the same run.
        engine: "batch", compiled, or "events", readable; the numbers are the same.
        jobs: runs at a time; 0 for one on each core. The result does not depend on it.
        lot_scale: lots this many times as large as the scenario's, to save time; "auto" keeps enough of them. The resulting
            bias is reported.
        out: a directory that keeps finished runs; a study kept there is resumed or extended.
        cluster: the address of a Dask scheduler, whose workers run the study instead.
        progress: called with the share of the work that is done, from 0 to 1.
        announce: called once with the number of runs there will be.

    Returns:
        A Discovery: `probability` with its interval, `boxes`, `frame` (pandas, a row for each run).

    Raises:
        InputError: the scenario or the condition is wrong, or nothing in the scenario is uncertain.
    """
    of = subject(scenario, engine=engine, jobs=jobs, seed=seed, lot_scale=lot_scale, out=out, cluster=cluster)
    asked = condition(when, of.catalogue)
    tried = worlds(of.base, [of.base.scenario], n, seed, over_readings=over_readings)
    if not tried.dimensions and not tried.readings:
        raise InputError([certain(of.asked.name)])
    stages = Stages(n + (2 * RUNS if of.lot_scale > 1 else 0), progress, announce)
    found = tried.outcomes(of, 0, stages(n))
    verdicts = asked.verdicts({name: found.column(name) for name in asked.names})
    # A refused run has no date of a milestone either; that must not count as a milestone that is not reached.
    known: BoolArray = found.valid & ~np.isnan(verdicts)
    columns, happens = tried.columns(0, known), verdicts[known] == 1.0
    return Discovery(
        scenario=of.asked, catalogue=of.catalogue, when=asked, n=n, seed=seed, bias=of.bias(stages(2 * RUNS)),
        dimensions=tried.dimensions, combinations=len(tried.combinations), columns=columns, happens=happens,
        unknown=int((found.valid & ~known).sum()), refused=int((~found.valid).sum()), density=density,
        boxes=tuple(boxes(columns, happens, density=density, most=most, seed=seed, groups=tried.groups[known])),
    )  # fmt: skip
