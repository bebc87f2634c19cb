"""Sensitivity of KPIs to uncertain inputs: tornado, Morris or Sobol, on the scenario's own distributions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import InputError, Problem, argument, nearest
from sim.plan import FloatArray, Plan
from sim.plotting import Plotted
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.knobs import contested, settled
from sim.study.methods.factors import Factor
from sim.study.methods.morris import Screening, morris
from sim.study.methods.sobol import Indices, rows_for, sobol
from sim.study.methods.tornado import Tornado, tornado
from sim.study.runs.design import Row, loaded
from sim.study.runs.lots import AUTO, RUNS, Bias
from sim.study.runs.outputs import Catalogue, Output, OutputKind, default_outputs, outputs
from sim.study.runs.run import Progress
from sim.study.runs.subject import Runs, Stages, Subject, subject
from sim.study.space import factors, typical

if TYPE_CHECKING:
    import pandas as pd

LOW, HIGH = 0.05, 0.95
"""Percentiles at which inputs are tried."""
LABELS = ("p5", "p95")
WITHIN_A_RUN = "random variation within a run"
STREAMS_TRIED = 20
OTHERS = "all others together"


Found = Tornado | Screening | Indices


class Method(StrEnum):
    """How the inputs are ranked."""

    TORNADO = "tornado"
    MORRIS = "morris"
    SOBOL = "sobol"


DEFAULT_N = {Method.TORNADO: 1, Method.MORRIS: 10, Method.SOBOL: 128}


@dataclass(frozen=True, repr=False)
class Sensitivity(Plotted):
    """The sensitivity of outputs of a scenario; `found` has a Tornado, Screening or Indices for each output.

    `n` is the number of replications behind each bar, of trajectories, or of rows of the Sobol design. In `refused` of
    all `runs` the drawn values contradicted each other. `not_reached` is the number of runs in which a milestone was not
    reached, for which the end of the run is taken, and `missing` the number in which a KPI had no value.
    """

    scenario: Scenario
    plan: Plan
    catalogue: Catalogue
    method: Method
    outputs: tuple[Output, ...]
    found: tuple[Found, ...]
    n: int
    seed: int
    bias: Bias | None
    runs: int
    refused: int
    not_reached: dict[str, int]
    missing: dict[str, int]

    @property
    def frame(self) -> pd.DataFrame:
        """A tidy frame: one row for each output and input."""
        import pandas as pd

        rows = [
            {"kpi": output.name, **row}
            for output, found in zip(self.outputs, self.found, strict=True)
            for row in found.records()
        ]
        return pd.DataFrame(rows)


def sensitivity(
    scenario: Scenario | Asked | str | Path,
    *,
    method: str = "tornado",
    kpis: Sequence[str] = (),
    n: int | None = None,
    seed: int = 0,
    jobs: int = 0,
    engine: str = "batch",
    lot_scale: int | str = AUTO,
    top: int = 10,
    out: Path | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
    announce: Callable[[int], None] | None = None,
) -> Sensitivity:
    """Rank the uncertain inputs of a scenario by their effect on its KPIs.

    Args:
        scenario: a shipped name, a path or a loaded scenario.
        method: "tornado", "morris" or "sobol".
        kpis: KPIs, milestones (their date; the end of the run where they are not reached) or `MILESTONE reached`; by
            default the first in-house share and the NPV.
        n: replications behind each bar of a tornado, trajectories of Morris, rows of Sobol (rounded up to a power of
            two); None takes the default of the method: 1, 10, 128.
        seed: the random seed; replication k of a seed is always the same run.
        engine: "batch", compiled, or "events", readable; the numbers are the same.
        jobs: runs at a time; 0 for one on each core. The result does not depend on it.
        lot_scale: lots this many times as large as the scenario's, to save time; "auto" keeps enough of them. The resulting
            bias is reported.
        top: inputs that get a Sobol index of their own, the widest bars of a tornado first; the others get one together.
        out: a directory that keeps finished runs; a study kept there is resumed or extended.
        cluster: the address of a Dask scheduler, whose workers run the study instead.
        progress: called with the share of the work that is done, from 0 to 1.
        announce: called once with the number of runs there will be.

    Returns:
        A Sensitivity: `found` for each of the `outputs`, `frame` (pandas), `plot()`.

    Raises:
        InputError: the scenario, the method or a KPI is wrong, or nothing in the scenario is uncertain.
    """
    chosen = _method(method)
    of = subject(scenario, engine=engine, jobs=jobs, seed=seed, lot_scale=lot_scale, out=out, cluster=cluster)
    wanted = outputs(kpis, of.catalogue) if kpis else default_outputs(of.catalogue)
    if not of.plan.dimensions:
        raise InputError([certain(of.asked.name)])
    size = n or DEFAULT_N[chosen]
    size = rows_for(size) if chosen is Method.SOBOL else size
    stages = Stages(_total(of, chosen, size, top) + (2 * RUNS if of.lot_scale > 1 else 0), progress, announce)
    runs = Runs(of, wanted, stages)
    found = tuple(_found(of, runs, chosen, size, top))
    return Sensitivity(
        scenario=of.asked,
        plan=of.plan,
        catalogue=of.catalogue,
        method=chosen,
        outputs=tuple(wanted),
        found=found,
        n=size,
        seed=seed,
        bias=of.bias(stages(2 * RUNS)),
        runs=runs.runs,
        refused=runs.refused,
        not_reached={o.name: count for o, count in runs.not_reached.items() if o.kind is OutputKind.DATE},
        missing={o.name: count for o, count in runs.missing.items()},
    )


def _found(of: Subject, runs: Runs, method: Method, n: int, top: int) -> Sequence[Found]:
    if method is Method.TORNADO:
        return _tornados(of, runs, n)
    return _screenings(of, runs, n) if method is Method.MORRIS else _indices(of, runs, n, top)


def _method(text: str) -> Method:
    names = [method.value for method in Method]
    if text not in names:
        words = "no such method"
        raise InputError([Problem(argument("--method"), "", words, repr(text), ", ".join(names), nearest(text, names))])
    return Method(text)


def certain(name: str) -> Problem:
    """Return the problem that nothing in a scenario is drawn, so that no sensitivity can be computed."""
    words = "nothing in this scenario is uncertain: no number has a range that is drawn"
    return Problem(argument(name), "uncertainty", words, expected="uncertainty: {ranges: triangular}")


def _total(of: Subject, method: Method, n: int, top: int) -> int:
    """Return about how many runs there will be, without those of other readings."""
    k = len(factors(of.plan))
    if method is Method.MORRIS:
        return n * (k + 1)
    bars_ = 1 + 2 * len(of.plan.dimensions)
    return bars_ * n + STREAMS_TRIED if method is Method.TORNADO else bars_ + n * (min(top + 1, k) + 3)


# --- tornado -------------------------------------------------------------------------------------

Trial = tuple[str, tuple[str, ...]]
"""An input, and a label for each value it is tried at."""


def _tornados(of: Subject, runs: Runs, n: int) -> list[Tornado]:
    """Return a tornado for each output: inputs at their 5th and 95th percentiles, other readings, random variation.

    Bars are means over `n` replications, with common random numbers. The bar of random variation spans the 5th to the
    95th percentile of single runs at typical inputs.
    """
    trials, rows = _ends(of.plan)
    sides, others = _readings(of)
    rows = [replace(row, seed=of.seed, replication=r) for row in (*rows, *others) for r in range(n)]
    means = _means(runs.of_rows("bars", rows), n)
    single = runs.of_rows("single", [replace(rows[0], replication=r) for r in range(STREAMS_TRIED)])
    table = np.vstack([means, _percentiles(single)])
    return [tornado([*trials, *sides, (WITHIN_A_RUN, LABELS)], table[:, output]) for output in range(table.shape[1])]


def _ends(plan: Plan) -> tuple[list[Trial], list[Row]]:
    """Return the trials of inputs, and their rows: one of typical inputs, and two for each dimension."""
    places = range(len(plan.dimensions))
    points = [typical(plan), *(typical(plan, {k: u}) for k in places for u in (LOW, HIGH))]
    return [(d.name, LABELS) for d in plan.dimensions], [Row(point=tuple(p.tolist())) for p in points]


def _readings(of: Subject) -> tuple[list[Trial], list[Row]]:
    """Return trials and rows of the other readings of contested figures, without those that contradict the scenario."""
    trials: list[Trial] = []
    rows: list[Row] = []
    for figure, (_, *others) in contested(of.asked):
        found = {reading: row for reading in others if (row := _under(of, figure, reading)) is not None}
        if found:
            trials.append((figure, tuple(found)))
            rows += found.values()
    return trials, rows


def _under(of: Subject, figure: str, reading: str) -> Row | None:
    from sim.compiler import compile_plan

    row = Row(readings=settled(of.asked.ledger, {figure: reading}))
    try:
        plan = compile_plan(loaded(of.base, row))
    except InputError:
        return None
    return replace(row, point=tuple(typical(plan).tolist()))


def _means(values: FloatArray, n: int) -> FloatArray:
    """Return means over the replications that have a value; `values` has the shape (rows * n, outputs)."""
    grouped = values.reshape(-1, n, values.shape[1])
    count = (~np.isnan(grouped)).sum(axis=1)
    return np.where(count > 0, np.nansum(grouped, axis=1) / np.maximum(count, 1), np.nan)


def _percentiles(values: FloatArray) -> FloatArray:
    """Return the 5th and 95th percentile of each output over the runs that have a value, shape (2, outputs)."""
    columns = [column[~np.isnan(column)] for column in values.T]
    return np.array([np.quantile(c, [LOW, HIGH]) if len(c) else (np.nan, np.nan) for c in columns]).T


# --- Morris and Sobol ----------------------------------------------------------------------------


def _screenings(of: Subject, runs: Runs, n: int) -> list[Screening]:
    """Return the elementary effects of all inputs; the runs of a trajectory have common random numbers."""
    return morris(partial(runs.at_points, "trajectories"), factors(of.plan), n, ends=(LOW, HIGH), held=1, seed=of.seed)


def _indices(of: Subject, runs: Runs, n: int, top: int) -> list[Indices]:
    """Return Sobol indices of the inputs that swing most, of all others together, and of random variation in a run."""
    inputs = factors(of.plan)
    if len(inputs) > top + 1:
        inputs = _parted(inputs, _leading(of, runs, inputs, top))
    return sobol(
        partial(runs.at_points, "rows"), [*inputs, Factor(WITHIN_A_RUN, (len(of.plan.dimensions),))], n, seed=of.seed
    )


def _leading(of: Subject, runs: Runs, inputs: Sequence[Factor], top: int) -> list[Factor]:
    """Return the `top` factors with the widest bars, taken from each output in turn."""
    trials, rows = _ends(of.plan)
    values = runs.of_rows("screening", [replace(row, seed=of.seed) for row in rows])
    ranked = [_by_swing(tornado(trials, column), of.plan, inputs) for column in values.T]
    return list(dict.fromkeys(factor for turn in zip(*ranked, strict=True) for factor in turn))[:top]


def _by_swing(found: Tornado, plan: Plan, inputs: Sequence[Factor]) -> list[Factor]:
    swing = {bar.name: bar.swing for bar in found.bars}
    return sorted(inputs, key=lambda f: -max(swing[plan.dimensions[k].name] for k in f.columns))


def _parted(inputs: Sequence[Factor], leading: Sequence[Factor]) -> list[Factor]:
    rest = [factor for factor in inputs if factor not in leading]
    return [*leading, Factor(f"{OTHERS} ({len(rest)})", tuple(k for factor in rest for k in factor.columns))]
