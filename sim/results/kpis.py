"""Key performance indicators: one function a group, one row a number. Periods before the warm-up
count in none of them. An indicator with an empty denominator is None."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sim.draws import Draws
from sim.draws.curves import TICKS_PER_DAY, value
from sim.draws.sites import integral_by_period
from sim.engines.shared.recorder import Records
from sim.engines.shared.wip import wip_limits
from sim.plan import IntArray
from sim.results.books import YEAR, Entry, npv
from sim.results.compute import asked, delivered, has_idle, idle
from sim.results.frames import in_wafers, share_output
from sim.results.periods import counted, last_year
from sim.results.requirements import units_per_flow

Indicator = tuple[str, float | None]


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: what it read, what it left, and its money. `counted` are the periods after warm-up."""

    draws: Draws
    records: Records
    entries: list[Entry]
    counted: slice

    def total(self, table: IntArray, columns: list[int]) -> int:
        """Sum of a table over counted periods and these columns."""
        return int(table[self.counted][:, columns].sum())

    def before(self, table: IntArray, columns: list[int]) -> int:
        """Sum of a table of levels over these columns, as the warm-up left them."""
        first = self.counted.start
        return int(table[first - 1, columns].sum()) if first else 0

    @property
    def periods(self) -> tuple[float, ...]:
        """Edges of the periods, the last at the end of a drain."""
        plan = self.draws.plan
        end = self.records.until / TICKS_PER_DAY if plan.calendar.drain else plan.calendar.days
        return (*plan.calendar.periods[:-1], max(end, plan.calendar.days))

    @property
    def days(self) -> float:
        """Length of the counted time, to the end of a drain."""
        plan = self.draws.plan
        end = self.records.until / TICKS_PER_DAY if plan.calendar.drain else plan.calendar.days
        return max(end - plan.calendar.warmup, 1e-9)


def kpis(draws: Draws, records: Records, entries: list[Entry]) -> dict[str, float | None]:
    """All indicators by name."""
    first = int(np.flatnonzero(counted(draws.plan.calendar.periods, draws.plan.calendar))[0])
    run = Run(draws, records, entries, slice(first, None))
    return {name: number for group in GROUPS for name, number in group(run)}


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def shares(run: Run) -> Iterator[Indicator]:
    """In-house shares of the last twelve months, and of starts and good units beside them."""
    plan = run.draws.plan
    last = np.flatnonzero(last_year(plan.calendar))
    for index, share in enumerate(plan.shares):
        own, total = share_output(run.draws, run.records, index)
        yield f"in_house_share.{share.name}", _ratio(float(own[last].sum()), float(total[last].sum()))
        inside = [r for r in share.sources if plan.sites[plan.sources[r].site].in_house]
        for measure in ("starts", "good"):
            # Starts of different kinds are made comparable by their gross units.
            alike = measure == "good" or in_wafers(run.draws, index)
            output = {
                r: (1.0 if alike else run.draws.sources[r].yields.gross)
                * int(run.records.source[measure][last, r].sum())
                for r in share.sources
            }
            part = _ratio(sum(output[r] for r in inside), sum(output.values()))
            yield f"in_house_share_of_{measure}.{share.name}", part


def service(run: Run) -> Iterator[Indicator]:
    """Fill rate (served from stock at the instant of demand), service by the end, backlog.

    Service by the end is the served part of what was demanded after the warm-up or still waited then.
    """
    plan, book = run.draws.plan, run.records.flow
    everything = list(range(len(run.draws.flows)))
    lines = {
        f".{line.name}": [f for f in everything if run.draws.flows[f].line == i] for i, line in enumerate(plan.lines)
    }
    for suffix, flows in {"": everything, **lines}.items():
        demanded = run.total(book["demanded"], flows)
        served = run.total(book["served"], flows)
        yield f"fill_rate{suffix}", _ratio(run.total(book["from_stock"], flows), demanded)
        yield f"served_by_end{suffix}", _ratio(served, demanded + run.before(book["backlog"], flows))
        yield f"backlog_end{suffix}", float(book["backlog"][-1, flows].sum())
        yield f"demanded{suffix}", float(demanded)
        yield f"served{suffix}", float(served)
        yield f"delivered{suffix}", float(run.total(book["delivered"], flows))
        yield f"lost{suffix}", float(run.total(book["lost"], flows))
        waited = float(book["waited"][run.counted][:, flows].sum())
        yield f"time_to_serve{suffix}", _ratio(waited, served)
        yield f"shipments{suffix or '.customers'}", float(run.total(book["deliveries"], flows))


def compute(run: Run) -> Iterator[Indicator]:
    """Compute delivered: H100-equivalents and megawatts."""
    for name, pick, scale in (("h100e_delivered", "h100e", 1.0), ("megawatts_delivered", "watts", 1e-6)):
        total = 0.0
        for f, flow in enumerate(run.draws.flows):
            item = run.draws.plan.items[run.draws.plan.pools[flow.pool].members[0]]
            total += value(run.draws.vector, getattr(item, pick)) * run.total(run.records.flow["delivered"], [f])
        yield name, total * scale


def idle_fleet(run: Run) -> Iterator[Indicator]:
    """Compute that stands idle, by the end, in what was delivered."""
    if has_idle(run.draws):
        lines = range(len(run.draws.plan.lines))
        yield "h100e_idle_fleet", float(sum(idle(run.draws, run.records, line)[-1] for line in lines))


def growth(run: Run) -> Iterator[Indicator]:
    """Factor a year by which compute in service must grow on the lines that ask for it, and does.

    What they ask to have in service at the start counts as being there; nothing wears out.
    """
    lines, calendar = asked(run.draws), run.draws.plan.calendar
    if not lines:
        return
    first, goal = (sum(level[i] for level in lines.values()) for i in (0, 1))
    got = sum(float(delivered(run.draws, run.records, line)[run.counted].sum()) for line in lines)
    years = (calendar.days - calendar.warmup) / (YEAR if calendar.start is not None else 1.0)
    for name, last in (("h100e_growth_needed_per_year", goal), ("h100e_growth_per_year", first + got)):
        yield name, (last / first) ** (1 / years) if first else None


def sites(run: Run) -> Iterator[Indicator]:
    """Per site: how probably a lot waits at the bottleneck, mean wait and queue (lots), time in system, utilisation."""
    plan, book = run.draws.plan, run.records.site
    for s, site in enumerate(plan.sites):
        lots = run.total(book["lots"], [s])
        wait = run.total(book["wait"], [s]) / TICKS_PER_DAY
        yield f"wait_probability.{site.name}", _ratio(run.total(book["delayed"], [s]), lots)
        yield f"mean_wait.{site.name}", _ratio(wait, lots)
        yield f"mean_queue.{site.name}", wait / run.days
        yield f"time_in_system.{site.name}", _ratio(run.total(book["time_in_system"], [s]) / TICKS_PER_DAY, lots)
        capacity = integral_by_period(run.draws.sites[s].available, run.periods)[run.counted].sum()
        used = float(run.records.load[run.counted, s].sum())
        yield f"utilisation.{site.name}", _ratio(used, float(capacity)) if np.isfinite(capacity) else None


def limited_lines(run: Run) -> Iterator[Indicator]:
    """Per limit on work in process: mean units in the line and waiting to enter it, at period ends; units that leave it finished
    in a time unit; and by Little's law the time that they spend in it."""
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
        yield f"time_in_line.{limit.name}", _ratio(inside, leaving)


def production(run: Run) -> Iterator[Indicator]:
    """Per recipe: starts, good units, orders, shipments and the cost of a good unit.

    The cost counts what is paid for the recipe, its part (by load) of its site's fixed cost, and the
    straight-line depreciation of the site's outlay.
    """
    plan = run.draws.plan
    for r, source in enumerate(plan.sources):
        for measure in ("starts", "good", "orders", "shipments", "received"):
            yield f"{measure}.{source.name}", float(run.total(run.records.source[measure], [r]))
        yield f"unit_cost.{source.name}", _unit_cost(run, r)


def _unit_cost(run: Run, r: int) -> float | None:
    """Cost of a good unit: each cost by the units it was paid for. Suppliers are paid for what arrives
    (what was under way at the start included); own starts are paid when they begin, and counted at the
    good units that a finished start gave; the site's part falls on good output."""
    plan, book = run.draws.plan, run.records.source
    source = plan.sources[r]
    good = run.total(book["good"], [r])
    paid = _cost(run, _of("recipe", source.name))
    if not plan.sites[source.site].in_house:
        return _ratio(paid, run.total(book["received"], [r]) + run.total(book["seeded"], [r]))
    finished = run.total(book["out"], [r]) + run.total(book["scrapped"], [r])
    released = run.total(book["starts"], [r]) + run.total(book["sample_starts"], [r])
    begun = released + run.before(book["waiting"], [r]) - int(book["waiting"][-1, r])
    if not good or not finished or begun <= 0:
        return None
    return paid / begun * finished / good + _site_part(run, r) / good


def _site_part(run: Run, r: int) -> float:
    plan = run.draws.plan
    site = plan.sources[r].site
    load = {
        other: run.total(run.records.source["starts"], [other]) * run.draws.sources[other].load.mean
        for other, source in enumerate(plan.sources)
        if source.site == site
    }
    whole = sum(load.values())
    if not whole:
        return 0.0
    of_site, fixed_cost = _of("site", plan.sites[site].name), _in({"fixed"})
    fixed = _cost(run, lambda e: of_site(e) and fixed_cost(e))
    return (fixed + _depreciation(run, site)) * load[r] / whole


def _depreciation(run: Run, s: int) -> float:
    """Straight-line depreciation within the horizon of the capacity installed in it, in dollars."""
    site, draws = run.draws.plan.sites[s], run.draws
    per_capacity, life = value(draws.vector, site.capex_per_capacity), value(draws.vector, site.life)
    if not per_capacity or not life:
        return 0.0
    installed = integral_by_period(draws.sites[s].nameplate, draws.plan.calendar.periods)[run.counted].sum()
    return float(installed) * per_capacity / life


def _of(scope: str, name: str) -> Callable[[Entry], bool]:
    return lambda e: e.scope == scope and e.name == name


def _in(categories: set[str]) -> Callable[[Entry], bool]:
    return lambda e: e.category in categories


def _usd(run: Run, wanted: Callable[[Entry], bool]) -> float:
    return float(sum(int(e.cents[run.counted].sum()) for e in run.entries if wanted(e))) / 100.0


def _cost(run: Run, wanted: Callable[[Entry], bool]) -> float:
    return 0.0 - _usd(run, wanted)


def money(run: Run) -> Iterator[Indicator]:
    """Dollars over the counted periods; NPV over all."""
    yield "capex_usd", _cost(run, lambda e: e.category == "capex")
    spent = ("purchases", "order", "shipment", "take_or_pay")
    yield "spend_outside_usd", _cost(run, lambda e: e.in_house is False and e.category in spent)
    inside = ("variable", "fixed", "order", "shipment")
    yield "spend_in_house_usd", _cost(run, lambda e: e.in_house is True and e.category in inside)
    for category in ("holding", "shortage", "lost", "take_or_pay", "value", "salvage"):
        pick = _usd if category in ("value", "salvage") else _cost
        yield f"{category}_usd", pick(run, _in({category}))
    yield "transport_usd", _cost(run, lambda e: e.category == "shipment")
    yield "total_cost_usd", _cost(run, lambda e: e.category not in ("value", "salvage"))
    yield "npv_usd", npv(run.draws, run.entries, salvage=False)
    yield "npv_with_salvage_usd", npv(run.draws, run.entries, salvage=True)


def stocks(run: Run) -> Iterator[Indicator]:
    """Stock of each item at the end."""
    for i, item in enumerate(run.draws.plan.items):
        yield f"stock_end.{item.name}", float(run.records.item["stock"][-1, i])


def leftovers(run: Run) -> Iterator[Indicator]:
    """Per pool: stock at the end beyond what the backlog and a year's demand, as it is then, would take of it."""
    plan = run.draws.plan
    if plan.calendar.start is None:
        return
    rates = np.array(
        [flow.actual_rate.mean(plan.calendar.days, flow.actual_rate.edges[-1]) for flow in run.draws.flows]
    )
    needed = units_per_flow(run.draws) @ (rates * YEAR + run.records.flow["backlog"][-1])
    for p, pool in enumerate(plan.pools):
        stock = int(run.records.item["stock"][-1, list(pool.members)].sum())
        yield f"left_over.{pool.name}", max(float(stock) - float(needed[p]), 0.0)


GROUPS: tuple[Callable[[Run], Iterator[Indicator]], ...] = (
    shares, service, compute, idle_fleet, growth, money, sites, limited_lines, production, stocks, leftovers,
)  # fmt: skip
