"""KPIs in figures: their titles, the units of their axes, how they are written."""

from __future__ import annotations

from collections.abc import Callable

from sim.report.chain import titled
from sim.report.figures.axes import dollar_tick, percent_tick, point_tick, tick
from sim.report.figures.words import within
from sim.report.formats import about, count, dollars
from sim.report.indicators import is_money
from sim.scenario.loader import Scenario
from sim.study.runs.outputs import SHARES

_SHARE, _SERVED = "in_house_share.", "served_by_end."
_TITLES = {
    "fill_rate": "Served from stock", "served_by_end": "Demand served by the end", "h100e_delivered": "H100e delivered", "capex_usd": "Building", "npv_usd": "NPV",
    "npv_with_salvage_usd": "NPV with salvage",
    "npv_with_continuing_value_usd": "NPV with continuing value",
}  # fmt: skip


def titled_kpi(scenario: Scenario, kpi: str) -> str:
    """Return the title of a KPI or a milestone, else its name."""
    document = scenario.document
    if kpi.startswith(_SHARE):
        return f"In-house: {within(titled(document.shares, kpi.removeprefix(_SHARE)))}"
    if kpi.startswith(_SERVED):
        return f"Served by the end: {titled(document.demand, kpi.removeprefix(_SERVED))}"
    return _TITLES.get(kpi) or titled(document.milestones, kpi)


def ticks_of(kpi: str, *, difference: bool = False) -> Callable[[float], str]:
    """Return the function that formats numbers on the axis of a KPI."""
    if difference and kpi.startswith(SHARES):
        return point_tick
    return percent_tick if kpi.startswith(SHARES) else dollar_tick if is_money(kpi) else tick


def unit_of(kpi: str, *, difference: bool = False) -> str:
    """Return the unit of a KPI's axis; empty where its numbers carry the unit themselves."""
    return ("points" if difference else "%") if kpi.startswith(SHARES) else ""


def said(kpi: str, value: float) -> str:
    """Return a value of a KPI as text for a sentence."""
    return about(value) if kpi.startswith(SHARES) else dollars(value) if is_money(kpi) else count(value)


def apart(kpi: str, difference: float) -> str:
    """Return a difference in a KPI as text for a sentence: 24 points lower, $50bn higher."""
    size = abs(difference)
    if kpi.startswith(SHARES):
        amount = f"{100 * size:.0f} points" if size >= 0.0995 else f"{100 * size:.2g} points"
    else:
        amount = dollars(size) if is_money(kpi) else count(size)
    return f"{amount} {'higher' if difference > 0 else 'lower'}"
