"""The scenario and plan of a row: loaded and compiled, or derived from those of a row that changes less."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from uuid import uuid4

from sim.compiler import compile_plan, renumbered
from sim.errors import InputError
from sim.plan import Plan
from sim.scenario.lineage import ONLY_IF
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.scenario.revalue import revalued
from sim.study.runs.design import Row, loaded

Compiled = tuple[Scenario, Plan]


def new_study() -> str:
    """Return a key for `compiled` that no other study has: scenario files may change between studies."""
    return uuid4().hex


@lru_cache(maxsize=64)
def compiled(study: str, base: Asked, change: Row) -> Compiled | None:
    """Return the scenario and plan of all rows of a study that make the same change; None if it is invalid.

    They are derived from the row without its values and numbers, which is derived from the row without its readings.
    The scenario is loaded only for a change of more than numbers: that takes far longer.
    """
    try:
        return _worked_out(study, base, change) or _loaded(base, change)
    except InputError:
        return None


def _worked_out(study: str, base: Asked, change: Row) -> Compiled | None:
    """Return the result from a row that changes less; None if there is none, or if more than numbers differs."""
    plainer = (
        replace(change, values=(), numbers=()) if change.values or change.numbers else replace(change, readings=())
    )
    if plainer == change:
        return None
    start = compiled(study, base, plainer)
    found = _at_numbers(start, change)
    if found is None and start is not None and change.readings:
        # A reading that an `only_if` depends on changes which parts the scenario has. With these readings in force,
        # the others may change numbers only.
        switching = _switching(start[0], change)
        return None if switching in (plainer, change) else _at_numbers(compiled(study, base, switching), change)
    return found


def _switching(scenario: Scenario, change: Row) -> Row:
    """Return the row with only those of its readings that an `only_if` depends on."""
    deciding = {figure for figure, paths in scenario.fed.items() if ONLY_IF in paths}
    return replace(change, readings=tuple(f"{f}={name}" for f, name in change.chosen.items() if f in deciding))


def _at_numbers(plainer: Compiled | None, change: Row) -> Compiled | None:
    """Return the scenario and plan of a row that changes less, with the numbers of a change; None if not possible."""
    if plainer is None:
        return None
    scenario, plan = plainer
    chosen = scenario.document.readings
    readings = {figure: name for figure, name in change.chosen.items() if chosen.get(figure) != name}
    found = revalued(scenario, readings=readings, values=dict(change.values), numbers=dict(change.numbers))
    return None if found is None else (found, renumbered(plan, found))


def _loaded(base: Asked, change: Row) -> Compiled:
    """Load and compile the scenario of a row."""
    scenario = loaded(base, change)
    return scenario, compile_plan(scenario)
