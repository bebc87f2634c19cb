"""Which inputs of a scenario rest on a figure, directly, through formulas and through its conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.ledger import behind

if TYPE_CHECKING:
    from sim.scenario.loader import Scenario


def uses(scenario: Scenario, figure: str) -> tuple[str, ...]:
    """Paths of the inputs that rest on `figure`."""
    taken = [(i.path, i.figure) for i in scenario.inputs.values() if i.figure]
    lineage = {name: behind([name], scenario.ledger) for name in {f for _, f in taken}}
    paths = [path for path, name in taken if figure in lineage[name]]
    return (*paths, *(["only_if"] if figure in behind(scenario.switches, scenario.ledger) else []))
