"""The planner's review: from positions and forecasts to starts at every source.

Written once, over arrays alone, for every engine; in loops, since each expression of whole arrays costs the
compiled engine a quarter of a second of compiling. At review k, for each planned pool from finished
goods upstream:

    need = forecast over (t, t + L + R + SS] + backlog, in units of the pool
           - (stock + expected good output of released orders + what its descendants already hold)

but no more over that time than the sites which take the pool up have shown they can. Then sourcing divides the need, and qualification, contracts, capacity and inputs cut it. What was
cut is recorded by cause and forgotten: the next review starts from positions again.
"""

from typing import NamedTuple

import numpy as np

from sim.draws.curves import TICKS_PER_DAY
from sim.engines.phases import CAUSES, Cause, Stage
from sim.engines.positions import Memory, Position, cumulated_at, expected_demand, multipliers, stage
from sim.engines.rules import total
from sim.engines.sourcing import INFINITE, SLACK, commitments, divide, divide_all, entitled
from sim.engines.tables import Tables
from sim.plan import FloatArray, IntArray

CAPACITY, QUALIFICATION, CONTRACT, INPUTS = (int(cause) for cause in Cause)


class Release(NamedTuple):
    """What a review decides: starts and sample starts of each source until the next review; what kept
    each source below its wish, by cause (R, 4), in good units, and the part of it that no other source
    made up for; and each pool's need and planned output."""

    starts: IntArray
    samples: IntArray
    cut: FloatArray
    short: FloatArray
    need: FloatArray
    released: FloatArray


def review(t: Tables, p: Position, m: Memory, k: int) -> Release:
    """Plan the starts of the period that begins at review `k`; updates the memory."""
    sources, pools = len(t.source_pool), len(t.order)
    period = (t.reviews[k + 1] - t.reviews[k]) / TICKS_PER_DAY
    at = t.reviews[k]
    need, need_outside, usage = _needs(t, p, m, k, period)
    allowed, open_ended, nothing = np.zeros(sources), np.zeros(sources), np.zeros(sources)
    for r in range(sources):
        open_ended[r] = INFINITE
        now = stage(t, r, at)
        if now == Stage.VOLUME:
            allowed[r] = INFINITE
        elif now == Stage.RISK:
            allowed[r] = t.risk_rate[r] * period
    ideal = divide_all(t, p, m, k, period, need, need_outside, open_ended, nothing)
    wished = divide_all(t, p, m, k, period, need, need_outside, allowed, nothing)
    capacity, contract = _offered(t, p, k, period, wished)
    limit = _limits(allowed, capacity, contract)
    # What suppliers are told: orders as they would be if our own sites did all they are thought able to.
    hoped = Memory(m.mix, open_ended, m.wished, m.promised)
    told = divide_all(t, p, hoped, k, period, need, need_outside, limit, nothing)
    committed = commitments(t, p, m, k, period, told, usage)
    granted, cut_inputs = _with_inputs(t, p, m, k, period, need, need_outside, limit, committed)
    # What a lack of inputs leaves unused of a site, others may have.
    more, further = _offered(t, p, k, period, _if_cut(cut_inputs, granted, wished))
    for r in range(sources):
        capacity[r], contract[r] = max(capacity[r], more[r]), max(contract[r], further[r])
    limit = _limits(allowed, capacity, contract)
    granted, cut_inputs = _with_inputs(t, p, m, k, period, need, need_outside, limit, committed)
    release = _result(t, p, k, ideal, granted, limit, cut_inputs, allowed, capacity, contract, need)
    _remember(t, p, m, k, period, granted, _if_cut(cut_inputs, granted, limit))
    for q in range(pools):
        for i in range(t.source_start[q], t.source_start[q + 1]):
            r = t.pool_source[i]
            release.released[q] += release.starts[r] * p.good_per_start[r]
    return release


def _offered(t: Tables, p: Position, k: int, period: float, wished: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Most starts of each source by its site's capacity and by its supplier's contract, if these are wished."""
    sources, sites = len(wished), t.capacity.shape[1]
    one, capacity, allocation = np.zeros(sources), np.zeros(sites), np.zeros(sites)
    for r in range(sources):
        one[r] = 1.0
    for s in range(sites):
        capacity[s] = t.capacity[k, s] * period - p.committed[s]
        allocation[s] = t.allocation[k, s] * period
    return entitled(t, wished, t.load, capacity), entitled(t, wished, one, allocation)


def _limits(allowed: FloatArray, capacity: FloatArray, contract: FloatArray) -> FloatArray:
    """The least of what qualification, capacity and contracts let each source start."""
    limit = np.zeros(len(allowed))
    for r in range(len(allowed)):
        limit[r] = min(allowed[r], capacity[r], contract[r])
    return limit


def _if_cut(cut: FloatArray, then: FloatArray, other: FloatArray) -> FloatArray:
    """One number for sources that a lack of inputs cut, another for those it did not."""
    chosen = np.zeros(len(cut))
    for r in range(len(cut)):
        chosen[r] = then[r] if cut[r] > 0.0 else other[r]
    return chosen


def _needs(t: Tables, p: Position, m: Memory, k: int, period: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Need of each pool; the need that outside sources see: without in-house lots that are not yet
    high volume, or, where orders are withdrawn on announcements, with announced output instead; and
    what one period's forecast uses at the end of the cover."""
    pools, flows, day = len(t.order), len(t.flow_pool), t.reviews[k] / TICKS_PER_DAY
    units, embodied = multipliers(t, p, m.mix)
    most = _takers(t, p, k)
    need, outside, usage = np.zeros(pools), np.zeros(pools), np.zeros(pools)
    for q in range(pools):
        if not t.planned[q]:
            continue
        wanted, longest = 0.0, 0.0
        for f in range(flows):
            if units[q, f] > 0.0:
                window = day + t.cover[q, f] + period
                expected = expected_demand(t, k, f, day, window) * p.correction[f]
                wanted += units[q, f] * (expected + p.backlog[f])
                longest = max(longest, t.cover[q, f])
                usage[q] += units[q, f] * expected_demand(t, k, f, window - period, window)
        wanted = min(wanted, most[q] * (longest + period))
        held, risky, in_house, announced = p.stock[q] + embodied[q], 0.0, 0.0, 0.0
        for i in range(t.source_start[q], t.source_start[q + 1]):
            r = t.pool_source[i]
            held += p.on_order[r]
            risky += p.on_order_risk[r] if t.in_house[r] else 0.0
            if t.in_house[r]:
                in_house += p.on_order[r]
                announced += cumulated_at(t.announced[r], day + longest + period) - cumulated_at(t.announced[r], day)
        need[q] = max(wanted - held, 0.0)
        outside[q] = max(wanted - held + (in_house - announced if t.on_announced[q] else risky), 0.0)
    return need, outside, usage


def _takers(t: Tables, p: Position, k: int) -> FloatArray:
    """Most units of each pool a day that what is made of it can take up, by the most its sites had so far.

    Infinite where customers take it too, and while a taker is not yet qualified or still grows.
    """
    most = np.zeros(len(t.order))
    for f in range(len(t.flow_pool)):
        most[t.flow_pool[f]] = INFINITE
    for parent in t.order:
        for i in range(t.source_start[parent], t.source_start[parent + 1]):
            r = t.pool_source[i]
            s, y = t.source_site[r], p.good_per_start[r]
            seen = _most_so_far(t, s, k)
            settled = t.capacity[k, s] <= seen and stage(t, r, t.reviews[k]) == Stage.VOLUME
            starts = min(seen / t.load[r], most[parent] / y) if settled and y > 0.0 else INFINITE
            for j in range(t.input_start[r], t.input_start[r + 1]):
                most[t.input_pool[j]] += min(starts * t.takes[j], INFINITE)
    return most


def _most_so_far(t: Tables, s: int, k: int) -> float:
    """The most that a site's capacity was at reviews before this one."""
    most = 0.0
    for j in range(k):
        most = max(most, t.capacity[j, s])
    return most


def _with_inputs(
    t: Tables, p: Position, m: Memory, k: int, period: float, need: FloatArray, outside: FloatArray,
    limit: FloatArray, committed: FloatArray,
) -> tuple[FloatArray, FloatArray]:  # fmt: skip
    """Divide every pool's need from raw items downstream, within the inputs that will be there.

    Inputs are stock, receipts due before the next review and releases of this review that arrive in
    time, less what waiting lots claim. Returns starts and what a lack of inputs cut, by source.
    """
    starts, cut = np.zeros(len(t.source_pool)), np.zeros(len(t.source_pool))
    available = np.zeros(len(t.order))
    for q in range(len(t.order)):
        available[q] = max(p.stock[q] + p.due[q] - p.waiting[q], 0.0)
    for index in range(len(t.order) - 1, -1, -1):
        q = t.order[index]
        begin, end = t.source_start[q], t.source_start[q + 1]
        if t.planned[q]:
            divide(t, p, m, k, period, q, need[q], outside[q], limit, committed, starts)
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
    need: FloatArray,
) -> Release:  # fmt: skip
    """Whole starts, sample starts and cuts by their causes."""
    n = len(granted)
    starts, samples = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    cut = np.zeros((n, CAUSES))
    for r in range(n):
        starts[r] = int(np.ceil(granted[r] - SLACK)) if granted[r] > SLACK else 0
        samples[r] = _sample_starts(t, r, k)
        missing = (ideal[r] - granted[r]) * p.good_per_start[r]
        if missing <= SLACK or not t.planned[t.source_pool[r]]:
            continue
        by_inputs = min(cut_inputs[r] * p.good_per_start[r], missing)
        cut[r, INPUTS] = by_inputs
        if granted[r] + cut_inputs[r] >= limit[r] * (1.0 - 1e-6):
            cut[r, _tightest(allowed[r], capacity[r], contract[r], t.capacity[k, t.source_site[r]])] += (
                missing - by_inputs
            )
        elif t.in_house[r]:
            # It could have made more: what is promised to suppliers took the need.
            cut[r, CONTRACT] += missing - by_inputs
    return Release(starts, samples, cut, _unmet(t, p, granted, cut, need), need, np.zeros(len(t.order)))


def _unmet(t: Tables, p: Position, granted: FloatArray, cut: FloatArray, need: FloatArray) -> FloatArray:
    """Each pool's need that no source took, laid to the causes that cut its sources, shape of `cut`."""
    short = np.zeros(cut.shape)
    for q in range(len(t.order)):
        taken, missing = 0.0, 0.0
        for i in range(t.source_start[q], t.source_start[q + 1]):
            r = t.pool_source[i]
            taken += granted[r] * p.good_per_start[r]
            missing += total(cut[r])
        unmet = need[q] - taken
        if unmet > SLACK * need[q] and missing > 0.0:
            for i in range(t.source_start[q], t.source_start[q + 1]):
                for cause in range(CAUSES):
                    short[t.pool_source[i], cause] = cut[t.pool_source[i], cause] * (unmet / missing)
    return short


def _tightest(allowed: float, capacity: float, contract: float, installed: float) -> int:
    """The limit that cut most; a site that is not yet built is short of capacity, not of approval."""
    if installed <= 0.0 or capacity <= min(allowed, contract):
        return CAPACITY
    return QUALIFICATION if allowed <= contract else CONTRACT


def _sample_starts(t: Tables, r: int, k: int) -> int:
    """Engineering starts of the sample phase that fall into the period."""
    begin = max(t.phases[r, 0], t.reviews[k])
    end = min(t.phases[r, 1], t.reviews[k + 1])
    if end <= begin or t.sample_rate[r] <= 0.0:
        return 0
    return max(int(t.sample_rate[r] * (end - begin) / TICKS_PER_DAY + 0.5), 1)


def _remember(t: Tables, p: Position, m: Memory, k: int, period: float, granted: FloatArray, limit: FloatArray) -> None:
    """Update the mix and what in-house sources have proven."""
    for q in range(len(t.order)):
        begin, end = t.source_start[q], t.source_start[q + 1]
        output = 0.0
        for i in range(begin, end):
            output += granted[t.pool_source[i]] * p.good_per_start[t.pool_source[i]]
        for i in range(begin, end):
            r = t.pool_source[i]
            if output > 0.0:
                m.mix[r] = granted[r] * p.good_per_start[r] / output
            if t.in_house[r] and stage(t, r, t.reviews[k]) == Stage.VOLUME:
                m.proven[r] = min(limit[r] / period, max(m.proven[r], granted[r] / period))
