"""What planners expect of a demand line, dated as the demand itself and as far as lead times reach."""

from __future__ import annotations

import numpy as np

from sim.draws.arrivals import DATED, certain, dated, evenly, rate_scale, share_of, whole
from sim.draws.curves import all_ticks, value
from sim.plan import FloatArray, IntArray, LinePlan
from sim.scenario.schema.demand import Pattern


def expected_units(
    line: LinePlan, vector: FloatArray, horizon: float, daily: FloatArray, weights: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Instants at which planners expect demand, in ticks, shape (n,), and the units expected at the first i of
    them by each view of the changeovers, shape (views, n + 1).

    `daily` are the units expected of one generation, before bias, and `weights` its share of the line, both by
    view and day. Demand with dates of its own is expected on them, unless it has a forecast rate; even demand
    as it falls, in whole units at the start of each grain; all else day by day. Within the horizon this is what
    comes, so a grain that the end of the horizon cuts is expected in two parts.
    """
    reach = float(daily.shape[1] - 1)
    if line.pattern in DATED and line.forecast_rate is None:
        at, listed = dated(line, vector, reach)
        units = listed * rate_scale(line, vector) * share_of(weights, at)
        total = whole(units) if certain(line) else np.cumsum(units, axis=1)
    elif line.pattern is Pattern.EVEN:
        edges = _grains(line, vector, horizon, reach)
        at, total = edges[:-1], whole(evenly(daily, edges))
    else:
        at = np.maximum(np.arange(reach + 1.0), value(vector, line.begins))
        total = np.cumsum(daily, axis=1)
    start = np.zeros((len(daily), 1))
    return all_ticks(at), np.concatenate([start, total], axis=1) * value(vector, line.forecast_bias, 1.0)


def _grains(line: LinePlan, vector: FloatArray, horizon: float, reach: float) -> FloatArray:
    """The days at which the grains of even demand begin, and at last the day to which they reach."""
    starts = np.arange(0.0, reach, value(vector, line.every, 1.0))
    return np.unique(np.concatenate([starts, [horizon, reach]]))


__all__ = ["expected_units"]
