"""Scenarios against the first: the difference in each KPI, in its own unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.figures.axes import written
from sim.report.figures.canvas import panel_title
from sim.report.figures.figure import Chart
from sim.report.figures.kpis import apart, ticks_of, unit_of
from sim.report.figures.style import BLUE, INK, MARKERS, MUTED, RULE, SERIES, SMALL
from sim.report.figures.words import lowered, within

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "difference"
ROW, FEW = 0.25, 4
"""Inches a scenario; so many KPIs stand one below the other."""
_WIDE, _HALF = 6.5, 3.0
"""Inches of a panel that stands alone in its row, and of one of two."""


def differences(
    table: pd.DataFrame, titles: Mapping[str, str], first: str, source: str, runs: int, *, remark: str = ""
) -> Chart:
    """Return the chart of paired differences from the first scenario, by KPI.

    Args:
        table: a row for each KPI and scenario with kpi, scenario, first (the mean there), difference, low and high
            (95 % confidence interval) and pairs.
        titles: KPI -> its title.
        first: the scenario that the others are compared with.
        source: the source line.
        runs: pairs of runs.
        remark: what the key adds about the comparison.
    """
    kpis = list(dict.fromkeys(table["kpi"]))
    others = list(dict.fromkeys(table["scenario"]))
    return Chart(
        name=NAME,
        title=_finding(table, titles, first, others),
        description=(
            f"Mean paired difference to {first} by KPI, each in its own unit; lines: 95 % intervals over {runs:,} pairs of runs "
            "with common random numbers. To the right of the line at zero it is more than there."
        ),
        source=source,
        table=table,
        panels=tuple(panel_title(_panel(titles[kpi], kpi), width=_WIDE if len(kpis) <= FEW else _HALF) for kpi in kpis),
        key=f"Difference to {first} in each KPI's own unit; lines: 95 % intervals{remark}",
        draw=partial(_draw, table, kpis, others),
        columns=1 if len(kpis) <= FEW else 2,
        height=0.62 + ROW * len(others),
    )


def _panel(title: str, kpi: str) -> str:
    unit = unit_of(kpi, difference=True)
    return f"{title} [{unit}]" if unit else title


def _finding(table: pd.DataFrame, titles: Mapping[str, str], first: str, others: Sequence[str]) -> str:
    """Return the title: what differs, and how, in the scenario that differs most from the first."""
    sure = table[(table["low"] > 0) | (table["high"] < 0)]
    if sure.empty:
        return f"No KPI differs significantly from {first} (95 % confidence intervals)"
    # KPIs have different units: relative to the first's mean (or to the difference, if larger) they can be summed.
    size = (sure["difference"] / sure[["first", "difference"]].abs().max(axis=1)).abs()
    which = (
        sure.assign(size=size).groupby("scenario", sort=False)["size"].sum().idxmax() if len(others) > 1 else others[0]
    )
    mine = sure[sure["scenario"] == which]
    parts = [f"{_short(titles[k])} {apart(k, d)}" for k, d in zip(mine["kpi"], mine["difference"], strict=True)]
    shares = [p for k, p in zip(mine["kpi"], parts, strict=True) if k.startswith("in_house_share.")]
    rest = [p for p in parts if p not in shares]
    # A title has room for three: one share, and the last KPIs of the list, service and money.
    told = [*shares[:1], *rest[-2:]] if shares else rest[-3:]
    most = "differs most from" if len(others) > 1 else "against"
    return f"{which} {most} {first}: {', '.join(told)}"


def _short(title: str) -> str:
    return (
        within(title)
        if not title.startswith("In-house: ")
        else f"in-house share of {lowered(title.removeprefix('In-house: '))}"
    )


def _draw(table: pd.DataFrame, kpis: Sequence[str], others: Sequence[str], axes: Sequence[Axes]) -> None:
    columns = 1 if len(kpis) <= FEW else 2
    for panel, (kpi, one) in enumerate(zip(kpis, axes, strict=True)):
        part = table[table["kpi"] == kpi].set_index("scenario")
        one.set_ylim(len(others) - 0.4, -0.6)
        # Names once in each row of panels, at its left.
        one.set_yticks(range(len(others)), list(others) if panel % columns == 0 else [""] * len(others), color=INK)
        one.tick_params(axis="y", length=0)
        one.grid(axis="x", color=RULE)
        one.grid(visible=False, axis="y")
        one.spines["left"].set_visible(False)
        for place, scenario in enumerate(others):
            if scenario not in part.index:
                where = ("axes fraction", "data")
                one.annotate(
                    "not compared", (0.5, place), xycoords=where, ha="center", va="center", size=SMALL, color=MUTED
                )
                continue
            low, middle, high = part.loc[scenario, ["low", "difference", "high"]].to_numpy(dtype=float)
            colour = SERIES[place % len(SERIES)] if len(others) > 1 else BLUE
            one.plot([low, high], [place, place], color=colour, lw=2.4)
            one.plot([middle], [place], marker=MARKERS[place % len(MARKERS)], ms=7, color=colour, ls="")
        one.axvline(0, color=INK, lw=1.1)
        one.margins(x=0.08)
        written(one.xaxis, ticks_of(kpi, difference=True), 7 if columns == 1 else 5)
