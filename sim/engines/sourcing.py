"""How a need is divided among sources, and what sites and contracts allow of it."""

from __future__ import annotations

import numpy as np

from sim.draws.curves import TICKS_PER_DAY
from sim.engines.phases import Stage
from sim.engines.positions import Memory, Position, stage
from sim.engines.tables import LEAST_COST, PHASE_OUT, SPLIT, Tables
from sim.plan import FloatArray

INFINITE = 1e300
SLACK = 1e-9


def divide_all(
    t: Tables, p: Position, m: Memory, k: int, period: float, need: FloatArray, outside: FloatArray,
    limit: FloatArray, committed: FloatArray,
) -> FloatArray:  # fmt: skip
    """Starts wished at every source under these limits, whatever the inputs."""
    starts = np.zeros(len(t.source_pool))
    for q in range(len(t.order)):
        if t.planned[q]:
            divide(t, p, m, k, period, q, need[q], outside[q], limit, committed, starts)
    return starts


def divide(
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
    # The outside share that is still wanted: none, or by date in a phase-out; never less than is promised.
    keep = _phase_out(t, q, t.reviews[k] / TICKS_PER_DAY) if policy == PHASE_OUT else 0.0
    promised = _promised_output(t, p, begin, end, limit, committed)
    inside = _greedy(t, p, begin, end, need - max(keep * need, promised), limit, starts)
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


def _promised_output(t: Tables, p: Position, begin: int, end: int, limit: FloatArray, committed: FloatArray) -> float:
    """Good output of the outside starts to which commitments bind."""
    total = 0.0
    for i in range(begin, end):
        r = t.pool_source[i]
        if not t.in_house[r]:
            total += min(committed[r], limit[r]) * p.good_per_start[r]
    return total


def _proven_output(t: Tables, p: Position, m: Memory, begin: int, end: int, period: float, limit: FloatArray) -> float:
    """Good output a period of in-house sources that have shown it in high volume."""
    total = 0.0
    for i in range(begin, end):
        r = t.pool_source[i]
        if t.in_house[r]:
            total += min(m.proven[r] * period, limit[r]) * p.good_per_start[r]
    return total


def _greedy(t: Tables, p: Position, begin: int, end: int, need: float, limit: FloatArray, starts: FloatArray) -> float:
    """In-house sources in order of preference take what they can; returns good units."""
    taken = 0.0
    for i in range(begin, end):
        r = t.pool_source[i]
        if t.in_house[r] and p.good_per_start[r] > 0.0 and need - taken > SLACK:
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
    for _ in range(n):
        r = t.pool_source[begin + _take_least(cost)]
        y = p.good_per_start[r]
        if y <= 0.0:
            continue
        wanted = left if t.in_house[r] else max(left, unproven, committed[r] * y)
        more = min(max(wanted, 0.0) / y, limit[r])
        starts[r] += more
        left -= more * y
        unproven -= 0.0 if t.in_house[r] else more * y


def _take_least(cost: FloatArray) -> int:
    """The place of the least cost, the first of equals, which is then out of the question."""
    least = 0
    for i in range(len(cost)):
        if cost[i] < cost[least]:
            least = i
    cost[least] = np.inf
    return least


def entitled(t: Tables, wished: FloatArray, weight: FloatArray, available: FloatArray) -> FloatArray:
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


def commitments(
    t: Tables, p: Position, m: Memory, k: int, period: float, wished: FloatArray, usage: FloatArray
) -> FloatArray:
    """Starts this period that notice periods still bind us to, by source.

    Each review tells suppliers what we hope to order a notice period on (`wished`); we stay bound to the
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
        m.promised[k, s] = level = t.commitment[k, s]
        # Without a notice period orders may fall at once, but the promise stands.
        if level <= 0.0 or t.notice[s] <= 0.0:
            continue
        now = t.reviews[k] / TICKS_PER_DAY
        if now >= t.notice[s]:
            most = 0.0
            for j in range(k + 1):
                if t.reviews[j] / TICKS_PER_DAY >= now - t.notice[s]:
                    most = max(most, m.wished[j, s])
            m.promised[k, s] = level = min(level, most)
        for r in range(sources):
            if t.source_site[r] == s and starts[s] > 0.0:
                bound[r] = level * period * use[r] / starts[s]
    return bound
