"""What a run would take at most, worked out from the plan by interval arithmetic before anything is drawn.

Numbers are wide bounds: every source makes all that is wanted, every unit is kept, late and paid for on
every day. What keeps to them can be counted in whole numbers of 64 bits by both engines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import sqrt

from sim.compiler.extremes import Amount, Extremes, total
from sim.dies import gross_dies_per_wafer
from sim.errors import InputError, Mark, Problem
from sim.plan import LEAST_STEPS, NONE, DisruptionPlan, LinePlan, PaymentPlan, Plan, PoolPlan, SourcePlan, UnitsPlan
from sim.vocabulary import Pattern, PolicyType, UnitShape

MOST_EVENTS = 20_000_000
"""Arrivals, reviews, lots and variates of one run: some minutes, and some gigabytes."""
MOST_STROKES = 10_000
"""Strokes of one disruption: all curves of a site are combined at each."""
MOST_STEPS = 1_000_000
"""Steps in which the strokes of one disruption recover."""
MOST_LINES = 100_000
"""Parallel lines of one site, each of which is kept track of."""
MOST_UNITS = 2**53
"""Whole numbers up to here are exact as floats too."""
MOST_DOLLARS = 2**62 / 100
"""Cents are counted in 64 bits, with a sign, and one spare bit."""
_SPREAD = 6.0
"""Standard deviations beyond which no quantity, and no number of arrivals, is drawn."""
_LEAST_YIELD = 0.01
"""Sources that yield less are taken to make no more starts than with this yield."""


def refuse_beyond_limits(plan: Plan, mark: Callable[[str], Mark]) -> None:
    """Check that a run of a plan can be played and counted; `mark` returns the place of an input.

    Raises:
        InputError: it goes beyond a limit.
    """
    problems = [
        Problem(mark(path), path, message, f"up to {amount.value:.3g}", f"at most {most:.3g}")
        for message, amount, most in Size(plan).checked()
        # Not `>`: what is no number is refused too.
        if not amount.value <= most
        for path in [plan.inputs[amount.ref].path if amount.ref != NONE else ""]
    ]
    if problems:
        raise InputError(dict.fromkeys(problems))


class Size:
    """The size of a run of a plan, part by part."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.of = plan, Extremes(plan)
        self.days = Amount(plan.calendar.days)
        self.arrivals = [self._arrivals(line) for line in plan.lines]
        self.demanded = [self._demanded(line, come) for line, come in zip(plan.lines, self.arrivals, strict=True)]
        self.reviews = [self.days * self.of.inverse(pool.review) for pool in plan.pools]
        self.wanted, self.starts = self._needs()

    def checked(self) -> Iterator[tuple[str, Amount, float]]:
        """Yield what is bounded: the message if it goes beyond, the amount, and the bound."""
        yield "a run would take more events than can be played", total(self.events()), MOST_EVENTS
        for site in self.plan.sites:
            yield "more parallel lines than can be kept track of", self.of.most(site.lines, 1.0), MOST_LINES
        for disruption in self.plan.disruptions:
            yield from self._struck(disruption)
        for payment in self.plan.payments:
            yield "is paid more often than can be counted", self._times(payment), MOST_STEPS
        for stock in self.stocks():
            yield "more units than can be counted: use a larger unit", stock, MOST_UNITS
        # Money follows from units: where these are refused already, it would say nothing new.
        if all(stock.value <= MOST_UNITS for stock in self.stocks()):
            yield "more money than can be counted in cents", total(self.money()), MOST_DOLLARS

    # --- demand ----------------------------------------------------------------------------------

    def _arrivals(self, line: LinePlan) -> Amount:
        """Return how often a line asks for something."""
        if line.pattern is Pattern.POISSON:
            mean = self.of.most_on(line.rate) * self._scale(line) * self.days
            return Amount(mean.value + _SPREAD * (sqrt(mean.value) + 1.0), mean.ref)
        listed = Amount(float(len(line.values)))
        if line.pattern is Pattern.ORDERS:
            return listed
        even = line.pattern is Pattern.EVEN and line.every == NONE
        periods = self.days * (Amount(max(self.plan.calendar.unit_days, 1.0)) if even else self.of.inverse(line.every))
        ends = line.pattern is Pattern.SERIES and not line.repeats
        return min(listed, periods, key=lambda a: a.value) if ends else periods

    def _demanded(self, line: LinePlan, arrivals: Amount) -> Amount:
        """Return the units that a line asks for, of any one generation."""
        if line.compute is not None:
            carried = max((self._per_compute(g.pool) for g in line.generations), key=lambda a: a.value)
            return self.of.most_on(line.compute) * self._scale(line) * carried
        if line.pattern is Pattern.POISSON:
            return arrivals
        if line.rate is not None:
            return self.of.most_on(line.rate) * self._scale(line) * self.days
        if line.values:
            rounds = self.days * self.of.inverse(line.every) if line.repeats else Amount(0.0)
            once = total(self.of.most(ref) for ref in line.values) * self._scale(line)
            return once * Amount(1.0 + rounds.value / len(line.values), rounds.ref)
        drawn = total([self._most_drawn(line.quantity), self.of.most(line.sd) * Amount(_SPREAD)])
        return drawn * self._scale(line) * arrivals

    def _most_drawn(self, units: UnitsPlan | None) -> Amount:
        """Return the units that a line asks for at once, where it often asks for something."""
        if units is None or units.values:
            return max((self.of.most(ref) for ref in units.values), key=lambda a: a.value) if units else Amount(0.0)
        mean = self.of.most(units.mean)
        if units.shape is UnitShape.POISSON:
            return Amount(mean.value + _SPREAD * (sqrt(mean.value) + 1.0), mean.ref)
        cv = Amount(1.0) if units.shape is UnitShape.EXPONENTIAL else self.of.most(units.cv)
        return total([mean, mean * cv * Amount(_SPREAD)])

    def _scale(self, line: LinePlan) -> Amount:
        """Return what one unit of a line's rate or compute need means to it, at most."""
        return self.of.most(line.share, 1.0) * self.of.most(line.per_unit, 1.0)

    def _per_compute(self, pool: int) -> Amount:
        """Return the items of a pool in one unit of compute, at most."""
        return self.of.inverse(self.plan.items[self.plan.pools[pool].members[0]].h100e)

    # --- supply ----------------------------------------------------------------------------------

    def _needs(self) -> tuple[list[Amount], list[Amount]]:
        """Return the units wanted of each pool, and the starts of each source, down the bill of materials."""
        plan = self.plan
        wanted = [self._stocked(pool, k) for k, pool in enumerate(plan.pools)]
        starts = [Amount(0.0)] * len(plan.sources)
        for p in plan.order.tolist():
            for r in plan.pools[p].sources:
                starts[r] = self._started(plan.sources[r], wanted[p])
                per_start = self._units_per_start(plan.sources[r])
                for k in range(plan.inputs_start[r], plan.inputs_start[r + 1]):
                    taken = starts[r] * self.of.most(plan.input_ref[k]) * per_start
                    place = plan.input_pool[k]
                    wanted[place] = total([wanted[place], taken])
        return wanted, starts

    def _stocked(self, pool: PoolPlan, place: int) -> Amount:
        """Return the units that lines and the policy of a pool want of it."""
        asked = [
            units
            for line, units in zip(self.plan.lines, self.demanded, strict=True)
            if any(generation.pool == place for generation in line.generations)
        ]
        orders = self.reviews[place] if pool.policy is PolicyType.PERIODIC else Amount(1.0)
        ordered = self.of.most(pool.quantity) * orders
        covered = self.of.most(self.plan.items[pool.members[0]].safety_days) * Amount(1.0 / self.days.value)
        levels = [self.of.most(ref) for ref in (pool.level, pool.reorder, pool.safety)]
        return total([*asked, total(asked) * covered, *levels, ordered]) * self._made_again()

    def _made_again(self) -> Amount:
        """Return how often everything may be made, since it may be destroyed."""
        scraps = [d for d in self.plan.disruptions if (d.effects.scrap_stock, d.effects.scrap_wip) != (NONE, NONE)]
        return total([Amount(1.0), *(self._strokes(disruption) for disruption in scraps)])

    def _started(self, source: SourcePlan, wanted: Amount) -> Amount:
        """Return the starts of a source that makes all that is wanted.

        They include its last lot and order, made whole, what it was promised or had on order, and what qualifies it.
        """
        good = 1.0 / self._units_per_start(source).value * self._worst_yield(source).value
        whole = [self.of.most(source.lot_size, 1.0), self.of.most(source.minimum), self.of.most(source.multiple)]
        promised = self.of.most_on(self.plan.sites[source.site].commitment) * self.days
        ordered = [self.of.most(o.quantity) for o in self.plan.open_orders if self.plan.sources[o.source] is source]
        return total([wanted * Amount(good), *whole, promised, *ordered, *self._tried_starts(source)])

    def _tried_starts(self, source: SourcePlan) -> list[Amount]:
        """Return the starts that qualify a source, which are given for each day or in all."""
        return [self.of.most(ref) * self.days for ref in (source.sample_starts, source.risk_starts) if ref != NONE]

    def _units_per_start(self, source: SourcePlan) -> Amount:
        """Return the units that come of a start, good or not."""
        if source.yields.die_area == NONE:
            return self.of.most(source.yields.units_per_start, 1.0)
        area, *wafer = (self.of.most(ref).value for ref in (source.yields.die_area, *source.yields.wafer))
        return Amount(max(gross_dies_per_wafer(area, *wafer), 1.0) if area > 0 else 1.0, source.yields.die_area)

    def _worst_yield(self, source: SourcePlan) -> Amount:
        """Return the starts for each that comes out good, before anything is learned."""
        yields = source.yields
        learned = yields.assembly_learning.start if yields.assembly_learning else NONE
        starts = self.of.inverse(yields.line) * self.of.inverse(yields.assembly) * self.of.inverse(learned)
        return Amount(min(starts.value, 1.0 / _LEAST_YIELD), starts.ref)

    def _made(self, source: SourcePlan, starts: Amount) -> Amount:
        """Return the starts that a source gets through: no more than its site has capacity for, besides one lot."""
        if self.plan.sites[source.site].unlimited:
            return starts
        room = self._capacity(source.site) * self.days * self.of.inverse(source.load.mean)
        made = total([room, self.of.most(source.lot_size, 1.0), *self._tried_starts(source)])
        return min(starts, made, key=lambda a: a.value)

    def _lots(self, source: SourcePlan, starts: Amount) -> Amount:
        """Return the lots that are released; without a size, an order is one.

        Planners release no more than a site gets through.
        """
        if source.lot_size == NONE:
            return min(starts, total(self._orders()), key=lambda a: a.value)
        per_lot = self.of.inverse(source.lot_size) * Amount(1.0 / self.plan.lot_scale)
        planned = self.plan.pools[int(self.plan.item_pool[source.item])].policy is PolicyType.PLANNED
        return (self._made(source, starts) if planned else starts) * per_lot

    def _capacity(self, place: int) -> Amount:
        """Return the most load a day that a site has room for."""
        site = self.plan.sites[place]
        ramps = [self.of.most(ramp.target) for ramp in site.ramps]
        levels = [self.of.most_on(site.capacity), self.of.most(site.ramp_initial), *ramps]
        return max(levels, key=lambda a: a.value)

    # --- what is bounded -------------------------------------------------------------------------

    def _orders(self) -> Iterator[Amount]:
        """Yield what may set off orders: demand, and reviews of a plan or a policy."""
        yield from self.arrivals
        yield Amount(float(len(self.plan.calendar.reviews)) + self.days.value * self.plan.calendar.unit_days)
        yield from (reviews for pool, reviews in zip(self.plan.pools, self.reviews, strict=True) if pool.review != NONE)

    def events(self) -> Iterator[Amount]:
        """Yield all that may happen in a run, summand by summand."""
        yield from self._orders()
        for source, starts in zip(self.plan.sources, self.starts, strict=True):
            yield self._lots(source, starts)
        for disruption in self.plan.disruptions:
            yield self._tried(disruption)

    def _tried(self, disruption: DisruptionPlan) -> Amount:
        """Return the variates that a disruption takes."""
        if disruption.kind == "markov":
            return self.days * self.of.inverse(disruption.refs["every"])
        return self._strokes(disruption)

    def _strokes(self, disruption: DisruptionPlan) -> Amount:
        """Return how often a disruption may strike."""
        if disruption.kind == "markov":
            return self._tried(disruption) * self.of.most(disruption.refs["fail"])
        if disruption.kind == "random":
            raised = [self.of.most(factor) for d in self.plan.disruptions for k, factor in d.raises
                      if self.plan.disruptions[k] is disruption]  # fmt: skip
            rate = self.of.most(disruption.refs["rate"])
            for factor in raised:
                rate = Amount(rate.value * max(factor.value, 1.0), rate.ref)
            return rate * self.days
        return Amount(1.0)

    def _struck(self, disruption: DisruptionPlan) -> Iterator[tuple[str, Amount, float]]:
        """Yield what is bounded of a disruption: its strokes, and the steps in which they recover."""
        strokes = self._strokes(disruption)
        yield "a disruption would strike more often than can be played", strokes, MOST_STROKES
        once = total([strokes, Amount(1.0)])
        lasts = [self.of.most(disruption.recovery), *(self.of.most(after) for after, _ in disruption.recovery_points)]
        days, pieces = max(lasts, key=lambda a: a.value), max(len(disruption.recovery_points), 1)
        least = LEAST_STEPS * pieces if days.value > 0 else 0.0
        steps = Amount(max(days.value / self.plan.calendar.day, least), days.ref)
        yield "recovers in more steps than can be kept", once * steps, MOST_STEPS

    def stocks(self) -> Iterator[Amount]:
        """Yield the units of each pool, and the starts of each source."""
        for pool, wanted in zip(self.plan.pools, self.wanted, strict=True):
            yield total([wanted, *(self.of.most(self.plan.items[m].initial_stock) for m in pool.members)])
        yield from self.starts

    def money(self) -> Iterator[Amount]:
        """Yield all dollars that may be earned or paid, summand by summand."""
        most, days = self.of.most, self.days
        made = [self._made(source, starts) for source, starts in zip(self.plan.sources, self.starts, strict=True)]
        for source, starts in zip(self.plan.sources, made, strict=True):
            duty = total([Amount(1.0), self.of.most_on(self.plan.sites[source.site].tariff)])
            yield self.of.most_on(source.price) * duty * starts
            yield from (most(r) * starts for r in (source.variable_cost, source.order_cost, source.shipment_cost))
        for line, units in zip(self.plan.lines, self.demanded, strict=True):
            yield from (most(cost) * units for cost in (line.shipment_cost, line.lost_cost))
            yield self.of.most_on(line.value) * units
            pools = [self.plan.pools[generation.pool] for generation in line.generations]
            densest = max((most(self.plan.items[m].h100e) for p in pools for m in p.members), key=lambda a: a.value)
            yield self.of.most_on(line.value_per_h100e) * densest * units
            yield most(line.shortage_cost) * units * days
        for k, item in enumerate(self.plan.items):
            of_it = [
                starts * self._units_per_start(source)
                for source, starts in zip(self.plan.sources, made, strict=True)
                if source.item == k
            ]
            dearest = total([most(item.holding_cost), most(item.transit_cost)])
            yield dearest * total([*of_it, most(item.initial_stock)]) * days
        for place, site in enumerate(self.plan.sites):
            yield from (most(site.fixed_cost) * days, most(site.capex_per_capacity) * self._capacity(place))
            if site.outside_sales is not None:
                dearest = total([self.of.most_on(site.outside_sales.price), most(site.outside_sales.variable_cost)])
                yield dearest * self.of.most_on(site.outside_sales.demand) * days
            yield most(site.prepayment.amount if site.prepayment else NONE)
            yield self.of.most_on(site.commitment) * days * self._dearest(place)
        for payment in self.plan.payments:
            yield self.of.size(payment.amount) * self._times(payment)

    def _times(self, payment: PaymentPlan) -> Amount:
        """Return how often a payment is paid."""
        return (
            Amount(1.0) if payment.every == NONE else total([Amount(1.0), self.days * self.of.inverse(payment.every)])
        )

    def _dearest(self, site: int) -> Amount:
        """Return the highest price among the sources at a site."""
        prices = (self.of.most_on(source.price) for source in self.plan.sources if source.site == site)
        return max(prices, key=lambda a: a.value, default=Amount(0.0))
