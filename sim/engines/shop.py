"""A bottleneck and the recipes that pass it: queue first-in-first-out, then cycle time, then yield."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from heapq import heapreplace
from itertools import chain, repeat

import numpy as np

from sim.clock import NEVER, TICKS_PER_DAY
from sim.draws.curves import Curve
from sim.draws.sites import SiteDraws
from sim.draws.sources import SourceDraws
from sim.draws.streams import Noise
from sim.engines.shared import rules
from sim.engines.shared.recorder import Lot
from sim.scenario.schema.document import YieldNoise


class Step:
    """A step function read forward in time."""

    __slots__ = ("_i", "constant", "knots", "values")

    def __init__(self, curve: Curve) -> None:
        self.knots: list[int] = curve.knots.tolist()
        self.values: list[float] = curve.values.tolist()
        self.constant = self.values[0] if len(self.values) == 1 else None
        self._i = 0

    def at(self, tick: int) -> float:
        """The value in force; instants may come in any order, forward is fast."""
        if self.constant is not None:
            return float(self.constant)
        if self.knots[self._i] > tick:
            self._i = 0
        self._i = rules.segment(self.knots, tick, self._i)
        return self.values[self._i]


def variates(noise: Noise) -> Iterator[float]:
    """Successive variates, without end."""
    if noise.constant:
        return repeat(noise.mean)
    return chain.from_iterable(noise.blocks().tolist() for _ in repeat(None))


def durations(noise: Noise) -> Iterator[int]:
    """Successive durations in ticks, without end."""
    if noise.constant:
        return repeat(math.ceil(noise.mean * TICKS_PER_DAY))
    return chain.from_iterable(np.ceil(noise.blocks() * TICKS_PER_DAY).astype(np.int64).tolist() for _ in repeat(None))


class Bottleneck:
    """Identical parallel lines; a lot takes the one that would finish it first: the one free first."""

    __slots__ = ("_credit", "_free", "_lines", "_steady", "knots", "rates")

    def __init__(self, site: SiteDraws) -> None:
        self.knots: list[int] = site.line_rate.knots.tolist()
        self.rates: list[float] = site.line_rate.values.tolist()
        self._lines = [(0, line, 0, 0.0) for line in range(site.lines)]
        # The common case, one line at a constant rate, needs no search of the curve.
        self._steady = self.rates[0] if len(self.rates) == 1 and site.lines == 1 and self.rates[0] > 0.0 else 0.0
        self._free, self._credit = 0, 0.0

    def work(self, now: int, load: float) -> tuple[int, int]:
        """When a load that arrives now begins and leaves; NEVER if it never does."""
        if self._steady:
            begin = self._free if self._free > now else now
            left = load - self._credit if begin == self._free else load
            leave, self._credit = rules.steady_finish(begin, left, self._steady)
            self._free = leave
            return begin, leave
        free, line, i, credit = self._lines[0]
        begin = free if free > now else now
        if begin >= NEVER:
            return NEVER, NEVER
        left = load - credit if begin == free else load
        i = rules.segment(self.knots, begin, i)
        leave, i, credit = rules.finish(begin, left, self.knots, self.rates, i)
        heapreplace(self._lines, (leave, line, i, credit))
        return begin, leave

    @property
    def free_at(self) -> int:
        """When the first of its lines is free."""
        return self._free if self._steady else self._lines[0][0]

    def committed(self, now: int) -> float:
        """Load accepted and not yet worked off."""
        if math.isinf(self.rates[-1]):
            return 0.0
        # A line that is never free again has all the load it can ever work off.
        latest = now + 10**6 * TICKS_PER_DAY
        # Line by line, so that the sum does not depend on how the heap lies.
        ends = (
            [self._free]
            if self._steady
            else [free for _, free in sorted((line, free) for free, line, _, _ in self._lines)]
        )
        return rules.total([rules.worked(now, min(free, latest), self.knots, self.rates) for free in ends])


class Maker:
    """The yield of one source in motion: its noise, its learning, and the fractions it carries over."""

    __slots__ = (
        "_before",
        "_carry_good",
        "_carry_out",
        "_factor",
        "_first",
        "_leaving",
        "_noise",
        "_offset",
        "_worked",
        "_yield_noise",
        "certain",
        "fixed",
        "perfect",
        "share_fixed",
        "started",
        "y",
    )  # fmt: skip

    def __init__(self, source: SourceDraws, site: SiteDraws, noise: YieldNoise) -> None:
        y = source.yields
        self.y, self._noise = y, noise
        self._yield_noise = variates(source.yield_noise) if source.yield_noise is not None else None
        self._factor = Step(site.factors.yields)
        self._carry_out = self._carry_good = self._offset = 0.0
        self._first, self._worked, self.started = -1, 0, False
        self._before: Maker | None = None
        self._leaving: list[tuple[int, int]] = []
        self.share_fixed = self._share(0.0, 1.0) if y.learns == 0 else None
        self.fixed = self._expected(0.0) if y.learns == 0 else None
        """Expected good units of a start, where nothing is learned."""
        certain = self._factor.constant == 1.0 and (self._yield_noise is None or self.share_fixed == 1.0)
        self.certain = self.fixed is not None and self._yield_noise is None and self._factor.constant == 1.0
        """Good units follow from starts, to the fraction carried over."""
        self.perfect = certain and y.line == 1.0 and self.fixed == 1.0
        """Each start gives one good unit, always."""

    def _share(self, x: float, factor: float) -> float:
        y = self.y
        return rules.good_share(y.defects, y.survival, y.assembly, x, factor)

    def experience(self, at: int) -> float:
        """Learning constants behind the source at an instant, what it inherits included."""
        y = self.y
        if self._before is not None and not self.started:
            return y.keep * self._before.experience(at)
        if y.learns == 2:
            return self._offset + (max(at - self._first, 0) / y.scale if self._first >= 0 else 0.0)
        if y.learns == 1:
            still = sum(starts for leave, starts in self._leaving if leave > at)
            return self._offset + (self._worked - still) / y.scale
        return 0.0

    def good_per_start(self, at: int) -> float:
        """Good units that a start begun now is expected to give."""
        if self.fixed is not None:
            return self.fixed
        return self._expected(self.experience(at))

    def _expected(self, x: float) -> float:
        """The mean over lots: a lot at the mean defect density gives less, for yield is convex in it."""
        y = self.y
        return y.line * y.gross * rules.good_share(y.defects, y.expected, y.assembly, x, 1.0)

    @property
    def carried(self) -> float:
        """The fraction of a good unit that is carried to the next lot, where yields are certain."""
        return self._carry_good if self.certain else 0.0

    def descend(self, makers: Sequence[Maker]) -> None:
        """Know the generation before: the first lot begins with a kept share of its constants."""
        self._before = makers[self.y.inherits] if self.y.inherits >= 0 else None

    def begin(self, lot: Lot) -> None:
        """Settle the lot's output, as its yield stands when it begins; remember it as experience."""
        if self.perfect:
            lot.out = lot.good = lot.starts
            return
        if not self.started:
            self.started, self._offset = True, self.experience(lot.begin)
        if self._first < 0:
            self._first = lot.begin
        x = self.experience(lot.begin)
        self._carry_out += lot.starts * self.y.line
        lot.out = rules.whole(self._carry_out)
        self._carry_out -= lot.out
        lot.good = self._good(lot.starts * self.y.line * self.y.gross, x, self._factor.at(lot.begin))
        if self.y.learns == 1:
            self._leaving = [entry for entry in self._leaving if entry[0] > lot.begin]
            self._leaving.append((lot.leave, lot.starts))
            self._worked += lot.starts

    def _good(self, gross: float, x: float, factor: float) -> int:
        yield_noise = next(self._yield_noise) if self._yield_noise is not None else 1.0
        if self._noise is YieldNoise.BINOMIAL:
            share = (self.share_fixed if self.share_fixed is not None else self._share(x, 1.0)) * factor
            units = rules.whole(gross + self._carry_good)
            self._carry_good += gross - units
            return rules.binomial(units, share, yield_noise, _normal(yield_noise))
        fixed = self.share_fixed if yield_noise == 1.0 else None
        exact = gross * (fixed if fixed is not None else self._share(x, yield_noise)) * factor + self._carry_good
        good = rules.whole(exact)
        self._carry_good = exact - good
        return good


def _normal(u: float) -> float:
    from scipy import special

    return float(special.ndtri(u))


class Route:
    """The way of one source's lots, with all that is constant about it looked up once."""

    __slots__ = (
        "bottleneck", "cycle", "held", "item", "lead", "load", "lot_size", "maker", "order_cents", "partial", "planned", "pool", "price",
        "price_factor", "priced", "priority", "pulls", "shipment_cents", "shipped_lot", "shipping", "site", "source", "stretch", "takes",
        "variable_cents",
    )  # fmt: skip

    def __init__(
        self, source: int, draws: SourceDraws, site_draws: SiteDraws, bottleneck: Bottleneck, maker: Maker, *,
        item: int, pool: int, site: int, priority: int, takes: list[tuple[int, int]], planned: bool,
        partial: bool, pulls: list[int],
    ) -> None:  # fmt: skip
        self.source, self.item, self.pool, self.site, self.priority = source, item, pool, site, priority
        self.bottleneck, self.maker = bottleneck, maker
        self.takes, self.planned, self.partial, self.pulls = takes, planned, partial, pulls
        self.load, self.cycle = variates(draws.load), durations(draws.cycle)
        stretch = Step(site_draws.factors.cycle_time)
        self.stretch = None if stretch.constant == 1.0 else stretch
        self.held, self.shipping = site_draws.factors.held, draws.shipping
        self.lot_size, self.shipped_lot = draws.lot_size, draws.shipped_lot
        self.lead = rules.stretched(TICKS_PER_DAY, draws.lead_days)
        self.order_cents, self.shipment_cents = draws.order_cost, draws.shipment_cost
        self.variable_cents = draws.variable_cost
        self.price = Step(draws.price)
        self.price_factor = Step(site_draws.factors.price)
        self.priced = any(self.price.values)

    def leaves(self, ready: int) -> int:
        """When a lot leaves the site: when ready, or when held shipments go."""
        for begin, end in self.held:
            if begin <= ready < end:
                ready = end
        return ready

    def price_at(self, now: int, begun: int) -> float:
        """What a supplier charges for one start, in cents: the price of the day, and what disruptions
        made of it when the lot was begun."""
        return self.price.at(now) * self.price_factor.at(begun)
