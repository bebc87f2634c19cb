"""Curves in force at an instant: step functions, searched afresh each time."""

from __future__ import annotations

from bisect import bisect_right

from sim.draws.curves import Curve
from sim.engines.events.state import Steps


def steps(curve: Curve) -> Steps:
    """Return a curve as lists, which Python reads faster than arrays."""
    return Steps(curve.knots.tolist(), curve.values.tolist())


def value_at(curve: Steps, tick: int) -> float:
    """Return the value of a curve at an instant."""
    # A step is in force from its very tick on.
    return curve.values[bisect_right(curve.knots, tick) - 1]
