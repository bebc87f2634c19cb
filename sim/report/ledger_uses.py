"""Where the ledger itself, and the bounds of lint, name a figure."""

from __future__ import annotations

from sim.ledger import Ledger
from sim.linting import load_rules


def uses_in_ledger(figure: str, ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """Return formulas, readings, fallbacks and bounds that refer to `figure`."""
    others = [ledger[id] for id in ledger]
    bounds = load_rules(ledger).items()
    found = {
        "formulas": tuple(f.id for f in others if figure in f.operands),
        "readings that follow it": tuple(f.id for f in others if f.follows == figure),
        "fallback of": tuple(f.id for f in others if f.fallback == figure),
        "bounds": tuple(name for name, rule in bounds if figure in (rule.times, *(b.figure for b in rule.bounds))),
    }
    return {what: names for what, names in found.items() if names}
