"""Money of plans with different horizons: totals by the year, and no differences."""

from __future__ import annotations

from collections.abc import Sequence

from sim.clock import DAYS_PER_YEAR
from sim.report.indicators import named
from sim.scenario.loader import Scenario

_AT_THE_END = ("stock_value_end_usd", "under_way_value_end_usd", "terminal_value_usd", "salvage_usd")


def differ(scenarios: Sequence[Scenario]) -> bool:
    """Return whether the scenarios cover different spans of time."""
    return len({_span(s) for s in scenarios}) > 1


def told(scenarios: Sequence[Scenario]) -> list[str]:
    """Return how money over different horizons is treated, in a line; empty if they are alike."""
    if not differ(scenarios):
        return []
    unit = _unit(scenarios[0])
    return [
        f"Money of different horizons is not comparable: totals are shown for the mean {unit}, NPVs over each one's own "
        "horizon, and no difference is taken of either."
    ]


def is_bound(kpi: str) -> bool:
    """Return whether a KPI is money that depends on the horizon: a total, a value at its end or an NPV."""
    return kpi.endswith("_usd")


def headed(kpi: str, scenarios: Sequence[Scenario]) -> str:
    """Return the name of a KPI, with the span it is counted over where horizons differ."""
    if not (is_bound(kpi) and differ(scenarios)):
        return named(kpi)
    if kpi in _AT_THE_END:
        return f"{kpi} (at each end)"
    return f"{kpi} (own horizon)" if kpi.startswith("npv") else f"{kpi} (a {_unit(scenarios[0])})"


def spread_out(kpi: str, means: Sequence[float], scenarios: Sequence[Scenario]) -> list[float]:
    """Return means of a KPI, one for each scenario; totals of money per year where horizons differ."""
    if not (is_bound(kpi) and differ(scenarios)) or kpi.startswith("npv") or kpi in _AT_THE_END:
        return list(means)
    return [mean / years(scenario) for mean, scenario in zip(means, scenarios, strict=True)]


def years(scenario: Scenario) -> float:
    """Return the years, or units of abstract time, over which a scenario counts."""
    horizon = scenario.document.horizon
    counted = horizon.days - horizon.warmup
    return counted if horizon.start is None else counted / DAYS_PER_YEAR


def _span(scenario: Scenario) -> tuple[object, ...]:
    horizon = scenario.document.horizon
    return (horizon.start, horizon.end, horizon.length, horizon.warmup)


def _unit(scenario: Scenario) -> str:
    horizon = scenario.document.horizon
    return horizon.unit if horizon.start is None else "year"
