"""What is drawn must make a scenario: the rules of `sim.scenario.checks` that a draw may break."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sim.errors import InputError, Problem, argument, broken_bound
from sim.plan import NONE, FloatArray, PathPlan, Plan, Ref

_TOLERANCE = 1e-9


def refuse(plan: Plan, vector: FloatArray) -> None:
    """Check that drawn inputs make a valid scenario.

    Dates that must follow each other do, what a formula gives keeps to the bounds of its field, and a start takes whole
    units of each input.

    Raises:
        InputError: they do not; it holds all that is wrong.
    """
    found = [*_bounds(plan, vector), *_dates(plan, vector), *_units(plan, vector)]
    if found:
        place = argument(f"{plan.name}, inputs drawn")
        raise InputError(Problem(place, plan.inputs[ref].path, why, f"{vector[ref]:.6g}") for ref, why in found)


def _bounds(plan: Plan, vector: FloatArray) -> Iterator[tuple[Ref, str]]:
    """Yield inputs that are beyond the bounds of their field."""
    # The ends of ranges keep to the bounds already; a formula may go beyond them where it is not monotone.
    calculated = {name for name, _ in plan.lineage.formulas}
    for fed in plan.lineage.fed:
        if fed.bounds and fed.figure in calculated:
            bound = broken_bound(float(vector[fed.input]) / fed.scale, fed.bounds)
            if bound is not None:
                yield Ref(fed.input), f"must be {bound}"


def _dates(plan: Plan, vector: FloatArray) -> Iterator[tuple[Ref, str]]:
    """Yield dates that are out of order or before the start."""
    for path in _paths(plan):
        for before, after in pairwise(path.at):
            if vector[after] <= vector[before]:
                yield after, "comes no later than the point before it"
    for line in plan.lines:
        begun = [g.begins for g in line.generations if g.begins != NONE]
        for before, after in pairwise(begun):
            if vector[after] <= vector[before]:
                yield after, "begins no later than the generation before it"
    dated = [*(date for line in plan.lines for date in line.dates), *(order.due for order in plan.open_orders)]
    yield from ((ref, "lies before the start") for ref in dated if vector[ref] < 0)
    for begins, ends, _ in {pool.phase_out for pool in plan.pools}:
        if NONE not in (begins, ends) and vector[ends] < vector[begins]:
            yield ends, "the phase-out ends before it begins"


def _paths(plan: Plan) -> Iterator[PathPlan]:
    """Yield all paths of a plan whose points may be drawn."""
    for site in plan.sites:
        yield from (p for p in (site.capacity, site.rivals, site.allocation, site.commitment, site.announced) if p)
        yield from (p for p in (site.tariff, site.tools and site.tools.supply) if p)
        if site.outside_sales is not None:
            yield from (site.outside_sales.demand, site.outside_sales.price)
    yield from (source.price for source in plan.sources if source.price)
    for line in plan.lines:
        yield from (p for p in (line.rate, line.compute, line.forecast_rate) if p)
        if line.power is not None:
            yield line.power.available


def _units(plan: Plan, vector: FloatArray) -> Iterator[tuple[Ref, str]]:
    """Yield inputs of which a start would take no whole number of units."""
    for r, source in enumerate(plan.sources):
        per_start = source.yields.units_per_start
        times = 1.0 if per_start == NONE else float(vector[per_start])
        for ref in plan.input_ref[plan.inputs_start[r] : plan.inputs_start[r + 1]]:
            taken = float(vector[ref]) * times
            if round(taken) < 1 or abs(taken - round(taken)) > _TOLERANCE * taken:
                yield ref, "a start must take a whole number of units"
