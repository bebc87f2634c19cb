"""Curves in force at an instant: step functions, searched afresh each time."""

from __future__ import annotations

from bisect import bisect_right

from sim.draws.curves import Curve
from sim.engines.events.state import State, Steps


def steps(curve: Curve) -> Steps:
    """Return a curve as lists, which Python reads faster than arrays."""
    return Steps(curve.knots.tolist(), curve.values.tolist())


def value_at(s: State, site: int, what: int, tick: int) -> float:
    """Return the value of a site's curve at an instant."""
    curve = s.sites[site].curves[what]
    # A step is in force from its very tick on.
    return curve.values[bisect_right(curve.knots, tick) - 1]


def price_at(s: State, source: int, tick: int) -> float:
    """Return the price of a start of a source at an instant, in cents."""
    price = s.sources[source].price
    return price.values[bisect_right(price.knots, tick) - 1]
