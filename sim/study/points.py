"""The points of a study's replications; `sim.draws.points` says how they are made."""

from sim.draws.points import SCRAMBLES, point, points

__all__ = ["SCRAMBLES", "point", "points"]
