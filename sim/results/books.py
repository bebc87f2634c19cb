"""The cash entries of a run: what engines booked by event, and what follows from capacity, contracts and deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from sim.draws import Draws
from sim.draws.curves import value
from sim.draws.outlay import capex, credit_by_period
from sim.draws.recall import recall
from sim.draws.sites import closing_day, integral_by_period, tariff_curve
from sim.engines.shared.records import Records
from sim.engines.shared.rules import cents
from sim.plan import NONE, FloatArray, IntArray, Plan
from sim.results.outside_sales import gained
from sim.results.payments import by_period
from sim.results.periods import summed
from sim.results.suppliers import prepaid, purchases
from sim.results.worth import value_delivered

BOOKED_AFTER = (
    "capex", "credit", "fixed", "take_or_pay", "prepayment", "outside_sales", "disposal", "salvage", "payment", "value",
)  # fmt: skip
"""Categories computed from capacity, contracts, dates and deliveries; engines book all others by event."""


@dataclass(frozen=True, slots=True)
class CashEntry:
    """Cents of one category and one entity in each period; costs are negative."""

    category: str
    scope: str
    name: str
    in_house: bool | None
    cents: IntArray


def entries(draws: Draws, records: Records) -> list[CashEntry]:
    """Return the cash entries of a run, without those that are 0 throughout."""
    plan = draws.plan
    found: list[CashEntry] = []
    for r, source in enumerate(plan.sources):
        in_house = plan.sites[source.site].in_house
        for category, paid in zip(("purchases", "tariff"), purchases(draws, records, r), strict=True):
            found.append(CashEntry(category, "recipe", source.name, in_house, -paid))
        for category, table in (
            ("variable", "variable"),
            ("order", "order"),
            ("shipment", "shipment"),
        ):
            found.append(CashEntry(category, "recipe", source.name, in_house, -records.source[f"{table}_cents"][:, r]))
    for i, item in enumerate(plan.items):
        found.append(CashEntry("holding", "item", item.name, None, -records.item["holding_cents"][:, i]))
    for index, line in enumerate(plan.lines):
        flows = [f for f, flow in enumerate(draws.flows) if flow.line == index]
        for category, table in (("shipment", "delivery"), ("shortage", "shortage"), ("lost", "lost")):
            booked = -records.flow[f"{table}_cents"][:, flows].sum(axis=1)
            found.append(CashEntry(category, "demand", line.name, None, booked))
        found.append(CashEntry("value", "demand", line.name, None, _whole(value_delivered(draws, records, index))))
    for s, site in enumerate(plan.sites):
        make = partial(_capacity_costs, draws, s)
        *built, left = recall(plan, ("capacity costs", s), draws.sites[s], make)
        for category, booked in (
            *built,
            *_of_contracts(draws, records, s),
            left,
        ):
            found.append(CashEntry(category, "site", site.name, site.in_house, booked))
    for payment in plan.payments:
        found.append(CashEntry("payment", "payment", payment.name, None, -by_period(draws, payment)))
    booked_at_all = np.any([entry.cents for entry in found], axis=1) if found else []
    return [entry for entry, any_cents in zip(found, booked_at_all, strict=True) if any_cents]


def _of_contracts(draws: Draws, records: Records, s: int) -> Iterator[tuple[str, IntArray]]:
    """Yield cents by category and period of what the contracts of a site bring and cost; most sites have none."""
    site = draws.plan.sites[s]
    if site.take_or_pay != NONE:
        yield "take_or_pay", -_whole(_take_or_pay(draws, records, s))
    if site.prepayment is not None:
        yield "prepayment", prepaid(draws, records, s)
    if site.outside_sales is not None:
        yield "outside_sales", _whole(gained(draws, records, s))


def _capacity_costs(draws: Draws, s: int) -> list[tuple[str, IntArray]]:
    """Return cents by category and period that depend on the capacity of a site alone, not on its use."""
    plan, site = draws.plan, draws.plan.sites[s]
    built, periods = (site, draws.vector, draws.sites[s].nameplate, plan.calendar), plan.calendar.periods
    outlay, closes = -_whole(capex(*built).by_period(periods)), closing_day(site, draws.vector) < plan.calendar.days
    return [
        ("capex", outlay),
        ("credit", _whole(credit_by_period(*built, periods))),
        ("fixed", -_whole(_fixed(draws, s))),
        ("disposal" if closes else "salvage", _salvage(draws, s, outlay)),
    ]


def _whole(dollars: FloatArray) -> IntArray:
    """Return dollars by period as cents; the running total is rounded, so that rounding errors do not add up."""
    total = np.floor(np.cumsum(dollars) * 100.0 + 0.5).astype(np.int64)
    total[1:] -= total[:-1].copy()
    return total


def _fixed(draws: Draws, s: int) -> FloatArray:
    """Return the fixed operating cost of a site in dollars by period: a rate per unit of installed capacity and day."""
    site = draws.plan.sites[s]
    rate = value(draws.vector, site.fixed_cost)
    periods = draws.plan.calendar.periods
    return rate * integral_by_period(draws.sites[s].nameplate, periods) if rate else np.zeros(len(periods) - 1)


def _take_or_pay(draws: Draws, records: Records, s: int) -> FloatArray:
    """Return the dollars owed by period for promised starts not ordered, settled at the end of each calendar year.

    A commitment ends at the earliest after its notice period. The price is the highest among the site's recipes in the
    period of settlement.
    """
    plan, site = draws.plan, draws.plan.sites[s]
    owed = np.zeros(len(plan.calendar.periods) - 1)
    part = value(draws.vector, site.take_or_pay)
    sources = [r for r, source in enumerate(plan.sources) if source.site == s]
    if part == 0.0 or not sources:
        return owed
    promised = np.cumsum(records.promised[:, s])
    ordered = np.cumsum(records.source["starts"][:, sources].sum(axis=1))
    settled_promised = settled_ordered = 0.0
    ends = year_ends(draws)
    for last, price in zip(ends, start_prices(draws, tuple(sources), tuple(ends)), strict=True):
        missing = (promised[last] - settled_promised) - (ordered[last] - settled_ordered)
        owed[last] = max(missing, 0.0) * part * price
        settled_promised, settled_ordered = float(promised[last]), float(ordered[last])
    return owed


@lru_cache(maxsize=4)
def start_prices(draws: Draws, sources: tuple[int, ...], periods: tuple[int, ...]) -> list[float]:
    """Return the highest price of a start among sources of a site at the end of each of these periods.

    Prices are in dollars, without duty.
    """
    ends, site = draws.periods[1:][list(periods)], draws.plan.sites[draws.plan.sources[sources[0]].site]
    duty = tariff_curve(site, draws.vector, draws.plan.calendar).at_all(ends)
    highest = np.max([draws.sources[r].price.at_all(ends) for r in sources], axis=0)
    return [float(price) for price in highest / 100.0 / (1.0 + duty)]


def year_ends(draws: Draws) -> list[int]:
    """Return the last period of each calendar year, and of the horizon."""
    return _year_ends(draws.plan)


@lru_cache(maxsize=64)
def _year_ends(plan: Plan) -> list[int]:
    calendar = plan.calendar
    last = len(calendar.periods) - 2
    if calendar.start is None:
        return [last]
    edges = np.array(calendar.periods).astype("timedelta64[D]")
    years = (calendar.start + edges).astype("datetime64[Y]").astype(int)
    return sorted({*np.flatnonzero(np.diff(years)).tolist(), last})


def _salvage(draws: Draws, s: int, capex: IntArray) -> IntArray:
    """Return the salvage of a site in cents by period: undepreciated outlay times the share that can be recovered.

    It falls due on the day on which the site closes, else at the end of the horizon.
    """
    calendar, share = draws.plan.calendar, value(draws.vector, draws.plan.sites[s].salvage)
    recovered = np.zeros(len(capex), dtype=np.int64)
    if share and capex.any():
        outlay = summed(-capex, calendar.periods, calendar.months)
        day = closing_day(draws.plan.sites[s], draws.vector)
        period = int(np.searchsorted(calendar.periods, day, side="right")) - 1
        recovered[min(max(period, 0), len(capex) - 1)] = cents(share * float(outlay @ undepreciated(draws, s)))
    return recovered


def undepreciated(draws: Draws, s: int) -> FloatArray:
    """Return the undepreciated part of each month's outlay when the site closes, else at the end of the horizon.

    Depreciation is straight-line over the life of the site, from the middle of the month on.
    """
    site, months = draws.plan.sites[s], np.array(draws.plan.calendar.months)
    life = value(draws.vector, site.life, np.inf)
    age = min(closing_day(site, draws.vector), draws.plan.calendar.days) - (months[1:] + months[:-1]) / 2
    return np.asarray(np.clip(1.0 - age / life, 0.0, 1.0))


def npv(draws: Draws, found: list[CashEntry], *, salvage: bool) -> float:
    """Return the net present value in dollars: monthly totals discounted from the middle of their month."""
    calendar = draws.plan.calendar
    total = np.zeros(len(calendar.periods) - 1, dtype=np.int64)
    for entry in found:
        if salvage or entry.category != "salvage":
            total += entry.cents
    months = np.array(calendar.months)
    middle = (months[1:] + months[:-1]) / 2
    return float((summed(total, calendar.periods, calendar.months) / 100.0 * discount(draws, middle)).sum())


def discount(draws: Draws, days: FloatArray) -> FloatArray:
    """Return the discount factors of these days from the start."""
    year = draws.plan.calendar.year
    return np.asarray((1.0 + yearly_rate(draws.plan, draws.vector)) ** (-days / year))


def yearly_rate(plan: Plan, vector: FloatArray) -> float:
    """Return the discount rate of a year; of an abstract model, of a time unit."""
    return value(vector, plan.discount_rate) * plan.calendar.year


__all__ = ["CashEntry", "cents", "discount", "entries", "npv", "yearly_rate"]
