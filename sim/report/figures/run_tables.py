"""The tables of a run's figures, from its frames."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.clock import DAYS_PER_MONTH
from sim.report.chain import own_recipes, titled
from sim.report.cost_tables import usable
from sim.report.figures import spans
from sim.report.figures.announced import announced
from sim.report.figures.figure import Setting
from sim.report.figures.money import GROUPS, NET, SUM, group_of
from sim.report.figures.share import MilestoneMark
from sim.report.figures.spans import source
from sim.report.periods import after_warmup, by_quarter, is_dated
from sim.results.compute import asked_at, asking, delivered
from sim.results.frames import date_of
from sim.vocabulary import MilestoneRule

if TYPE_CHECKING:
    from sim.results.result import Result
    from sim.scenario.loader import Scenario

SHARE = "in_house_share."


def setting(result: Result) -> Setting:
    """Return what all charts of a run share."""
    replication = None if result.drawn is None else f"replication {result.replication}"
    told = source(result.scenario.name, result.seed, result.hash, replication)
    every = range(len(result.plan.disruptions))
    return spans.setting(result.scenario, result.plan, told, spans.bands(result.scenario, result.draws, every))


def periods(result: Result) -> pd.DataFrame:
    """Return the reporting periods within the horizon that statistics count: period, begin, end, days and year."""
    return spans.periods(result.plan)


def measured(result: Result, scope: str, *names: str) -> pd.DataFrame:
    """Return the measures of one scope by entry and period.

    Columns: name, period, begin, end, and one for each of `names` (NaN where the run has no such number). Entries are
    in the order of the run's frame.
    """
    frame = after_warmup(result, result.frames["monthly"])
    frame = frame[(frame["scope"] == scope) & frame["measure"].isin(names)]
    order = list(dict.fromkeys(frame["name"]))
    wide = frame.pivot_table(index=["name", "period"], columns="measure", values="value", dropna=False, sort=False)
    found = wide.reset_index().merge(periods(result), on="period", how="inner")
    # The merge loses the order of the scenario; a categorical sorts by it.
    found["name"] = pd.Categorical(found["name"], order, ordered=True)
    found = found.sort_values(["name", "period"], ignore_index=True)
    found["name"] = found["name"].astype(str)
    for name in names:
        if name not in found:
            found[name] = np.nan
    return found[["name", "period", "begin", "end", *names]]


def share_table(result: Result) -> pd.DataFrame:
    """Return each share by period: name, title, begin, end, in_house, total and value (NaN where nothing was made)."""
    found = measured(result, "share", "in_house", "total", "share").rename(columns={"share": "value"})
    document = result.scenario.document
    found.insert(1, "title", [titled(document.shares, n) for n in found["name"]])
    return found.drop(columns="period")


def recent_shares(result: Result) -> dict[str, float | None]:
    """Return the in-house shares of the last twelve months, by name."""
    return {k.removeprefix(SHARE): v for k, v in result.kpis.items() if k.startswith(SHARE)}


def share_marks(result: Result) -> list[MilestoneMark]:
    """Return milestones of in-house shares, and first outputs of own sources, as marks on the line of their share."""
    plan, own = result.plan, set(own_recipes(result.scenario.document))
    found = []
    for milestone in plan.milestones:
        reached = result.milestones[milestone.name]
        if reached is None:
            continue
        if milestone.rule is MilestoneRule.IN_HOUSE_SHARE:
            found.append(MilestoneMark(plan.shares[milestone.share].name, reached, first=False))
        elif milestone.rule is MilestoneRule.FIRST_OUTPUT and {plan.sources[r].name for r in milestone.sources} <= own:
            homes = (s.name for s in plan.shares if set(milestone.sources) <= set(s.sources))
            found += [MilestoneMark(home, reached, first=True) for home in list(homes)[:1]]
    return found


def site_table(result: Result) -> pd.DataFrame:
    """Return each site by period: name, title, in_house, begin, end, capacity and load.

    Capacity is the allocation where that is less, inf if unlimited. Both are rates: per month of 30.4 days, or per
    unit of abstract time.
    """
    found = measured(result, "site", "capacity", "allocation", "load")
    sites = result.scenario.document.sites
    found["capacity"] = found[["capacity", "allocation"]].min(axis=1)
    unlimited = [sites[n].capacity == "unlimited" for n in found["name"]]
    found.loc[np.array(unlimited, dtype=bool) & found["allocation"].isna(), "capacity"] = np.inf
    # As a rate per mean month: otherwise every February would be a dip.
    months = periods(result).set_index("period")["days"] / (DAYS_PER_MONTH if is_dated(result) else 1.0)
    for measure in ("capacity", "load"):
        found[measure] = found[measure] / found["period"].map(months)
    found.insert(1, "title", [titled(sites, n) for n in found["name"]])
    found.insert(2, "in_house", [sites[n].in_house for n in found["name"]])
    return found.drop(columns=["period", "allocation"])


def recent_use(result: Result) -> pd.DataFrame:
    """Return the use of each site over the last twelve months.

    Index: name; columns: title, in_house, and used, load over capacity (NaN: unlimited).
    """
    sites, found = result.scenario.document.sites, usable(result)
    names = [name for name in sites if name in found]
    rows = {
        n: (
            titled(sites, n),
            sites[n].in_house,
            np.nan if sites[n].capacity == "unlimited" and not found[n].allocated else found[n].used,
        )
        for n in names
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["title", "in_house", "used"])
    return table.astype({"in_house": bool, "used": float})


def causes(result: Result) -> pd.DataFrame:
    """Return what cut the starts of each site most, as spans of time.

    Columns: name, begin, end, cause. Neighbouring quarters with the same cause are one span.
    """
    frame = after_warmup(result, result.frames["monthly"])
    frame = frame[(frame["scope"] == "recipe") & frame["measure"].str.startswith("cut.") & (frame["value"] > 0)]
    counted = periods(result)
    counted["column"] = by_quarter(result).of(counted)
    frame = frame.merge(counted, on="period")
    cut = frame.groupby(["site", "column", "measure"])["value"].sum()
    edges = counted.groupby("column", sort=False).agg(begin=("begin", "min"), end=("end", "max"))
    rows: list[list[object]] = []
    for site in dict.fromkeys(frame["site"]):
        for column, (begin, end) in zip(edges.index, edges.itertuples(index=False), strict=True):
            if (site, column) not in cut.index:
                continue
            cause = str(cut.loc[site, column].idxmax()).removeprefix("cut.").replace("_", " ")
            if rows and rows[-1][0] == site and rows[-1][3] == cause and rows[-1][2] == begin:
                rows[-1][2] = end
            else:
                rows.append([site, begin, end, cause])
    return pd.DataFrame(rows, columns=["name", "begin", "end", "cause"])


def milestone_table(result: Result) -> pd.DataFrame:
    """Return milestones: name, title, date, and since and until when they were announced."""
    found = result.frames["milestones"].drop(columns="time")
    if not is_dated(result):
        return found.assign(since=None, until=None)
    found["date"] = pd.to_datetime(found["date"])
    return found.merge(announced(result.scenario), how="left", left_on="name", right_index=True)


def money_table(result: Result) -> pd.DataFrame:
    """Return money by year in USD: period, begin, end, the groups, net and cumulative; without salvage."""
    cash = result.frames["cash"]
    # Salvage values what is left at the end: it is no payment of that year.
    cash = cash[cash["category"] != "salvage"].merge(periods(result), on="period")
    cash["group"] = [group_of(str(category)) for category in cash["category"]]
    sums = cash.pivot_table(index="year", columns="group", values="usd", aggfunc="sum")
    years = spans.years(result.plan)
    wide = sums.reindex(index=years["year"], columns=list(GROUPS)).fillna(0.0).reset_index(drop=True)
    table = pd.concat([years.rename(columns={"year": "period"}), wide], axis=1)
    net = table[list(GROUPS)].sum(axis=1)
    return table.assign(**{NET: net, SUM: net.cumsum()})


def currency(scenario: Scenario) -> str:
    """Return the label of an axis of money: US dollars, of which year, and per year."""
    year = scenario.document.money.currency_year
    span = " a year" if scenario.document.horizon.start is not None else ""
    return f"US dollars of {year}{span}" if year else f"US dollars{span}"


def compute_table(result: Result) -> pd.DataFrame:
    """Return compute on the lines that ask for it, at the start and after each period, in H100-equivalents.

    Columns: time, asked, in_service.
    """
    draws, records = result.draws, result.records
    lines = asking(draws)
    calendar = draws.plan.calendar
    edges = np.array([e for e in calendar.periods if calendar.warmup <= e <= calendar.days])
    if not lines:
        return pd.DataFrame(columns=["time", "asked", "in_service"])
    asked = np.sum([asked_at(draws, line, edges) for line in lines], axis=0)
    got = np.sum([delivered(draws, records, line) for line in lines], axis=0)
    first = int(np.flatnonzero(np.array(calendar.periods) >= calendar.warmup)[0])
    so_far = np.concatenate([[0.0], np.cumsum(got[first:])])[: len(edges)]
    times = [date_of(draws, e) for e in edges]
    found = pd.DataFrame({"time": times, "asked": asked, "in_service": asked[0] + so_far})
    if is_dated(result):
        found["time"] = pd.to_datetime(found["time"])
    return found


def demand_table(result: Result) -> pd.DataFrame:
    """Return each demand line by period: name, title, begin, end, demanded, served, and both since the start."""
    found = measured(result, "demand", "demanded", "served")
    demand = result.scenario.document.demand
    found = found[found["name"].isin(list(demand))].drop(columns="period").reset_index(drop=True)
    found.insert(1, "title", [titled(demand, n) for n in found["name"]])
    sums = found.groupby("name", sort=False)[["demanded", "served"]].cumsum()
    return found.assign(demanded_so_far=sums["demanded"], served_so_far=sums["served"])


def served(kpis: dict[str, float | None], names: Iterable[str]) -> dict[str, float | None]:
    """Return the share of each line's demand that is served by the end."""
    return {name: kpis.get(f"served_by_end.{name}") for name in names}
