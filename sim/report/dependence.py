"""What the answer of a run depends on: what `explain` found to move it most, else what its scenario marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.ledger import behind
from sim.study.explained import explained

if TYPE_CHECKING:
    from sim.results.result import Result
    from sim.scenario.loader import Scenario

_MOST = 4


def depends_on(result: Result) -> list[str]:
    """Return the inputs that move each KPI explained most; else the scenario's notes, or its contested figures."""
    kept = explained(result.hash)
    lines = [
        f"{kpi} is most sensitive to {'; '.join(found.told[:_MOST])} (fabshift explain)" for kpi, found in kept.items()
    ]
    return lines or list(result.scenario.document.notes) or _contested(result.scenario)


def _contested(scenario: Scenario) -> list[str]:
    """Return the first contested figures behind the scenario, with the readings in force."""
    readings = contested_readings(scenario)
    if not readings:
        return []
    told = [f"{name} ({chosen})" for name, (chosen, _) in list(readings.items())[:_MOST]]
    more = len(readings) - _MOST
    return [f"Depends on contested figures: {', '.join(told)}{f' and {more} more' if more > 0 else ''}"]


def contested_readings(scenario: Scenario) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the contested figures behind a scenario: name -> the reading in force, and the others.

    A reading that follows another figure's is listed with that figure, unless one of its own is in force.
    """
    ledger = scenario.ledger
    explicit = {i.figure: i.reading for i in scenario.inputs.values() if i.figure and i.reading}
    used = [i.figure for i in scenario.inputs.values() if i.figure]
    found = {}
    for name in behind([*scenario.switches, *used], ledger):
        figure = ledger.figures[name]
        told = ledger.figures[figure.follows].readings if figure.follows else {}
        own = [reading for reading in figure.readings if reading not in told]
        if not own:
            continue
        chosen = explicit.get(name) or ledger.reading_name(name) or ""
        beside = own if chosen in told else figure.readings
        found[name] = (chosen, tuple(reading for reading in beside if reading != chosen))
    return found


__all__ = ["contested_readings", "depends_on"]
