"""Inputs by how much they matter: mean effects of Morris, or indices of Sobol."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.figures.axes import written
from sim.report.figures.figure import Chart
from sim.report.figures.style import BLUE, INK, ORANGE, RULE
from sim.report.figures.words import listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "ranking"
ROW = 0.3
MOST = 12


def ranking(
    tables: Mapping[str, pd.DataFrame],
    titles: Mapping[str, str],
    ticks: Mapping[str, Callable[[float], str]],
    what: str,
    source: str,
    key: str,
) -> Chart:
    """Return the chart of inputs ranked by their effect, a panel for each KPI.

    Args:
        tables: KPI -> a row for each input, the largest first: input, value, low and high (95 % confidence interval)
            and, for Sobol indices, first (the first-order index).
        titles: KPI -> its title.
        ticks: KPI -> the function that formats numbers on its axis.
        what: the label of the axis.
        source: the source line.
        key: how to read the chart.
    """
    shown = {kpi: table.head(MOST) for kpi, table in tables.items()}
    rows = max((len(t) for t in shown.values()), default=1)
    first = next(iter(tables))
    names = [str(n) for n in shown[first]["input"]]
    return Chart(
        name=NAME,
        title=f"{titles[first]} is most sensitive to {listed(names[:3])}"
        if names
        else f"Nothing moves {titles[first]}",
        description=f"{what} of each input with its 95 % interval, the largest first.",
        source=source,
        table=pd.concat([t.assign(kpi=kpi) for kpi, t in tables.items()], ignore_index=True),
        panels=tuple(titles[kpi] for kpi in shown),
        key=key,
        draw=partial(_draw, shown, ticks, what),
        height=0.8 + ROW * max(rows, 2),
    )


def _draw(
    tables: Mapping[str, pd.DataFrame], ticks: Mapping[str, Callable[[float], str]], what: str, axes: Sequence[Axes]
) -> None:
    for (kpi, table), one in zip(tables.items(), axes, strict=True):
        places = list(range(len(table)))
        one.set_ylim(max(len(table), 1) - 0.4, -0.6)
        one.set_yticks(places, [str(n) for n in table["input"]], color=INK)
        one.tick_params(axis="y", length=0)
        one.grid(axis="x", color=RULE)
        one.grid(visible=False, axis="y")
        # A mean absolute effect or a share of variance can't be negative; only its interval can.
        one.hlines(places, table["low"].clip(lower=0.0).tolist(), table["high"].tolist(), color=BLUE, lw=2.4)
        one.plot(table["value"].tolist(), places, marker="o", ms=6.5, color=BLUE, ls="")
        if "first" in table:
            one.plot(table["first"].tolist(), places, marker="D", ms=5.5, color=ORANGE, mec=INK, mew=0.6, ls="")
        one.set_xlim(left=0.0)
        one.set_xlabel(what)
        written(one.xaxis, ticks[kpi], 6)
