"""Sites in numbers: capacity over time, contracts, and the money that capacity costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calendar import Calendar
from sim.clock import TICKS_PER_DAY, all_ticks, ticks
from sim.draws.curves import Curve, combine, constant, merged, path_curve, price_curve, ramp_points, steps, value
from sim.draws.disruptions import Factors
from sim.draws.tools import with_tools
from sim.plan import NONE, FloatArray, IntArray, PathPlan, SitePlan


@dataclass(frozen=True, slots=True)
class SiteDraws:
    """One site in one replication.

    `nameplate` is installed capacity, `available` what is left of it for us, `undisturbed` what would be left
    without disruptions, and `planned` the same at the typical values of all inputs, all in load a day; `line_rate`
    is the rate of each of its `lines` in load a tick. `allocation` (infinite without a contract; `granted` before
    disruptions), `commitment` (0 from its end on) and `announced` are in starts a day, `notice` in days (NaN where
    none is given).
    """

    lines: int
    nameplate: Curve
    available: Curve
    undisturbed: Curve
    planned: Curve
    line_rate: Curve
    allocation: Curve
    granted: Curve
    commitment: Curve
    announced: Curve
    notice: float
    factors: Factors


def site_draws(
    plan: SitePlan, vector: FloatArray, typical: FloatArray, factors: Factors, calendar: Calendar
) -> SiteDraws:
    """A site's capacity is nameplate x availability x every disruption, less what rivals hold."""
    lines = max(round(value(vector, plan.lines, 1.0)), 1)
    opened = nameplate_curve(plan, vector, calendar)
    undisturbed = _left(plan, vector, opened, constant(1.0), calendar)
    disturbed = bool((factors.capacity.values != 1.0).any())
    available = _left(plan, vector, opened, factors.capacity, calendar) if disturbed else undisturbed
    as_planned = vector is typical
    planned = undisturbed if as_planned else planned_curve(plan, typical, calendar)
    allocation = _path(plan.allocation, vector, calendar, np.inf)
    return SiteDraws(
        lines=lines,
        nameplate=opened,
        available=available,
        undisturbed=undisturbed,
        planned=planned,
        line_rate=Curve(available.knots, available.values / (lines * TICKS_PER_DAY)),
        granted=allocation,
        allocation=combine(np.multiply, allocation, factors.allocation),
        commitment=_commitment(plan, vector, calendar),
        announced=_path(plan.announced, vector, calendar, 0.0),
        notice=value(vector, plan.notice, np.nan),
        factors=factors,
    )


def planned_curve(plan: SitePlan, typical: FloatArray, calendar: Calendar) -> Curve:
    """Capacity left for us over time when all goes as planned, in load a day."""
    return _left(plan, typical, nameplate_curve(plan, typical, calendar), constant(1.0), calendar)


def _left(plan: SitePlan, vector: FloatArray, opened: Curve, factor: Curve, calendar: Calendar) -> Curve:
    """What availability, closures, disruptions and rivals leave of installed capacity."""
    up, rivals = value(vector, plan.availability, 1.0), _path(plan.rivals, vector, calendar, 0.0)

    def left(nominal: FloatArray, factors: FloatArray, held: FloatArray, works: FloatArray) -> FloatArray:
        with np.errstate(invalid="ignore"):
            running = np.where(factors > 0, nominal * (up * factors), 0.0)
        return np.maximum(running - held, 0.0) * works

    return combine(left, opened, factor, rivals, _open(plan))


def _open(plan: SitePlan) -> Curve:
    """1 while a site is open, 0 while it is closed."""
    if not plan.closed:
        return constant(1.0)
    at = np.array(plan.closed).ravel()
    return steps(all_ticks(np.append(0.0, at)), np.append(1.0, np.tile([0.0, 1.0], len(plan.closed))))


def _commitment(plan: SitePlan, vector: FloatArray, calendar: Calendar) -> Curve:
    """Starts a day that are promised until the contract ends, by default with the horizon."""
    return promised_curve(plan, vector, calendar, value(vector, plan.until, calendar.days))


def promised_curve(plan: SitePlan, vector: FloatArray, calendar: Calendar, until: float) -> Curve:
    """Starts a day that are promised up to a day, which may lie beyond the horizon."""
    if plan.commitment is None:
        return constant(0.0)
    promised = path_curve(plan.commitment, vector, calendar.day, max(calendar.days, until))
    return combine(np.multiply, promised, steps([0, ticks(until)], [1.0, 0.0]))


def _path(path: PathPlan | None, vector: FloatArray, calendar: Calendar, default: float) -> Curve:
    return constant(default) if path is None else path_curve(path, vector, calendar.day, calendar.days)


def nameplate_curve(plan: SitePlan, vector: FloatArray, calendar: Calendar) -> Curve:
    """Installed capacity over time, in load a day: as planned, as far as there are tools for it."""
    intended = intended_curve(plan, vector, calendar)
    if plan.tools is None:
        return intended
    stood = float(intended.values[0]) if ramp_begins(plan, vector) < 0.0 else 0.0
    return with_tools(plan.tools, intended, stood, vector, calendar)


def intended_curve(plan: SitePlan, vector: FloatArray, calendar: Calendar) -> Curve:
    """Capacity that a site is to have over time whatever tools are delivered, in load a day."""
    if plan.unlimited:
        return constant(np.inf)
    if plan.capacity is not None:
        return path_curve(plan.capacity, vector, calendar.day, calendar.days)
    at: list[IntArray] = []
    values: list[FloatArray] = []
    begins, level = ramp_begins(plan, vector), value(vector, plan.ramp_initial)
    for ramp in plan.ramps:
        begins += value(vector, ramp.after)
        target, length = value(vector, ramp.target), value(vector, ramp.days)
        more_at, more = ramp_points(begins, level, target, length, ramp.shape, calendar.day)
        at.append(more_at)
        values.append(more)
        begins, level = begins + length, target
    return steps(np.concatenate(at), np.concatenate(values))


def ramp_begins(plan: SitePlan, vector: FloatArray) -> float:
    """First day of the ramp: as dated, or when the last construction step ends."""
    if plan.decision == NONE:
        return value(vector, plan.ramp_start)
    return value(vector, plan.decision) + sum(value(vector, stage) for stage in plan.stages)


def capex_by_period(plan: SitePlan, vector: FloatArray, nameplate: Curve, periods: tuple[float, ...]) -> FloatArray:
    """Outlay in dollars in each period, shape (periods,).

    The equipment share of each unit of capacity is paid when the unit is added; the rest, for the
    capacity of the first ramp, evenly over construction. Whether capacity there on day 0 was paid before, the site says;
    if it does not, that of a ramp that begins on day 0 was not.
    """
    per_capacity = value(vector, plan.capex_per_capacity)
    edges = np.array(periods) * TICKS_PER_DAY
    outlay = np.zeros(len(periods) - 1)
    if per_capacity == 0.0 or plan.unlimited:
        return outlay
    equipment = value(vector, plan.equipment_share, 1.0)
    built = plan.decision != NONE and bool(plan.stages)
    stood = nameplate.values[0] if _sunk(plan, vector) else 0.0
    added = np.maximum(np.diff(nameplate.values, prepend=stood), 0.0)
    share_now = equipment if built else 1.0
    _book(outlay, edges, nameplate.knots, added * per_capacity * share_now)
    if built:
        first = value(vector, plan.ramps[0].target)
        begin, end = value(vector, plan.decision), ramp_begins(plan, vector)
        overlap = np.clip(np.minimum(periods[1:], end) - np.maximum(periods[:-1], begin), 0.0, None)
        outlay += (1 - equipment) * per_capacity * first * overlap / max(end - begin, 1e-9)
        later = nameplate.values > first
        extra = np.where(later, added, 0.0) * per_capacity * (1 - equipment)
        _book(outlay, edges, nameplate.knots, extra)
    return outlay


def credit_by_period(plan: SitePlan, vector: FloatArray, nameplate: Curve, periods: tuple[float, ...]) -> FloatArray:
    """What is given back in dollars of the outlay of each period, shape (periods,)."""
    if plan.credit is None:
        return np.zeros(len(periods) - 1)
    share, credited = value(vector, plan.credit.share), credited_curve(plan, vector, nameplate)
    if not credited.values.any():
        return np.zeros(len(periods) - 1)  # not even the building has one
    return share * capex_by_period(plan, vector, credited, periods)


def credited_curve(plan: SitePlan, vector: FloatArray, nameplate: Curve) -> Curve:
    """The part of installed capacity that has a credit: up to the last growth that begins in time, in load a day."""
    if plan.credit is None:
        return constant(0.0)
    by = value(vector, plan.credit.begun_by, np.inf)
    begun = ramp_begins(plan, vector) if plan.ramps else 0.0
    decided = begun if plan.decision == NONE else value(vector, plan.decision)
    most = np.inf if not plan.ramps and decided <= by else 0.0
    for i, ramp in enumerate(plan.ramps):
        begun += value(vector, ramp.after)
        if (begun if i else decided) <= by:
            most = value(vector, ramp.target)
        begun += value(vector, ramp.days)
    return Curve(nameplate.knots, np.minimum(nameplate.values, most))


def tariff_curve(plan: SitePlan, vector: FloatArray, calendar: Calendar) -> Curve:
    """Import duty over time as a share of a site's prices, with the value of the beginning of each step."""
    return constant(0.0) if plan.tariff is None else price_curve(plan.tariff, vector, calendar.day, calendar.days)


def _sunk(plan: SitePlan, vector: FloatArray) -> bool:
    """Whether the capacity of the first day was paid before it."""
    if plan.sunk is not None:
        return plan.sunk
    return plan.capacity is not None or ramp_begins(plan, vector) < 0.0


def _book(outlay: FloatArray, edges: FloatArray, at: IntArray, amounts: FloatArray) -> None:
    """Add amounts to the periods of their instants; what lies outside all periods is not booked."""
    period = np.searchsorted(edges, at, side="right") - 1
    inside = (period >= 0) & (period < len(edges) - 1)
    np.add.at(outlay, period[inside], amounts[inside])


def integral_by_period(curve: Curve, periods: tuple[float, ...]) -> FloatArray:
    """The integral of a curve over each period, in value x days, shape (periods,)."""
    edges = all_ticks(np.array(periods))
    if len(curve.knots) == 1:
        return np.asarray(curve.values[0] * np.diff(edges) / TICKS_PER_DAY)
    knots = merged(curve.knots, edges)
    areas = curve.at_all(knots[:-1]) * np.diff(knots) / TICKS_PER_DAY
    first = np.searchsorted(knots, edges)
    # Summed period by period: an infinite capacity stays infinite.
    return np.asarray(np.add.reduceat(areas[: first[-1]], first[:-1]))
