"""KPIs over the values of what a sweep varies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.report.figures.axes import Label, at, at_the_end, tick, written
from sim.report.figures.figure import Chart
from sim.report.figures.kpis import said, ticks_of, unit_of
from sim.report.figures.style import BLUE, DASHES, MARKERS, SERIES
from sim.study.runs.outputs import SHARES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "sweep"
HEIGHT = 2.5


def swept(table: pd.DataFrame, titles: Mapping[str, str], varied: Sequence[str], source: str, runs: int) -> Chart:
    """Return the chart of mean KPIs with their confidence intervals at each point of a grid.

    Args:
        table: a row for each point and KPI with a column for each path in `varied`, kpi, mean, low and high (95 %
            confidence interval).
        titles: KPI -> its title.
        varied: the paths varied. The first is along the bottom; each combination of the others has a line.
        source: the source line.
        runs: runs at each point.
    """
    kpis = list(dict.fromkeys(table["kpi"]))
    return Chart(
        name=NAME,
        title=_finding(table, titles, varied, max(kpis, key=lambda kpi: _moved(table, kpi))),
        description=(
            f"Means over {runs:,} runs at each value of {varied[0]}, with 95 % intervals as bands"
            + (f"; a line for each value of {' and '.join(varied[1:])}." if len(varied) > 1 else ".")
        ),
        source=source,
        table=table,
        panels=tuple(f"{titles[k]}{f' [{unit_of(k)}]' if unit_of(k) else ''}" for k in kpis),
        key=f"Means of {runs:,} runs, with 95 % intervals",
        draw=partial(_draw, table, kpis, varied),
        columns=1 if len(varied) > 1 or len(kpis) == 1 else 2,
        height=HEIGHT,
    )


def _finding(table: pd.DataFrame, titles: Mapping[str, str], varied: Sequence[str], kpi: str) -> str:
    part = table[table["kpi"] == kpi]
    path, means = varied[0], part["mean"].to_numpy(dtype=float)
    if np.isnan(means).all():
        return f"{titles[kpi]} has no value at any point"
    low, high = (part.iloc[int(place)] for place in (np.nanargmin(means), np.nanargmax(means)))
    if low["mean"] == high["mean"]:
        return f"{titles[kpi]} is {said(kpi, float(low['mean']))} at every point: {' and '.join(varied)} do not move it"
    if len(varied) == 1 and _kind(part[path].tolist()) != "words":
        begin, end = part.iloc[0], part.iloc[-1]
        if {begin.name, end.name} == {low.name, high.name}:
            way = "rises" if end["mean"] > begin["mean"] else "falls"
            return f"{titles[kpi]} {way} from {said(kpi, float(begin['mean']))} to {said(kpi, float(end['mean']))} as {path} goes from {begin[path]} to {end[path]}"
    where = [", ".join(f"{p}={row[p]}" for p in varied) for row in (high, low)]
    return f"{titles[kpi]} is highest, {said(kpi, float(high['mean']))}, at {where[0]}; lowest, {said(kpi, float(low['mean']))}, at {where[1]}"


def _moved(table: pd.DataFrame, kpi: str) -> float:
    """Return the range of the means of a KPI relative to the largest of them."""
    means = table.loc[table["kpi"] == kpi, "mean"].dropna()
    largest = float(means.abs().max()) if len(means) else 0.0
    return float(means.max() - means.min()) / largest if largest else 0.0


def _kind(values: Sequence[str]) -> str:
    """Return whether values as they are written are numbers, dates or words."""
    for kind, read in (("numbers", float), ("dates", dt.date.fromisoformat)):
        try:
            for value in values:
                read(value)
        except ValueError:
            continue
        return kind
    return "words"


def _draw(table: pd.DataFrame, kpis: Sequence[str], varied: Sequence[str], axes: Sequence[Axes]) -> None:
    path, *others = varied
    values = list(dict.fromkeys(table[path]))
    kind = _kind(values)
    place = {
        v: float(v) if kind == "numbers" else at(v) if kind == "dates" else float(number)
        for number, v in enumerate(values)
    }
    for kpi, one in zip(kpis, axes, strict=True):
        part = table[table["kpi"] == kpi]
        lines = list(part.groupby(others, sort=False)) if others else [((), part)]
        labels = []
        for number, (key, line) in enumerate(lines):
            colour = SERIES[number % len(SERIES)] if others else BLUE
            x = [place[v] for v in line[path]]
            one.plot(
                x, line["mean"].tolist(), color=colour, ls="" if kind == "words" else DASHES[number % len(DASHES)],
                marker=MARKERS[number % len(MARKERS)], ms=5,
            )  # fmt: skip
            if kind == "words":
                one.vlines(x, line["low"].tolist(), line["high"].tolist(), color=colour, lw=2)
            else:
                one.fill_between(x, line["low"].tolist(), line["high"].tolist(), color=colour, alpha=0.18, lw=0)
            labels.append(Label(float(line["mean"].iloc[-1]), ", ".join(map(str, key)), colour))
        written(one.yaxis, ticks_of(kpi), 5)
        one.margins(x=0.06, y=0.12)
        if kpi.startswith(SHARES):
            # Confidence intervals of a few runs reach beyond 0 and 1.
            low, high = one.get_ylim()
            one.set_ylim(max(low, -0.02), min(high, 1.02))
        _bottom(one, kind, place)
        one.set_xlabel(path)
        if others:
            at_the_end(one, labels, 0.6 * HEIGHT)


def _bottom(axes: Axes, kind: str, place: Mapping[str, float]) -> None:
    """Label the values along the bottom, as they were written where they are few."""
    if kind == "numbers" and len(place) > 6:
        written(axes.xaxis, tick, 6)
    else:
        shown = list(place)[:: -(-len(place) // 6)]
        axes.set_xticks([place[v] for v in shown], shown)
    if kind == "words":
        axes.set_xlim(-0.5, len(place) - 0.5)
