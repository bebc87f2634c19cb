"""Sites and money."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.formats import NOTHING, count, dollars, percent
from sim.report.periods import Grouping, by_year, is_dated, last_year
from sim.report.shift_tables import titled
from sim.report.tables import Table, left, right, table

if TYPE_CHECKING:
    from sim.results.result import Result

_UPKEEP = {"holding", "shortage"}


def sites(result: Result) -> Table | None:
    """(g) Starts and capacity in the last twelve months, utilisation, cost per good unit."""
    recent = last_year(result)
    frame = result.frames["monthly"]
    frame = frame[frame["period"].isin(recent)]
    if frame.empty:
        return None
    starts, capacity = _mean(frame, "recipe", "starts"), _mean(frame, "site", "capacity")
    document, kpis = result.scenario.document, result.kpis
    rows = []
    for name, site in document.sites.items():
        head = [titled(document.sites, name), "own" if site.in_house else "outside"]
        load = [count(capacity.get(name)) if site.capacity != "unlimited" else "unlimited", percent(kpis.get(f"utilisation.{name}"))]
        for recipe in (n for n, r in document.recipes.items() if r.site == name):
            rows.append([*head, *load, titled(document.recipes, recipe), count(starts.get(recipe)), dollars(kpis.get(f"unit_cost.{recipe}"))])
            head, load = ["", ""], ["", ""]
    heads = [left("site"), left(""), right("capacity"), right("used", "%"), left("recipe"), right("starts"), right("per good unit")]
    span = "the last 12 months" if is_dated(result) else "the last third"
    return table(f"Sites (capacity and starts: mean per period of {span})", heads, rows)


def _mean(frame: pd.DataFrame, scope: str, measure: str) -> dict[str, float]:
    part = frame[(frame["scope"] == scope) & (frame["measure"] == measure)]
    return {str(name): float(value) for name, value in part.groupby("name")["value"].mean().items()}


def money(result: Result) -> Table | None:
    """(h) Money by year, and what it is worth today."""
    cash = result.frames["cash"]
    if cash.empty:
        return None
    grouping = by_year(result)
    rows = [row for title, wanted in _LINES if (row := _money_row(cash, grouping, title, wanted))]
    if not rows:
        return None
    rows.append(_sums("net without salvage", cash[cash["category"] != "salvage"], grouping))
    notes = [f"NPV {dollars(result.kpis.get('npv_usd'))}; with salvage {dollars(result.kpis.get('npv_with_salvage_usd'))}"]
    year = result.scenario.document.money.currency_year
    unit = f"USD of {year}" if year else "USD"
    columns = [left(""), *(right(c) for c in grouping.labels), right("all")]
    return table(f"Money by {grouping.unit} [{unit}; costs negative, undiscounted]", columns, rows, notes)


def _money_row(cash: pd.DataFrame, grouping: Grouping, title: str, wanted: Callable[[str, bool], bool]) -> list[str] | None:
    """Sums of the bookings wanted, or None when there are none."""
    inside = cash["in_house"].fillna(False).astype(bool)
    chosen = cash[[wanted(str(c), bool(i)) for c, i in zip(cash["category"], inside, strict=True)]]
    return _sums(title, chosen, grouping) if (chosen["usd"] != 0).any() else None


def _sums(title: str, cash: pd.DataFrame, grouping: Grouping) -> list[str]:
    """What falls after the horizon (draining, deliveries under way) counts in the total alone."""
    sums = cash.groupby(grouping.of(cash))["usd"].sum()
    values = [float(sums.get(c, 0.0)) for c in grouping.labels]
    return [title, *(dollars(v) if v else NOTHING for v in values), dollars(float(cash["usd"].sum()))]


_LINES: tuple[tuple[str, Callable[[str, bool], bool]], ...] = (
    ("building (capex)", lambda category, _: category == "capex"),
    ("spent outside", lambda category, own: not own and category not in {"capex", "value", "salvage", *_UPKEEP}),
    ("spent in-house", lambda category, own: own and category not in {"capex", "value", "salvage", *_UPKEEP}),
    ("holding and shortage", lambda category, _: category in _UPKEEP),
    ("value delivered", lambda category, _: category == "value"),
    ("salvage", lambda category, _: category == "salvage"),
)


def conservation(result: Result) -> str:
    """One line on what every run checks."""
    worst = result.conservation
    units, usd = worst.get("worst_units", 0.0), worst.get("worst_usd", 0.0)
    if not units and not usd:
        return "every unit and every cent accounted for at every period end"
    return f"worst imbalance: {units:g} units, {usd:g} USD"


