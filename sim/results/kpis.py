"""Key performance indicators: a function for each group, which yields names and numbers.

Periods before the end of the warm-up are not counted. A KPI whose denominator is empty is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from sim.clock import DAYS_PER_YEAR, TICKS_PER_DAY
from sim.draws import Draws
from sim.draws.curves import value
from sim.draws.sites import integral_by_period
from sim.engines.shared.records import Records
from sim.engines.shared.wip import wip_limits
from sim.results.books import CashEntry, npv, start_prices
from sim.results.compute import asked, delivered, has_idle, idle, lent
from sim.results.continuing import continuing_value
from sim.results.frames import in_wafers, share_output
from sim.results.limits import held_capacity, held_compute
from sim.results.outside_sales import sold
from sim.results.periods import counted, last_year
from sim.results.requirements import units_per_flow
from sim.results.run import Run, cost, ratio, usd, within
from sim.results.suppliers import promised_beyond
from sim.results.unit_costs import mean_cost, sources_of, unit_costs

Indicator = tuple[str, float | None]


def kpis(draws: Draws, records: Records, entries: list[CashEntry]) -> dict[str, float | None]:
    """Return all KPIs by name; None where a denominator is empty."""
    first = int(np.flatnonzero(counted(draws.plan.calendar.periods, draws.plan.calendar))[0])
    run = Run(draws, records, entries, slice(first, None))
    return {name: number for group in GROUPS for name, number in group(run)}


def shares(run: Run) -> Iterator[Indicator]:
    """Yield each in-house share of the last twelve months, and the in-house shares of starts and of good units."""
    plan = run.draws.plan
    last = np.flatnonzero(last_year(plan.calendar))
    for index, share in enumerate(plan.shares):
        own, total = share_output(run.draws, run.records, index)
        yield f"in_house_share.{share.name}", ratio(float(own[last].sum()), float(total[last].sum()))
        inside = [r for r in share.sources if plan.sites[plan.sources[r].site].in_house]
        for measure in ("starts", "good"):
            # Starts of wafers and of other units are not comparable, the gross units that they yield are.
            alike = measure == "good" or in_wafers(run.draws, index)
            output = {
                r: (1.0 if alike else run.draws.sources[r].yields.gross)
                * int(run.records.source[measure][last, r].sum())
                for r in share.sources
            }
            part = ratio(sum(output[r] for r in inside), sum(output.values()))
            yield f"in_house_share_of_{measure}.{share.name}", part


def service(run: Run) -> Iterator[Indicator]:
    """Yield fill rate, service by the end, backlog, units and time to serve, of all demand and of each line.

    The fill rate is the share of demand served from stock at the instant of demand. Service by the end is the served
    share of all that was demanded after the warm-up or was in backlog at its end.
    """
    plan, book = run.draws.plan, run.records.flow
    everything = list(range(len(run.draws.flows)))
    lines = {
        f".{line.name}": [f for f in everything if run.draws.flows[f].line == i] for i, line in enumerate(plan.lines)
    }
    for suffix, flows in {"": everything, **lines}.items():
        demanded = run.total(book["demanded"], flows)
        served = run.total(book["served"], flows)
        yield f"fill_rate{suffix}", ratio(run.total(book["from_stock"], flows), demanded)
        yield f"served_by_end{suffix}", ratio(served, demanded + run.before(book["backlog"], flows))
        yield f"backlog_end{suffix}", float(book["backlog"][-1, flows].sum())
        yield f"demanded{suffix}", float(demanded)
        yield f"served{suffix}", float(served)
        yield f"delivered{suffix}", float(run.total(book["delivered"], flows))
        yield f"lost{suffix}", float(run.total(book["lost"], flows))
        waited = float(book["waited"][run.counted][:, flows].sum())
        yield f"time_to_serve{suffix}", ratio(waited, served)
        yield f"shipments{suffix or '.customers'}", float(run.total(book["deliveries"], flows))


def compute(run: Run) -> Iterator[Indicator]:
    """Yield the compute delivered, in H100-equivalents and in megawatts."""
    for name, pick, scale in (("h100e_delivered", "h100e", 1.0), ("megawatts_delivered", "watts", 1e-6)):
        total = 0.0
        for f, flow in enumerate(run.draws.flows):
            item = run.draws.plan.items[run.draws.plan.pools[flow.pool].members[0]]
            total += value(run.draws.vector, getattr(item, pick)) * run.total(run.records.flow["delivered"], [f])
        yield name, total * scale


def idle_fleet(run: Run) -> Iterator[Indicator]:
    """Yield the idle part of the compute delivered by the end, and the part of it that serves compute needs."""
    if has_idle(run.draws):
        lines = range(len(run.draws.plan.lines))
        yield "h100e_idle_fleet", float(sum(idle(run.draws, run.records, line)[-1] for line in lines))
        served = [line for line in lines if run.draws.plan.lines[line].idle_of]
        if served:
            yield "h100e_lent", sum(lent(run.draws, run.records, line, run.counted.start) for line in served)


def growth(run: Run) -> Iterator[Indicator]:
    """Yield the growth factors a year of compute in service on lines with a compute need: needed and reached.

    What the lines need at the start counts as in service, and so does idle compute that serves them. Nothing is retired.
    """
    lines, calendar = asked(run.draws), run.draws.plan.calendar
    if not lines:
        return
    first, goal = (sum(level[i] for level in lines.values()) for i in (0, 1))
    got = sum(float(delivered(run.draws, run.records, line)[run.counted].sum()) for line in lines)
    got += sum(lent(run.draws, run.records, line, run.counted.start) for line in lines)
    years = (calendar.days - calendar.warmup) / calendar.year
    for name, last in (("h100e_growth_needed_per_year", goal), ("h100e_growth_per_year", first + got)):
        yield name, (last / first) ** (1 / years) if first else None


def sites(run: Run) -> Iterator[Indicator]:
    """Yield for each site the probability that a lot waits, mean wait and queue (lots), time in system, utilisation.

    The first three are of the queue at the site's bottleneck.
    """
    plan, book = run.draws.plan, run.records.site
    for s, site in enumerate(plan.sites):
        lots = run.total(book["lots"], [s])
        wait = run.total(book["wait"], [s]) / TICKS_PER_DAY
        yield f"wait_probability.{site.name}", ratio(run.total(book["delayed"], [s]), lots)
        yield f"mean_wait.{site.name}", ratio(wait, lots)
        yield f"mean_queue.{site.name}", wait / run.days
        yield f"time_in_system.{site.name}", ratio(run.total(book["time_in_system"], [s]) / TICKS_PER_DAY, lots)
        capacity = integral_by_period(run.draws.sites[s].available, run.periods)[run.counted].sum()
        used = float(run.records.load[run.counted, s].sum())
        yield f"utilisation.{site.name}", ratio(used, float(capacity)) if np.isfinite(capacity) else None


def tools(run: Run) -> Iterator[Indicator]:
    """Yield for each site that needs tools its capacity at the end of the horizon, installed and intended.

    In load a month, in an abstract model a time unit.
    """
    for name, (there, intended) in held_capacity(run.draws).items():
        yield f"capacity_end.{name}", there
        yield f"capacity_intended_end.{name}", intended


def outside_sales(run: Run) -> Iterator[Indicator]:
    """Yield for each site with outside sales the load sold."""
    for s, site in enumerate(run.draws.plan.sites):
        if site.outside_sales is not None:
            yield f"sold_outside.{site.name}", float(sold(run.draws, run.records, s)[run.counted].sum())


def power(run: Run) -> Iterator[Indicator]:
    """Yield for each line that needs power the H100e in service at the end: those with power, and those wanted."""
    for name, (powered, wanted) in held_compute(run.draws).items():
        yield f"h100e_powered_end.{name}", powered
        yield f"h100e_wanted_end.{name}", wanted


def limited_lines(run: Run) -> Iterator[Indicator]:
    """Yield for each limit on work in process the mean units inside and waiting to enter, throughput and time in line.

    Means are over period ends. Throughput counts units that leave finished, a time unit. The time in line follows from
    both by Little's law (1961).
    """
    plan, book, limits = run.draws.plan, run.records.source, wip_limits(run.draws)
    for index, limit in enumerate(plan.wip_limits):
        mine = np.flatnonzero(limits.limit == index)
        enters = [r for r in mine.tolist() if any(pool >= len(plan.pools) for pool, _ in limits.takes[r])]
        held = np.flatnonzero(limits.held == index)
        units = sum(book[name][run.counted][:, mine].sum(axis=1) for name in ("in_process", "in_transit"))
        inside = float(np.mean(units + run.records.item["stock"][run.counted][:, held].sum(axis=1)))
        leaving = run.total(book["received"], [r for r in mine.tolist() if not limits.stays[r]]) / run.days
        yield f"work_in_process.{limit.name}", inside
        yield f"waiting_to_enter.{limit.name}", float(book["waiting"][run.counted][:, enters].sum(axis=1).mean())
        yield f"throughput.{limit.name}", leaving
        yield f"time_in_line.{limit.name}", ratio(inside, leaving)


def production(run: Run) -> Iterator[Indicator]:
    """Yield units and unit costs of each recipe, and the unit costs of each item over all its sources.

    A unit cost is that of a good unit: of the recipe alone, with materials at the load of the run, and with materials at
    full load. Items have the latter two.
    """
    plan = run.draws.plan
    found = unit_costs(run)
    for r, source in enumerate(plan.sources):
        for measure in ("starts", "good", "orders", "shipments", "received"):
            yield f"{measure}.{source.name}", float(run.total(run.records.source[measure], [r]))
        yield f"unit_cost.{source.name}", found.own[r]
        yield f"unit_cost_with_materials.{source.name}", found.with_materials[r]
        yield f"unit_cost_at_full_load.{source.name}", found.at_full_load[r]
    for i, item in enumerate(plan.items):
        for measure, costs in (("", found.with_materials), ("_at_full_load", found.at_full_load)):
            yield f"unit_cost_of_item{measure}.{item.name}", mean_cost(run, sources_of(plan, i), costs)


def one_off_costs(run: Run) -> Iterator[Indicator]:
    """Yield for each recipe with payments of its own their amount per good unit, which no unit cost includes."""
    plan = run.draws.plan
    for r, source in enumerate(plan.sources):
        mine = {payment.name for payment in plan.payments if payment.source == r}
        if mine:
            paid = cost(run, lambda e, mine=mine: e.scope == "payment" and e.name in mine)  # type: ignore[misc]
            yield f"one_off_cost.{source.name}", ratio(paid, float(run.total(run.records.source["good"], [r])))


def money(run: Run) -> Iterator[Indicator]:
    """Yield costs, revenues and values in dollars over the counted periods, and the NPV over all periods."""
    yield "capex_usd", cost(run, lambda entry: entry.category == "capex")
    yield "investment_credit_usd", usd(run, lambda entry: entry.category == "credit")
    yield "tariff_usd", cost(run, lambda entry: entry.category == "tariff")
    yield "outside_sales_usd", usd(run, lambda entry: entry.category == "outside_sales")
    spent = ("purchases", "tariff", "order", "shipment", "take_or_pay", "prepayment")
    yield "spend_outside_usd", cost(run, lambda entry: entry.in_house is False and entry.category in spent)
    inside = ("variable", "fixed", "order", "shipment")
    yield "spend_in_house_usd", cost(run, lambda entry: entry.in_house is True and entry.category in inside)
    for category in ("holding", "shortage", "lost", "take_or_pay", "value", "disposal", "salvage"):
        pick = usd if category in ("value", "disposal", "salvage") else cost
        yield f"{category}_usd", pick(run, within({category}))
    yield "payments_usd", cost(run, lambda entry: entry.category == "payment")
    yield "transport_usd", cost(run, lambda entry: entry.category == "shipment")
    yield (
        "total_cost_usd",
        cost(run, lambda entry: entry.category not in ("value", "outside_sales", "disposal", "salvage")),
    )
    yield "npv_usd", npv(run.draws, run.entries, salvage=False)
    yield "npv_with_salvage_usd", npv(run.draws, run.entries, salvage=True)
    yield from _promised(run)
    left = continuing_value(run)
    yield "prepaid_end_usd", left.prepaid
    yield "stock_value_end_usd", left.stock
    yield "under_way_value_end_usd", left.under_way
    yield "terminal_value_usd", left.terminal
    yield "npv_with_continuing_value_usd", left.npv


def _promised(run: Run) -> Iterator[Indicator]:
    """Yield for each site with a commitment the dollars promised beyond the end of the horizon, at its prices then."""
    plan = run.draws.plan
    for s, site in enumerate(plan.sites):
        sources = [r for r, source in enumerate(plan.sources) if source.site == s]
        if site.commitment is not None and sources:
            (price,) = start_prices(run.draws, tuple(sources), (len(plan.calendar.periods) - 2,))
            yield f"promised_beyond_end_usd.{site.name}", promised_beyond(run.draws, run.records, s) * price


def stocks(run: Run) -> Iterator[Indicator]:
    """Yield the stock of each item at the end."""
    for i, item in enumerate(run.draws.plan.items):
        yield f"stock_end.{item.name}", float(run.records.item["stock"][-1, i])


def leftovers(run: Run) -> Iterator[Indicator]:
    """Yield for each pool the stock at the end that exceeds the needs of the backlog and of a year's demand.

    The demand is that of the last days of the horizon. An abstract model has no years, so it yields nothing.
    """
    plan = run.draws.plan
    if plan.calendar.start is None:
        return
    rates = np.array(
        [flow.actual_rate.mean(plan.calendar.days, flow.actual_rate.edges[-1]) for flow in run.draws.flows]
    )
    needed = units_per_flow(run.draws) @ (rates * DAYS_PER_YEAR + run.records.flow["backlog"][-1])
    for p, pool in enumerate(plan.pools):
        stock = int(run.records.item["stock"][-1, list(pool.members)].sum())
        yield f"left_over.{pool.name}", max(float(stock) - float(needed[p]), 0.0)


GROUPS: tuple[Callable[[Run], Iterator[Indicator]], ...] = (
    shares, service, compute, idle_fleet, growth, money, sites, tools, power, outside_sales, limited_lines, production, one_off_costs, stocks, leftovers,
)  # fmt: skip
