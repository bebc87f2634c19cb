"""The regret of the best fixed plan under other readings of contested figures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.figures.axes import dollar_tick, written
from sim.report.figures.figure import Chart
from sim.report.figures.style import BLUE, INK, RULE
from sim.report.formats import dollars

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "readings"
ROW, MOST = 0.3, 15
SURE = 2.0
"""Standard errors from which on a regret is more than chance."""


def regrets(table: pd.DataFrame, source: str) -> Chart | None:
    """Return the chart of the regret of the best fixed plan under other readings; None if there are none.

    `table`: the scenario's own readings first, then a row for each other reading with figure, reading, best (plan),
    regret and regret_error, both in USD.
    """
    others = table.iloc[1:].dropna(subset=["regret"]).sort_values("regret", ascending=False, ignore_index=True)
    if others.empty:
        return None
    shown = others.head(MOST)
    return Chart(
        name=NAME,
        title=_finding(others, str(table["best"].iloc[0])),
        description=(
            f"Under each other reading of a contested figure how much more the plan that is best there is worth than the best fixed plan, with its "
            f"standard error; the {len(shown)} greatest of {len(others)}."
        ),
        source=source,
        table=others,
        panels=("",),
        draw=partial(_draw, shown),
        key="Dot: regret of the best fixed plan; line: a standard error to both sides; at the right the plan that is best there",
        height=0.8 + ROW * max(len(shown), 2),
    )


def _finding(others: pd.DataFrame, plan: str) -> str:
    """Return the title: under which readings another plan is better by more than chance explains."""
    sure = others[others["regret"] > SURE * others["regret_error"]]
    if sure.empty:
        return f"Under none of {len(others)} other readings another fixed plan is better than {plan} by more than {SURE:g} standard errors"
    most = sure.iloc[0]
    return (
        f"Under {len(sure)} of {len(others)} other readings another fixed plan is better; the greatest regret is {dollars(float(most['regret']))}, "
        f"with {most['figure']}={most['reading']}"
    )


def _draw(table: pd.DataFrame, axes: Sequence[Axes]) -> None:
    (one,) = axes
    places = list(range(len(table)))
    values, errors = table["regret"].tolist(), table["regret_error"].fillna(0.0).tolist()
    one.errorbar(values, places, xerr=errors, fmt="o", ms=6.0, color=BLUE, ecolor=BLUE, lw=2.0)
    for place, best in zip(places, table["best"], strict=True):
        one.annotate(
            str(best), (1, place), xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points", va="center",
            color=INK, annotation_clip=False,
        )  # fmt: skip
    one.set_ylim(len(table) - 0.4, -0.6)
    one.set_yticks(places, [f"{f}={r}" for f, r in zip(table["figure"], table["reading"], strict=True)], color=INK)
    one.tick_params(axis="y", length=0)
    one.grid(axis="x", color=RULE)
    one.grid(visible=False, axis="y")
    one.set_xlim(left=min(0.0, *values))
    written(one.xaxis, dollar_tick, 5)
    one.set_xlabel("regret")
