"""What comes out good: the yield of each source in motion, with what it learns and the fractions it carries."""

from __future__ import annotations

from sim.engines.batch.curves import value_at
from sim.engines.batch.lists import insert, new_node, pop_first
from sim.engines.batch.state import NORMAL, NOTHING, YIELD_NOISE, YIELDS, State
from sim.engines.batch.variates import variate
from sim.engines.shared.quantiles import quantile
from sim.engines.shared.rules import binomial, good_share, whole


def _share(s: State, source: int, x: float, factor: float) -> float:
    """Return the share of gross units of a source that are good."""
    table = s.survival[s.sources[source].survival]
    return good_share(s.defects[source], table, s.assembly[source], x, factor)


def experience(s: State, source: int, at: int) -> float:
    """Return the experience of a source at an instant in learning constants, what it inherits included."""
    # What is kept of what was kept of the first generation that has begun.
    base = source
    while s.sources[base].inherits >= 0 and not s.sources[base].started:
        base = s.sources[base].inherits
    x = _own_experience(s, base, at)
    # Back to the source itself, one heir after the other: links lead to ancestors only.
    while base != source:
        heir = source
        while s.sources[heir].inherits != base:
            heir = s.sources[heir].inherits
        x = s.sources[heir].keep * x
        base = heir
    return x


def _own_experience(s: State, source: int, at: int) -> float:
    """Return the experience of a source that has begun, or inherits none, in learning constants."""
    r = s.sources[source]
    # 2 learns by the time since the first lot, 1 by starts.
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
    """Return the good units expected of a start begun now."""
    r = s.sources[source]
    if r.has_fixed:
        return float(r.fixed)
    # The mean over lots: a lot at the mean defect density gives less, for yield is convex in it.
    x, table = experience(s, source, at), s.survival[r.expected]
    return float(r.line * r.gross * good_share(s.defects[source], table, s.assembly[source], x, 1.0))


def make(s: State, slot: int) -> None:
    """Set the output of a lot, as the yield stands when it begins, and count the lot as experience."""
    lot = s.lots[slot]
    source = lot.source
    r = s.sources[source]
    if r.perfect:
        lot.out = lot.good = lot.starts
        return
    if not r.started:
        # From here on its experience is its own, on top of what it inherits at this instant.
        r.offset = experience(s, source, lot.begin)
        r.started = 1
    if r.first < 0:
        r.first = lot.begin
    x = experience(s, source, lot.begin)
    # Units are whole. The fraction is carried to the next lot, so that small lots lose nothing in the long run.
    r.carry_out += lot.starts * r.line
    lot.out = whole(r.carry_out)
    r.carry_out -= lot.out
    lot.good = _good(s, source, lot.starts * r.line * r.gross, x, value_at(s, r.site, YIELDS, lot.begin))
    if r.learns == 1:
        _learn(s, source, lot.begin, lot.leave, lot.starts)


def _good(s: State, source: int, gross: float, x: float, factor: float) -> int:
    """Return the good units of a lot of so many gross units."""
    r = s.sources[source]
    yield_noise = variate(s, source, YIELD_NOISE)
    if s.clock[0].binomial:
        # The variate is a uniform number here, and the fraction carried is one of gross units.
        share = (r.share_fixed if r.has_fixed else _share(s, source, x, 1.0)) * factor
        units = whole(gross + r.carry_good)
        r.carry_good += gross - units
        return binomial(units, share, yield_noise, quantile(s.quantiles, NORMAL, yield_noise))
    # The variate is a factor on the lot's defect density, 1 without noise.
    share = r.share_fixed if r.has_fixed and yield_noise == 1.0 else _share(s, source, x, yield_noise)
    exact = gross * share * factor + r.carry_good
    good = whole(exact)
    r.carry_good = exact - good
    return good


def _learn(s: State, source: int, begin: int, leave: int, starts: int) -> None:
    """Add a lot to those that have yet to leave their line, and forget those that have left."""
    r = s.sources[source]
    while r.leaving_head != NOTHING and s.nodes[r.leaving_head].at <= begin:
        r.leaving -= s.nodes[r.leaving_head].units
        r.leaving_head, r.leaving_tail = pop_first(s, r.leaving_head, r.leaving_tail)
    # Lines run side by side, so a lot may leave before one that began earlier.
    before = r.leaving_tail
    while before != NOTHING and s.nodes[before].at > leave:
        before = s.nodes[before].before
    node = new_node(s, leave, starts, NOTHING)
    r.leaving_head, r.leaving_tail = insert(s, r.leaving_head, r.leaving_tail, before, node)
    r.leaving += starts
    r.worked += starts
