"""What planners expect of a demand line, dated as the demand itself and as far as lead times reach."""

from __future__ import annotations

import numpy as np

from sim.calendar import Calendar
from sim.clock import all_ticks
from sim.draws.arrivals import DATED, certain, dated, expected_grain, grain, rate_scale, whole
from sim.draws.curves import value
from sim.draws.rates import Rate, times_until
from sim.plan import FloatArray, IntArray, LinePlan
from sim.vocabulary import Pattern


def expected_units(
    line: LinePlan, vector: FloatArray, calendar: Calendar, daily: Rate, weights: Rate
) -> tuple[IntArray, FloatArray]:
    """Return the instants (ticks, (n,)) at which planners expect demand, and units expected by then, (views, n + 1).

    Entry i of a view's units is what it expects at the first i instants. `daily` are the units a day expected of one
    generation, before bias, and `weights` its share of the line, both by view. Demand with dates of its own is expected
    on them, unless it has a forecast rate. Even demand is expected as it falls, in whole units at the start of each
    grain. All else is expected period by period, or else day by day. Within the horizon this is what comes, so a grain
    that the end of the horizon cuts is expected in two parts.
    """
    reach = float(daily.edges[-1])
    if line.pattern in DATED and line.forecast_rate is None:
        at, listed = dated(line, vector, reach)
        units = listed * rate_scale(line, vector) * weights.at(at)
        total = whole(units) if certain(line) else np.cumsum(units, axis=1)
    elif line.pattern is Pattern.EVEN:
        edges = _grains(grain(line, vector, calendar.day), calendar.days, reach)
        at, total = edges[:-1], whole(daily.between(edges))
    else:
        begin = times_until(reach, expected_grain(line, vector, calendar.day))
        at, total = np.maximum(begin, value(vector, line.begins)), daily.cumulated(np.append(begin[1:], reach))
    start = np.zeros((len(daily.values), 1))
    return all_ticks(at), np.concatenate([start, total], axis=1) * value(vector, line.forecast_bias, 1.0)


def _grains(grain: float, horizon: float, reach: float) -> FloatArray:
    """Return the days at which the grains of even demand begin, and at last the day to which they reach."""
    return np.unique(np.concatenate([np.arange(0.0, reach, grain), [horizon, reach]]))


__all__ = ["expected_units"]
