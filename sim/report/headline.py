"""The run in a few sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from sim.report.chain import alternatives, of_share, own_recipes, titled
from sim.report.chosen import chosen
from sim.report.cost_tables import usable
from sim.report.formats import a_time, about, count, dollars
from sim.report.held_back import scarcest
from sim.report.lint_report import lint_sentence
from sim.report.periods import is_dated, last_year_named
from sim.report.shift_tables import measures, sums
from sim.results.compute import asked

if TYPE_CHECKING:
    from sim.results.result import Result

_SHARE = "in_house_share."
_LEFT = "left_over."
_MATERIAL = 0.01
"""Left-over stock is named when it is more than this part of all that was received."""
_MOST_LINES = 3
_IDLE = 0.3
"""Own sites used less than this in the last twelve months are named."""


class Topic(StrEnum):
    """What a comparison with a counterfactual may have told already."""

    SHARES = "shares"
    COMPUTE = "compute"
    SERVED = "served"
    LENT = "lent"
    YIELDS = "yields"
    MILESTONES = "milestones"
    MONEY = "money"


def sentences(result: Result, told: Collection[Topic] = ()) -> list[str]:
    """Return what moved, was served, was reached, cost and stood idle, in sentences; topics in `told` are left out."""
    parts = (
        _warmed_up(result),
        "" if Topic.SHARES in told else _moved(result),
        "" if Topic.SERVED in told else _served(result),
        _compute(result, total=Topic.COMPUTE not in told),
        "" if Topic.LENT in told else lending(result),
        "" if Topic.MILESTONES in told else reached(result),
        "" if Topic.MONEY in told else _cost(result),
    )
    return [
        *(sentence for sentence in parts if sentence),
        *chosen(result),
        *_state(result),
        *_promised(result),
        *_sold(result),
        *_tools(result),
        *_power(result),
        *filter(None, [scarcest(result)]),
        *_idle(result),
        *_left_over(result),
        *_impossible(result),
        *lint_sentence(result.scenario),
    ]


def _warmed_up(result: Result) -> str:
    horizon = result.scenario.document.horizon
    unit = "days" if is_dated(result) else horizon.time_unit or "time units"
    return f"Statistics start after a warm-up of {horizon.warmup:g} {unit}." if horizon.warmup else ""


def _impossible(result: Result) -> list[str]:
    """Return which demand at the end of the horizon exceeds all that its sources could make.

    The first shortfall comes first; each with the month or time from which it holds.
    """
    horizon = result.scenario.document.horizon
    month = "a month" if is_dated(result) else a_time(horizon.unit)
    return [
        f"{'Out of reach' if place else 'First out of reach'}, from {_month(short.since, horizon.unit)}: at the end the demand requires "
        f"{count(short.required)} {short.pool} {month} ({count(short.starts)} starts at mature yield); all its sources together "
        f"could make {count(short.possible)}."
        for place, short in enumerate(result.shortfalls)
    ]


def _month(instant: dt.date | float, unit: str) -> str:
    return f"{instant:%Y-%m}" if isinstance(instant, dt.date) else f"{unit} {instant:g}"


def _moved(result: Result) -> str:
    shares = {k.removeprefix(_SHARE): v for k, v in result.kpis.items() if k.startswith(_SHARE)}
    if not shares:
        return ""
    unplanned = not_planned(result, shares)
    if len(unplanned) == len(shares):
        return "Nothing is planned in-house."
    span = "In the last 12 months" if is_dated(result) else "Over the run"
    listed = ", ".join(_share_of(result, n, v) for n, v in shares.items() if v is not None and n not in unplanned)
    absent = f"no in-house source is planned for {either(unplanned)}" if unplanned else ""
    told = "; ".join(part for part in (f"{span}, in-house: {listed}" if listed else "", absent) if part)
    return f"{told[0].upper()}{told[1:]}." if told else ""


def not_planned(result: Result, shares: Iterable[str]) -> list[str]:
    """Return the shares in which no in-house recipe counts."""
    document = result.scenario.document
    own = set(own_recipes(document))
    return [name for name in shares if not own & set(of_share(document, name))]


def _share_of(result: Result, name: str, share: float) -> str:
    """Return a share of starts, with that of good units in brackets where yields make it differ."""
    good = result.kpis.get(f"in_house_share_of_good.{name}")
    # As printed: a second number that looks the same would only confuse.
    if good is None or about(good) == about(share):
        return f"{about(share)} of {name}"
    return f"{about(share)} of {name} ({about(good)} of good units)"


def either(names: Sequence[str]) -> str:
    """Return names joined by commas and a last `or`."""
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _served(result: Result) -> str:
    """Return the demand lines not served in full, the worst first."""
    document = result.scenario.document
    found = {line: result.kpis.get(f"served_by_end.{line}") for line in document.demand}
    served = {line: share for line, share in found.items() if share is not None}
    if not served:
        return ""
    partly = sorted((line for line, share in served.items() if share < 1), key=lambda line: served[line])
    if not partly:
        return "Every demand line was served by the end."
    listed = "; ".join(f"{titled(document.demand, line)} {about(served[line])}" for line in partly[:_MOST_LINES])
    more = len(partly) - _MOST_LINES
    rest = f"; and {more} more" if more > 0 else ""
    return f"Served by the end: {'all lines but ' if len(partly) < len(served) else ''}{listed}{rest}."


def _compute(result: Result, *, total: bool) -> str:
    """Return compute delivered, and how much of it on lines with a compute need; the total only with `total`."""
    by_line = {line: units for (line, _), units in sums(measures(result, "demand", "h100e")).items()}
    delivered = sum(by_line.values())
    if not delivered:
        return ""
    asked = [line for line, rule in result.scenario.document.demand.items() if rule.compute is not None]
    part = sum(by_line.get(line, 0.0) for line in asked)
    on_lines = f"on demand lines with a compute need{_growth(result)}"
    idle = result.kpis.get("h100e_idle_fleet")
    lent = result.kpis.get("h100e_lent")
    fleet = f" At the end {count(idle)} H100e stand idle in the fleet." if idle is not None and lent is None else ""
    if total:
        return (
            f"{count(delivered)} H100e were delivered{f', {count(part)} of them {on_lines}' if asked else ''}.{fleet}"
        )
    return (f"{count(part)} of the H100e were delivered {on_lines}.{fleet}" if asked else fleet).lstrip()


def lending(result: Result) -> str:
    """Return the share of compute needs that idle compute meets; empty without lending."""
    lent, demand = result.kpis.get("h100e_lent"), result.scenario.document.demand
    if lent is None:
        return ""
    needs = asked(result.draws)
    needed = sum(last - first for line, (first, last) in needs.items() if result.plan.lines[line].idle_of)
    lenders = dict.fromkeys(name for rule in demand.values() for name in rule.idle_of)
    part = f", {about(lent / needed)} of the growth asked for," if needed else ""
    return (
        f"Idle compute in {', '.join(titled(demand, name) for name in lenders)} serves {count(lent)} H100e "
        f"of the compute need by the end{part} and is given no value."
    )


def _growth(result: Result) -> str:
    """Return the growth rate of compute in service where it was asked for, and the rate required."""
    got, needed = (result.kpis.get(f"h100e_growth{k}_per_year") for k in ("", "_needed"))
    if got is None or needed is None:
        return ""
    return f", where it grows {got:.1f}-fold a year and would have to grow {needed:.1f}-fold"


def _state(result: Result) -> list[str]:
    """Return the investment credit received and the import duty paid."""
    given, taken = (result.kpis.get(kpi) for kpi in ("investment_credit_usd", "tariff_usd"))
    credit = [f"A credit gives back {dollars(given)} of what building costs."] if given else []
    return [*credit, *([f"Import duty costs {dollars(taken)}."] if taken else [])]


def _promised(result: Result) -> list[str]:
    """Return commitments to suppliers beyond the end of the horizon, which are in no sum."""
    document = result.scenario.document
    owed = {name: result.kpis.get(f"promised_beyond_end_usd.{name}") or 0.0 for name in document.sites}
    listed = ", ".join(f"{dollars(usd)} to {titled(document.sites, name)}" for name, usd in owed.items() if usd >= 0.5)
    return [f"Committed beyond the end of the horizon, and in no total here: orders of {listed}."] if listed else []


def _sold(result: Result) -> list[str]:
    """Return idle capacity of own sites that is sold to others."""
    document = result.scenario.document
    sold = {name: result.kpis.get(f"sold_outside.{name}") or 0.0 for name in document.sites}
    listed = ", ".join(f"{count(units)} of {titled(document.sites, name)}" for name, units in sold.items() if units)
    gain = dollars(result.kpis.get("outside_sales_usd"))
    return (
        [f"Others buy idle capacity, starts of {listed}, and bring {gain} more than these cost to make."]
        if listed
        else []
    )


def _tools(result: Result) -> list[str]:
    """Return sites that are smaller at the end than intended, for want of tools."""
    document = result.scenario.document
    month = "a month" if is_dated(result) else a_time(document.horizon.unit)
    found = []
    for name in document.sites:
        there, intended = (result.kpis.get(f"capacity_{k}.{name}") for k in ("end", "intended_end"))
        if there is not None and intended is not None and count(there) != count(intended):
            site = titled(document.sites, name)
            found.append(
                f"{site}: tools delivered by the end make {count(there)} {month} of the {count(intended)} intended by then."
            )
    return found


def _power(result: Result) -> list[str]:
    """Return lines that ask for less compute at the end than wanted, for want of power."""
    document = result.scenario.document
    found = []
    for name in document.demand:
        powered, wanted = (result.kpis.get(f"h100e_{k}_end.{name}") for k in ("powered", "wanted"))
        if powered is not None and wanted is not None and count(powered) != count(wanted):
            line = titled(document.demand, name)
            found.append(
                f"{line}: at the end there is power for {count(powered)} of the {count(wanted)} H100e wanted in service; "
                "the rest is not ordered."
            )
    return found


def _idle(result: Result) -> list[str]:
    """Return own sites that were hardly used, with unit costs there and outside."""
    document = result.scenario.document
    span = f"in {last_year_named(result)}"
    found = []
    for name, site in usable(result).items():
        if not document.sites[name].in_house or site.used is None or site.used >= _IDLE:
            continue
        here = _costs(result, [r for r in own_recipes(document) if document.recipes[r].site == name])
        outside = _costs(result, alternatives(document, name))
        compared = f"; a good unit costs {here} there against {outside} outside" if here and outside else ""
        found.append(f"{titled(document.sites, name)}: {about(site.used)} of its capacity was used {span}{compared}.")
    return found


def _left_over(result: Result) -> list[str]:
    """Return stock at the end beyond a year's demand, where it is a notable share of what was received."""
    document = result.scenario.document
    came = sums(measures(result, "recipe", "received", "seeded"))
    found = {}
    for name in (*document.pools, *document.items):
        members = document.pools[name].members if name in document.pools else [name]
        received = sum(units for (n, _), units in came.items() if document.recipes[n].item in members)
        units = result.kpis.get(f"{_LEFT}{name}") or 0.0
        if units > _MATERIAL * received:
            found[titled(document.pools if name in document.pools else document.items, name)] = units
    most = sorted(found, key=lambda name: -found[name])[:_MOST_LINES]
    listed = ", ".join(f"{count(found[name])} {name}" for name in most)
    return [f"Left over at the end, beyond what the backlog and a year's demand would take: {listed}."] if found else []


def _costs(result: Result, recipes: Iterable[str]) -> str:
    """Return the range of costs of a good unit of these recipes, as far as they are known."""
    known = [cost for r in recipes if (cost := result.kpis.get(f"unit_cost.{r}")) is not None]
    ends = list(dict.fromkeys(dollars(cost) for cost in (min(known), max(known)))) if known else []
    return " to ".join(ends)


def reached(result: Result) -> str:
    """Return how many milestones were reached."""
    if not result.milestones:
        return ""
    number = sum(v is not None for v in result.milestones.values())
    horizon = result.scenario.document.horizon
    end = horizon.end.isoformat() if horizon.end else "the end"
    return f"{number} of {len(result.milestones)} milestones were reached by {end}."


def _cost(result: Result) -> str:
    capex, npv = result.kpis.get("capex_usd"), result.kpis.get("npv_usd")
    if not capex and not npv:
        return ""
    salvage = result.kpis.get("npv_with_salvage_usd")
    building = f"Building costs {dollars(abs(capex))}; " if capex else ""
    return f"{building}NPV {dollars(npv)}, with salvage {dollars(salvage)}."
