"""Outputs of a study as people read them: dates, shares, money, and differences between them."""

from __future__ import annotations

from sim.report.formats import NOTHING, about, count, dollars
from sim.report.indicators import is_money, shown
from sim.scenario.loader import Scenario
from sim.study.runs.outputs import SHARES, Catalogue, Output, OutputKind


def said(scenario: Scenario, catalogue: Catalogue, output: Output, value: float | None) -> str:
    """Return a value of an output as text; a mean of `reached` is a probability."""
    if value is None or value != value:
        return "no value"
    if output.kind is OutputKind.REACHED:
        return about(value)
    if output.kind is OutputKind.DATE and value >= catalogue.days:
        return f"not by {catalogue.end}"
    return shown(scenario, output.column, value)


def unit(output: Output) -> str:
    """Return the unit of differences between values of an output; empty for money, which carries it."""
    if output.kind is OutputKind.DATE:
        return "days"
    return "points" if in_percent(output) else ""


def in_percent(output: Output) -> bool:
    """Return whether the values of an output are shares or probabilities."""
    return output.kind is OutputKind.REACHED or (output.kind is OutputKind.KPI and output.column.startswith(SHARES))


def apart(output: Output, size: float | None) -> str:
    """Return a difference between two values of an output, in its `unit`."""
    if size is None or size != size:
        return NOTHING
    if size == float("inf"):
        return "no value"
    if unit(output) == "days":
        return f"{size:.3g}"
    if unit(output) == "points":
        return f"{100 * size:.3g}"
    return dollars(size) if is_money(output.column) else count(size)


def counted(number: int, word: str, plural: str = "") -> str:
    """Return a number of things: 1 run, 1,200 runs."""
    return f"{number:,} {word if number == 1 else plural or f'{word}s'}"
