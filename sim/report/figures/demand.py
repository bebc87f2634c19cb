"""What was demanded and what was served, by demand line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.figures.axes import at, over_time, percent_tick, tick, written
from sim.report.figures.canvas import panel_title
from sim.report.figures.figure import Chart, Setting
from sim.report.figures.style import BLUE, INK, RULE, SMALL, VERMILION
from sim.report.figures.words import listed, lowered, of_hundred, of_runs, opened
from sim.report.formats import about

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "demand"
HEIGHT = 1.85
ROW = 0.36


def demand(table: pd.DataFrame, served: Mapping[str, float | None], setting: Setting) -> Chart:
    """Return the chart of units demanded and served since the start, by demand line.

    Args:
        table: a row for each line and period with name, title, begin, end, demanded and served (units of the period),
            and both since the start (`demanded_so_far`, `served_so_far`).
        served: line -> the share of its demand that is served by the end.
        setting: what all charts of the run share.
    """
    names = list(dict.fromkeys(table["name"]))
    titles = {n: str(table.loc[table["name"] == n, "title"].iloc[0]) for n in names}
    return Chart(
        name=NAME,
        title=_finding({titles[n]: served.get(n) for n in names}),
        description="By demand line, units since the start: dashed, what was demanded; filled, what was served; at the right, the part served by the end.",
        source=setting.source,
        table=table,
        panels=tuple(panel_title(titles[n], of_hundred(served.get(n))) for n in names),
        key=setting.keyed("Dashed: demanded since the start; filled: served"),
        draw=partial(_draw, table, names, setting),
        columns=min(len(names), 3),
        height=HEIGHT if len(names) > 3 else 2.5,
    )


def demand_spread(table: pd.DataFrame, setting: Setting, *, runs: int) -> Chart:
    """Return the chart of the share of each line's demand that is served by the end, over `runs` runs.

    `table`: a row for each line with name, title, p5, p50 and p95.
    """
    return Chart(
        name=NAME,
        title=of_runs(runs) + lowered(_finding(dict(zip(table["title"], table["p50"], strict=True)))),
        description=f"A dot is the median share of the demand that is served by the end, over {runs:,} runs; the line contains 90 % of them.",
        source=setting.source,
        table=table,
        panels=("",),
        key="Dot: median; line: 90 % of the runs",
        draw=partial(_draw_spread, table),
        height=0.7 + ROW * max(len(table), 2),
    )


def _finding(served: Mapping[str, float | None]) -> str:
    known = {title: part for title, part in served.items() if part is not None and part == part}
    # What prints as 100 % counts as served in full.
    short = sorted((t for t in known if known[t] < 0.9995), key=lambda t: known[t])
    if not short:
        return "All demand is served by the end"
    rest = len(known) - len(short)
    others = f"; {'the other line' if rest == 1 else f'the other {rest} lines'} in full" if rest else ""
    return opened(f"Served by the end: {listed([f'{t} {about(known[t])}' for t in short])}{others}")


def _draw(table: pd.DataFrame, names: Sequence[str], setting: Setting, axes: Sequence[Axes]) -> None:
    for place, (name, one) in enumerate(zip(names, axes, strict=True)):
        part = table[table["name"] == name]
        x = [at(setting.begin), *(at(e) for e in part["end"])]
        asked, served = ([0.0, *part[f"{m}_so_far"].tolist()] for m in ("demanded", "served"))
        one.fill_between(x, served, color=BLUE, alpha=0.35, lw=0)
        one.plot(x, served, color=BLUE)
        one.plot(x, asked, color=VERMILION, ls=(0, (5, 2)))
        one.set_ylim(0, 1.08 * (max(*asked, *served) or 1.0))
        written(one.yaxis, tick, 4)
        over_time(one, setting, narrow=True)
        if place % 3 == 0:
            one.set_ylabel("units so far")


def _draw_spread(table: pd.DataFrame, axes: Sequence[Axes]) -> None:
    (one,) = axes
    places = list(range(len(table)))
    # The first row of the table on top, as in the text.
    one.set_ylim(len(table) - 0.4, -0.6)
    one.set_yticks(places, [str(t) for t in table["title"]], color=INK)
    one.tick_params(axis="y", length=0)
    one.grid(axis="x", color=RULE)
    one.grid(visible=False, axis="y")
    one.set_xlim(0, 1)
    written(one.xaxis, percent_tick, 5)
    one.set_xlabel("served by the end [%]")
    one.hlines(places, table["p5"].tolist(), table["p95"].tolist(), color=BLUE, lw=3)
    one.plot(table["p50"].tolist(), places, marker="o", ms=7, color=BLUE, ls="", clip_on=False)
    for place, part in zip(places, table["p50"], strict=True):
        one.annotate(
            about(float(part)) if part == part else "-", (1, place), xycoords=("axes fraction", "data"), xytext=(9, 0),
            textcoords="offset points", va="center", size=SMALL, annotation_clip=False,
        )  # fmt: skip
