"""The shift itself: in-house shares, what bound them, milestones, demand and compute."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.formats import NOTHING, count, percent, when
from sim.report.periods import Grouping, by_quarter, by_year
from sim.report.tables import Table, left, right, table

if TYPE_CHECKING:
    from sim.results.result import Result

CAUSES = {"cut.capacity": "cap", "cut.qualification": "qual", "cut.inputs": "in", "cut.contract": "con"}
"""Measure -> what stands in the table."""


Cells = dict[tuple[str, str, str], float]
"""(name, measure, column) -> sum."""


def measures(result: Result, scope: str, *names: str) -> pd.DataFrame:
    """Rows of the monthly frame of one scope and some measures."""
    frame = result.frames["monthly"]
    kept: pd.DataFrame = frame.loc[(frame["scope"] == scope) & frame["measure"].isin(names)]
    return kept


def totals(frame: pd.DataFrame, grouping: Grouping) -> Cells:
    """Sums by name, measure and column."""
    sums: Cells = {}
    columns = grouping.of(frame)
    for name, measure, column, value in zip(frame["name"], frame["measure"], columns, frame["value"], strict=True):
        if isinstance(column, str) and value == value:
            key = (str(name), str(measure), column)
            sums[key] = sums.get(key, 0.0) + float(value)
    return sums


def titled(entries: object, name: str) -> str:
    """The title of an entry, else its name."""
    entry = entries.get(name) if isinstance(entries, dict) else None
    return getattr(entry, "title", None) or name


def in_house_shares(result: Result) -> Table | None:
    """(b) In-house share of each stage by quarter."""
    grouping = by_quarter(result)
    cells = totals(measures(result, "share", "in_house", "total"), grouping)
    found = dict.fromkeys(name for name, _, _ in cells)
    if not found:
        return None
    shares = result.scenario.document.shares
    names = [*(n for n in shares if n in found), *(n for n in found if n not in shares)]
    echoes = {name: _echoes(result, name) for name in names}
    rows = [[name + ("*" if echoes[name] else ""), *(_share(cells, name, c) for c in grouping.labels)] for name in names]
    by_remark = {text: [n for n in names if text in echoes[n]] for name in names for text in echoes[name]}
    notes = [f"* {', '.join(marked)}: echoes an assumption ({text})" for text, marked in by_remark.items()]
    title = f"In-house share by {grouping.unit} [%] ({NOTHING}: nothing was made)"
    return table(title, [left("share"), *(right(c) for c in grouping.labels)], rows, notes)


def _share(cells: Cells, name: str, column: str) -> str:
    total = cells.get((name, "total", column), 0.0)
    return percent(cells.get((name, "in_house", column), 0.0) / total) if total else NOTHING


def _echoes(result: Result, share: str) -> list[str]:
    """What is said beside a share: the remarks of the sites that take part in it."""
    document = result.scenario.document
    rule = document.shares.get(share)
    stage, families = (rule.stage, rule.families) if rule else (share, [])
    items = {n for n, i in document.items.items() if i.stage == stage and (not families or i.family in families)}
    sites = dict.fromkeys(r.site for r in document.recipes.values() if r.item in items)
    remarks = ((titled(document.sites, n), document.sites[n].echoes_assumption) for n in sites if n in document.sites)
    return [f"{site}: {remark}" for site, remark in remarks if remark]


def binding(result: Result) -> Table | None:
    """(c) What cut most, by quarter and stage, and where."""
    grouping = by_quarter(result)
    cuts = {key: v for key, v in totals(measures(result, "pool", *CAUSES), grouping).items() if v > 0}
    if not cuts:
        return None
    rows, places = [], []
    group = _groups(result)
    for stage in dict.fromkeys(group.values()):
        part = [(name, cause, c, v) for (name, cause, c), v in cuts.items() if group.get(name) == stage]
        causes = [_largest((cause, v) for _, cause, c, v in part if c == column) for column in grouping.labels]
        rows.append([stage, *(CAUSES.get(c, NOTHING) for c in causes)])
        if part:
            places.append(f"{stage}: {_largest((name, v) for name, _, _, v in part)}")
    columns = [left("stage"), *(right(c) for c in grouping.labels)]
    notes = ["cap capacity, qual qualification, in inputs missing, con contract or allocation", f"Where most: {'; '.join(places)}"]
    return table(f"What held releases back most, by {grouping.unit} ({NOTHING}: nothing)", columns, rows, notes)


def _largest(amounts: Iterable[tuple[str, float]]) -> str:
    """The name with the largest sum."""
    sums: dict[str, float] = {}
    for name, value in amounts:
        sums[name] = sums.get(name, 0.0) + value
    return max(sums, key=lambda name: sums[name]) if sums else NOTHING


def _groups(result: Result) -> dict[str, str]:
    """Item or pool made by some recipe -> its stage, with the family where a stage has several."""
    document = result.scenario.document
    made = {r.item for r in document.recipes.values()}
    items = {name: item for name, item in document.items.items() if name in made}
    families: dict[str, set[str]] = {}
    for item in items.values():
        families.setdefault(item.stage, set()).add(item.family)
    # Families of one stage stand together, stages in the order in which they are first named.
    order = sorted(items, key=lambda n: list(families).index(items[n].stage))
    groups = {n: items[n].stage + (f" {items[n].family}" if len(families[items[n].stage]) > 1 else "") for n in order}
    return groups | {n: groups[p.members[0]] for n, p in document.pools.items() if p.members[0] in groups}


def milestones(result: Result) -> Table | None:
    """(d) Milestones with their dates."""
    if not result.milestones:
        return None
    horizon = result.scenario.document.horizon
    end = horizon.end.isoformat() if horizon.end else f"{horizon.length:g}"
    rules = result.scenario.document.milestones
    rows = [[titled(rules, n), when(v, end, horizon.time_unit or "")] for n, v in result.milestones.items()]
    return table("Milestones", [left("milestone"), left("date")], rows)


def demand_lines(result: Result) -> Table | None:
    """(e) What was wanted and what was served."""
    frame = measures(result, "demand", "demanded", "delivered", "lost", "cancelled")
    lines = [n for n in result.scenario.document.demand if n in set(frame["name"])]
    if not lines:
        return None
    sums = {str(k): float(v) for k, v in frame.groupby(frame["name"] + ":" + frame["measure"])["value"].sum().items()}
    kpis = result.kpis
    rows = []
    for line in lines:
        amounts = [count(sums.get(f"{line}:{m}", 0.0)) for m in ("demanded", "delivered")]
        gone = sums.get(f"{line}:lost", 0.0) + sums.get(f"{line}:cancelled", 0.0)
        rates = [percent(kpis.get(f"{k}.{line}")) for k in ("fill_rate", "served_by_end")]
        rows.append([titled(result.scenario.document.demand, line), *amounts, *rates, count(kpis.get(f"backlog_end.{line}")), count(gone)])
    heads = [right("demanded"), right("delivered"), right("fill rate", "%"), right("served", "%"), right("backlog"), right("lost")]
    notes = ["fill rate: served from stock at the instant of demand; served: by the end; lost: or cancelled"]
    return table("Demand over the horizon [unit]", [left("line"), *heads], rows, notes)


def compute(result: Result) -> Table | None:
    """(f) Compute delivered by year and line."""
    grouping = by_year(result)
    cells = {key: v for key, v in totals(measures(result, "demand", "h100e", "watts"), grouping).items() if v > 0}
    if not cells:
        return None
    rows = []
    lines = dict.fromkeys(name for name, _, _ in cells)
    for line in (*lines, *(["all"] if len(lines) > 1 else [])):
        title = titled(result.scenario.document.demand, line)
        counted = lines if line == "all" else (line,)
        for measure, unit, scale in (("h100e", "H100e", 1.0), ("watts", "MW", 1e-6)):
            values = [scale * sum(cells.get((n, measure, c), 0.0) for n in counted) for c in grouping.labels]
            rows.append([title, unit, *map(count, values), count(sum(values))])
            title = ""
    columns = [left("line"), left("unit"), *(right(c) for c in grouping.labels), right("all")]
    return table(f"Compute delivered by {grouping.unit}", columns, rows)
