"""Scenarios side by side: how each KPI is distributed over the runs of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.figures.axes import written
from sim.report.figures.canvas import panel_title
from sim.report.figures.figure import Chart
from sim.report.figures.kpis import said, ticks_of, unit_of
from sim.report.figures.style import INK, MARKERS, MUTED, RULE, SERIES, SMALL
from sim.report.figures.words import opened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "spread"
ROW = 0.27
_WIDTH = 3.0
_COLUMNS = 2


def side_by_side(
    table: pd.DataFrame, titles: Mapping[str, str], telling: str, source: str, runs: int, *, remark: str = ""
) -> Chart:
    """Return the chart of the distribution of each KPI in each scenario.

    Args:
        table: a row for each KPI and scenario with kpi, scenario, mean, p5, p50 and p95 over the runs that have a
            value.
        titles: KPI -> its title.
        telling: the KPI of the title.
        source: the source line.
        runs: runs of each scenario.
        remark: what the key adds about the comparison.
    """
    kpis, scenarios = (list(dict.fromkeys(table[column])) for column in ("kpi", "scenario"))
    return Chart(
        name=NAME,
        title=_finding(table, titles, telling),
        description=(
            f"Each KPI over {runs:,} runs of each scenario: the mark is the median, the line contains 90 % of the runs; "
            "at the right, the median."
        ),
        source=source,
        table=table,
        panels=tuple(panel_title(_panel(titles[kpi], kpi), width=_WIDTH) for kpi in kpis),
        key=f"Mark: median; line: 90 % of the runs{remark}",
        draw=partial(_draw, table, kpis, scenarios),
        columns=min(_COLUMNS, len(kpis)),
        height=0.72 + ROW * len(scenarios),
    )


def _panel(title: str, kpi: str) -> str:
    unit = unit_of(kpi)
    return f"{title} [{unit}]" if unit else title


def _finding(table: pd.DataFrame, titles: Mapping[str, str], kpi: str) -> str:
    """Return the title: the median of one KPI in each scenario, the highest first."""
    medians = (
        table[(table["kpi"] == kpi) & table["p50"].notna()].set_index("scenario")["p50"].sort_values(ascending=False)
    )
    told = ", ".join(f"{name} {said(kpi, value)}" for name, value in medians.items())
    return opened(f"{titles[kpi]}, median: {told}")


def _draw(table: pd.DataFrame, kpis: Sequence[str], scenarios: Sequence[str], axes: Sequence[Axes]) -> None:
    for panel, (kpi, one) in enumerate(zip(kpis, axes, strict=True)):
        part = table[table["kpi"] == kpi].set_index("scenario")
        one.set_ylim(len(scenarios) - 0.4, -0.6)
        # Names once in each row of panels, at its left.
        one.set_yticks(range(len(scenarios)), scenarios if panel % _COLUMNS == 0 else [""] * len(scenarios), color=INK)
        one.tick_params(axis="y", length=0)
        one.grid(axis="x", color=RULE)
        one.grid(visible=False, axis="y")
        one.spines["left"].set_visible(False)
        for place, scenario in enumerate(scenarios):
            where = ("axes fraction", "data")
            values = part.loc[[scenario] if scenario in part.index else [], ["p5", "p50", "p95"]].to_numpy(dtype=float)
            if not values.size or values[0, 1] != values[0, 1]:
                one.annotate(
                    "no value", (0.5, place), xycoords=where, ha="center", va="center", size=SMALL, color=MUTED
                )
                continue
            low, middle, high = values[0].tolist()
            colour = SERIES[place % len(SERIES)]
            one.plot([low, high], [place, place], color=colour, lw=2.4)
            one.plot([middle], [place], marker=MARKERS[place % len(MARKERS)], ms=7, color=colour, ls="", clip_on=False)
            one.annotate(
                said(kpi, middle), (1, place), xycoords=where, xytext=(6, 0), textcoords="offset points", va="center",
                size=SMALL, color=INK, annotation_clip=False,
            )  # fmt: skip
        one.margins(x=0.08)
        written(one.xaxis, ticks_of(kpi), 4)
