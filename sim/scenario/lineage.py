"""Which figures a scenario rests on, directly, through formulas and through its conditions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sim.ledger import Ledger

if TYPE_CHECKING:
    from sim.scenario.loader import Scenario


def behind(figures: Iterable[str], ledger: Ledger) -> dict[str, None]:
    """`figures`, all that their formulas go back to, and those whose reading they follow; in order."""
    found: dict[str, None] = {}
    waiting = list(figures)[::-1]
    while waiting:
        name = waiting.pop()
        if name in found or name not in ledger.figures:
            continue
        found[name] = None
        figure = ledger.figures[name]
        waiting.extend((*figure.operands, *((figure.follows,) if figure.follows else ())))
    return found


def uses(scenario: Scenario, figure: str) -> tuple[str, ...]:
    """Paths of the inputs that rest on `figure`."""
    taken = [(i.path, i.figure) for i in scenario.inputs.values() if i.figure]
    lineage = {name: behind([name], scenario.ledger) for name in {f for _, f in taken}}
    paths = [path for path, name in taken if figure in lineage[name]]
    return (*paths, *(["only_if"] if figure in behind(scenario.switches, scenario.ledger) else []))
