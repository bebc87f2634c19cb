"""The workbook of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.against import answer
from sim.report.book.parts import answer_sheet, distinct, form_of, inputs_sheet, sources_sheet, unit_of
from sim.report.book.writing import NUMBER, PERCENT, WHOLE, Book, money_form
from sim.report.cost_tables import conservation
from sim.report.figures.money import GROUPS, NET, SUM
from sim.report.figures.run_tables import (
    compute_table,
    currency,
    demand_table,
    milestone_table,
    money_table,
    share_table,
    site_table,
)
from sim.report.headline import sentences
from sim.report.periods import is_dated

if TYPE_CHECKING:
    from sim.api import Against
    from sim.results.result import Result

_MOST_SITES = 6
"""Own sites that have a chart of their own."""


def run_book(result: Result, against: Against | None, command: Sequence[str]) -> bytes:
    """Return a run as a workbook: answer, charts, inputs that can be read back, KPIs, and frames as native tables."""
    scenario = result.scenario
    book = Book(scenario.name, f"{scenario.name}: {scenario.document.title}")
    found = None if against is None else answer(result, against)
    said = [] if found is None else list(found.lines)
    said += sentences(result, frozenset() if found is None else found.topics)
    others = [] if against is None else [against.result.scenario]
    answer_sheet(book, [scenario, *others], said, _made(result), command)
    book.charts()
    inputs_sheet(book, scenario)
    _kpis(book, result, against)
    _milestones(book, result, against)
    _shares(book, result)
    _capacity(book, result)
    _demand(book, result)
    _money(book, result)
    _monthly(book, result)
    sources_sheet(book, scenario)
    return book.bytes()


def _made(result: Result) -> list[tuple[str, str]]:
    replication = "" if result.drawn is None else f", replication {result.replication}"
    return [
        (
            "Run",
            f"seed {result.seed}{replication}, engine {result.engine}, {result.horizon['start']} to {result.horizon['end']}",
        ),
        ("Hash", f"{result.hash} (SHA-256 of the resolved scenario)"),
        ("Checked", conservation(result)),
    ]


def _kpis(book: Book, result: Result, against: Against | None) -> None:
    """Write all KPIs, beside those of the counterfactual."""
    names = list(result.kpis)
    columns: dict[str, Sequence[object]] = {"KPI": names, "value": [result.kpis[name] for name in names]}
    if against is not None:
        columns[against.name] = [against.result.kpis.get(name) for name in names]
    columns["unit"] = [unit_of(name, result.scenario) for name in names]
    forms = [form_of(name) for name in names]
    frame = pd.DataFrame(columns, dtype=object).set_axis(distinct(columns), axis=1)
    book.table("KPIs", frame, dict.fromkeys(frame.columns[1:-1], forms))


def _milestones(book: Book, result: Result, against: Against | None) -> None:
    """Write milestones with their dates, the announced ones, and those of the counterfactual."""
    found = milestone_table(result).rename(columns={"since": "announced since", "until": "announced until"})
    if against is not None:
        there = against.result.milestones
        other = [there.get(name) for name in found["name"]]
        found.insert(3, f"date, {against.name}", pd.Series(other, dtype=object))
    if not found.empty:
        book.table("Milestones", found, frozen=2)


def _time(result: Result) -> str:
    """Return the heading of the column of periods."""
    return "begin" if is_dated(result) else f"begin [{result.scenario.document.horizon.unit}]"


def _wide(
    table: pd.DataFrame, measures: dict[str, str], time: str
) -> tuple[pd.DataFrame, list[tuple[str, str, list[str]]]]:
    """Return a table with a row for each period and a column for each entry and measure, and the entries.

    `measures`: column of `table` -> its heading. An entry is its name, its title and the headings of its columns.
    """
    columns: dict[str, object] = {}
    entries = []
    for name, part in table.groupby("name", sort=False):
        columns.setdefault(time, part["begin"].to_list())
        title = str(part["title"].iloc[0])
        headings = distinct([*columns, *(f"{title}, {told}" for told in measures.values())])[len(columns) :]
        columns |= {h: part[m].to_list() for h, m in zip(headings, measures, strict=True)}
        entries.append((str(name), title, headings))
    return pd.DataFrame(columns), entries


def _shares(book: Book, result: Result) -> None:
    """Write in-house shares by period, with a chart."""
    table = share_table(result)
    if table.empty:
        return
    time = _time(result)
    wide, entries = _wide(table, {"value": "in-house [share]", "in_house": "own [unit]", "total": "all [unit]"}, time)
    placed = book.table("Shares", wide, {headings[0]: PERCENT for _, _, headings in entries})
    shown = {headings[0]: title for _, title, headings in entries}
    book.chart("In-house share of each period", placed, time, shown, form="0%", most=1, dated=is_dated(result))


def _capacity(book: Book, result: Result) -> None:
    """Write capacity and load of each site by period as monthly rates, with charts of the own sites."""
    time, sites = _time(result), result.scenario.document.sites
    rate = "a month" if is_dated(result) else f"a {result.scenario.document.horizon.unit}"
    wide, entries = _wide(site_table(result), {"capacity": f"capacity [{rate}]", "load": f"load [{rate}]"}, time)
    if not entries:
        return
    placed = book.table("Capacity", wide)
    own = [entry for entry in entries if sites[entry[0]].in_house and sites[entry[0]].capacity != "unlimited"]
    for _, title, headings in own[:_MOST_SITES]:
        shown = dict(zip(headings, ("capacity", "load"), strict=True))
        book.chart(f"{title}: capacity and load, {rate}", placed, time, shown, dated=is_dated(result))


def _demand(book: Book, result: Result) -> None:
    """Write each demand line by period, and compute where the scenario counts it."""
    table = demand_table(result)
    if not table.empty:
        named = {m: f"{m.replace('_', ' ')} [unit]" for m in ("demanded", "served", "demanded_so_far", "served_so_far")}
        book.table("Demand", table.rename(columns=named), frozen=2)
    compute = compute_table(result)
    if not compute.empty:
        named = {"asked": "asked for [H100e]", "in_service": "in service [H100e]"}
        book.table("Compute", compute.rename(columns=named))


def _money(book: Book, result: Result) -> None:
    """Write money by year with its running total, and every booking by period."""
    unit = currency(result.scenario)
    table = money_table(result)
    if table[list(GROUPS)].to_numpy().any():
        named = {name: f"{name} [USD]" for name in (*GROUPS, NET, SUM)}
        placed = book.table("Money", table.rename(columns=named), dict.fromkeys(named.values(), WHOLE))
        shown = {named[group]: group for group in GROUPS if table[group].any()}
        title = f"Money by year and its running total, {unit}, without salvage"
        book.chart(title, placed, "period", shown, stacked=True, line=named[SUM], form=money_form(table[SUM]))
    cash = result.frames["cash"].rename(columns={"usd": "amount [USD]"}).drop(columns="period")
    if not cash.empty:
        book.table("Cash", cash, {"amount [USD]": "#,##0.00"})


def _monthly(book: Book, result: Result) -> None:
    """Write the tidy frame, a row for each number; series that are 0 throughout are left out."""
    frame = result.frames["monthly"]
    moves = frame["value"].ne(0).groupby([frame[c] for c in ("scope", "name", "measure")], sort=False).transform("any")
    book.table("Monthly", frame[moves & frame["value"].notna()].drop(columns="period"), {"value": NUMBER})
