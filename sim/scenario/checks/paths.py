"""Paths over time: their ends, and values that their interpolation can run between."""

from __future__ import annotations

from sim.scenario.checks.context import Context
from sim.scenario.compose import Loc
from sim.scenario.resolve import paths_over_time
from sim.scenario.schema.quantity import Path
from sim.vocabulary import Interpolate


def check(context: Context) -> None:
    """Check that every path over time can be followed as it is written."""
    for loc, path in paths_over_time(context.document).items():
        if path.ends is not None and (loc[0] != "demand" or "power" in loc or str(loc[2]).startswith("value")):
            context.add(
                (*loc, "ends"),
                "has no effect: only a path of demand must say how far it reaches; here the last value holds",
            )
        if path.interpolate is Interpolate.EXPONENTIAL:
            _exponential(context, loc, path)


def _exponential(context: Context, loc: Loc, path: Path) -> None:
    """Check that an exponential path has only values above 0.

    Growth by a constant factor neither starts from 0 nor reaches it.
    """
    for index in range(len(path.points)):
        place: Loc = (*loc, "points", index, "value")
        lowest = context.lowest(*place)
        if lowest is not None and lowest <= 0:
            context.add(
                place,
                "an exponential path needs values above 0",
                found=f"{lowest:g}",
                expected="more than 0; or interpolate: linear",
            )
