"""Sources in numbers: lead times, phases of qualification, lots and money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from sim.clock import NEVER, TICKS_PER_DAY, ticks
from sim.draws.curves import Curve, combine, constant, price_curve, value
from sim.draws.sites import SiteDraws, closing_day, tariff_curve
from sim.draws.streams import Noise
from sim.draws.yields import YieldCurve, yield_curve
from sim.plan import NONE, FloatArray, IntArray, Plan, SitePlan, SourcePlan
from sim.vocabulary import Shape, YieldNoise


@dataclass(frozen=True, slots=True, eq=False)
class SourceDraws:
    """One source in one replication. Compared by identity, so that what follows from it can be cached. Instants and durations in ticks, rates per day, money in cents.

    `lot_size` 0 means that an order is one lot; `shipped_lot` is the size of lots that are not made larger to save
    time: so many starts at most go with one shipment. An order has at least `minimum` starts and a multiple of
    `multiple`, and covers the net requirements of `order_ticks` (0: lot for lot). `takes` are units of each input for
    one start, in the plan's order. From `sample_begins` engineering samples are started, from `risk_begins` risk
    production, from `volume_begins` high volume; `planned_phases` are these three at the inputs that plans are made
    with: the typical ones, but for those known at the start.
    """

    lot_size: int
    shipped_lot: int
    minimum: int
    multiple: int
    order_ticks: int
    takes: IntArray
    yields: YieldCurve
    load: Noise
    cycle: Noise
    yield_noise: Noise | None
    lead_days: float
    shipping: int
    sample_begins: int
    risk_begins: int
    volume_begins: int
    planned_phases: tuple[int, int, int]
    sample_rate: float
    risk_rate: float
    price: Curve
    variable_cost: float
    order_cost: int
    shipment_cost: int
    share: float
    shared: SourceDraws | None = None
    """The source that this one is but for its noise; None where it is that source itself."""

    @property
    def common(self) -> SourceDraws:
        """The source without the noise of a replication: what follows from it can be cached for many replications."""
        return self if self.shared is None else self.shared

    def of(self, seed: int, replication: int) -> SourceDraws:
        """Return the same source with the noise of a replication."""
        load, cycle = self.load.of(seed, replication), self.cycle.of(seed, replication)
        noise = None if self.yield_noise is None else self.yield_noise.of(seed, replication)
        if load is self.load and cycle is self.cycle and noise is None:
            return self
        return replace(self, load=load, cycle=cycle, yield_noise=noise, shared=self)


def cents_of(vector: FloatArray, ref: int) -> float:
    """Return the money of a reference in cents; 0 if it is left out."""
    return 0.0 if ref == NONE else float(vector[ref]) * 100.0


def source_draws(plan: Plan, vector: FloatArray, typical: FloatArray, index: int, site: SiteDraws) -> SourceDraws:
    """Return the numbers of source `index`, with noise that is not yet that of a replication."""
    source = plan.sources[index]
    begin, end = int(plan.inputs_start[index]), int(plan.inputs_start[index + 1])
    per_start = value(vector, source.yields.units_per_start, 1.0)
    takes = [round(float(vector[ref]) * per_start) for ref in plan.input_ref[begin:end]]
    sample, risk, volume = _phases(source, vector, site.nameplate.first_positive(), site.closes)
    lot = value(vector, source.lot_size, 0.0)
    return SourceDraws(
        lot_size=round(lot) * plan.lot_scale,
        shipped_lot=round(lot),
        minimum=round(value(vector, source.minimum)),
        multiple=round(value(vector, source.multiple, 1.0)),
        order_ticks=ticks(value(vector, source.order_period)),
        takes=np.array(takes, dtype=np.int64),
        yields=yield_curve(source.yields, vector, plan.yield_noise),
        load=_noise(source, "load", vector),
        cycle=_noise(source, "cycle_time", vector),
        yield_noise=_yield_noise(plan, source, vector),
        lead_days=_lead_days(source, vector),
        shipping=ticks(value(vector, source.shipping_time)),
        sample_begins=sample,
        risk_begins=risk,
        volume_begins=volume,
        planned_phases=_phases(source, typical, site.planned.first_positive(), site.closes),
        sample_rate=value(vector, source.sample_starts),
        risk_rate=value(vector, source.risk_starts),
        price=_price(plan, source, vector),
        variable_cost=cents_of(vector, source.variable_cost),
        order_cost=round(cents_of(vector, source.order_cost)),
        shipment_cost=round(cents_of(vector, source.shipment_cost)),
        share=value(vector, source.share, np.nan),
    )


def _price(plan: Plan, source: SourcePlan, vector: FloatArray) -> Curve:
    """Return what a start costs over time with its import duty, in cents; 0 without a price."""
    if source.price is None:
        return constant(0.0)
    dollars = price_curve(source.price, vector, plan.calendar.day, plan.calendar.days)
    site = plan.sites[source.site]
    if site.tariff is not None:
        duty = tariff_curve(site, vector, plan.calendar)
        dollars = combine(lambda price, share: price * (1.0 + share), dollars, duty)
    return Curve(dollars.knots, dollars.values * 100.0)


def ready_day(source: SourcePlan, site: SitePlan, vector: FloatArray, opened: Curve) -> float:
    """Return the day from which a source supplies in volume, when its site's capacity is `opened`."""
    closes = ticks(closing_day(site, vector))
    return _phases(source, vector, opened.first_positive(), closes)[2] / TICKS_PER_DAY + _lead_days(source, vector)


def _lead_days(source: SourcePlan, vector: FloatArray) -> float:
    """Return the planned lead time in days: as given, else mean cycle time, shipping and the queue allowed for."""
    parts = (source.cycle_time.mean, source.shipping_time, source.queue_allowance)
    return value(vector, source.planned_lead_time, sum(value(vector, ref) for ref in parts))


def _phases(source: SourcePlan, vector: FloatArray, opened: int, closes: int) -> tuple[int, int, int]:
    """Return when samples, risk production and high volume begin, in ticks.

    None begins before the site can run, or from its closing on.
    """
    if opened >= NEVER:
        return NEVER, NEVER, NEVER
    begin = max(opened, ticks(value(vector, source.begins, 0.0)))
    risk = begin + ticks(value(vector, source.sample_days))
    sample, risk, volume = (
        at if at < closes else NEVER for at in (begin, risk, risk + ticks(value(vector, source.risk_days)))
    )
    return sample, risk, volume


def _noise(source: SourcePlan, what: str, vector: FloatArray) -> Noise:
    """Return the noise of load or cycle time of a source."""
    plan = source.load if what == "load" else source.cycle_time
    name = f"{what}/{source.stream}"
    return Noise(name, plan.shape, value(vector, plan.mean), value(vector, plan.cv))


def _yield_noise(plan: Plan, source: SourcePlan, vector: FloatArray) -> Noise | None:
    """Return the noise of yield of a source, one variate a lot; None where lots are alike.

    A variate is a gamma factor on the lot's defect density, or a uniform for its binomial.
    """
    if plan.yield_noise is YieldNoise.OFF:
        return None
    name = f"yield/{source.stream}"
    if plan.yield_noise is YieldNoise.GAMMA:
        lot_cv = value(vector, source.yields.lot_cv)
        return Noise(name, Shape.GAMMA, 1.0, lot_cv) if lot_cv else None
    # A uniform on 0..1 has mean 1/2 and coefficient of variation 1/sqrt(3).
    return Noise(name, Shape.UNIFORM, 0.5, 1 / np.sqrt(3))


def pool_leads(plan: Plan, sources: Sequence[SourceDraws]) -> FloatArray:
    """Return the planned lead time of each pool in days: the longest among its sources."""
    return np.array([max((sources[r].lead_days for r in pool.sources), default=0.0) for pool in plan.pools])


def order_days(plan: Plan, sources: Sequence[SourceDraws]) -> FloatArray:
    """Return the days of need that an order of each pool may cover: the longest order period among its sources."""
    periods = [max((sources[r].order_ticks for r in pool.sources), default=0) for pool in plan.pools]
    return np.array(periods) / TICKS_PER_DAY


def cover_days(plan: Plan, flow_pools: Sequence[int], leads: FloatArray, safety: FloatArray) -> FloatArray:
    """Return the days from each pool to each flow's customer, shape (pools, flows); -1 where none leads there.

    Planned lead times and safety cover are summed along the bill of materials, by the longest way.
    """
    return _cover(plan, tuple(flow_pools), (leads + safety).tobytes())


@lru_cache(maxsize=64)
def _cover(plan: Plan, flow_pools: tuple[int, ...], each: bytes) -> FloatArray:
    """Return `cover_days` of the days of each pool, worked out once for all replications that share them."""
    own = np.frombuffer(each)
    cover = np.full((len(plan.pools), len(flow_pools)), -1.0)
    for f, pool in enumerate(flow_pools):
        cover[pool, f] = own[pool]
    # From finished goods on: when a pool is looked at, all ways from it to customers are known.
    for parent in plan.order.tolist():
        for r in plan.pools[parent].sources:
            for child in plan.input_pool[plan.inputs_start[r] : plan.inputs_start[r + 1]].tolist():
                through = np.where(cover[parent] >= 0, own[child] + cover[parent], -1.0)
                cover[child] = np.maximum(cover[child], through)
    cover.setflags(write=False)
    return cover


__all__ = ["SourceDraws", "cents_of", "cover_days", "order_days", "pool_leads", "ready_day", "source_draws"]
