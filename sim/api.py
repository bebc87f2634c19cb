"""Run a scenario from Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.compiler import compile_plan
from sim.draws import Draws, draw
from sim.draws.gates import Days
from sim.draws.kept import Kept
from sim.draws.points import point as point_of
from sim.engines.shared.records import Records
from sim.errors import MOST_RUNS, MOST_SEED, InputError, Problem, argument, refuse_out_of_range
from sim.plan import Plan
from sim.results import audit, books
from sim.results.gates import gated, with_outlooks
from sim.results.result import Result
from sim.scenario.counterfactual import Counterfactual
from sim.scenario.loader import Scenario, load_scenario

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from sim.engines.batch.engine import BatchEngine
    from sim.engines.events.engine import EventsEngine

ENGINES = ("events", "batch")
"""The reference engine, written to be read, and the compiled engine, which returns the same numbers."""


def run(
    scenario: Scenario | str | Path,
    *,
    seed: int = 0,
    replication: int | None = None,
    engine: str | None = "events",
    trace: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Result:
    """Run a scenario once: at the typical values of its inputs, or as a replication of a study draws them.

    Args:
        scenario: a shipped name, a path or a loaded scenario.
        seed: the random seed, from 0; the same seed repeats the run.
        replication: the replication of `monte_carlo` to repeat, from 0; None takes typical inputs.
        engine: "events", readable and without compiling, or "batch", compiled; the numbers are the same to the bit. None
            takes the one that answers sooner: batch where it was compiled before.
        trace: whether `frames` is to contain `lots`, one row for each lot.
        progress: called now and then with the share of the horizon that is done, from 0 to 1.

    Returns:
        A Result: `kpis` (shares from 0 to 1, money in USD), `milestones` (dates), `frames` (pandas), `plot()`, `save()`.

    Raises:
        InputError: the scenario is wrong, or the engine is not known.
        ModelError: the model broke a rule of its own, which no input should make it do.
    """
    if engine is not None and engine not in ENGINES:
        raise InputError([Problem(argument("--engine"), "", "no such engine", engine, ", ".join(ENGINES))])
    refuse_out_of_range(0, MOST_RUNS - 1, replication=replication or 0)
    refuse_out_of_range(0, MOST_SEED, seed=seed)
    loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    return run_plan(
        loaded, compile_plan(loaded), seed=seed, replication=replication, engine=engine, trace=trace, progress=progress
    )


def run_plan(
    scenario: Scenario, plan: Plan, *, seed: int, replication: int | None, engine: str | None, trace: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Result:  # fmt: skip
    """Run a scenario with its compiled plan; otherwise as `run`."""
    point = None if replication is None else point_of(plan.dimensions, seed, replication)
    chosen = engine or _sooner()
    return play(
        scenario,
        plan,
        seed=seed,
        replication=replication or 0,
        point=point,
        engine=chosen,
        trace=trace,
        progress=progress,
    )


@dataclass(frozen=True, slots=True)
class Against:
    """The run of a scenario's counterfactual, and how it was loaded."""

    result: Result
    counterfactual: Counterfactual

    @property
    def name(self) -> str:
        """What reports call the counterfactual."""
        return self.counterfactual.name

    def to_json(self) -> dict[str, Any]:
        """Return what `fabshift run --json` prints under `against`."""
        return {"scenario": self.name, "kpis": self.result.kpis}


def run_against(
    result: Result,
    counterfactual: Counterfactual | None,
    *,
    progress: Callable[[float], None] | None = None,
    plan: Plan | None = None,
) -> Against | None:
    """Run the counterfactual of a run with common random numbers, that is, with the same seed and replication.

    The compiled engine is taken if the run used it or if it is compiled already. The numbers are the same. `plan` is the
    compiled plan of the counterfactual, if it is known.
    """
    if counterfactual is None:
        return None
    scenario = counterfactual.scenario
    plan = compile_plan(scenario) if plan is None else plan
    point = None if result.point is None else point_of(plan.dimensions, result.seed, result.replication)
    engine = "batch" if result.engine == "batch" else _sooner()
    other = play(
        scenario, plan, seed=result.seed, replication=result.replication, point=point, engine=engine, progress=progress
    )
    return Against(other, counterfactual)


def _sooner() -> str:
    """Return the engine that answers sooner: the compiled one, unless it would have to be compiled first."""
    from sim.engines.batch.engine import BatchEngine

    return "batch" if BatchEngine.is_compiled() else "events"


def checked(scenario: Scenario) -> Plan:
    """Return the plan of a scenario, after a check that a run at typical inputs can be drawn.

    Raises:
        InputError: it cannot be compiled or drawn; every problem has its place in the files.
    """
    plan = compile_plan(scenario)
    _drawn(scenario, plan, 0)
    return plan


def _drawn(
    scenario: Scenario, plan: Plan, seed: int, replication: int = 0, point: ArrayLike | None = None,
    gates: Days | None = None, kept: Kept | None = None,
) -> Draws:  # fmt: skip
    """Draw one replication; problems with the plan as a whole get the place in the files that they come from."""
    try:
        return draw(plan, seed, replication, point, gates, kept)
    except InputError as error:
        placed = (
            replace(p, mark=scenario.mark(p.path)) if p.mark == argument(plan.name) else p for p in error.problems
        )
        raise InputError(placed) from None


def play(
    scenario: Scenario,
    plan: Plan,
    *,
    seed: int = 0,
    replication: int = 0,
    point: ArrayLike | None = None,
    engine: str = "events",
    trace: bool = False,
    progress: Callable[[float], None] | None = None,
    foreseen: Sequence[Plan] = (),
    gates: Sequence[float] = (),
    kept: Kept | None = None,
) -> Result:
    """Run one replication of a compiled scenario and return its result; replication 0 without a point is that of `run`.

    With a `point`, shape (dimensions,), of uniforms in (0, 1), uncertain inputs take their quantiles there. Planners
    expect the plans in `foreseen`, one until each gate, and this plan afterwards. Without `foreseen` they know this plan
    from the start, except for gates that wait for a milestone. `gates` are the days of the first gates, infinite where
    one does not come; the days of the others are found by a run up to each. `kept` caches what was drawn for other
    choices on the same path, and is added to.

    Raises:
        InputError: the drawn inputs are no valid scenario.
        ValueError: the point does not have one coordinate for each dimension.
        ModelError: the model broke a rule of its own, which no input should make it do; or the choice at a gate moves
            the milestone that the gate waits for.
    """
    own = Kept() if kept is None and foreseen else kept

    def drawn(which: Plan, days: Days) -> Draws:
        made = partial(_drawn, scenario, which, seed, replication, point, days, own)
        return made() if own is None else own.once((which, days), made)

    def played(days: Days) -> tuple[Draws, Records]:
        draws = with_outlooks(drawn, plan, days, foreseen)
        return draws, engine_class(engine)(draws, trace=trace).run(progress)

    draws, records = gated(plan, gates, played, reuse=not foreseen)
    money = books.entries(draws, records)
    worst_cents = max(records.worst_cents, audit.audit(draws, records, money))
    return Result(
        scenario=scenario,
        draws=draws,
        records=records,
        money=money,
        engine=engine,
        conservation={"worst_units": float(records.worst_units), "worst_usd": worst_cents / 100},
        point=None if point is None else np.asarray(point, dtype=np.float64),
        traced=trace,
    )


def engine_class(name: str) -> type[EventsEngine] | type[BatchEngine]:
    """Return an engine by its name."""
    # Each is imported only where it is asked for, since numba and what the other needs are slow to load.
    if name == "events":
        from sim.engines.events.engine import EventsEngine

        return EventsEngine
    from sim.engines.batch.engine import BatchEngine

    return BatchEngine


__all__ = ["ENGINES", "Against", "Result", "checked", "engine_class", "play", "run", "run_against", "run_plan"]
