"""Which inputs move a KPI most: each at the ends of its range, all others held."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.figures.axes import written
from sim.report.figures.canvas import inches
from sim.report.figures.figure import Chart
from sim.report.figures.style import BLUE, GREEN, INK, MUTED, ORANGE, RULE, SMALL
from sim.report.figures.words import listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "tornado"
ROW = 0.34
MOST_BARS = 12
MOST_LETTERS = 26
_PANEL = 5.2
"""Inches from the names of the inputs to the right edge, or more."""
LOW, HIGH, READING = "low", "high", "reading"
_LOOKS = {LOW: (ORANGE, "////"), HIGH: (BLUE, ""), READING: (GREEN, "....")}


@dataclass(frozen=True)
class TornadoKpi:
    """The KPI of a tornado: its title, how its values are said, how its axis is written, and its unit."""

    title: str
    said: Callable[[float], str]
    tick: Callable[[float], str]
    unit: str = ""


def tornado(tables: Mapping[str, pd.DataFrame], measures: Mapping[str, TornadoKpi], source: str, key: str) -> Chart:
    """Return the tornado chart of KPIs, a panel for each, with the widest bars on top.

    Args:
        tables: KPI -> a row for each trial, inputs in the order of their swing: input, side (low, high, reading),
            tried (in words), value (NaN: the KPI has none) and base (the KPI with all inputs at the values in force).
        measures: KPI -> its title and how its values are written.
        source: the source line.
        key: how to read the chart.
    """
    shown = {kpi: _first(table) for kpi, table in tables.items()}
    rows = max((len(t["input"].unique()) for t in shown.values()), default=1)
    first = next(iter(tables))
    return Chart(
        name=NAME,
        title=_finding(shown[first], measures[first]),
        description="Each input on its own, the others held: where it puts the KPI at the ends of its range, and under other readings. The line is the KPI with all held.",
        source=source,
        table=pd.concat([t.assign(kpi=kpi) for kpi, t in tables.items()], ignore_index=True),
        panels=tuple(_panel(shown[kpi], measures[kpi]) for kpi in shown),
        key=key,
        draw=partial(_draw, shown, measures),
        height=0.75 + ROW * max(rows, 2),
    )


def _first(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["input"].isin(list(dict.fromkeys(table["input"]))[:MOST_BARS])]


def _panel(table: pd.DataFrame, measure: TornadoKpi) -> str:
    unit = f" [{measure.unit}]" if measure.unit else ""
    return (
        f"{measure.title}{unit}"
        if table.empty
        else f"{measure.title}{unit}: {measure.said(float(table['base'].iloc[0]))} at the values in force"
    )


def _finding(table: pd.DataFrame, measure: TornadoKpi) -> str:
    names = list(dict.fromkeys(table["input"]))
    if not names:
        return f"Nothing that was tried moves {measure.title}"
    mine = table[table["input"] == names[0]]
    reached = [float(v) for v in (*mine["value"], mine["base"].iloc[0]) if v == v]
    none = ", ".join(str(t) for t in mine.loc[mine["value"].isna(), "tried"])
    gone = f" (none at {none})" if none else ""
    span = f" ({measure.said(min(reached))} to {measure.said(max(reached))})" if len(reached) > 1 else gone
    rest = f", then to {listed(names[1:4])}" if len(names) > 1 else ""
    return f"{measure.title} is most sensitive to {names[0]}{span}{rest}"


def _draw(tables: Mapping[str, pd.DataFrame], measures: Mapping[str, TornadoKpi], axes: Sequence[Axes]) -> None:
    for (kpi, table), one in zip(tables.items(), axes, strict=True):
        _bars(one, table, measures[kpi])


def _bars(axes: Axes, table: pd.DataFrame, measure: TornadoKpi) -> None:
    names = list(dict.fromkeys(table["input"]))
    axes.set_ylim(max(len(names), 1) - 0.4, -0.6)
    axes.set_yticks(range(len(names)), names, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color=RULE)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    if table.empty:
        return
    base = float(table["base"].iloc[0])
    ends: list[tuple[float, str, int]] = []
    for place, name in enumerate(names):
        trials = table[(table["input"] == name) & table["value"].notna()]
        # The longer first, so that a shorter one on the same side still shows.
        ordered = trials.assign(reach=(trials["value"] - base).abs()).sort_values("reach", ascending=False)
        for side, value in zip(ordered["side"], ordered["value"], strict=True):
            colour, hatch = _LOOKS[str(side)]
            axes.barh(place, float(value) - base, 0.62, base, color=colour, hatch=hatch, edgecolor=INK, lw=0.5)
        _vanished(axes, table[(table["input"] == name) & table["value"].isna()], place)
        for way in (-1, 1):
            ends += _end(axes, trials[(trials["value"] - base) * way > 0], place, way)
    axes.axvline(base, color=INK, lw=1.1)
    axes.set_xlim(*_limits(base, ends))
    written(axes.xaxis, measure.tick, 6)


def _vanished(axes: Axes, trials: pd.DataFrame, place: int) -> None:
    """Write at the right which trials leave the KPI without a value, such as a milestone not reached."""
    if len(trials):
        axes.annotate(
            f"{', '.join(map(str, trials['tried']))}: none", (1, place), xycoords=("axes fraction", "data"), ha="right", va="center",
            size=SMALL - 0.5, color=MUTED,
        )  # fmt: skip


def _limits(base: float, ends: Sequence[tuple[float, str, int]]) -> tuple[float, float]:
    """Return the limits of the axis, with room for the words beside the bars."""
    low = min([base, *(value for value, _, _ in ends)])
    high = max([base, *(value for value, _, _ in ends)])
    for _ in range(4):
        # Room for words widens the axis, so that an inch is more: a few steps of fixed-point iteration suffice.
        inch = ((high - low) or 1.0) / _PANEL
        reach = [value + way * inch * (inches(words, SMALL) + 0.1) for value, words, way in ends]
        low, high = min([base, *reach, *(v for v, _, _ in ends)]), max([base, *reach, *(v for v, _, _ in ends)])
    return low, high


def _end(axes: Axes, trials: pd.DataFrame, place: int, side: int) -> list[tuple[float, str, int]]:
    """Label the longest bar on one side with the value tried; return its end, the words and the side."""
    if trials.empty:
        return []
    farthest = trials.iloc[int((trials["value"] * side).to_numpy().argmax())]
    words = str(farthest["tried"])
    words = words if len(words) <= MOST_LETTERS else f"{words[: MOST_LETTERS - 1]}…"
    axes.annotate(
        words, (float(farthest["value"]), place), xytext=(4 * side, 0), textcoords="offset points",
        ha="left" if side > 0 else "right", va="center", size=SMALL - 0.5, color=INK,
    )  # fmt: skip
    return [(float(farthest["value"]), words, side)]
