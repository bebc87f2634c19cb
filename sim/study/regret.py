"""The regret of plans over shared states of the world, and the plan with the least."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.display import Displayed
from sim.errors import InputError, Problem, argument
from sim.plan import FloatArray
from sim.results.direction import higher_is_better
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.methods.regret import Regrets, regrets
from sim.study.runs.design import Row, based
from sim.study.runs.lots import AUTO, RUNS, Bias
from sim.study.runs.outputs import Catalogue, Output, OutputKind, outputs
from sim.study.runs.replicated import variants
from sim.study.runs.run import Progress
from sim.study.runs.subject import Stages, Subject, subject
from sim.study.worlds import Worlds, worlds

if TYPE_CHECKING:
    import pandas as pd

FLAG = "--regret"


@dataclass(frozen=True, repr=False)
class RegretComparison(Displayed):
    """Plans compared by one output over shared worlds; `values` has the shape (worlds, plans), NaN: no value.

    `regrets` is None if no world has a value of every plan. `not_reached` is the number of runs in which a milestone was
    not reached, for which the end of the run is taken, and `refused` the number in which the drawn values, or the
    readings, contradict each other.
    """

    names: tuple[str, ...]
    subjects: tuple[Subject, ...]
    output: Output
    least: bool
    worlds: Worlds
    values: FloatArray
    regrets: Regrets | None
    refused: int
    not_reached: int
    biases: tuple[Bias | None, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """One row for each world, with the output under each plan."""
        import pandas as pd

        return pd.DataFrame(self.values, columns=list(self.names))


def regret(
    scenarios: Sequence[Scenario | str | Path],
    kpi: str,
    *,
    least: bool | None = None,
    n: int = 200,
    over_readings: bool = False,
    base: Asked | None = None,
    seed: int = 0,
    jobs: int = 0,
    engine: str = "batch",
    lot_scale: int | str = AUTO,
    out: Path | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
    announce: Callable[[int], None] | None = None,
) -> RegretComparison:
    """Compare plans by their regret on a KPI: how much worse each is than the best one in the same world (Savage 1951).

    A world is a replication of the random streams, a draw of every uncertain input of any of the plans and, with
    `over_readings`, a reading of every contested figure, the same for all plans.

    Args:
        scenarios: shipped names, paths or loaded scenarios; loaded ones must have the same overrides.
        kpi: a KPI, a milestone (its date) or `MILESTONE reached`.
        least: whether less of the KPI is better; None for KPIs of which fabshift knows that.
        n: worlds.
        over_readings: whether readings of contested figures are drawn too.
        base: overrides that hold for every plan; its scenario is not used.
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
        A RegretComparison: `regrets` (mean and greatest of each plan, in the KPI's unit; the minimax plan), `frame`
        (pandas).

    Raises:
        InputError: a scenario or the KPI is wrong, loaded scenarios differ in their overrides, or dates are compared of
            plans that begin on different days.
    """
    names, common = _named(scenarios, base)
    # All plans are loaded first, so that one error lists what is wrong with any of them.
    variants(common, [(name, Row(scenario=name)) for name in names])
    each = [
        subject(
            replace(common, scenario=name), engine=engine, jobs=jobs, seed=seed, lot_scale=lot_scale,
            out=None if out is None else out / f"plan-{k}", cluster=cluster,
        )
        for k, name in enumerate(names)
    ]  # fmt: skip
    (output,) = outputs([kpi], _common(each), FLAG)
    smaller = _less_is_better(output) if least is None else least
    _comparable(each, output)
    each = _alike(each)
    shared = worlds(each[0].base, names, n, seed, over_readings=over_readings)
    measured = 2 * RUNS if each[0].lot_scale > 1 else 0
    stages = Stages((n + measured) * len(names), progress, announce)
    found = [shared.outcomes(of, plan, stages(n)) for plan, of in enumerate(each)]
    columns = [
        output.read(o.column(output.column), o.valid, s.catalogue.days) for o, s in zip(found, each, strict=True)
    ]
    values = np.stack(columns, axis=1)
    never = [np.isnan(o.column(output.column)) & o.valid for o in found]
    return RegretComparison(
        names=tuple(names), subjects=tuple(each), output=output, least=smaller, worlds=shared, values=values,
        regrets=regrets(names, values, least=smaller, scrambled=bool(shared.dimensions)),
        refused=sum(int((~o.valid).sum()) for o in found),
        not_reached=int(np.sum(never)) if output.kind is OutputKind.DATE else 0,
        biases=tuple(of.bias(stages(measured)) for of in each),
    )  # fmt: skip


def _named(scenarios: Sequence[Scenario | str | Path], base: Asked | None) -> tuple[list[str], Asked]:
    """Return the names of the plans, and the overrides that apply to all of them."""
    bases = [based(scenario) for scenario in scenarios]
    names = [each.scenario for each in bases]
    if base is not None:
        return names, base
    if any(replace(each, scenario=names[0]) != bases[0] for each in bases[1:]):
        words = "have different overrides: regret applies the same to every plan"
        raise InputError([Problem(argument("scenarios"), "", words, ", ".join(names))])
    return names, bases[0]


def _less_is_better(output: Output) -> bool:
    """Return whether less of an output is better: an earlier date is, and a milestone is better reached than not."""
    if output.kind is not OutputKind.KPI:
        return output.kind is OutputKind.DATE
    higher = higher_is_better(output.column)
    if higher is None:
        words = "whether more of this KPI is better is not known: add --least or --most"
        raise InputError([Problem(argument(FLAG), "", words, repr(output.name))])
    return not higher


def _common(each: Sequence[Subject]) -> Catalogue:
    """Return the KPIs and milestones that every plan has."""
    first = each[0].catalogue
    kpis = [name for name in first.kpis if all(name in s.catalogue.kpis for s in each)]
    milestones = [name for name in first.milestones if all(name in s.catalogue.milestones for s in each)]
    return Catalogue(tuple(kpis), tuple(milestones), first.start, first.days)


def _alike(each: Sequence[Subject]) -> list[Subject]:
    """Return the plans with equal lot scales: the smallest of them, which the plan with the fewest lots allows."""
    least = min(of.lot_scale for of in each)
    return [replace(of, lot_scale=least) for of in each]


def _comparable(each: Sequence[Subject], output: Output) -> None:
    spans = {(s.catalogue.start, s.catalogue.days) for s in each}
    if output.kind is OutputKind.DATE and len(spans) > 1:
        words = "dates are compared of plans that begin and end on the same days"
        found = "; ".join(f"{s.asked.name}: {s.catalogue.start} to {s.catalogue.end}" for s in each)
        raise InputError([Problem(argument(FLAG), output.name, words, found)])
