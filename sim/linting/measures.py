"""Numbers worked out from several inputs: how fast, how large, how dear, how much is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sim.linting import demand, sites
from sim.linting.subject import LintSubject, MeasuredInput


def qualification(subject: LintSubject) -> Iterator[MeasuredInput]:
    """Yield the days from first samples to volume of each in-house recipe; without phases they are 0."""
    document, inputs = subject.scenario.document, subject.scenario.inputs
    for name, recipe in document.recipes.items():
        if not document.sites[recipe.site].in_house:
            continue
        phases = [f"recipes.{name}.qualification.{phase}.days" for phase in ("samples", "risk")]
        given = tuple(path for path in phases if path in inputs)
        days = sum(subject.read(path) for path in given)
        yield MeasuredInput(
            given or (f"recipes.{name}.qualification",),
            subject.figures(given),
            days,
            "day",
            subject.place(f"recipes.{name}"),
        )


MEASURES: dict[str, Callable[[LintSubject], Iterator[MeasuredInput]]] = {
    "construction": sites.construction,
    "ramp_length": sites.ramp_length,
    "ramp_steepness": sites.ramp_steepness,
    "capacity": sites.capacity,
    "own_capacity": sites.own_capacity,
    "own_growth": sites.own_growth,
    "allocation": sites.allocation,
    "capex_a_year": sites.capex_a_year,
    "qualification": qualification,
    "demand_in_wafers": demand.in_wafers,
    "compute_growth": demand.compute_growth,
}
"""Name in the file of bounds -> the numbers it gives."""
