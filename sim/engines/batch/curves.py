"""Curves in force at an instant: step functions, searched on from where they were last read."""

from __future__ import annotations

from sim.engines.batch.state import CURVES, State
from sim.engines.shared.rules import segment


def value_at(s: State, site: int, what: int, tick: int) -> float:
    """Return the value of a site's curve at an instant."""
    return _read(s, site * CURVES + what, tick)


def price_at(s: State, source: int, tick: int) -> float:
    """Return the price of a start of a source at an instant, in cents."""
    return _read(s, len(s.sites) * CURVES + source, tick)


def _read(s: State, place: int, tick: int) -> float:
    """Return the value of a curve at an instant; instants may come in any order, forward is fast."""
    curve = s.curves[place]
    knots = s.knots[curve.begin : curve.end]
    # Before the step last read: the search begins again.
    if knots[curve.at] > tick:
        curve.at = 0
    curve.at = segment(knots, tick, curve.at)
    return float(s.values[curve.begin + curve.at])
