"""Bottlenecks, and what comes out good: the yield of each source in motion."""

from __future__ import annotations

from sim.clock import NEVER, TICKS_PER_DAY
from sim.draws.streams import BLOCK
from sim.engines.batch.foreign import ask
from sim.engines.batch.lists import insert, new_node, pop_first
from sim.engines.batch.state import CURVES, NOTHING, RATE, YIELD_NOISE, YIELDS, State
from sim.engines.shared.rules import binomial, finish, good_share, segment, whole, worked


def variate(s: State, source: int, kind: int) -> float:
    """The next variate of a source; new ones are drawn when all are used."""
    n = s.noise[source, kind]
    if n.row == NOTHING:
        return float(n.typical)
    if n.at == n.end:
        ask(s.clock[0].callback, n.row)
        n.at, n.end = n.begin, n.begin + BLOCK
    n.at += 1
    return float(s.drawn[n.at - 1])


def value_at(s: State, site: int, what: int, tick: int) -> float:
    """The value of a site's curve in force at an instant."""
    return read(s, site * CURVES + what, tick)


def price_at(s: State, source: int, tick: int) -> float:
    """What a start of a source costs at an instant, in cents."""
    return read(s, len(s.sites) * CURVES + source, tick)


def read(s: State, place: int, tick: int) -> float:
    """The value of a curve in force at an instant; instants may come in any order, forward is fast."""
    curve = s.curves[place]
    knots = s.knots[curve.begin : curve.end]
    if knots[curve.at] > tick:
        curve.at = 0
    curve.at = segment(knots, tick, curve.at)
    return float(s.values[curve.begin + curve.at])


def work(s: State, site: int, load: float) -> tuple[int, int]:
    """When a load that arrives now begins and leaves, on the line that is free first; NEVER if it never does."""
    where, now = s.sites[site], s.clock[0].now
    line = where.line_begin
    for other in range(line + 1, where.line_end):
        if s.line_free[other] < s.line_free[line]:
            line = other
    begin = max(s.line_free[line], now)
    if begin >= NEVER:
        return NEVER, NEVER
    left = load - s.line_credit[line] if begin == s.line_free[line] else load
    curve = s.curves[site * CURVES + RATE]
    knots, rates = s.knots[curve.begin : curve.end], s.values[curve.begin : curve.end]
    leave, i, credit = finish(begin, left, knots, rates, segment(knots, begin, s.line_step[line]))
    s.line_free[line], s.line_step[line], s.line_credit[line] = leave, i, credit
    return begin, leave


def leaves_site(s: State, site: int, ready: int) -> int:
    """When a lot leaves a site: when ready, or when held shipments go."""
    where = s.sites[site]
    for i in range(where.held_begin, where.held_end):
        if s.held[i, 0] <= ready < s.held[i, 1]:
            ready = s.held[i, 1]
    return ready


def free_at(s: State, site: int) -> int:
    """When the first line of a site is free."""
    where = s.sites[site]
    first = s.line_free[where.line_begin]
    for line in range(where.line_begin + 1, where.line_end):
        first = min(first, s.line_free[line])
    return int(first)


def committed(s: State, site: int, now: int) -> float:
    """Load accepted and not yet worked off."""
    where, total = s.sites[site], 0.0
    if where.endless:
        return total
    curve = s.curves[site * CURVES + RATE]
    knots, rates = s.knots[curve.begin : curve.end], s.values[curve.begin : curve.end]
    # A line that is never free again has all the load it can ever work off.
    latest = now + 10**6 * TICKS_PER_DAY
    for line in range(where.line_begin, where.line_end):
        total += worked(now, min(s.line_free[line], latest), knots, rates)
    return total


def _share(s: State, source: int, x: float, factor: float) -> float:
    table = s.survival[s.sources[source].survival]
    return good_share(s.defects[source], table, s.assembly[source], x, factor)


def experience(s: State, source: int, at: int) -> float:
    """Learning constants behind the source at an instant, what it inherits included."""
    # What is kept of what was kept of the first generation that has begun.
    base = source
    while s.sources[base].inherits >= 0 and not s.sources[base].started:
        base = s.sources[base].inherits
    x = _own_experience(s, base, at)
    while base != source:
        heir = source
        while s.sources[heir].inherits != base:
            heir = s.sources[heir].inherits
        x = s.sources[heir].keep * x
        base = heir
    return x


def _own_experience(s: State, source: int, at: int) -> float:
    r = s.sources[source]
    if r.learns == 2:
        return float(r.offset + (max(at - r.first, 0) / r.scale if r.first >= 0 else 0.0))
    if r.learns == 1:
        # Starts are experience when they leave the line; the list is in the order in which they do.
        still, node = r.leaving, r.leaving_head
        while node != NOTHING and s.nodes[node].at <= at:
            still -= s.nodes[node].units
            node = s.nodes[node].after
        return float(r.offset + (r.worked - still) / r.scale)
    return 0.0


def good_per_start(s: State, source: int, at: int) -> float:
    """Good units that a start begun now is expected to give."""
    r = s.sources[source]
    if r.has_fixed:
        return float(r.fixed)
    # The mean over lots: a lot at the mean defect density gives less, for yield is convex in it.
    x, table = experience(s, source, at), s.survival[r.expected]
    return float(r.line * r.gross * good_share(s.defects[source], table, s.assembly[source], x, 1.0))


def make(s: State, slot: int) -> None:
    """Settle the lot's output, as its yield stands when it begins; remember it as experience."""
    lot = s.lots[slot]
    source = lot.source
    r = s.sources[source]
    if r.perfect:
        lot.out = lot.good = lot.starts
        return
    if not r.started:
        r.offset = experience(s, source, lot.begin)
        r.started = 1
    if r.first < 0:
        r.first = lot.begin
    x = experience(s, source, lot.begin)
    r.carry_out += lot.starts * r.line
    lot.out = whole(r.carry_out)
    r.carry_out -= lot.out
    lot.good = _good(s, source, lot.starts * r.line * r.gross, x, value_at(s, r.site, YIELDS, lot.begin))
    if r.learns == 1:
        _learn(s, source, lot.begin, lot.leave, lot.starts)


def _good(s: State, source: int, gross: float, x: float, factor: float) -> int:
    r = s.sources[source]
    yield_noise = variate(s, source, YIELD_NOISE)
    if s.clock[0].binomial:
        share = (r.share_fixed if r.has_fixed else _share(s, source, x, 1.0)) * factor
        units = whole(gross + r.carry_good)
        r.carry_good += gross - units
        # The normal quantile of each uniform lies in the second row.
        n = s.noise[source, YIELD_NOISE]
        return binomial(units, share, yield_noise, s.drawn[n.second + n.at - 1])
    share = r.share_fixed if r.has_fixed and yield_noise == 1.0 else _share(s, source, x, yield_noise)
    exact = gross * share * factor + r.carry_good
    good = whole(exact)
    r.carry_good = exact - good
    return good


def _learn(s: State, source: int, begin: int, leave: int, starts: int) -> None:
    """Forget lots that have left, and remember this one."""
    r = s.sources[source]
    while r.leaving_head != NOTHING and s.nodes[r.leaving_head].at <= begin:
        r.leaving -= s.nodes[r.leaving_head].units
        r.leaving_head, r.leaving_tail = pop_first(s, r.leaving_head, r.leaving_tail)
    before = r.leaving_tail
    while before != NOTHING and s.nodes[before].at > leave:
        before = s.nodes[before].before
    node = new_node(s, leave, starts, NOTHING)
    r.leaving_head, r.leaving_tail = insert(s, r.leaving_head, r.leaving_tail, before, node)
    r.leaving += starts
    r.worked += starts
