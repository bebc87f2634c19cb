"""The planner's review: from positions and forecasts to starts at every source.

Written once, over arrays alone, for every engine. At review k, for each planned pool from finished
goods upstream:

    need = forecast over (t, t + L + R + SS] + backlog, in units of the pool
           - (stock + expected good output of released orders + what its descendants already hold)

Then sourcing divides the need, and qualification, contracts, capacity and inputs cut it. What was
cut is recorded by cause and forgotten: the next review starts from positions again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.draws.curves import TICKS_PER_DAY
from sim.engines.phases import Cause, Stage
from sim.engines.tables import LEAST_COST, PHASE_OUT, SPLIT, Tables
from sim.plan import FloatArray, IntArray

INFINITE = 1e300
_SLACK = 1e-9


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
    outside sites, to which notice periods look back.
    """

    mix: FloatArray
    proven: FloatArray
    wished: FloatArray


class Release(NamedTuple):
    """What a review decides: starts and sample starts of each source until the next review, what was
    cut by cause (R, 4) in good units, and each pool's need and planned output."""

    starts: IntArray
    samples: IntArray
    cut: FloatArray
    need: FloatArray
    released: FloatArray


def memory(t: Tables) -> Memory:
    """Memory before the first review: the mix is the wished shares of sources already open."""
    n = len(t.source_pool)
    mix = np.zeros(n)
    for r in range(n):
        if stage(t, r, 0) == Stage.VOLUME and t.capacity[0, t.source_site[r]] > 0.0:
            mix[r] = t.share[r]
    return Memory(mix, np.zeros(n), np.zeros(t.capacity.shape))


def stage(t: Tables, r: int, at: int) -> int:
    """Qualification of source `r` at an instant."""
    if at >= t.phases[r, 2]:
        return Stage.VOLUME
    if at >= t.phases[r, 1]:
        return Stage.RISK
    return Stage.SAMPLES if at >= t.phases[r, 0] else Stage.CLOSED


def expected_demand(t: Tables, f: int, begin: float, end: float) -> float:
    """Forecast of flow `f` between two days."""
    return _at(t.forecast[f], end) - _at(t.forecast[f], begin)


def _at(cumulated: FloatArray, day: float) -> float:
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


def review(t: Tables, p: Position, m: Memory, k: int) -> Release:
    """Plan the starts of the period that begins at review `k`; updates the memory."""
    sources, pools = len(t.source_pool), len(t.order)
    period = (t.reviews[k + 1] - t.reviews[k]) / TICKS_PER_DAY
    at = t.reviews[k]
    need, need_outside, usage = _needs(t, p, m, at / TICKS_PER_DAY, period)
    allowed = np.zeros(sources)
    for r in range(sources):
        now = stage(t, r, at)
        if now == Stage.VOLUME:
            allowed[r] = INFINITE
        elif now == Stage.RISK:
            allowed[r] = t.risk_rate[r] * period
    open_ended = np.full(sources, INFINITE)
    nothing = np.zeros(sources)
    ideal = _divide_all(t, p, m, k, period, need, need_outside, open_ended, nothing)
    wished = _divide_all(t, p, m, k, period, need, need_outside, allowed, nothing)
    capacity = _entitled(t, wished, t.load, t.capacity[k] * period - p.committed)
    contract = _entitled(t, wished, np.ones(sources), t.allocation[k] * period)
    limit = np.minimum(np.minimum(allowed, capacity), contract)
    committed = _commitments(t, p, m, k, period, wished, usage)
    granted, cut_inputs = _with_inputs(t, p, m, k, period, need, need_outside, limit, committed)
    release = _result(t, p, k, ideal, granted, limit, cut_inputs, allowed, capacity, contract, need, period)
    _remember(t, p, m, k, period, granted, np.where(cut_inputs > 0.0, granted, limit))
    for q in range(pools):
        for i in range(t.source_start[q], t.source_start[q + 1]):
            r = t.pool_source[i]
            release.released[q] += release.starts[r] * p.good_per_start[r]
    return release


def _needs(t: Tables, p: Position, m: Memory, day: float, period: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Need of each pool; the need that outside sources see: without in-house lots that are not yet
    high volume, or, where orders are withdrawn on announcements, with announced output instead; and
    what one period's forecast uses at the end of the cover."""
    pools, flows = len(t.order), len(t.flow_pool)
    units, embodied = multipliers(t, p, m.mix)
    need, outside, usage = np.zeros(pools), np.zeros(pools), np.zeros(pools)
    for q in range(pools):
        if not t.planned[q]:
            continue
        wanted, longest = 0.0, 0.0
        for f in range(flows):
            if units[q, f] > 0.0:
                window = day + t.cover[q, f] + period
                expected = expected_demand(t, f, day, window) * p.correction[f]
                wanted += units[q, f] * (expected + p.backlog[f])
                longest = max(longest, t.cover[q, f])
                usage[q] += units[q, f] * expected_demand(t, f, window - period, window)
        held, risky, in_house, announced = p.stock[q] + embodied[q], 0.0, 0.0, 0.0
        for i in range(t.source_start[q], t.source_start[q + 1]):
            r = t.pool_source[i]
            held += p.on_order[r]
            risky += p.on_order_risk[r] if t.in_house[r] else 0.0
            if t.in_house[r]:
                in_house += p.on_order[r]
                announced += _at(t.announced[r], day + longest + period) - _at(t.announced[r], day)
        need[q] = max(wanted - held, 0.0)
        outside[q] = max(wanted - held + (in_house - announced if t.on_announced[q] else risky), 0.0)
    return need, outside, usage


def _divide_all(
    t: Tables, p: Position, m: Memory, k: int, period: float, need: FloatArray, outside: FloatArray,
    limit: FloatArray, committed: FloatArray,
) -> FloatArray:  # fmt: skip
    """Starts wished at every source under these limits, whatever the inputs."""
    starts = np.zeros(len(t.source_pool))
    for q in range(len(t.order)):
        if t.planned[q]:
            _divide(t, p, m, k, period, q, need[q], outside[q], limit, committed, starts)
    return starts


def _divide(
    t: Tables, p: Position, m: Memory, k: int, period: float, q: int, need: float, need_outside: float,
    limit: FloatArray, committed: FloatArray, starts: FloatArray,
) -> None:  # fmt: skip
    """Divide one pool's need among its sources; writes into `starts`."""
    begin, end = t.source_start[q], t.source_start[q + 1]
    policy = t.sourcing[q]
    if policy == SPLIT:
        _split(t, p, begin, end, need, limit, starts, committed, in_house=True, outside=True)
        return
    if policy == LEAST_COST:
        _cheapest(t, p, m, k, period, begin, end, need, need_outside, limit, starts, committed)
        return
    # The outside share that is still wanted: none, or by date in a phase-out.
    keep = _phase_out(t, q, t.reviews[k] / TICKS_PER_DAY) if policy == PHASE_OUT else 0.0
    inside = _greedy(t, p, begin, end, need * (1.0 - keep), limit, starts)
    if t.on_announced[q]:
        orders = min(need_outside, need)
    else:
        orders = max(keep * need, need_outside - _proven_output(t, p, m, begin, end, period, limit))
    orders = max(orders, t.floor[q] * need)
    bought = _split(t, p, begin, end, orders, limit, starts, committed, in_house=False, outside=True)
    if t.overflow[q] and not t.on_announced[q]:
        _greedy(t, p, begin, end, need - inside - bought, limit, starts)


def _phase_out(t: Tables, q: int, day: float) -> float:
    begin, end, final = t.phase_out[q, 0], t.phase_out[q, 1], t.phase_out[q, 2]
    if day <= begin:
        return 1.0
    return float(final if day >= end else 1.0 + (final - 1.0) * (day - begin) / (end - begin))


def _proven_output(
    t: Tables, p: Position, m: Memory, begin: int, end: int, period: float, limit: FloatArray
) -> float:
    """Good output a period of in-house sources that have shown it in high volume."""
    total = 0.0
    for i in range(begin, end):
        r = t.pool_source[i]
        if t.in_house[r]:
            total += min(m.proven[r] * period, limit[r]) * p.good_per_start[r]
    return total


def _greedy(
    t: Tables, p: Position, begin: int, end: int, need: float, limit: FloatArray, starts: FloatArray
) -> float:
    """In-house sources in order of preference take what they can; returns good units."""
    taken = 0.0
    for i in range(begin, end):
        r = t.pool_source[i]
        if t.in_house[r] and p.good_per_start[r] > 0.0 and need - taken > _SLACK:
            more = min((need - taken) / p.good_per_start[r], limit[r] - starts[r])
            if more > 0.0:
                starts[r] += more
                taken += more * p.good_per_start[r]
    return taken


def _split(
    t: Tables, p: Position, begin: int, end: int, need: float, limit: FloatArray, starts: FloatArray,
    committed: FloatArray, in_house: bool, outside: bool,
) -> float:  # fmt: skip
    """Open sources take their shares, never less than is committed; what one cannot take goes to the
    next. Returns good units."""
    total, taken = 0.0, 0.0
    for i in range(begin, end):
        r = t.pool_source[i]
        if (in_house if t.in_house[r] else outside) and limit[r] > 0.0 and p.good_per_start[r] > 0.0:
            total += t.share[r]
    for overflow in range(2):
        for i in range(begin, end):
            r = t.pool_source[i]
            y = p.good_per_start[r]
            if not (in_house if t.in_house[r] else outside) or y <= 0.0:
                continue
            if overflow == 0:
                part = need * t.share[r] / total / y if total > 0.0 else 0.0
                more = min(max(part, committed[r]), limit[r])
            elif t.overflow[t.source_pool[r]] and t.share[r] > 0.0:
                more = min((need - taken) / y, limit[r] - starts[r])
            else:
                more = 0.0
            if more > 0.0:
                starts[r] += more
                taken += more * y
    return taken


def _cheapest(
    t: Tables, p: Position, m: Memory, k: int, period: float, begin: int, end: int, need: float,
    need_outside: float, limit: FloatArray, starts: FloatArray, committed: FloatArray,
) -> None:  # fmt: skip
    """Sources in order of cost for a good unit; outside orders fall only behind proven output."""
    n = end - begin
    cost = np.full(n, INFINITE)
    for i in range(n):
        r = t.pool_source[begin + i]
        if p.good_per_start[r] > 0.0:
            cost[i] = t.unit_cost[k, r] / p.good_per_start[r]
    left = need
    unproven = need_outside - _proven_output(t, p, m, begin, end, period, limit)
    for i in np.argsort(cost, kind="mergesort"):
        r = t.pool_source[begin + i]
        y = p.good_per_start[r]
        if y <= 0.0:
            continue
        wanted = left if t.in_house[r] else max(left, unproven, committed[r] * y)
        more = min(max(wanted, 0.0) / y, limit[r])
        starts[r] += more
        left -= more * y
        unproven -= 0.0 if t.in_house[r] else more * y


def _entitled(t: Tables, wished: FloatArray, weight: FloatArray, available: FloatArray) -> FloatArray:
    """Most starts that each source may have of what its site offers.

    Lower priority numbers go first; within a priority, wishes beyond what is left are cut alike;
    what the others leave, anyone may have.
    """
    n = len(wished)
    entitled = np.zeros(n)
    for r in range(n):
        before, same, own = 0.0, 0.0, wished[r] * weight[r]
        mine = t.priority[t.source_pool[r]]
        for other in range(n):
            if t.source_site[other] == t.source_site[r]:
                rank = t.priority[t.source_pool[other]]
                load = min(wished[other] * weight[other], INFINITE)
                if rank < mine:
                    before += load
                elif rank == mine:
                    same += load
        left = max(available[t.source_site[r]] - before, 0.0)
        mine_left = left - (same - own) if same <= left else left * own / same
        entitled[r] = min(mine_left / weight[r], INFINITE)
    return entitled


def _commitments(
    t: Tables, p: Position, m: Memory, k: int, period: float, wished: FloatArray, usage: FloatArray
) -> FloatArray:
    """Starts this period that notice periods still bind us to, by source.

    Each review tells suppliers what we wish to order a notice period on; we stay bound to the
    commitment, but to no more than the most we wished within the notice period. A site's commitment
    is divided by what each product uses, not by its need of the month, which the commitment itself
    would make swing.
    """
    sources, sites = len(t.source_pool), t.capacity.shape[1]
    bound, totals, starts = np.zeros(sources), np.zeros(sites), np.zeros(sites)
    use = np.zeros(sources)
    for r in range(sources):
        totals[t.source_site[r]] += wished[r]
        if p.good_per_start[r] > 0.0 and stage(t, r, t.reviews[k]) == Stage.VOLUME:
            use[r] = usage[t.source_pool[r]] / p.good_per_start[r]
        starts[t.source_site[r]] += use[r]
    for s in range(sites):
        m.wished[k, s] = totals[s] / period
        level = t.commitment[k, s]
        if level <= 0.0 or t.notice[s] <= 0.0:
            continue
        now = t.reviews[k] / TICKS_PER_DAY
        if now >= t.notice[s]:
            most = 0.0
            for j in range(k + 1):
                if t.reviews[j] / TICKS_PER_DAY >= now - t.notice[s]:
                    most = max(most, m.wished[j, s])
            level = min(level, most)
        for r in range(sources):
            if t.source_site[r] == s and starts[s] > 0.0:
                bound[r] = level * period * use[r] / starts[s]
    return bound


def _with_inputs(
    t: Tables, p: Position, m: Memory, k: int, period: float, need: FloatArray, outside: FloatArray,
    limit: FloatArray, committed: FloatArray,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Divide every pool's need from raw items downstream, within the inputs that will be there.

    Inputs are stock, receipts due before the next review and releases of this review that arrive in
    time, less what waiting lots claim. Returns starts and what a lack of inputs cut, by source.
    """
    starts, cut = np.zeros(len(t.source_pool)), np.zeros(len(t.source_pool))
    available = np.maximum(p.stock + p.due - p.waiting, 0.0)
    for index in range(len(t.order) - 1, -1, -1):
        q = t.order[index]
        begin, end = t.source_start[q], t.source_start[q + 1]
        if t.planned[q]:
            _divide(t, p, m, k, period, q, need[q], outside[q], limit, committed, starts)
        used = np.zeros(len(t.order))
        for i in range(begin, end):
            r = t.pool_source[i]
            for j in range(t.input_start[r], t.input_start[r + 1]):
                used[t.input_pool[j]] += starts[r] * t.takes[j]
        for i in range(begin, end):
            r = t.pool_source[i]
            factor = 1.0
            for j in range(t.input_start[r], t.input_start[r + 1]):
                child = t.input_pool[j]
                if used[child] > available[child]:
                    factor = min(factor, available[child] / used[child])
            cut[r] = starts[r] * (1.0 - factor)
            starts[r] *= factor
        for i in range(begin, end):
            r = t.pool_source[i]
            for j in range(t.input_start[r], t.input_start[r + 1]):
                available[t.input_pool[j]] = max(available[t.input_pool[j]] - starts[r] * t.takes[j], 0.0)
            available[q] += starts[r] * p.good_per_start[r] * max(1.0 - t.lead[q] / period, 0.0)
    return starts, cut


def _result(
    t: Tables, p: Position, k: int, ideal: FloatArray, granted: FloatArray, limit: FloatArray,
    cut_inputs: FloatArray, allowed: FloatArray, capacity: FloatArray, contract: FloatArray,
    need: FloatArray, period: float,
) -> Release:  # fmt: skip
    """Whole starts, sample starts and cuts by their causes."""
    n = len(granted)
    starts, samples = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    cut = np.zeros((n, len(Cause)))
    for r in range(n):
        starts[r] = int(np.ceil(granted[r] - _SLACK)) if granted[r] > _SLACK else 0
        samples[r] = _sample_starts(t, r, k)
        missing = (ideal[r] - granted[r]) * p.good_per_start[r]
        if missing <= _SLACK or not t.planned[t.source_pool[r]]:
            continue
        by_inputs = min(cut_inputs[r] * p.good_per_start[r], missing)
        cut[r, Cause.INPUTS] = by_inputs
        if granted[r] + cut_inputs[r] >= limit[r] * (1.0 - 1e-6):
            cut[r, _tightest(allowed[r], capacity[r], contract[r], t.capacity[k, t.source_site[r]])] += missing - by_inputs
    return Release(starts, samples, cut, need, np.zeros(len(t.order)))


def _tightest(allowed: float, capacity: float, contract: float, installed: float) -> int:
    """The limit that cut most; a site that is not yet built is short of capacity, not of approval."""
    if installed <= 0.0 or capacity <= min(allowed, contract):
        return Cause.CAPACITY
    return Cause.QUALIFICATION if allowed <= contract else Cause.CONTRACT


def _sample_starts(t: Tables, r: int, k: int) -> int:
    """Engineering starts of the sample phase that fall into the period."""
    begin = max(t.phases[r, 0], t.reviews[k])
    end = min(t.phases[r, 1], t.reviews[k + 1])
    if end <= begin or t.sample_rate[r] <= 0.0:
        return 0
    return max(int(t.sample_rate[r] * (end - begin) / TICKS_PER_DAY + 0.5), 1)


def _remember(
    t: Tables, p: Position, m: Memory, k: int, period: float, granted: FloatArray, limit: FloatArray
) -> None:
    """Update the mix and what in-house sources have proven."""
    for q in range(len(t.order)):
        begin, end = t.source_start[q], t.source_start[q + 1]
        total = 0.0
        for i in range(begin, end):
            total += granted[t.pool_source[i]] * p.good_per_start[t.pool_source[i]]
        for i in range(begin, end):
            r = t.pool_source[i]
            if total > 0.0:
                m.mix[r] = granted[r] * p.good_per_start[r] / total
            if t.in_house[r] and stage(t, r, t.reviews[k]) == Stage.VOLUME:
                m.proven[r] = min(limit[r] / period, max(m.proven[r], granted[r] / period))
