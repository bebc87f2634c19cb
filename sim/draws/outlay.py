"""Money that capacity costs to build: when it is paid, and what is given back of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from sim.calendar import Calendar
from sim.clock import NEVER, TICKS_PER_DAY, ticks
from sim.draws.curves import Curve, constant, value
from sim.draws.sites import closing_day, decision_day, nameplate_curve, ramp_begins
from sim.plan import FloatArray, IntArray, MomentPlan, PathPlan, SitePlan

Part = Callable[[SitePlan, Curve], Curve]
"""The part of a site's installed capacity that is paid for."""


@dataclass(frozen=True, slots=True)
class Outlay:
    """What is paid for capacity: dollars at instants, in the order of booking, and dollars of the building.

    Those of the building are paid evenly from one day to another; none are paid after `until`.
    """

    paid: tuple[tuple[IntArray, FloatArray], ...]
    building: float
    begin: float
    end: float
    until: float

    def by_period(self, periods: tuple[float, ...]) -> FloatArray:
        """Return the dollars in each period, shape (periods,); what lies outside all periods is not booked."""
        edges, outlay = np.array(periods) * TICKS_PER_DAY, np.zeros(len(periods) - 1)
        for i, (at, dollars) in enumerate(self.paid):
            period = np.searchsorted(edges, at, side="right") - 1
            inside = (period >= 0) & (period < len(edges) - 1)
            np.add.at(outlay, period[inside], dollars[inside])
            # The building is added between equipment and all else: sums of floats depend on their order.
            if i == 0 and self.building:
                until = np.minimum(periods[1:], min(self.end, self.until))
                overlap = np.clip(until - np.maximum(periods[:-1], self.begin), 0.0, None)
                outlay += self.building * overlap / max(self.end - self.begin, 1e-9)
        return outlay


def capex(plan: SitePlan, vector: FloatArray, nameplate: Curve, calendar: Calendar) -> Outlay:
    """Return the outlay for capacity.

    The equipment share of each unit of capacity is paid when the unit is added, or a share of it some days ahead. The
    rest, for the capacity of the first ramp, is paid evenly over construction, until the site closes. Whether capacity
    on day 0 was paid before, the site says; if it does not, that of a ramp that begins on day 0 was not.
    """
    return _outlay(plan, vector, nameplate, calendar, lambda _, installed: installed)


def credit_by_period(
    plan: SitePlan, vector: FloatArray, nameplate: Curve, calendar: Calendar, periods: tuple[float, ...]
) -> FloatArray:
    """Return the dollars given back of the outlay of each period, shape (periods,)."""
    if plan.credit is None or not credited_curve(plan, vector, nameplate).values.any():
        return np.zeros(len(periods) - 1)  # not even the building has one

    def credited(known: SitePlan, installed: Curve) -> Curve:
        return credited_curve(known, vector, installed)

    given = _outlay(plan, vector, nameplate, calendar, credited)
    return value(vector, plan.credit.share) * given.by_period(periods)


def credited_curve(plan: SitePlan, vector: FloatArray, nameplate: Curve) -> Curve:
    """Return the part of installed capacity that has a credit, in load a day: up to the last growth begun in time."""
    if plan.credit is None:
        return constant(0.0)
    by = value(vector, plan.credit.begun_by, np.inf)
    begun = ramp_begins(plan, vector) if plan.ramps else 0.0
    decided = decision_day(plan, vector) if plan.stages else begun
    most = np.inf if not plan.ramps and decided <= by else 0.0
    for i, ramp in enumerate(plan.ramps):
        begun += value(vector, ramp.after)
        if (begun if i else decided) <= by:
            most = value(vector, ramp.target)
        begun += value(vector, ramp.days)
    return Curve(nameplate.knots, np.minimum(nameplate.values, most))


def _outlay(plan: SitePlan, vector: FloatArray, nameplate: Curve, calendar: Calendar, part: Part) -> Outlay:
    """Return the outlay for a part of installed capacity."""
    per_capacity = value(vector, plan.capex_per_capacity)
    if per_capacity == 0.0 or plan.unlimited:
        return Outlay((), 0.0, 0.0, 0.0, 0.0)
    ahead = 0.0 if plan.paid_ahead is None else value(vector, plan.paid_ahead.share)
    added = _added(plan, vector, part(plan, nameplate))
    paid = [(added.at, added.equipment * (1.0 - ahead)), (added.at, added.extra * (1.0 - ahead))]
    if ahead > 0.0:
        at, ordered = _ordered(plan, vector, calendar, part)
        paid.append((at, ordered * ahead))
    begin, end = decision_day(plan, vector), ramp_begins(plan, vector)
    building = 0.0
    if plan.stages and np.isfinite(begin):
        building = (1 - value(vector, plan.equipment_share, 1.0)) * per_capacity * value(vector, plan.ramps[0].target)
    return Outlay(tuple(paid), building, begin, end, closing_day(plan, vector))


class _Added(NamedTuple):
    """Capacity that is added: instants, dollars of equipment, and dollars of building beyond the first ramp."""

    at: IntArray
    equipment: FloatArray
    extra: FloatArray


def _added(plan: SitePlan, vector: FloatArray, installed: Curve) -> _Added:
    """Return the capacity added over time, in dollars of equipment and of building."""
    per_capacity, equipment = value(vector, plan.capex_per_capacity), value(vector, plan.equipment_share, 1.0)
    stood = installed.values[0] if _sunk(plan, vector) else 0.0
    added = np.maximum(np.diff(installed.values, prepend=stood), 0.0)
    if not plan.stages:
        return _Added(installed.knots, added * per_capacity * 1.0, np.zeros(len(added)))
    later = installed.values > value(vector, plan.ramps[0].target)
    extra = np.where(later, added, 0.0) * per_capacity * (1 - equipment)
    return _Added(installed.knots, added * per_capacity * equipment, extra)


def _ordered(plan: SitePlan, vector: FloatArray, calendar: Calendar, part: Part) -> tuple[IntArray, FloatArray]:
    """Return when capacity is ordered, so long before it stands, and its dollars.

    What is ordered by a gate was ordered for the capacity expected until then, and stays ordered whatever is chosen
    there: nothing before a gate depends on the choice. From the gate on what more is wanted is ordered, at the gate
    itself where it is late for it. Construction is decided before anything is ordered.
    """
    assert plan.paid_ahead is not None
    lead = ticks(value(vector, plan.paid_ahead.days))
    gates = sorted({ticks(float(vector[moment.gate])) for moment in _moments(plan)})
    at: list[int] = []
    dollars: list[float] = []
    ordered = 0.0
    for since, until in zip([-NEVER, *gates], [*gates, NEVER], strict=True):
        known = _known(plan, vector, since)
        added = _added(known, vector, part(known, nameplate_curve(known, vector, calendar)))
        decided = ticks(decision_day(known, vector)) if known.stages else -NEVER
        # What stands on the first day and is not sunk is paid on it.
        when = np.where(added.at == 0, 0, np.maximum(added.at - lead, max(since, decided)))
        wanted = np.cumsum(added.equipment + added.extra)
        for instant, amount in zip(when.tolist(), wanted.tolist(), strict=True):
            if instant < until and amount > ordered:
                at.append(instant)
                dollars.append(amount - ordered)
                ordered = amount
    return np.array(at, dtype=np.int64), np.array(dollars)


def _moments(plan: SitePlan) -> list[MomentPlan]:
    """Return all that choices change about the capacity of a site."""
    paths = [plan.capacity] if plan.capacity is not None else []
    paths += [plan.tools.supply] if plan.tools is not None else []
    return [*(splice for path in paths for splice in path.splices), *plan.begun, *plan.closings]


def _known(plan: SitePlan, vector: FloatArray, now: int) -> SitePlan:
    """Return a site as it is planned at an instant: without what is chosen at later gates."""

    def past(moment: MomentPlan) -> bool:
        return ticks(float(vector[moment.gate])) <= now

    def cut(path: PathPlan) -> PathPlan:
        return replace(path, splices=tuple(splice for splice in path.splices if past(splice)))

    return replace(
        plan,
        capacity=None if plan.capacity is None else cut(plan.capacity),
        tools=None if plan.tools is None else replace(plan.tools, supply=cut(plan.tools.supply)),
        begun=tuple(moment for moment in plan.begun if past(moment)),
        closings=tuple(moment for moment in plan.closings if past(moment)),
    )


def _sunk(plan: SitePlan, vector: FloatArray) -> bool:
    """Return whether the capacity of the first day was paid before it."""
    if plan.sunk is not None:
        return plan.sunk
    return plan.capacity is not None or ramp_begins(plan, vector) < 0.0


__all__ = ["Outlay", "capex", "credit_by_period", "credited_curve"]
