"""What figures go back to."""

from __future__ import annotations

from collections.abc import Iterable

from sim.ledger.ledger import Ledger


def behind(figures: Iterable[str], ledger: Ledger) -> dict[str, None]:
    """Return `figures`, all that their formulas go back to, and those whose reading they follow; in order.

    The names are the keys of a mapping, which keeps their order and has no name twice.
    """
    found: dict[str, None] = {}
    # A stack takes the last first: reversed, the figures are visited in the order given.
    waiting = list(figures)[::-1]
    while waiting:
        name = waiting.pop()
        if name in found or name not in ledger.figures:
            continue
        found[name] = None
        figure = ledger.figures[name]
        waiting.extend((*figure.operands, *((figure.follows,) if figure.follows else ())))
    return found
