"""Each option alone and removed, as bars with their standard errors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.figures.axes import dollar_tick, written
from sim.report.figures.figure import Chart
from sim.report.figures.style import BLUE, INK, ORANGE, PAPER, RULE
from sim.report.formats import dollars

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "options"
ROW = 0.5


def option_values(table: pd.DataFrame, source: str) -> Chart:
    """Return the chart of the value of each option.

    `table`: a row for each option with option, alone (what it adds to the best fixed plan) and removed (the change in
    NPV with the rule if it is not available: negative; NaN where no plan is left), and their standard errors
    alone_error and removed_error; all in USD.
    """
    return Chart(
        name=NAME,
        title=_finding(table),
        description=(
            "Each option alone (plain: what it adds to the best fixed plan if nothing else may be changed) and removed (hatched: change in NPV "
            "with the rule if it is not available), in dollars of NPV with standard errors. Without a hatched bar no plan is left without it."
        ),
        source=source,
        table=table,
        panels=("",),
        draw=partial(_draw, table),
        key="Plain: what it adds alone; hatched: change in NPV with the rule if it is not available; lines: standard errors",
        height=0.75 + ROW * len(table),
    )


def _finding(table: pd.DataFrame) -> str:
    """Return the title: the option that adds most alone, and the one whose removal costs most."""
    top = table.iloc[int(table["alone"].argmax())]
    alone = (
        f"Alone, {top['option']} adds most: {dollars(float(top['alone']))}"
        if top["alone"] > 0
        else "No option adds anything alone"
    )
    lost = table.dropna(subset=["removed"])
    if lost.empty or not (lost["removed"] < 0).any():
        return alone
    last = lost.iloc[int(lost["removed"].argmin())]
    return f"{alone}; removing {last['option']} costs most: {dollars(-float(last['removed']))}"


def _draw(table: pd.DataFrame, axes: Sequence[Axes]) -> None:
    (one,) = axes
    for shift, name, colour, hatch in ((-0.19, "alone", BLUE, ""), (0.19, "removed", ORANGE, "////")):
        places = [k + shift for k in range(len(table))]
        values = table[name].fillna(0.0).tolist()
        one.barh(places, values, 0.36, color=colour, hatch=hatch, edgecolor=PAPER, lw=0.6, alpha=0.85)
        one.errorbar(values, places, xerr=table[f"{name}_error"].fillna(0.0).tolist(), fmt="none", ecolor=INK, lw=1.1)
    one.axvline(0, color=INK, lw=1.1)
    one.set_ylim(len(table) - 0.5, -0.5)
    one.set_yticks(range(len(table)), [str(name) for name in table["option"]], color=INK)
    one.tick_params(axis="y", length=0)
    one.grid(axis="x", color=RULE)
    one.grid(visible=False, axis="y")
    one.margins(x=0.08)
    written(one.xaxis, dollar_tick, 7)
    one.set_xlabel("net present value")
