"""How probably each choice is made at each gate, as stacked bars in the order of their dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.figures.axes import percent_tick, written
from sim.report.figures.figure import Chart
from sim.report.figures.style import HATCHES, INK, PAPER, SERIES, SMALL
from sim.report.figures.words import listed
from sim.report.formats import about

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "choices"
ROW = 0.55
_NAMED = 0.06
"""A choice less probable than this has no room for its name."""


def gates(table: pd.DataFrame, titles: Mapping[str, str], source: str) -> Chart:
    """Return the chart of the choices that the rule makes at each gate.

    `table`: a row for each gate and choice with date, gate, choice, probability and in_fixed_plan.
    """
    return Chart(
        name=NAME,
        title=_finding(table, titles),
        description="At each gate, by date, the share of paths on which the rule makes each choice; a dot marks that of the best fixed plan.",
        source=source,
        table=table,
        panels=("",),
        draw=partial(_draw, table, titles),
        key="Share of paths on which the rule makes each choice; dot: that of the best fixed plan",
        height=0.75 + ROW * table["gate"].nunique(),
    )


def _finding(table: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """Return the title: where the rule deviates from the best fixed plan, the most frequent first."""
    other = table[~table["in_fixed_plan"] & (table["probability"] > 0)].sort_values("probability", ascending=False)
    if other.empty:
        return "The rule makes the choices of the best fixed plan on every path"
    told = [f"{c} on {about(p)} ({titles[g]})" for _, g, c, p, _ in other.itertuples(index=False)]
    return f"The rule deviates from the best fixed plan: {listed(told)}"


def _draw(table: pd.DataFrame, titles: Mapping[str, str], axes: Sequence[Axes]) -> None:
    (one,) = axes
    names = list(dict.fromkeys(table["gate"]))
    for place, name in enumerate(names):
        begin = 0.0
        for number, row in enumerate(table[table["gate"] == name].itertuples(index=False)):
            share = float(str(row.probability))
            one.barh(
                place, share, 0.62, left=begin, color=SERIES[number % len(SERIES)], hatch=HATCHES[number % len(HATCHES)], edgecolor=PAPER,
                lw=0.8, alpha=0.8,
            )  # fmt: skip
            if share >= _NAMED:
                # A dot, not a colour, marks the fixed plan: colours already distinguish the choices.
                text = f"{'● ' if row.in_fixed_plan else ''}{row.choice} {about(share)}"
                one.annotate(
                    text, (begin + share / 2, place), ha="center", va="center", size=SMALL, color=INK,
                    bbox={"boxstyle": "round,pad=0.2", "facecolor": PAPER, "edgecolor": "none"},
                )  # fmt: skip
            begin += share
    dates = {name: table.loc[table["gate"] == name, "date"].iloc[0] for name in names}
    labels = [titles[name] if pd.isna(dates[name]) else f"{dates[name]}\n{titles[name]}" for name in names]
    one.set_ylim(len(names) - 0.5, -0.5)
    one.set_yticks(range(len(names)), labels, color=INK)
    one.tick_params(axis="y", length=0)
    one.grid(visible=False)
    one.set_xlim(0, 1)
    written(one.xaxis, percent_tick, 5)
    one.set_xlabel("paths [%]")
