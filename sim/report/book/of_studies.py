"""The workbooks of a study of one scenario and of a comparison of several."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.report.book.parts import answer_sheet, distinct, form_of, inputs_sheet, sources_sheet, unit_of
from sim.report.book.writing import NUMBER, PERCENT, WHOLE, Book, money_form
from sim.report.chain import titled
from sim.report.compare_report import heading
from sim.report.figures.money import GROUPS, NET
from sim.report.figures.study_tables import milestone_table, money_table, share_table
from sim.report.indicators import headline
from sim.report.inputs import cell
from sim.report.study_answer import comparison_answer, study_answer
from sim.results.result import scenario_hash
from sim.scenario.listing import listed
from sim.study.runs.summary import SHARE

if TYPE_CHECKING:
    from sim.scenario.loader import Scenario
    from sim.study.compare import Comparison
    from sim.study.montecarlo import MonteCarlo
    from sim.study.runs.summary import Replications, Spread

_PERCENTILES = ("p5", "p50", "p95")
_MOST_RUNS = 20_000
"""A sheet of more runs would be too long for people; --out keeps all."""


def montecarlo_book(found: MonteCarlo, command: Sequence[str]) -> bytes:
    """Return a study as a workbook: answer, charts, inputs that can be read back, distributions, and its runs."""
    scenario = found.scenario
    book = Book(scenario.name, f"{scenario.name}: {found.n:,} runs")
    answer_sheet(book, [scenario], study_answer(found), _made([scenario], found.n, found.seed, found.engine), command)
    book.charts()
    inputs_sheet(book, scenario)
    _distributions(book, found)
    _dates(book, found)
    _shares(book, found)
    _money(book, found)
    _runs(book, found.runs, ["replication", "valid"], [scenario], list(found.kpis), list(found.milestones))
    sources_sheet(book, scenario)
    return book.bytes()


def compare_book(found: Comparison, command: Sequence[str]) -> bytes:
    """Return a comparison as a workbook: means and paired differences, milestones, and the inputs that differ."""
    scenarios = [f.scenario for f in found.found.values()]
    first = next(iter(found.found))
    book = Book(scenarios[0].name, f"{', '.join(found.found)}: {found.n:,} runs of each")
    made = _made(scenarios, found.n, found.seed, found.engine)
    answer_sheet(book, scenarios, [*comparison_answer(found), *heading(found).lines[1:]], made, command)
    book.charts()
    _means(book, found)
    _differences(book, found, first)
    _reached(book, found)
    _unlike(book, found.found)
    inputs_sheet(book, scenarios[0])
    names = list(dict.fromkeys(name for f in found.found.values() for name in f.kpis))
    milestones = list(dict.fromkeys(name for f in found.found.values() for name in f.milestones))
    _runs(book, found.runs, ["scenario", "replication", "valid"], scenarios, names, milestones)
    sources_sheet(book, scenarios[0])
    return book.bytes()


def _made(scenarios: Sequence[Scenario], n: int, seed: int, engine: str) -> list[tuple[str, str]]:
    hashes = [("Hash", f"{s.name}: {scenario_hash(s)} (SHA-256 of the resolved scenario)") for s in scenarios]
    of_each = " of each scenario with common random numbers" if len(scenarios) > 1 else ""
    return [("Runs", f"{n:,}{of_each}, seed {seed}, engine {engine}"), *hashes]


def _numbers(spread: Spread) -> tuple[float, ...]:
    ends = (spread.mean.estimate, spread.mean.low, spread.mean.high, spread.sd)
    return (*ends, *(spread.percentiles[p].estimate for p in _PERCENTILES))


def _distributions(book: Book, found: MonteCarlo) -> None:
    """Write the distribution of each KPI."""
    columns = ["KPI", "mean", "95 % from", "95 % to", "standard deviation", *_PERCENTILES, "runs", "unit"]
    rows = [(name, *_numbers(s), s.n, unit_of(name, found.scenario)) for name, s in found.kpis.items()]
    forms = [form_of(name) for name in found.kpis]
    book.table("KPIs", pd.DataFrame(rows, columns=columns), dict.fromkeys(columns[1:-2], forms))


def _dates(book: Book, found: MonteCarlo) -> None:
    """Write the probability of each milestone, its dates where reached, and the announced dates."""
    table = milestone_table(found)
    intervals = [m.probability for m in found.milestones.values()]
    table.insert(3, "95 % from", [i.low for i in intervals])
    table.insert(4, "95 % to", [i.high for i in intervals])
    if table.empty:
        return
    named = {"since": "announced since", "until": "announced until"}
    book.table(
        "Milestones",
        table.rename(columns=named),
        dict.fromkeys(("probability", "95 % from", "95 % to"), PERCENT),
        frozen=2,
    )


def _shares(book: Book, found: MonteCarlo) -> None:
    """Write percentiles of in-house shares by period, with a chart of the medians."""
    table = share_table(found)
    if table.empty:
        return
    percentiles = [c for c in table if str(c).startswith("p")]
    book.table("Shares", table, dict.fromkeys(map(str, percentiles), PERCENT), frozen=2)
    wide = table.pivot_table(index="begin", columns="title", values="p50", sort=False, dropna=False).reset_index()
    wide.columns = pd.Index(distinct(map(str, wide.columns)))
    placed = book.table("Median shares", wide, dict.fromkeys(wide.columns[1:], PERCENT))
    dated = found.scenario.document.horizon.start is not None
    shown = {str(column): str(column) for column in wide.columns[1:]}
    book.chart("In-house share of each period, medians", placed, "begin", shown, form="0%", most=1, dated=dated)


def _money(book: Book, found: MonteCarlo) -> None:
    """Write mean money by year, and percentiles of its running total."""
    table = money_table(found)
    if not table[list(GROUPS)].to_numpy().any():
        return
    named = {name: f"{name}, mean [USD]" for name in (*GROUPS, NET)}
    named |= {p: f"running total, {p} [USD]" for p in _PERCENTILES}
    placed = book.table("Money", table.rename(columns=named), dict.fromkeys(named.values(), WHOLE))
    shown = {named[group]: group for group in GROUPS if table[group].any()}
    title = "Mean money by year and the median of its running total, undiscounted"
    book.chart(title, placed, "period", shown, stacked=True, line=named["p50"], form=money_form(table["p50"]))


def _runs(
    book: Book,
    runs: pd.DataFrame,
    keys: list[str],
    scenarios: Sequence[Scenario],
    kpis: list[str],
    milestones: list[str],
) -> None:
    """Write a row for each run: the first KPIs, and milestones in days from the start."""
    chosen = [name for name in (*headline(kpis, scenarios), *milestones) if name in runs]
    frame = runs[[*keys, *chosen]].head(_MOST_RUNS)
    forms = {name: form_of(name) for name in chosen if name not in milestones} | dict.fromkeys(milestones, NUMBER)
    days = {name: f"{name} [{scenarios[0].document.horizon.written('day')}]" for name in milestones}
    book.table(
        "Runs", frame.rename(columns=days), {days.get(n, n): form for n, form in forms.items()}, frozen=len(keys)
    )


def _means(book: Book, found: Comparison) -> None:
    """Write the mean of every KPI in each scenario with the half-width of its interval, with a chart of the shares."""
    scenarios = [f.scenario for f in found.found.values()]
    names = list(dict.fromkeys(name for f in found.found.values() for name in f.kpis))
    columns: dict[str, list[object]] = {"KPI": list(names)}
    for label, f in found.found.items():
        means = [f.kpis[name].mean if name in f.kpis else None for name in names]
        columns[label] = [None if m is None else m.estimate for m in means]
        columns[f"{label} +-"] = [None if m is None else m.half_width for m in means]
    columns["unit"] = [unit_of(name, scenarios[0]) for name in names]
    frame = pd.DataFrame(columns, dtype=object)
    forms = [form_of(name) for name in names]
    book.table("KPIs", frame, dict.fromkeys(list(columns)[1:-1], forms))
    shares = frame[frame["KPI"].astype(str).str.startswith(SHARE)][["KPI", *found.found]]
    titles = [titled(scenarios[0].document.shares, str(n).removeprefix(SHARE)) for n in shares["KPI"]]
    if len(shares):
        placed = book.table(
            "Shares", shares.assign(KPI=titles).rename(columns={"KPI": "share"}), dict.fromkeys(found.found, PERCENT)
        )
        title = "Mean in-house share of the last twelve months"
        book.chart(title, placed, "share", {label: label for label in found.found}, bars=True, form="0%", most=1)


def _differences(book: Book, found: Comparison, first: str) -> None:
    """Write every KPI and milestone of the others minus that of the first, over pairs with common random numbers."""
    scenario, rows = found.found[first].scenario, []
    for label, pairs in found.paired.items():
        for name, pair in pairs.items():
            dated = name in scenario.document.milestones
            unit = scenario.document.horizon.written("day") if dated else unit_of(name, scenario)
            gap = pair.difference
            rows.append(
                (
                    label,
                    name,
                    gap.estimate,
                    gap.low,
                    gap.high,
                    pair.pairs,
                    pair.beats.estimate,
                    pair.beaten.estimate,
                    unit,
                )
            )
    columns = [
        "scenario", "KPI or milestone", f"difference from {first}", "95 % from", "95 % to", "pairs", "probably better",
        f"{first} probably better", "unit",
    ]  # fmt: skip
    forms = [NUMBER if unit == "day" else form_of(str(name)) for _, name, *_, unit in rows]
    told: dict[str, str | Sequence[str]] = dict.fromkeys(columns[2:5], forms)
    book.table(
        "Differences", pd.DataFrame(rows, columns=columns), told | dict.fromkeys(columns[6:8], PERCENT), frozen=2
    )


def _reached(book: Book, found: Comparison) -> None:
    """Write the probability that each scenario reaches each milestone by the end, and when."""
    rows = []
    for label, f in found.found.items():
        for name, m in f.milestones.items():
            dates = [_date(f, m.percentiles[p].estimate) for p in _PERCENTILES]
            rows.append((label, name, m.title, m.probability.estimate, m.probability.low, m.probability.high, *dates))
    columns = ["scenario", "milestone", "title", "probability", "95 % from", "95 % to", *_PERCENTILES]
    if rows:
        frame = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(_PERCENTILES, object))
        book.table("Milestones", frame, dict.fromkeys(columns[3:6], PERCENT), frozen=3)


def _date(found: Replications, days: float) -> dt.date | float | None:
    """Return days from the start as a date; of abstract time, as they are; None if a milestone is never reached."""
    start = found.scenario.document.horizon.start
    if np.isnan(days):
        return None
    return days if start is None else start + dt.timedelta(days=int(days))


def _unlike(book: Book, found: Mapping[str, Replications]) -> None:
    """Write the inputs that are not the same in all scenarios."""
    values = {label: {i.path: (cell(i.value), i.unit) for i in listed(f.scenario)} for label, f in found.items()}
    rows = []
    for path in dict.fromkeys(path for inputs in values.values() for path in inputs):
        there = [inputs.get(path, (None, "")) for inputs in values.values()]
        if len(set(there)) > 1:
            rows.append((path, *(value for value, _ in there), next(unit for _, unit in there if unit)))
    if rows:
        columns = ["path", *values, "unit"]
        book.table(
            "Inputs that differ", pd.DataFrame(rows, columns=columns, dtype=object), dict.fromkeys(values, "General")
        )
