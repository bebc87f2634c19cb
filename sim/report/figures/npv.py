"""The distribution of the net present value over a study's runs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.report.figures.axes import dollar_tick, written
from sim.report.figures.figure import Chart, Setting
from sim.report.figures.style import BLUE, INK, MUTED, PAPER, SMALL, VERMILION
from sim.report.figures.words import of_hundred
from sim.report.formats import dollars

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sim.plan import FloatArray

NAME = "npv"
KPI = "npv_usd"
HEIGHT = 3.0


def npv(table: pd.DataFrame, marks: tuple[float, float, float], setting: Setting) -> Chart:
    """Return the histogram of the net present value over the runs of a study.

    Args:
        table: a row for each run with npv_usd. The table of the chart has a row for each class of the histogram: low,
            high and runs.
        marks: 5th percentile, median and 95th percentile, in USD.
        setting: what all charts of the study share.
    """
    values = table[KPI].to_numpy(dtype=float)
    classes = _classes(values)
    low, middle, high = marks
    positive = float((values > 0).mean())
    runs = f"{len(values):,} runs"
    part = f"all {runs}" if positive == 1 else f"{of_hundred(positive)} of {runs}" if positive else f"none of {runs}"
    return Chart(
        name=NAME,
        title=(
            f"NPV is above zero in {part}: median {dollars(middle)}, 90 % between {dollars(low)} and {dollars(high)}"
        ),
        description="Histogram of the net present value: how many runs end in each class; below zero hatched. The lines are the 5th percentile, the median and the 95th.",
        source=setting.source,
        table=classes,
        panels=("",),
        draw=partial(_draw, classes, marks),
        height=HEIGHT,
    )


def _classes(values: FloatArray) -> pd.DataFrame:
    """Return a histogram: low and high end of each class, and the runs in it; zero is always the end of a class."""
    # The square-root rule for the number of classes, within 5 to 40.
    counts, edges = np.histogram(values, bins=min(max(int(np.sqrt(len(values))), 5), 40))
    # A class across zero could be drawn neither as a gain nor as a loss: shift the edges to multiples of the width.
    if edges[0] < 0 < edges[-1]:
        width = edges[1] - edges[0]
        edges = np.arange(np.floor(edges[0] / width), np.ceil(edges[-1] / width) + 1) * width
        counts, edges = np.histogram(values, bins=edges)
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], "runs": counts})


def _draw(classes: pd.DataFrame, marks: Sequence[float], axes: Sequence[Axes]) -> None:
    (one,) = axes
    counts = classes["runs"].tolist()
    edges = [*classes["low"], classes["high"].iloc[-1]]
    for count, left, right in zip(counts, edges, edges[1:], strict=False):
        below = right <= 0
        one.bar(
            left, count, right - left, align="edge", color=VERMILION if below else BLUE, hatch="////" if below else "",
            edgecolor=PAPER, lw=0.6, alpha=0.8,
        )  # fmt: skip
    one.set_ylim(0, 1.22 * max(counts))
    for mark, word, side in zip(marks, ("5 %", "median", "95 %"), ("right", "center", "left"), strict=True):
        one.axvline(
            mark, 0, 0.9, color=INK, lw=1.6 if word == "median" else 1.0, ls="-" if word == "median" else (0, (4, 2))
        )
        one.annotate(
            f"{word}\n{dollars(mark)}", (mark, 0.91), xycoords=("data", "axes fraction"), ha=side, va="bottom", size=SMALL, color=INK,
            annotation_clip=False,
        )  # fmt: skip
    if edges[0] <= 0 <= edges[-1]:
        one.axvline(0, color=MUTED, lw=1.0)
    written(one.xaxis, dollar_tick, 7)
    written(one.yaxis, lambda value: f"{value:,.0f}", 4)
    one.set_ylabel("runs")
    one.set_xlabel("net present value")
