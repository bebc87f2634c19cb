"""The scenario that a study analyses, prepared: compiled, with larger lots, and with the names of its outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.api import play
from sim.plan import FloatArray, Plan
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.runs.design import Design, Row, based
from sim.study.runs.lots import AUTO, Bias, factor_of, lot_bias, with_lots
from sim.study.runs.outcomes import Outcomes
from sim.study.runs.outputs import Catalogue, Output, OutputKind
from sim.study.runs.replicated import Variant, variants
from sim.study.runs.run import Progress, run_design

REPLICATIONS = 2**31
"""Replications that the last coordinate of a point selects from."""


@dataclass(frozen=True)
class Subject:
    """A scenario and how it is run.

    `common` is how it was asked for, and `own` the resulting variant. In `base` and in `plan`, which are run, lots are
    `lot_scale` times as large.
    """

    common: Asked
    own: Variant
    lot_scale: int
    plan: Plan
    catalogue: Catalogue
    engine: str
    jobs: int
    seed: int
    out: Path | None
    cluster: str | None

    @property
    def asked(self) -> Scenario:
        """The scenario as it was asked for."""
        return self.own.scenario

    @property
    def base(self) -> Asked:
        """What is varied: the scenario with its larger lots."""
        return replace(self.common, sets=(*self.common.sets, *with_lots(self.own, self.lot_scale).sets))

    def run(self, part: str, rows: Sequence[Row], progress: Progress | None = None) -> Outcomes:
        """Run rows of it; `part` names the subdirectory of `out` that keeps the finished blocks."""
        return run_design(Design(self.base, rows), engine=self.engine, progress=progress, **self._how(part))

    def bias(self, progress: Progress | None = None) -> Bias | None:
        """Return the bias of each KPI by the larger lots; None where lots are the scenario's own."""
        how = {"progress": progress, **self._how("lots")}
        return lot_bias(self.common, self.own, self.lot_scale, seed=self.seed, engine=self.engine, **how)

    def _how(self, part: str) -> dict[str, Any]:
        """Return the arguments of `run_design` for one part of the study."""
        return {
            "jobs": self.jobs, "out": None if self.out is None else self.out / part, "cluster": self.cluster,
        }  # fmt: skip


def subject(
    scenario: Scenario | Asked | str | Path,
    *,
    engine: str = "batch",
    jobs: int = 0,
    seed: int = 0,
    lot_scale: int | str = AUTO,
    out: Path | None = None,
    cluster: str | None = None,
) -> Subject:
    """Compile a scenario and run it once, to get the names of its outputs.

    `out` is the directory that keeps finished runs, `cluster` the address of a Dask scheduler.

    Raises:
        InputError: the scenario or `lot_scale` is wrong.
    """
    common = based(scenario)
    (own,) = variants(common, [("own lots", Row())])
    factor = factor_of(common, [own], lot_scale, engine)
    (variant,) = variants(common, [("larger lots", with_lots(own, factor))])
    result = play(variant.scenario, variant.plan, seed=seed, engine=engine)
    horizon, days = result.scenario.document.horizon, result.plan.calendar.days
    catalogue = Catalogue(tuple(result.kpis), tuple(result.milestones), horizon.start, days)
    return Subject(common, own, factor, variant.plan, catalogue, engine, jobs, seed, out, cluster)


class Runs:
    """The outputs of a subject as a function of points, with counts of the runs.

    A point has a coordinate for each dimension of the plan and one more, which selects the replication, and so the
    random variation within a run.
    """

    def __init__(self, subject: Subject, outputs: Sequence[Output], tell: Callable[[int], Progress]) -> None:
        self._subject, self._outputs, self._tell = subject, outputs, tell
        self.runs = self.refused = 0
        self.not_reached = dict.fromkeys(outputs, 0)
        self.missing = dict.fromkeys(outputs, 0)

    def at_points(self, part: str, points: FloatArray) -> FloatArray:
        """Return the outputs at points, shape (points, dimensions + 1), as an array (points, outputs)."""
        seed = self._subject.seed
        return self.of_rows(
            part, [Row(seed=seed, replication=int(u[-1] * REPLICATIONS), point=tuple(u[:-1].tolist())) for u in points]
        )

    def of_rows(self, part: str, rows: Sequence[Row]) -> FloatArray:
        """Return the outputs of rows, shape (rows, outputs); NaN where an output has no value."""
        found = self._subject.run(part, rows, self._tell(len(rows)))
        self.runs += len(rows)
        self.refused += int((~found.valid).sum())
        return np.stack([self._read(found, output) for output in self._outputs], axis=1)

    def _read(self, found: Outcomes, output: Output) -> FloatArray:
        """Return the values of one output, and count those that are missing."""
        column = found.column(output.column)
        counted = self.missing if output.kind is OutputKind.KPI else self.not_reached
        counted[output] += int((np.isnan(column) & found.valid).sum())
        return output.read(column, found.valid, self._subject.catalogue.days)


class Stages:
    """Progress of a study that runs several designs, `total` runs in all, which is announced first."""

    def __init__(self, total: int, progress: Progress | None, announce: Callable[[int], None] | None) -> None:
        self._total, self._progress, self._before = total, progress, 0
        if announce is not None:
            announce(total)

    def __call__(self, runs: int) -> Progress:
        """Return the progress of the next design, which has this number of runs."""
        before, self._before = self._before, self._before + runs

        def done(share: float) -> None:
            if self._progress is not None:
                self._progress(min((before + share * runs) / self._total, 1.0))

        return done
