"""The shift itself: in-house shares, milestones, demand and compute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from sim.report.chain import of_share, titled
from sim.report.formats import NOTHING, count, percent, power, when
from sim.report.periods import Grouping, by_quarter, by_year, first_counted
from sim.report.tables import Table, left, right, spread, table

if TYPE_CHECKING:
    from sim.results.frames import Observed
    from sim.results.result import Result
    from sim.scenario.schema import Document

Cells = dict[tuple[str, str, str], float]
"""(name, measure, column) -> sum."""


def measures(result: Result, scope: str, *names: str) -> list[Observed]:
    """Return what was observed of one scope and some measures; before the end of the warm-up it is not a number."""
    found = [one for one in result.observed if one.scope == scope and one.measure in names]
    first = first_counted(result)
    return [one._replace(values=np.where(np.arange(len(one.values)) < first, np.nan, one.values)) for one in found]


def sums(series: Iterable[Observed]) -> dict[tuple[str, str], float]:
    """Return sums over all periods by name and measure."""
    return {(one.name, one.measure): float(np.nansum(one.values)) for one in series}


def totals(series: Iterable[Observed], grouping: Grouping) -> Cells:
    """Return sums by name, measure and column."""
    cells: Cells = {}
    for name, measure, column, value in _in_columns(series, grouping):
        if value == value:
            key = (name, measure, column)
            cells[key] = cells.get(key, 0.0) + value
    return cells


def _in_columns(series: Iterable[Observed], grouping: Grouping) -> Iterator[tuple[str, str, str, float]]:
    """Yield name, measure, column and value of each period that belongs to a column."""
    for one in series:
        for period, value in enumerate(one.values.tolist()):
            if period in grouping.column:
                yield one.name, one.measure, grouping.column[period], value


def in_house_shares(result: Result) -> Table | None:
    """Return the in-house share of each stage by quarter."""
    grouping = by_quarter(result)
    cells = totals(measures(result, "share", "in_house", "total"), grouping)
    found = dict.fromkeys(name for name, _, _ in cells)
    if not found:
        return None
    shares = result.scenario.document.shares
    names = [*(n for n in shares if n in found), *(n for n in found if n not in shares)]
    said = {name: echoes(result.scenario.document, name) for name in names}
    rows = [[name + ("*" if said[name] else ""), *(_share(cells, name, c) for c in grouping.labels)] for name in names]
    by_remark = {text: [n for n in names if text in said[n]] for name in names for text in said[name]}
    notes = [f"* {', '.join(marked)}: based on an assumed capacity ({text})" for text, marked in by_remark.items()]
    title = f"In-house share by {grouping.unit} [%] ({NOTHING}: nothing was made)"
    return table(title, [left("share"), *spread(grouping.labels)], rows, notes)


def _share(cells: Cells, name: str, column: str) -> str:
    total = cells.get((name, "total", column), 0.0)
    return percent(cells.get((name, "in_house", column), 0.0) / total) if total else NOTHING


def echoes(document: Document, share: str) -> list[str]:
    """Return the remarks of the sites that take part in a share, on assumed capacities."""
    sites = dict.fromkeys(document.recipes[r].site for r in of_share(document, share))
    remarks = ((titled(document.sites, n), document.sites[n].echoes_assumption) for n in sites if n in document.sites)
    return [f"{site}: {remark}" for site, remark in remarks if remark]


def milestones(result: Result) -> Table | None:
    """Return milestones with their dates."""
    if not result.milestones:
        return None
    horizon = result.scenario.document.horizon
    end = horizon.end.isoformat() if horizon.end else f"{horizon.length:g}"
    rules = result.scenario.document.milestones
    rows = [[titled(rules, n), when(v, end, horizon.time_unit or "")] for n, v in result.milestones.items()]
    return table("Milestones", [left("milestone"), left("date")], rows)


def demand_lines(result: Result) -> Table | None:
    """Return what was demanded and served, by demand line."""
    amounts = sums(measures(result, "demand", "demanded", "delivered", "lost", "cancelled"))
    lines = [n for n in result.scenario.document.demand if any(n == name for name, _ in amounts)]
    if not lines:
        return None
    kpis = result.kpis
    rows = []
    for line in lines:
        gone = amounts.get((line, "lost"), 0.0) + amounts.get((line, "cancelled"), 0.0)
        rates = [percent(kpis.get(f"{k}.{line}")) for k in ("fill_rate", "served_by_end")]
        rows.append(
            [
                titled(result.scenario.document.demand, line),
                *(count(amounts.get((line, m), 0.0)) for m in ("demanded", "delivered")),
                *rates,
                count(kpis.get(f"backlog_end.{line}")),
                count(gone),
            ]
        )
    heads = [
        right("demanded"),
        right("delivered"),
        right("fill rate", "%"),
        right("served", "%"),
        right("backlog"),
        right("lost"),
    ]
    notes = ["fill rate: served from stock at the instant of demand; served: by the end; lost: or cancelled"]
    return table("Demand over the horizon [unit]", [left("line"), *heads], rows, notes)


def compute(result: Result) -> Table | None:
    """Return compute delivered by year and line."""
    grouping = by_year(result)
    cells = {key: v for key, v in totals(measures(result, "demand", "h100e", "watts"), grouping).items() if v > 0}
    if not cells:
        return None
    idle = _closing(measures(result, "demand", "h100e_idle"), grouping)
    rows = []
    lines = dict.fromkeys(name for name, _, _ in cells)
    for line in (*lines, *(["all"] if len(lines) > 1 else [])):
        title = titled(result.scenario.document.demand, line)
        counted = lines if line == "all" else (line,)
        for measure, heading, written in (("h100e", "H100e", count), ("watts", "power", power)):
            values = [sum(cells.get((n, measure, c), 0.0) for n in counted) for c in grouping.labels]
            rows.append([title, heading, *map(written, values), written(sum(values))])
            title = ""
        standing = [sum(idle.get((n, c), 0.0) for n in counted) for c in grouping.labels]
        if any(standing):
            rows.append(["", "idle, at end", *map(count, standing), count(standing[-1])])
    columns = [left("line"), left(""), *spread((*grouping.labels, "all"))]
    notes = ["idle, at end: H100e that stand idle in all delivered so far"] if idle else []
    return table(f"Compute delivered by {grouping.unit}", columns, rows, notes)


def _closing(series: Iterable[Observed], grouping: Grouping) -> dict[tuple[str, str], float]:
    """Return the last value by name and column."""
    return {(name, column): value for name, _, column, value in _in_columns(series, grouping)}
