"""Sites in numbers: capacity over time, contracts, and the money that capacity costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.calendar import Calendar
from sim.clock import NEVER, TICKS_PER_DAY, all_ticks, ticks
from sim.draws.curves import Curve, combine, constant, merged, path_curve, price_curve, ramp_points, steps, value
from sim.draws.disruptions import Factors
from sim.draws.rates import moment_day
from sim.draws.tools import with_tools
from sim.plan import FloatArray, IntArray, PathPlan, SitePlan


@dataclass(frozen=True, slots=True, eq=False)
class SiteDraws:
    """One site in one replication. Compared by identity, so that what follows from it can be cached.

    `nameplate` is installed capacity, `available` what is left of it for us, `undisturbed` what would be left without
    disruptions, and `planned` the same at the inputs that plans are made with, all in load a day; `line_rate` is the
    rate of each of its `lines` in load a tick. From the instant `closes` nothing is released; what was released before
    is finished at the rate that the site had, which `line_rate` and `planned` keep. `allocation` (infinite without a
    contract; `granted` before disruptions), `commitment` (0 from its end on) and `announced` are in starts a day,
    `notice` in days (NaN where none is given).
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
    closes: int


def site_draws(
    plan: SitePlan, vector: FloatArray, typical: FloatArray, factors: Factors, calendar: Calendar
) -> SiteDraws:
    """Return the numbers of a site.

    Its capacity is nameplate x availability x every disruption, less what rivals hold.
    """
    lines = max(round(value(vector, plan.lines, 1.0)), 1)
    closes, working = ticks(closing_day(plan, vector)), working_curve(plan, vector, calendar)
    undisturbed = _left(plan, vector, working, constant(1.0), calendar)
    disturbed = bool((factors.capacity.values != 1.0).any())
    # Without disturbance the very same curve, which is then worked out once.
    available = _left(plan, vector, working, factors.capacity, calendar) if disturbed else undisturbed
    as_planned = vector is typical
    planned = undisturbed if as_planned else planned_curve(plan, typical, calendar)
    allocation = _path(plan.allocation, vector, calendar, np.inf)
    return SiteDraws(
        lines=lines,
        nameplate=_closed(working, closes),
        available=_closed(available, closes),
        undisturbed=_closed(undisturbed, closes),
        planned=planned,
        line_rate=Curve(available.knots, available.values / (lines * TICKS_PER_DAY)),
        granted=allocation,
        allocation=combine(np.multiply, allocation, factors.allocation),
        commitment=_commitment(plan, vector, calendar),
        announced=_path(plan.announced, vector, calendar, 0.0),
        notice=value(vector, plan.notice, np.nan),
        factors=factors,
        closes=closes,
    )


def planned_curve(plan: SitePlan, typical: FloatArray, calendar: Calendar) -> Curve:
    """Return the capacity left for us when all goes as planned, in load a day; a site that closes keeps what it had."""
    return _left(plan, typical, working_curve(plan, typical, calendar), constant(1.0), calendar)


def _left(plan: SitePlan, vector: FloatArray, opened: Curve, factor: Curve, calendar: Calendar) -> Curve:
    """Return what availability, closures, disruptions and rivals leave of installed capacity."""
    up, rivals = value(vector, plan.availability, 1.0), _path(plan.rivals, vector, calendar, 0.0)

    def left(nominal: FloatArray, factors: FloatArray, held: FloatArray, works: FloatArray) -> FloatArray:
        # Infinite capacity times a factor of 0 is no number, and not what is taken there.
        with np.errstate(invalid="ignore"):
            running = np.where(factors > 0, nominal * (up * factors), 0.0)
        return np.maximum(running - held, 0.0) * works

    return combine(left, opened, factor, rivals, _open(plan))


def _open(plan: SitePlan) -> Curve:
    """Return a curve that is 1 while a site is open and 0 while it is closed."""
    if not plan.closed:
        return constant(1.0)
    at = np.array(plan.closed).ravel()
    return steps(all_ticks(np.append(0.0, at)), np.append(1.0, np.tile([0.0, 1.0], len(plan.closed))))


def _commitment(plan: SitePlan, vector: FloatArray, calendar: Calendar) -> Curve:
    """Return the starts a day that are promised until the contract ends, by default with the horizon."""
    return promised_curve(plan, vector, calendar, value(vector, plan.until, calendar.days))


def promised_curve(plan: SitePlan, vector: FloatArray, calendar: Calendar, until: float) -> Curve:
    """Return the starts a day that are promised up to a day, which may lie beyond the horizon."""
    if plan.commitment is None:
        return constant(0.0)
    promised = path_curve(plan.commitment, vector, calendar.day, max(calendar.days, until))
    return combine(np.multiply, promised, steps([0, ticks(until)], [1.0, 0.0]))


def _path(path: PathPlan | None, vector: FloatArray, calendar: Calendar, default: float) -> Curve:
    """Return a path as a curve, or the default if there is none."""
    return constant(default) if path is None else path_curve(path, vector, calendar.day, calendar.days)


def nameplate_curve(plan: SitePlan, vector: FloatArray, calendar: Calendar) -> Curve:
    """Return installed capacity over time, in load a day; none from the day on which the site closes."""
    return _closed(working_curve(plan, vector, calendar), ticks(closing_day(plan, vector)))


def working_curve(plan: SitePlan, vector: FloatArray, calendar: Calendar) -> Curve:
    """Return capacity over time, in load a day: as planned, as far as there are tools for it.

    A site that closes keeps what it had then, until the last lot has left it.
    """
    closes, equipped = ticks(closing_day(plan, vector)), _equipped(plan, vector, calendar)
    if closes >= NEVER or closes <= 0:
        return equipped if closes > 0 else constant(0.0)
    before = equipped.knots < closes
    return Curve(equipped.knots[before], equipped.values[before])


def _closed(curve: Curve, closes: int) -> Curve:
    """Return a curve that is 0 from an instant on."""
    if closes >= NEVER:
        return curve
    before = curve.knots < closes
    return steps(np.append(curve.knots[before], closes), np.append(curve.values[before], 0.0))


def _equipped(plan: SitePlan, vector: FloatArray, calendar: Calendar) -> Curve:
    """Return capacity as planned, as far as there are tools for it, in load a day."""
    intended = intended_curve(plan, vector, calendar)
    if plan.tools is None:
        return intended
    # What was there before the start came with its tools.
    stood = float(intended.values[0]) if ramp_begins(plan, vector) < 0.0 else 0.0
    return with_tools(plan.tools, intended, stood, vector, calendar)


def intended_curve(plan: SitePlan, vector: FloatArray, calendar: Calendar) -> Curve:
    """Return the capacity that a site is to have over time whatever tools are delivered, in load a day."""
    if plan.unlimited:
        return constant(np.inf)
    if plan.capacity is not None:
        return path_curve(plan.capacity, vector, calendar.day, calendar.days)
    at: list[IntArray] = []
    values: list[FloatArray] = []
    begins, level = ramp_begins(plan, vector), value(vector, plan.ramp_initial)
    if not np.isfinite(begins):
        return constant(0.0)
    for ramp in plan.ramps:
        begins += value(vector, ramp.after)
        target, length = value(vector, ramp.target), value(vector, ramp.days)
        more_at, more = ramp_points(begins, level, target, length, ramp.shape, calendar.day)
        at.append(more_at)
        values.append(more)
        begins, level = begins + length, target
    return steps(np.concatenate(at), np.concatenate(values))


def ramp_begins(plan: SitePlan, vector: FloatArray) -> float:
    """Return the first day of the ramp: as dated, or when the last construction step ends; infinite if it never is."""
    if not plan.stages:
        return value(vector, plan.ramp_start)
    return decision_day(plan, vector) + sum(value(vector, stage) for stage in plan.stages)


def decision_day(plan: SitePlan, vector: FloatArray) -> float:
    """Return the day on which construction is decided; infinite if it never is."""
    return min((value(vector, plan.decision, np.inf), *(moment_day(moment, vector) for moment in plan.begun)))


def closing_day(plan: SitePlan, vector: FloatArray) -> float:
    """Return the day on which a site closes; infinite if it never does."""
    return min((value(vector, plan.closes, np.inf), *(moment_day(moment, vector) for moment in plan.closings)))


def tariff_curve(plan: SitePlan, vector: FloatArray, calendar: Calendar) -> Curve:
    """Return the import duty over time as a share of a site's prices, with the value at the beginning of each step."""
    return constant(0.0) if plan.tariff is None else price_curve(plan.tariff, vector, calendar.day, calendar.days)


def integral_by_period(curve: Curve, periods: tuple[float, ...]) -> FloatArray:
    """Return the integral of a curve over each period, in value x days, shape (periods,)."""
    edges = _edges(periods)
    if len(curve.knots) == 1:
        return np.asarray(curve.values[0] * np.diff(edges) / TICKS_PER_DAY)
    knots = merged(curve.knots, edges)
    areas = curve.at_all(knots[:-1]) * np.diff(knots) / TICKS_PER_DAY
    first = np.searchsorted(knots, edges)
    # Summed period by period: an infinite capacity stays infinite.
    return np.asarray(np.add.reduceat(areas[: first[-1]], first[:-1]))


@lru_cache(maxsize=256)
def _edges(periods: tuple[float, ...]) -> IntArray:
    """Return the edges of periods in ticks; nobody may write into them."""
    edges = all_ticks(np.array(periods))
    edges.setflags(write=False)
    return edges
