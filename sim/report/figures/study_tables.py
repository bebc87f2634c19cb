"""The tables of a study's figures: quantiles over its replications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.draws import draw
from sim.report.chain import titled
from sim.report.figures import spans
from sim.report.figures.announced import announced
from sim.report.figures.figure import Setting
from sim.report.figures.money import GROUPS, NET, group_of
from sim.results.result import scenario_hash
from sim.study.methods.intervals import Interval, percentile, probability_interval

if TYPE_CHECKING:
    from sim.plan import FloatArray, Plan
    from sim.study.montecarlo import MonteCarlo

FAN = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
_SCHEDULED = "scheduled"


def setting(found: MonteCarlo, runs: int | None = None) -> Setting:
    """Return what all charts of a study share; only scheduled disruptions are shaded."""
    plan = found.plan
    lots = f"lots {found.lot_scale} times as large" if found.lot_scale > 1 else None
    told = spans.source(
        found.scenario.name, found.seed, scenario_hash(found.scenario), f"{runs or found.n:,} runs", lots
    )
    # Random disruptions come at another time in every run; scheduled ones are the same in all.
    which = [k for k, d in enumerate(plan.disruptions) if d.kind == _SCHEDULED]
    return spans.setting(
        found.scenario, plan, told, spans.bands(found.scenario, draw(plan, found.seed), which) if which else ()
    )


def quantiles(values: FloatArray, names: Sequence[str] = tuple(FAN)) -> pd.DataFrame:
    """Return percentiles over replications, of those that have a value.

    `values`: shape (replications, periods), NaN where there is no value. The result has a row for each period and a
    column for each name.
    """
    return pd.DataFrame(values).quantile([FAN[name] for name in names]).T.set_axis(list(names), axis=1)


def inside(found: MonteCarlo) -> tuple[pd.DataFrame, list[int]]:
    """Return the periods that count, and their positions in a series."""
    table = spans.periods(found.plan)
    return table, table["period"].tolist()


def share_table(found: MonteCarlo) -> pd.DataFrame:
    """Return each in-house share by period.

    Columns: name, title, begin, end, and percentiles over the runs in which anything was made.
    """
    run = found.over_time.values
    table, places = inside(found)
    parts = []
    for share in found.plan.shares:
        own, total = run["in_house", share.name][:, places], run["total", share.name][:, places]
        # Where nothing was made there is no share, and the run does not count in that period's percentiles.
        part = np.divide(own, total, out=np.full(own.shape, np.nan), where=total > 0)
        named = table[["begin", "end"]].assign(
            name=share.name, title=titled(found.scenario.document.shares, share.name)
        )
        parts.append(pd.concat([named[["name", "title", "begin", "end"]], quantiles(part)], axis=1))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def recent_shares(found: MonteCarlo) -> dict[str, float | None]:
    """Return the median of each in-house share of the last twelve months."""
    prefix = "in_house_share."
    medians = {
        k.removeprefix(prefix): s.percentiles["p50"].estimate for k, s in found.kpis.items() if k.startswith(prefix)
    }
    return {name: None if median != median else median for name, median in medians.items()}


def milestone_table(found: MonteCarlo) -> pd.DataFrame:
    """Return the milestones of a study.

    Columns: name, title, probability (of being reached by the end), percentiles of the date over the runs that reach
    it, since and until when it was announced, and on_time, the probability that it is reached by then.
    """
    plan = found.plan
    rows = [(name, m.title, m.probability.estimate, *_dates(found, name)) for name, m in found.milestones.items()]
    table = pd.DataFrame(rows, columns=["name", "title", "probability", *FAN])
    if plan.calendar.start is None:
        return table.assign(since=None, until=None, on_time=np.nan)
    for column in FAN:
        table[column] = pd.to_datetime(table[column])
    table = table.merge(announced(found.scenario), how="left", left_on="name", right_index=True)
    times = on_time(found)
    return table.assign(on_time=[times[n].estimate if n in times else np.nan for n in table["name"]])


def on_time(found: MonteCarlo) -> dict[str, Interval]:
    """Return the probability that each milestone is reached by its announced date, over all valid runs."""
    start = found.scenario.document.horizon.start
    if start is None:
        return {}
    result = {}
    for name, until in announced(found.scenario)["until"].items():
        days = found.outcomes.column(str(name))[found.outcomes.valid]
        last = (until.date() - start).days
        result[str(name)] = probability_interval(int((days < last + 1).sum()), len(days))
    return {name: result[name] for name in found.milestones if name in result}


def _dates(found: MonteCarlo, milestone: str) -> list[object]:
    """Return percentiles of the date of a milestone, over the runs that reach it."""
    days = found.outcomes.column(milestone)[found.outcomes.valid]
    return [_instant(found.plan, percentile(days, q).estimate) for q in FAN.values()]


def _instant(plan: Plan, days: float) -> object:
    return None if np.isnan(days) else spans.instant(plan, days)


def money_table(found: MonteCarlo) -> pd.DataFrame:
    """Return money by year in USD.

    Columns: period, begin, end, means of the groups and of net, and percentiles of the running total.
    """
    run = found.over_time.values
    table, places = inside(found)
    years = spans.years(found.plan)
    member = (table["year"].to_numpy()[:, None] == years["year"].to_numpy()[None, :]).astype(float)
    sums = {group: np.zeros((1, len(years))) for group in GROUPS}
    for (measure, category), values in run.items():
        if measure == "usd" and category != "salvage":
            sums[group_of(category)] = sums[group_of(category)] + values[:, places] @ member
    net = np.asarray(sum(sums.values()))
    means = pd.DataFrame({**{group: sums[group].mean(axis=0) for group in GROUPS}, NET: net.mean(axis=0)})
    # Percentiles of the sums, not sums of percentiles: the years of one run are correlated.
    fans = quantiles(net.cumsum(axis=1), ("p5", "p50", "p95"))
    return pd.concat([years.rename(columns={"year": "period"}), means, fans], axis=1)


def compute_table(found: MonteCarlo) -> pd.DataFrame:
    """Return compute on the lines that ask for it, in H100-equivalents.

    Columns: time, asked (the median), and percentiles of what is in service.
    """
    run = found.over_time.values
    table, places = inside(found)
    lines = [name for measure, name in run if measure == "h100e_asked"]
    if not lines:
        return pd.DataFrame()
    first = np.asarray(sum(run["h100e_at_start", n][:, :1] for n in lines))
    got = np.asarray(sum(run["h100e_delivered", n][:, places] for n in lines)).cumsum(axis=1)
    asked = np.asarray(sum(run["h100e_asked", n][:, places] for n in lines))
    times = pd.DataFrame({"time": [table["begin"].iloc[0], *table["end"]]})
    asked_for = quantiles(np.hstack([first, asked]), ("p50",)).rename(columns={"p50": "asked"})
    return pd.concat([times, asked_for, quantiles(np.hstack([first, first + got]), ("p5", "p50", "p95"))], axis=1)


def demand_table(found: MonteCarlo) -> pd.DataFrame:
    """Return the share of each line's demand that is served by the end: name, title, p5, p50 and p95."""
    demand = found.scenario.document.demand
    rows = [
        (name, titled(demand, name), *(found.kpis[kpi].percentiles[p].estimate for p in ("p5", "p50", "p95")))
        for name in demand
        if (kpi := f"served_by_end.{name}") in found.kpis
    ]
    return pd.DataFrame(rows, columns=["name", "title", "p5", "p50", "p95"])


def kpi_table(found: MonteCarlo, kpi: str) -> pd.DataFrame:
    """Return a KPI in each valid run that has it: replication and the KPI."""
    runs = found.runs
    if kpi not in runs:
        return pd.DataFrame(columns=["replication", kpi])
    return runs.loc[runs["valid"] & runs[kpi].notna(), ["replication", kpi]].reset_index(drop=True)
