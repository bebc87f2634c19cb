"""Sites and money."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.clock import DAYS_PER_YEAR
from sim.report.chain import titled
from sim.report.formats import NOTHING, count, dollars, percent
from sim.report.periods import Grouping, by_year, first_counted, last_year, last_year_named
from sim.report.tables import Table, left, right, spread, table

if TYPE_CHECKING:
    from sim.results.frames import Booked
    from sim.results.result import Result

_UPKEEP = {"holding", "shortage", "lost"}
_ELSEWHERE = {
    "capex",
    "credit",
    "payment",
    "tariff",
    "take_or_pay",
    "prepayment",
    "outside_sales",
    "value",
    "disposal",
    "salvage",
    *_UPKEEP,
}
"""Categories with a row of their own."""
_ON_SCREEN = {"capex": "Building", "credit": "Building", "disposal": "Building", "value": "Value delivered"}
"""Rows of the money on one screen, by category; all others are bought, made and kept."""
NPV_CONTINUED = "npv_with_continuing_value_usd"
MOST_YEARS = 6
"""Of more years one screen shows sums alone."""
_VALUE = re.compile(r"demand\.[^.]+\.value(_per_h100e)?(\.points\.\d+\.value)?")
"""Paths of the inputs that say what a unit delivered is worth."""
_DAYS_OF_A_YEAR, _PERIOD_MORE_OR_LESS = 365, 10
_UNIT_COST = (
    "unit cost: of a good unit over the whole run, with its materials and its part of the site's fixed cost and "
    "depreciation; at full load: the same with every own site at full load and mature yield"
)


def sites(result: Result) -> Table | None:
    """Return capacity, use and starts in the last twelve months, and the cost of a good unit, as run and at full load."""
    capacity = usable(result)
    recent = last_year(result)
    if not result.observed or not recent:
        return None
    starts = _sums_of(result, "recipe", "starts", recent)
    document, kpis = result.scenario.document, result.kpis
    rows = []
    for name, site in document.sites.items():
        head = [titled(document.sites, name), "own" if site.in_house else "outside"]
        load = _capacity_cells(capacity.get(name), len(recent), unlimited=site.capacity == "unlimited")
        for recipe in (n for n, r in document.recipes.items() if r.site == name):
            monthly = starts[recipe] / len(recent) if recipe in starts else None
            rows.append(
                [
                    *head,
                    *load,
                    titled(document.recipes, recipe),
                    count(monthly),
                    dollars(kpis.get(f"unit_cost_with_materials.{recipe}")),
                    dollars(kpis.get(f"unit_cost_at_full_load.{recipe}")),
                ]
            )
            # A site is named once, above its recipes.
            head, load = ["", ""], ["", ""]
    heads = [
        left("site"),
        left(""),
        right("capacity"),
        right("used", "%"),
        left("recipe"),
        right("starts"),
        right("unit cost"),
        right("at full load"),
    ]
    span = last_year_named(result)
    notes = [_UNIT_COST] if any(row[-2] != NOTHING for row in rows) else []
    if any(c is not None and c.allocated for c in capacity.values()):
        notes.append("a: allocated to us")
    return table(f"Sites (capacity and starts: mean per period of {span}; used: in the same time)", heads, rows, notes)


@dataclass(frozen=True, slots=True)
class Usable:
    """The load that a site could process for us in the last twelve months, and the load it did.

    `allocated`: its contract and not its capacity is the limit.
    """

    capacity: float
    load: float
    allocated: bool

    @property
    def used(self) -> float | None:
        """Load over capacity."""
        return self.load / self.capacity if 0 < self.capacity < math.inf else None


def usable(result: Result) -> dict[str, Usable]:
    """Return each site's capacity, or its allocation where that is less, and its load, in the last twelve months."""
    recent = last_year(result)
    capacity = _values(result, "site", "capacity", recent)
    granted = {key: v for key, v in _values(result, "site", "allocation", recent).items() if v == v}
    load = _sums_of(result, "site", "load", recent)
    found = {}
    for name in dict.fromkeys(n for n, _ in capacity):
        whole = {key: v for key, v in capacity.items() if key[0] == name}
        # Period by period: a contract may bind in some months and capacity in others.
        bound = sum(min(v, granted.get(key, math.inf)) for key, v in whole.items())
        found[name] = Usable(bound, load.get(name, 0.0), bound < sum(whole.values()))
    return found


def _values(result: Result, scope: str, measure: str, periods: Iterable[int]) -> dict[tuple[str, int], float]:
    """Return what was observed in some periods, by name and period."""
    wanted = sorted(periods)
    found = (one for one in result.observed if (one.scope, one.measure) == (scope, measure))
    return {(one.name, p): float(one.values[p]) for one in found for p in wanted}


def _capacity_cells(site: Usable | None, periods: int, *, unlimited: bool) -> list[str]:
    if site is None:
        return ["unlimited" if unlimited else NOTHING, NOTHING]
    if unlimited and not site.allocated:
        return ["unlimited", NOTHING]
    return [count(site.capacity / periods) + (" a" if site.allocated else ""), percent(site.used)]


def _sums_of(result: Result, scope: str, measure: str, periods: Iterable[int]) -> dict[str, float]:
    """Return sums over some periods by name."""
    sums: dict[str, float] = {}
    for (name, _), value in _values(result, scope, measure, periods).items():
        sums[name] = sums.get(name, 0.0) + value
    return sums


def money(result: Result) -> Table | None:
    """Return money by year, with net present value and payback as notes."""
    cash = _counted(result)
    if not cash:
        return None
    grouping = by_year(result)
    rows = [row for title, wanted in _LINES if (row := _money_row(cash, grouping, title, wanted))]
    if not rows:
        return None
    rows.append(_sums("net without salvage", _without_salvage(cash), grouping))
    notes = [_worth(result), *_continuing(result), *payback(result)]
    if _assumes_values(result):
        notes.append("value delivered, and so NPV, depends on assumed values per unit")
    year = result.scenario.document.money.currency_year
    unit = f"USD of {year}" if year else "USD"
    columns = [left(""), *spread((*grouping.labels, "all"))]
    return table(f"Money by {grouping.unit} [{unit}; costs negative, undiscounted]", columns, rows, notes)


@dataclass(frozen=True, slots=True)
class MoneyByYear:
    """Dollars of each row by column and in all, `labels` being the columns; costs are negative."""

    labels: tuple[str, ...]
    rows: dict[str, list[float]]


def money_by_year(result: Result) -> MoneyByYear | None:
    """Return building less credits and disposals, all other costs, and value delivered by year, undiscounted.

    None for a run without money. Where time is abstract, totals only.
    """
    cash, grouping = _without_salvage(_counted(result)), by_year(result)
    labels = grouping.labels if grouping.unit == "year" and len(grouping.labels) <= MOST_YEARS else ()
    rows = {}
    for title in ("Building", "Bought, made and kept", "Value delivered"):
        part = [one for one in cash if _ON_SCREEN.get(one.category, "Bought, made and kept") == title]
        if any(one.usd for one in part):
            sums = _by_column(part, grouping)
            rows[title] = [*(sums.get(c, 0.0) for c in labels), _sum(part)]
    return MoneyByYear(labels, rows) if rows else None


def _worth(result: Result) -> str:
    kpis, warm = result.kpis, result.scenario.document.horizon.warmup
    titles = (("NPV", "npv_usd"), ("with salvage", "npv_with_salvage_usd"), ("with continuing value", NPV_CONTINUED))
    worth = "; ".join(f"{title} {dollars(kpis[kpi])}" for title, kpi in titles if kpi in kpis)
    return worth + (", the warm-up included" if warm else "")


def _continuing(result: Result) -> list[str]:
    """Return the components of the continuing value as a note; empty if nothing is left at the end."""
    kpis = result.kpis
    parts = {
        "stock": kpis.get("stock_value_end_usd"),
        "work in process and orders in transit": kpis.get("under_way_value_end_usd"),
        "prepayments to suppliers": kpis.get("prepaid_end_usd"),
        "salvage": kpis.get("salvage_usd"),
        "the terminal value stated": kpis.get("terminal_value_usd"),
    }
    told = [f"{title} {dollars(usd)}" for title, usd in parts.items() if usd]
    return (
        [
            f"continuing value at the end, undiscounted: {', '.join(told)}; goods at what was paid for them, or at their value if less"
        ]
        if told
        else []
    )


def payback(result: Result) -> list[str]:
    """Return when a plan that has not paid back by the end will, at the net of its last twelve months, as a note.

    Undiscounted and without salvage. Empty if it pays back within the horizon, if its last year has no net gain, or if
    it has no last twelve months.
    """
    cash, horizon = _without_salvage(result.booked), result.scenario.document.horizon
    if horizon.end is None:
        return []
    recent = last_year(result)
    first = result.period_starts[min(recent)]
    net, gained = (_sum(part) for part in (cash, [one for one in cash if one.period in recent]))
    if abs((horizon.end - first).days - _DAYS_OF_A_YEAR) > _PERIOD_MORE_OR_LESS or net >= 0 or gained <= 0:
        return []
    years = -net / gained
    date = int(horizon.end.year + (horizon.end.timetuple().tm_yday - 1) / DAYS_PER_YEAR + years)
    return [
        f"pays back only after the horizon: the sum of all years is {dollars(net)} at the end; at the {dollars(gained)} of "
        f"the last 12 months it turns positive {years:.1f} years later, in {date} (undiscounted, without salvage)"
    ]


def _assumes_values(result: Result) -> bool:
    """Return whether the value of a unit of some demand line is assumed."""
    given = result.scenario.inputs.items()
    return any(one.kind == "assumed" for path, one in given if _VALUE.fullmatch(path))


def _money_row(
    cash: list[Booked], grouping: Grouping, title: str, wanted: Callable[[str, bool], bool]
) -> list[str] | None:
    """Return a row with the sums of the bookings wanted, or None if there are none."""
    chosen = [one for one in cash if wanted(one.category, bool(one.in_house))]
    return _sums(title, chosen, grouping) if any(one.usd for one in chosen) else None


def _sums(title: str, cash: list[Booked], grouping: Grouping) -> list[str]:
    """Return a row of sums by column; bookings after the horizon (draining, late deliveries) count in the total."""
    sums = _by_column(cash, grouping)
    values = [sums.get(c, 0.0) for c in grouping.labels]
    return [title, *(dollars(v) if v else NOTHING for v in values), dollars(_sum(cash))]


def _counted(result: Result) -> list[Booked]:
    """Return the bookings after the warm-up."""
    first = first_counted(result)
    return [one for one in result.booked if one.period >= first]


def _without_salvage(cash: list[Booked]) -> list[Booked]:
    return [one for one in cash if one.category != "salvage"]


def _by_column(cash: list[Booked], grouping: Grouping) -> dict[str, float]:
    """Return the sums of bookings by column."""
    parts: dict[str, list[float]] = {}
    for one in cash:
        if one.period in grouping.column:
            parts.setdefault(grouping.column[one.period], []).append(one.usd)
    return {column: math.fsum(usd) for column, usd in parts.items()}


def _sum(cash: list[Booked]) -> float:
    return math.fsum(one.usd for one in cash)


_LINES: tuple[tuple[str, Callable[[str, bool], bool]], ...] = (
    ("building (capex)", lambda category, _: category == "capex"),
    ("credit for building", lambda category, _: category == "credit"),
    ("disposal of closed sites", lambda category, _: category == "disposal"),
    ("fixed payments", lambda category, _: category == "payment"),
    ("spent outside", lambda category, own: not own and category not in _ELSEWHERE),
    ("spent in-house", lambda category, own: own and category not in _ELSEWHERE),
    ("import duty", lambda category, _: category == "tariff"),
    ("take-or-pay", lambda category, _: category == "take_or_pay"),
    ("prepaid, and set off", lambda category, _: category == "prepayment"),
    ("holding, shortage, lost", lambda category, _: category in _UPKEEP),
    ("value delivered", lambda category, _: category == "value"),
    ("idle capacity sold", lambda category, _: category == "outside_sales"),
    ("salvage", lambda category, _: category == "salvage"),
)


def conservation(result: Result) -> str:
    """Return one line on the balance of units and money that every run checks."""
    worst = result.conservation
    units, usd = worst.get("worst_units", 0.0), worst.get("worst_usd", 0.0)
    if not units and not usd:
        return "every unit and every cent accounted for at every period end"
    return f"worst imbalance: {units:g} units, {usd:g} USD"
