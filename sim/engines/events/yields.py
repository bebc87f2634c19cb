"""What comes out good: the yield of each source in motion, with what it learns and the fractions it carries."""

from __future__ import annotations

from sim.draws.tabulated import standard_normal
from sim.engines.events.curves import value_at
from sim.engines.events.state import OpenLot, SourceState, State
from sim.engines.shared.quantiles import quantile
from sim.engines.shared.rules import binomial, good_share, whole
from sim.vocabulary import YieldNoise


def _share(s: State, source: int, x: float, factor: float) -> float:
    """Return the share of gross units of a source that are good."""
    y = s.sources[source].yields
    return good_share(y.defects, y.survival, y.assembly, x, factor)


def experience(s: State, source: int, at: int) -> float:
    """Return the experience of a source at an instant in learning constants, what it inherits included."""
    r = s.sources[source]
    y = r.yields
    # Until its own first lot begins, a generation has the kept share of what the one before has by now.
    if y.inherits >= 0 and not r.started:
        return y.keep * experience(s, y.inherits, at)
    # 2 learns by the time since the first lot, 1 by starts.
    if y.learns == 2:
        return r.offset + (max(at - r.first, 0) / y.scale if r.first >= 0 else 0.0)
    if y.learns == 1:
        # Starts are experience when they leave the line.
        still = sum(starts for leave, starts in r.leaving if leave > at)
        return r.offset + (r.worked - still) / y.scale
    return 0.0


def good_per_start(s: State, source: int, at: int) -> float:
    """Return the good units expected of a start begun now."""
    r = s.sources[source]
    if r.has_fixed:
        return r.fixed
    # The mean over lots: a lot at the mean defect density gives less, for yield is convex in it.
    y, x = r.yields, experience(s, source, at)
    return y.line * y.gross * good_share(y.defects, y.expected, y.assembly, x, 1.0)


def make(s: State, r: SourceState, lot: OpenLot) -> None:
    """Set the output of a lot, as the yield stands when it begins, and count the lot as experience."""
    if r.perfect:
        lot.out = lot.good = lot.starts
        return
    if not r.started:
        # From here on its experience is its own, on top of what it inherits at this instant.
        r.offset = experience(s, lot.source, lot.begin)
        r.started = True
    if r.first < 0:
        r.first = lot.begin
    x, line = experience(s, lot.source, lot.begin), r.yields.line
    # Units are whole. The fraction is carried to the next lot, so that small lots lose nothing in the long run.
    r.carry_out += lot.starts * line
    lot.out = whole(r.carry_out)
    r.carry_out -= lot.out
    factor = value_at(s.sites[r.site].yields, lot.begin)
    lot.good = _good(s, lot.source, lot.starts * line * r.yields.gross, x, factor)
    if r.yields.learns == 1:
        _learn(r, lot)


def _good(s: State, source: int, gross: float, x: float, factor: float) -> int:
    """Return the good units of a lot of so many gross units."""
    r, yield_noise = s.sources[source], next(s.sources[source].yield_noise)
    if s.plan.yield_noise is YieldNoise.BINOMIAL:
        # The variate is a uniform number here, and the fraction carried is one of gross units.
        share = (r.share_fixed if r.has_fixed else _share(s, source, x, 1.0)) * factor
        units = whole(gross + r.carry_good)
        r.carry_good += gross - units
        return binomial(units, share, yield_noise, quantile(standard_normal().coefficients, 0, yield_noise))
    # The variate is a factor on the lot's defect density, 1 without noise.
    share = r.share_fixed if r.has_fixed and yield_noise == 1.0 else _share(s, source, x, yield_noise)
    exact = gross * share * factor + r.carry_good
    good = whole(exact)
    r.carry_good = exact - good
    return good


def _learn(r: SourceState, lot: OpenLot) -> None:
    """Add a lot to those that have yet to leave their line, and forget those that have left."""
    # Lines run side by side, so a lot may leave before one that began earlier: all are looked through.
    r.leaving = [entry for entry in r.leaving if entry[0] > lot.begin]
    r.leaving.append((lot.leave, lot.starts))
    r.worked += lot.starts
