"""What the planner sees and remembers, and what a finished unit takes of everything before it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engines.phases import Stage
from sim.engines.tables import Tables
from sim.plan import FloatArray


class Position(NamedTuple):
    """What the planner sees at a review. P pools, S sites, R sources, F flows.

    `stock` and `waiting` (claims of lots that wait for inputs) are units of each pool; `due` is
    expected into stock before the next review; `on_order`, `on_order_risk` (risk production and not
    yet qualified) and `in_process` (inputs taken) are expected good units of each source;
    `committed` is load at each site that was accepted and not worked off; `good_per_start` is what a
    start yields if begun now; `correction` is the learned factor on each flow's forecast.
    """

    stock: FloatArray
    waiting: FloatArray
    due: FloatArray
    on_order: FloatArray
    on_order_risk: FloatArray
    in_process: FloatArray
    committed: FloatArray
    backlog: FloatArray
    good_per_start: FloatArray
    correction: FloatArray


class Memory(NamedTuple):
    """What the planner keeps from review to review.

    `mix` is each source's part of its pool's good output in the last plan; `proven` the starts a
    day that an in-house source in high volume has shown; `wished[k, s]` the starts a day wished at
    outside sites, to which notice periods look back; `promised[k, s]` the starts a day that the
    commitment still asks for, notice given or not.
    """

    mix: FloatArray
    proven: FloatArray
    wished: FloatArray
    promised: FloatArray


def memory(t: Tables) -> Memory:
    """Memory before the first review: the mix is the wished shares of sources already open."""
    n = len(t.source_pool)
    mix = np.zeros(n)
    for r in range(n):
        if stage(t, r, 0) == Stage.VOLUME and t.capacity[0, t.source_site[r]] > 0.0:
            mix[r] = t.share[r]
    return Memory(mix, np.zeros(n), np.zeros(t.capacity.shape), np.zeros(t.capacity.shape))


def stage(t: Tables, r: int, at: int) -> int:
    """Qualification of source `r` at an instant."""
    if at >= t.phases[r, 2]:
        return Stage.VOLUME
    if at >= t.phases[r, 1]:
        return Stage.RISK
    return Stage.SAMPLES if at >= t.phases[r, 0] else Stage.CLOSED


def expected_demand(t: Tables, k: int, f: int, begin: float, end: float) -> float:
    """What review `k` expects of flow `f` between two days."""
    forecast = t.forecast[t.forecast_row[k, f]]
    return cumulated_at(forecast, end) - cumulated_at(forecast, begin)


def cumulated_at(cumulated: FloatArray, day: float) -> float:
    last = len(cumulated) - 1
    if day >= last:
        return float(cumulated[last])
    i = int(day)
    return float(cumulated[i] + (cumulated[i + 1] - cumulated[i]) * (day - i))


def multipliers(t: Tables, p: Position, mix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Units of each pool in one unit of each flow (P, F), and in everything made from it (P,).

    A parent's needs are those of its sources, weighted by their part of its good output.
    """
    pools, flows = len(t.order), len(t.flow_pool)
    units, embodied = np.zeros((pools, flows)), np.zeros(pools)
    for f in range(flows):
        units[t.flow_pool[f], f] = 1.0
    for parent in t.order:
        begin, end = t.source_start[parent], t.source_start[parent + 1]
        held, total = p.stock[parent] + embodied[parent], 0.0
        for i in range(begin, end):
            held += p.in_process[t.pool_source[i]]
            total += mix[t.pool_source[i]]
        for i in range(begin, end):
            r = t.pool_source[i]
            weight = mix[r] / total if total > 0.0 else (1.0 if i == begin else 0.0)
            if weight == 0.0 or p.good_per_start[r] <= 0.0:
                continue
            for j in range(t.input_start[r], t.input_start[r + 1]):
                child, per_unit = t.input_pool[j], weight * t.takes[j] / p.good_per_start[r]
                embodied[child] += per_unit * held
                for f in range(flows):
                    units[child, f] += per_unit * units[parent, f]
    return units, embodied
