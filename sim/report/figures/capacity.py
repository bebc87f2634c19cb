"""Capacity against load by site, with what held its output back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.figures.axes import at, over_time, tick, written
from sim.report.figures.canvas import panel_title
from sim.report.figures.figure import Chart, Setting
from sim.report.figures.style import BLUE, INK, MUTED, SMALL, VERMILION
from sim.report.figures.words import listed, of_hundred, opened
from sim.report.formats import about

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "capacity"
MOST_SITES = 9
FULL = 0.95
"""A site that uses so much of what it has is called full."""
HEIGHT = 2.0
_STRIP = 0.1
"""Height of the strip that names causes, of the panel's."""
_LETTER, _PANEL = 0.07, 1.9
"""Inches that a letter of a cause needs, and that a panel has at least."""
SHORT = {
    "qualification": "qual.",
    "capacity": "cap.",
    "inputs": "inp.",
    "contract": "contr.",
    "lead time": "lead",
    "stock level": "stock",
}


def capacity(table: pd.DataFrame, causes: pd.DataFrame, recent: pd.DataFrame, setting: Setting) -> Chart:
    """Return the chart of capacity and load by site and period.

    Args:
        table: a row for each site and period with name, title, in_house, begin, end, capacity (the allocation of the
            contract where that is less; inf: unlimited) and load. Both are monthly rates; where time is abstract,
            rates per unit of time.
        causes: what held output back, as spans of time: name, begin, end and cause.
        recent: index name; title, in_house, and used, the share of its capacity used over the last twelve months
            (NaN: unlimited).
        setting: what all charts of the run share.
    """
    names = shown(recent)
    used = {str(n): (str(t), float(u)) for n, t, u in zip(recent.index, recent["title"], recent["used"], strict=True)}
    left_out = len(recent) - len(names)
    return Chart(
        name=NAME,
        title=_finding(recent, setting),
        description=_description(left_out),
        source=setting.source,
        table=table,
        panels=tuple(panel_title(used[n][0], of_hundred(used[n][1])) for n in names),
        key=setting.keyed(
            "Line: capacity, or what is allotted to us; filled: load; strip below: main constraint on starts"
        ),
        draw=partial(_draw, table, causes, names, setting),
        columns=min(len(names), 3),
        height=HEIGHT if len(names) > 3 else 2.6,
    )


def shown(recent: pd.DataFrame) -> list[str]:
    """Return the names of the sites shown: own sites, then outside ones with a limit, the most used first."""
    own = recent[recent["in_house"]].index.tolist()
    outside = recent[~recent["in_house"] & recent["used"].notna() & (recent["used"] > 0)]
    return [str(n) for n in [*own, *outside.sort_values("used", ascending=False, kind="stable").index]][:MOST_SITES]


def _finding(recent: pd.DataFrame, setting: Setting) -> str:
    known = recent[recent["used"].notna()].sort_values("used", kind="stable")
    own = known[known["in_house"] & (known["used"] < FULL)]
    full = [str(t) for t in known.loc[known["used"] >= FULL, "title"]]
    parts = [f"{t} {about(u)}" for t, u in zip(own["title"], own["used"], strict=True)]
    told = [f"used of own capacity {setting.recent}: {listed(parts)}"] if parts else []
    told.append(f"full: {listed(full)}" if full else "no site is full")
    return opened("; ".join(told) if parts else f"{told[0]} {setting.recent}")


def _description(left_out: int) -> str:
    more = (
        f" {left_out} more sites, outside and unlimited, unused or less used, are only in the table."
        if left_out
        else ""
    )
    return (
        "By site, at the rate of a month: the line is its capacity, or what its contract allots to us where that is less; filled: its load; "
        "the number by its name: the part used over the last twelve months. The strip names the main constraint on its starts."
        f"{more}"
    )


def _draw(
    table: pd.DataFrame, causes: pd.DataFrame, shown: Sequence[str], setting: Setting, axes: Sequence[Axes]
) -> None:
    for place, (name, one) in enumerate(zip(shown, axes, strict=True)):
        part = table[table["name"] == name]
        edges = [*(at(b) for b in part["begin"]), at(part["end"].iloc[-1])]
        # An unlimited capacity has no line.
        bound = part["capacity"].where(part["capacity"] < float("inf")).tolist()
        load = part["load"].tolist()
        one.stairs(load, edges, fill=True, color=BLUE, alpha=0.45, lw=0)
        one.stairs(load, edges, color=BLUE, lw=1.0)
        one.stairs(bound, edges, color=INK, lw=1.7, baseline=None)
        top = max([v for v in (*bound, *load) if v == v] or [0.0]) or 1.0
        # The strip takes the lowest tenth of the panel, below zero, so that it hides no load.
        one.set_ylim(-_STRIP * 1.35 * top, 1.08 * top)
        written(one.yaxis, tick, 4)
        over_time(one, setting, narrow=True)
        one.axhline(0, color=MUTED, lw=0.8)
        _strip(one, causes[causes["name"] == name], setting)
        if place % 3 == 0:
            one.set_ylabel("a month" if setting.dated else "per unit of time")


def _strip(axes: Axes, causes: pd.DataFrame, setting: Setting) -> None:
    """Draw what held output back as a strip below the zero line; a cause is named where its span has room."""
    whole = at(setting.end) - at(setting.begin)
    for begin, end, cause in zip(causes["begin"], causes["end"], causes["cause"], strict=True):
        first, last = at(begin), at(end)
        axes.axvspan(first, last, 0.01, _STRIP, facecolor="none", edgecolor=VERMILION, lw=0.8)
        room = (last - first) / whole * _PANEL
        # In full where there is room, else abbreviated, else not at all.
        if word := next((w for w in (cause, SHORT.get(cause, cause)) if _LETTER * len(w) < room), ""):
            axes.annotate(
                word, ((first + last) / 2, 0.01 + _STRIP / 2), xycoords=("data", "axes fraction"), ha="center", va="center_baseline",
                size=SMALL - 1.5, color=INK,
            )  # fmt: skip
