"""Dates: in order, and inside the horizon where they must be."""

from __future__ import annotations

import datetime as dt
import math

from sim.scenario.checks.context import Context, amount
from sim.scenario.compose import Loc
from sim.scenario.schema.quantity import Path
from sim.vocabulary import Interpolate

_MONTH = 31
MOST_LENGTH = 1_000_000
"""Days or time units of a run: demand and forecasts are kept for each."""


def check(context: Context) -> None:
    """Check that dates are in order, and that they lie within the horizon where they must."""
    _horizon(context)
    for path in dict.fromkeys(point.partition(".points.")[0] for point in context.inputs if ".points." in point):
        _path(context, tuple(int(part) if part.isdecimal() else part for part in path.split(".")))
    leads: dict[str, float] = {}
    for name in context.document.demand:
        _begins(context, ("demand", name, "begins"))
        _generations(context, name)
        _reach(context, name, leads)
    _orders(context)
    for name in context.document.sites:
        _until(context, ("sites", name, "contract", "until"))
        _paid_ahead(context, ("sites", name, "contract", "prepayment", "at"))
    for name in context.document.disruptions:
        _begins(context, ("disruptions", name, "begins"), also_before=True)
    for name, sourcing in context.document.sourcing.items():
        if sourcing.phase_out is not None:
            _phase_out(context, ("sourcing", name, "phase_out"))


def shown(context: Context, day: float) -> str:
    """Return a day of the run as a date, or as a time of an abstract model."""
    start = context.document.horizon.start
    if start is None:
        return f"time {day:g}"
    try:
        return (start + dt.timedelta(days=math.floor(day))).isoformat()
    # A number may be far beyond the calendar of Python, which ends with the year 9999.
    except OverflowError:
        return f"day {day:g}"


def _horizon(context: Context) -> None:
    """Check the length of the run, its warmup and its periods."""
    document, horizon = context.document, context.document.horizon
    if not horizon.days <= MOST_LENGTH:
        where = ("horizon", "length" if horizon.start is None else "end")
        allowed = f"at most {MOST_LENGTH:,}: use a larger time unit"
        context.add(where, "more days or time units than can be played", found=f"{horizon.days:g}", expected=allowed)
    if horizon.warmup >= horizon.days:
        context.add(
            ("horizon", "warmup"),
            "statistics would start only after the end",
            found=f"{horizon.warmup:g} of {horizon.days:g}",
        )
    for key in ("report_every", "review_every"):
        every = getattr(document, key)
        if isinstance(every, int) and every < 1:
            context.add((key,), "must be at least 1 day", found=str(every))
    if horizon.length is None and horizon.time_unit is not None:
        context.add(("horizon", "time_unit"), "has no effect with dates; it belongs to an abstract length")


def _path(context: Context, loc: Loc) -> None:
    """Check that dated points follow each other, and that `ends` does not cut them off."""
    before: float | None = None
    index = 0
    while (at := context.number(*loc, "points", index, "at")) is not None:
        if before is not None and at <= before:
            context.add(
                (*loc, "points", index, "at"),
                f"comes no later than the point before it ({shown(context, before)}); points run forward in time",
                found=shown(context, at),
            )
        before, index = at, index + 1
    ends = context.number(*loc, "ends")
    if ends is not None and before is not None and ends < before:
        context.add(
            (*loc, "ends"),
            f"the path ends before its last point ({shown(context, before)})",
            found=shown(context, ends),
        )


def _begins(context: Context, loc: Loc, *, also_before: bool = False) -> None:
    """Check that a first day lies within the horizon; a disruption may have begun before it."""
    day = context.number(*loc)
    if day is None:
        return
    if day >= context.document.horizon.days:
        context.add(
            loc,
            "lies after the end of the horizon and would never happen",
            found=shown(context, day),
            expected=f"before {shown(context, context.document.horizon.days)}",
        )
    elif day < 0 and not (also_before and day + _duration(context, (*loc[:-1], "duration")) > 0):
        over = " and is over by then" if also_before else ""
        context.add(
            loc,
            f"lies before the start of the horizon{over}",
            found=shown(context, day),
            expected=f"from {shown(context, 0)}",
        )


def _orders(context: Context) -> None:
    """Check that orders, of customers and at suppliers, fall due from the start on."""
    for name, line in context.document.demand.items():
        for i in range(len(line.orders)):
            _not_before(context, ("demand", name, "orders", i, "date"), "lies before the start of the horizon")
    overdue = "was due before the start: give the day on which it now arrives, or the stock that it has become"
    for i in range(len(context.document.open_orders)):
        _not_before(context, ("open_orders", i, "due"), overdue)


def _not_before(context: Context, loc: Loc, message: str) -> None:
    """Check that a day does not lie before the start."""
    day = context.number(*loc)
    if day is not None and day < 0:
        context.add(loc, message, found=shown(context, day), expected=f"from {shown(context, 0)}")


def _until(context: Context, loc: Loc) -> None:
    """Check that a commitment is in force for some of the horizon."""
    day = context.number(*loc)
    if day is not None and day <= 0:
        context.add(
            loc,
            "the commitment is over before the horizon starts",
            found=shown(context, day),
            expected=f"after {shown(context, 0)}",
        )


def _paid_ahead(context: Context, loc: Loc) -> None:
    """Check that a prepayment is paid before the end of the horizon."""
    day = context.number(*loc)
    if day is not None and day >= context.document.horizon.days:
        context.add(
            loc,
            "lies after the end of the horizon and would never be paid",
            found=shown(context, day),
            expected=f"before {shown(context, context.document.horizon.days)}",
        )


def _duration(context: Context, loc: Loc) -> float:
    """Return the duration of a disruption in days; one that is drawn may be of any length."""
    constant = context.number(*loc)
    return math.inf if constant is None else constant


def _generations(context: Context, name: str) -> None:
    """Check that the first generation has no changeover, and that each later one begins after the one before."""
    before: float | None = None
    for index, generation in enumerate(context.document.demand[name].generations):
        here: Loc = ("demand", name, "generations", index)
        given = [key for key in ("begins", "cadence") if getattr(generation, key) is not None]
        if index == 0:
            for key in ("begins", "cadence", "months", "wait_for"):
                if key in generation.model_fields_set and getattr(generation, key):
                    context.add((*here, key), "has no effect: the first generation is there from the start")
        if index > 0 and len(given) != 1:
            context.add(here, "a later generation has either begins or cadence", found=" and ".join(given) or "neither")
        begins = context.number(*here, "begins") if index else None
        if begins is not None and before is not None and begins <= before:
            context.add(
                (*here, "begins"),
                f"begins no later than the generation before it ({shown(context, before)})",
                found=shown(context, begins),
            )
        before = begins if begins is not None else before


def _phase_out(context: Context, loc: Loc) -> None:
    """Check that a phase-out ends after it begins, and that some of it lies within the horizon."""
    begins, ends = context.number(*loc, "begins"), context.number(*loc, "ends")
    if begins is None or ends is None:
        return
    if ends < begins:
        context.add(
            (*loc, "ends"),
            f"the phase-out ends before it begins ({shown(context, begins)})",
            found=shown(context, ends),
        )
    elif begins >= context.document.horizon.days:
        context.add(
            (*loc, "begins"),
            "the phase-out lies after the end of the horizon",
            found=shown(context, begins),
            expected=f"before {shown(context, context.document.horizon.days)}",
        )
    elif ends <= 0:
        context.add(
            (*loc, "ends"),
            "the phase-out is over before the horizon starts",
            found=shown(context, ends),
            expected=f"after {shown(context, 0)}",
        )


def _reach(context: Context, name: str, leads: dict[str, float]) -> None:
    """Check that a demand line is known as far as planning looks beyond the end of the horizon."""
    line = context.document.demand[name]
    items = [line.item] if line.item else [generation.item for generation in line.generations]
    lead = max((lead_time(context, item, leads) for item in items), default=0.0)
    # What is released at the last review arrives a lead time later, and serves the demand until the next review.
    needed = context.document.horizon.days + lead + _review(context)
    paths: tuple[tuple[Loc, Path | None], ...] = (
        (("rate",), line.rate),
        (("compute",), line.compute),
        (("forecast", "rate"), line.forecast.rate),
    )
    for loc, path in paths:
        found = _end(context, ("demand", name, *loc), path) if path is not None else None
        if found is not None and found[1] < needed:
            place, last = found
            why = f"planning looks ahead by {amount(lead, '')} days of lead time and {_review(context):g} of review"
            remedy = "" if place[-1] == "ends" else "; add a later point, or ends: if its last value holds until then"
            context.add(
                place,
                f"the path ends too early: {why}{remedy}",
                found=shown(context, last),
                expected=f"from {shown(context, math.ceil(needed))}",
            )


def _end(context: Context, loc: Loc, path: Path) -> tuple[Loc, float] | None:
    """Return the last day for which a path has a value, and where it stands; None if it has one for ever.

    The day is that of `ends`, else of the last of several dated points of a slope. A constant, a single point and steps
    hold for ever, and so does a slope in an abstract model.
    """
    ends = context.number(*loc, "ends")
    if ends is not None:
        return (*loc, "ends"), ends
    if path.interpolate is Interpolate.STEP or len(path.points) < 2 or context.document.horizon.start is None:
        return None
    place = (*loc, "points", len(path.points) - 1, "at")
    last = context.number(*place)
    return (place, last) if last is not None else None


def _review(context: Context) -> float:
    """Return the longest time between reviews, in days or time units."""
    every = context.document.review_every
    dated = context.document.horizon.start is not None
    return float(every) if isinstance(every, int) else float(_MONTH) if every == "month" and dated else 1.0


def lead_time(context: Context, name: str, known: dict[str, float]) -> float:
    """Return the longest sum of planned lead times from the first material to the item, in days; fills `known`."""
    # With a stack of its own, since a chain of recipes may be longer than Python's calls may be deep. One that goes in
    # a cycle is left to its own check.
    waiting = [name]
    while waiting:
        recipes = context.recipes_of(waiting[-1])
        inputs = {wanted for recipe in recipes.values() for wanted in recipe.inputs}
        later = [wanted for wanted in inputs if wanted not in known and wanted not in waiting]
        if later:
            waiting.extend(later)
            continue
        chains = (
            _planned(context, made_by) + max((known.get(wanted, 0.0) for wanted in recipe.inputs), default=0.0)
            for made_by, recipe in recipes.items()
        )
        known[waiting.pop()] = max(chains, default=0.0)
    return known[name]


def _planned(context: Context, recipe: str) -> float:
    """Return the lead time that the planner counts on, in days."""
    planned = context.number("recipes", recipe, "planned_lead_time")
    if planned is not None:
        return planned
    cycle = context.number("recipes", recipe, "cycle_time")
    if cycle is None:
        cycle = context.number("recipes", recipe, "cycle_time", "mean")
    rest = (context.number("recipes", recipe, key) or 0.0 for key in ("shipping_time", "queue_allowance"))
    return (cycle or 0.0) + sum(rest)


__all__ = ["check", "lead_time", "shown"]
