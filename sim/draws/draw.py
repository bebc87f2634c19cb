"""Everything numeric of one replication, drawn and transformed before any engine runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np

from sim.clock import all_ticks, ticks
from sim.draws.arrivals import grain
from sim.draws.changeovers import Outlook
from sim.draws.curves import value
from sim.draws.demand import Flow, flows
from sim.draws.disruptions import UNDISTURBED, Interval, site_factors, strokes
from sim.draws.gates import Days, in_force, known_at_start
from sim.draws.inputs import sample_inputs
from sim.draws.kept import Kept
from sim.draws.limits import refuse_endless
from sim.draws.losses import Loss, losses
from sim.draws.recall import inputs_of, recall
from sim.draws.sites import SiteDraws, nameplate_curve, site_draws
from sim.draws.sources import SourceDraws, cover_days, order_days, pool_leads, ready_day, source_draws
from sim.plan import FloatArray, IntArray, Plan
from sim.vocabulary import Pattern

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Draws:
    """One replication of a plan: what both engines read and neither changes.

    Compared by identity, so that results computed from it can be cached.

    Instants are in ticks. `lead[p]` is the planned lead time of pool p, `safety[p]` its safety days,
    and `cover[p, f]` the days from p to the customer of flow f (lead times and safety cover along
    the bill of materials; -1 where p is no part of f). `open_orders` are source, starts and due instant
    of each order placed before the start, shape (orders, 3). `foreseen` are instants and what planners expect until
    each of them, in order: before a gate, that things go on as planned. `gates` are the days of the plan's gates.
    """

    plan: Plan
    seed: int
    replication: int
    vector: FloatArray
    end: int
    warmup: int
    periods: IntArray
    reviews: IntArray
    sites: tuple[SiteDraws, ...]
    sources: tuple[SourceDraws, ...]
    flows: tuple[Flow, ...]
    lead: FloatArray
    cover: FloatArray
    safety: FloatArray
    initial_stock: IntArray
    open_orders: IntArray
    struck: tuple[tuple[Interval, ...], ...]
    losses: tuple[Loss, ...]
    gates: Days
    foreseen: tuple[tuple[int, Draws], ...] = ()

    @property
    def common(self) -> tuple[SourceDraws, ...]:
        """The sources without the noise of this replication."""
        return tuple([source.common for source in self.sources])

    def __repr__(self) -> str:
        return f"Draws({self.plan.name!r}, seed={self.seed}, replication={self.replication})"


def draw(
    plan: Plan,
    seed: int,
    replication: int = 0,
    point: ArrayLike | None = None,
    gates: Days | None = None,
    kept: Kept | None = None,
) -> Draws:
    """Draw one replication; the same arguments give the same bits in any process.

    With a `point` (a uniform for each dimension of the plan) uncertain inputs take their quantiles there; the noise of
    operations depends on seed and replication alone. `gates` are the days on which the gates of the plan come; by
    default those that wait for a milestone do not. What `kept` holds of the same replication with other choices is not
    drawn again.

    Raises:
        InputError: the inputs drawn make no valid scenario.
        ValueError: the point has not one coordinate for each dimension.
    """
    gates = known_at_start(plan) if gates is None else gates
    own = kept or Kept()
    inputs = own.once("sampled", lambda: sample_inputs(plan, seed, replication, point))
    # As bytes, so that equal inputs find what is cached for them.
    sampled = in_force(plan, gates, inputs).tobytes()
    drawn = _outlook(plan, sampled)
    expected = in_force(plan, gates, own.once("planned", lambda: _as_planned(plan, inputs))).tobytes()
    planned = _outlook(plan, expected)
    parts = own.once((sampled, expected), Kept)
    vector, typical, days = drawn.vector, planned.vector, plan.calendar.days
    struck = parts.once("struck", lambda: strokes(plan, vector, seed, replication, days))
    sites = _sites(plan, vector, typical, struck, parts)
    sources = list(_sources(plan, vector, typical, sites, seed, replication, parts))
    safety = np.array([value(vector, plan.items[pool.members[0]].safety_days) for pool in plan.pools])
    lead = pool_leads(plan, sources)
    wanted = [g.pool for line in plan.lines for g in line.generations]
    cover = cover_days(plan, wanted, lead, safety)
    ahead = cover_days(plan, wanted, lead + order_days(plan, sources), safety)
    refuse_endless(plan, sources, sites, ahead)
    reach = int(np.ceil(days + ahead.max() + _longest_review(plan) + _longest_grain(plan, vector))) + 2
    key = "flows", plan.lines, reach, *(tuple(outlook.ready.items()) for outlook in (drawn, planned))
    came = parts.once(key, lambda: flows(plan, seed, replication, reach, drawn, planned))
    periods, reviews = _instants(plan)
    return Draws(
        plan=plan,
        seed=seed,
        replication=replication,
        vector=vector,
        end=ticks(days),
        warmup=ticks(plan.calendar.warmup),
        periods=periods,
        reviews=reviews,
        sites=tuple(sites),
        sources=tuple(sources),
        flows=tuple(came),
        lead=lead,
        cover=cover,
        safety=safety,
        initial_stock=np.array([round(value(vector, i.initial_stock)) for i in plan.items], dtype=np.int64),
        open_orders=_open_orders(plan, vector),
        struck=tuple(tuple(s) for s in struck),
        losses=losses(plan, vector, struck),
        gates=gates,
    )


@lru_cache(maxsize=64)
def _instants(plan: Plan) -> tuple[IntArray, IntArray]:
    """Return the edges of periods and the reviews, in ticks."""
    periods, reviews = (all_ticks(np.array(days)) for days in (plan.calendar.periods, plan.calendar.reviews))
    for instants in (periods, reviews):
        # Shared by all replications: nobody may write into it.
        instants.setflags(write=False)
    return periods, reviews


def _as_planned(plan: Plan, drawn: FloatArray) -> FloatArray:
    """Return the inputs that plans are made with: typical values, and those drawn of inputs known at the start."""
    vector, known = plan.vector(), [ref for ref, _ in plan.known]
    vector[known] = drawn[known]
    return vector


@lru_cache(maxsize=64)
def _longest_review(plan: Plan) -> float:
    """Return the most days between two reviews."""
    return float(np.max(np.diff(plan.calendar.reviews)))


def _longest_grain(plan: Plan, vector: FloatArray) -> float:
    """Return the most days that one grain of even demand covers, at most the horizon."""
    grains = (grain(line, vector, plan.calendar.day) for line in plan.lines if line.pattern is Pattern.EVEN)
    return min(max(grains, default=0.0), plan.calendar.days)


def _open_orders(plan: Plan, vector: FloatArray) -> IntArray:
    """Return source, starts and due instant of each open order, shape (orders, 3)."""
    rows = [(o.source, round(float(vector[o.quantity])), ticks(float(vector[o.due]))) for o in plan.open_orders]
    return np.array(rows, dtype=np.int64).reshape(-1, 3)


@lru_cache(maxsize=64)
def _outlook(plan: Plan, values: bytes) -> Outlook:
    """Return when the sources that changeovers wait for supply in volume, with these inputs and no disruption.

    It is one object for all replications of the same inputs, so that what follows from them alone is worked out once.
    """
    vector = np.frombuffer(values)
    awaited = {r for line in plan.lines for generation in line.generations for r in generation.wait_for}
    opened = {s: nameplate_curve(plan.sites[s], vector, plan.calendar) for s in {plan.sources[r].site for r in awaited}}
    place = {r: plan.sources[r].site for r in awaited}
    return Outlook(vector, {r: ready_day(plan.sources[r], plan.sites[s], vector, opened[s]) for r, s in place.items()})


def _sites(
    plan: Plan, vector: FloatArray, typical: FloatArray, struck: list[list[Interval]], parts: Kept
) -> list[SiteDraws]:
    """Return the sites; those that no disruption strikes follow from their inputs alone, and are recalled."""
    hit = {site for i, found in enumerate(struck) if found for site in plan.disruptions[i].sites}
    found: list[SiteDraws] = []
    for s, site in enumerate(plan.sites):
        if s in hit:
            factor = parts.once(("factors", s), partial(site_factors, plan, vector, struck, s))
            make = partial(site_draws, site, vector, typical, factor, plan.calendar)
            found.append(parts.once(site, make))
        else:
            found.append(parts.once(site, partial(_undisturbed, plan, s, vector, typical)))
    return found


def _undisturbed(plan: Plan, s: int, vector: FloatArray, typical: FloatArray) -> SiteDraws:
    """Return a site that no disruption strikes."""
    site = plan.sites[s]
    inputs = inputs_of(site, vector), inputs_of(site, typical)
    make = partial(site_draws, site, vector, typical, UNDISTURBED, plan.calendar)
    return recall(plan, ("site", s), inputs, make)


def _sources(
    plan: Plan, vector: FloatArray, typical: FloatArray, sites: Sequence[SiteDraws], seed: int, replication: int, parts: Kept
) -> Iterator[SourceDraws]:  # fmt: skip
    """Yield the sources, which follow from inputs and sites but for their noise."""
    for r, source in enumerate(plan.sources):
        make = partial(_source, plan, r, sites[source.site], vector, typical, seed, replication)
        yield parts.once((source, plan.sites[source.site]), make)


def _source(
    plan: Plan, r: int, site: SiteDraws, vector: FloatArray, typical: FloatArray, seed: int, replication: int
) -> SourceDraws:
    """Return a source with its noise in a replication."""
    source, taken = plan.sources[r], list(plan.input_ref[plan.inputs_start[r] : plan.inputs_start[r + 1]])
    # The site stands for its own inputs, of which a source reads some.
    inputs = site, inputs_of(source, vector), inputs_of(source, typical), vector[taken].tobytes()
    make = partial(source_draws, plan, vector, typical, r, site)
    return recall(plan, ("source", r), inputs, make).of(seed, replication)
