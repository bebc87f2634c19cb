"""Axes in the units people read, time along the bottom, and names at the ends of lines instead of a legend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from sim.clock import DAYS_PER_YEAR
from sim.report.figures.style import INK, MUTED, SHADE, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

    from sim.report.figures.figure import Setting

_SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))
_LETTER = 0.03
"""Bands nearer than this part of the time share a letter's place: the first is named."""
_POINTS = 72.0


def tick(value: float) -> str:
    """Return a number as an axis label: 0, 2.5M, 400."""
    size = abs(value)
    # The scale changes where the number would be rounded up: 999,960 is 1M, not 1e+03k.
    scale, letter = next(((s, t) for s, t in _SCALES if size >= s * 0.99995), (1.0, ""))
    return f"{value / scale:.3g}{letter}"


def dollar_tick(value: float) -> str:
    """Return an amount of money as an axis label: $20bn, -$5bn."""
    return f"{'-' if value < 0 else ''}${tick(abs(value))}"


def percent_tick(value: float) -> str:
    """Return a share as an axis label in per cent; empty outside 0 to 1."""
    # Margins and intervals reach beyond 0 and 1; a label there would name an impossible share.
    return f"{100 * value:.3g}" if -1e-9 <= value <= 1 + 1e-9 else ""


def point_tick(value: float) -> str:
    """Return a difference between shares as an axis label in percentage points."""
    return f"{100 * value:.3g}"


def day_tick(value: float) -> str:
    """Return days as an axis label."""
    return f"{value:.3g}"


def written(axis: Axis, form: Callable[[float], str], most: int = 5) -> None:
    """Write the numbers along an axis in one form, at about `most` ticks."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: form(value)))


def over_time(axes: Axes, setting: Setting, *, narrow: bool = False) -> None:
    """Draw the time axis of a chart, with disruptions shaded and named by the letters of the key."""
    begin, end = at(setting.begin), at(setting.end)
    axes.set_xlim(begin, end)
    if setting.dated:
        _dates(axes.xaxis, begin, end, 4 if narrow else 8)
    else:
        axes.set_xlabel(setting.unit)
    letters, before = setting.letters, -1.0
    for band in setting.bands:
        first, last = max(at(band.begin), begin), min(at(band.end), end)
        if first >= last:
            continue
        middle = (first + last) / 2
        axes.axvspan(first, last, color=SHADE, lw=0, zorder=0)
        # Letters of neighbouring disruptions would overlap; the shading still shows both.
        if middle - before > _LETTER * (end - begin):
            axes.annotate(
                letters[band.title], (middle, 1), xycoords=("data", "axes fraction"), xytext=(0, -1), textcoords="offset points",
                ha="center", va="top", size=SMALL - 1, color=MUTED, annotation_clip=False,
            )  # fmt: skip
            before = middle


def _dates(axis: Axis, begin: float, end: float, most: int) -> None:
    """Label years at their start, with quarters as minor ticks; label months where the time is short."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DateFormatter, MonthLocator, YearLocator

    years = (end - begin) / DAYS_PER_YEAR
    if years < 2:
        locator = AutoDateLocator(minticks=3, maxticks=6)
        axis.set_major_locator(locator)
        axis.set_major_formatter(ConciseDateFormatter(locator))
        return
    axis.set_major_locator(YearLocator(-(-int(years) // most)))
    axis.set_major_formatter(DateFormatter("%Y"))
    # Over a longer time, quarters would be too dense to count.
    if years <= 6:
        axis.set_minor_locator(MonthLocator(bymonth=(1, 4, 7, 10)))


def at(time: object) -> float:
    """Return the position of a date or a time on the axis."""
    from matplotlib.dates import date2num

    return float(time) if isinstance(time, (int, float)) else float(date2num(pd.Timestamp(str(time)).to_pydatetime()))


def middles(table: pd.DataFrame) -> list[float]:
    """Return the middle of each period, as positions on the axis.

    `table`: a row for each period with begin and end.
    """
    return [(at(b) + at(e)) / 2 for b, e in zip(table["begin"], table["end"], strict=True)]


@dataclass(frozen=True)
class Label:
    """A text at the end of a line, at the height where the line ends; of an area with a sample of how it is filled."""

    height: float
    text: str
    colour: str = INK
    hatch: str | None = None
    """None: the text has the colour of the line."""


def at_the_end(axes: Axes, labels: Sequence[Label], inches: float) -> None:
    """Write texts to the right of the axes, `inches` high, moved apart where they would overlap."""
    from matplotlib.patches import Rectangle

    rows = max((label.text.count("\n") + 1 for label in labels), default=1)
    scale = axes.transScale.transform  # to what is linear on the paper, of a logarithmic axis too
    (_, low), (_, high), *ends = scale([(1.0, y) for y in (*axes.get_ylim(), *(label.height for label in labels))])
    placed = apart([(end - low) / (high - low) for _, end in ends], 1.25 * rows * SMALL / _POINTS / inches)
    for label, height in zip(labels, placed, strict=True):
        filled = label.hatch is not None
        axes.annotate(
            label.text, (1, height), xycoords="axes fraction", xytext=(18 if filled else 5, 0), textcoords="offset points",
            va="center", ha="left", color=INK if filled else label.colour, size=SMALL, annotation_clip=False,
        )  # fmt: skip
        if filled:
            sample = Rectangle(
                (1.008, height - 0.018), 0.018, 0.036, transform=axes.transAxes, facecolor=label.colour, hatch=label.hatch,
                edgecolor=INK, lw=0.5, clip_on=False, alpha=0.85,
            )  # fmt: skip
            axes.add_patch(sample)


def apart(heights: Sequence[float], gap: float) -> list[float]:
    """Return heights in the same order, each at least `gap` from the next, moved no farther than that requires."""
    order = sorted(range(len(heights)), key=lambda k: heights[k])
    found = list(heights)
    # First push labels up from the bottom, then, if the top one left the axes, push down from there.
    for below, above in pairwise(order):
        found[above] = max(found[above], found[below] + gap)
    if order and found[order[-1]] > 1.0:
        # A line may itself end above the axes: its label is not moved below it.
        found[order[-1]] = max(1.0, heights[order[-1]])
        for above, below in pairwise(order[::-1]):
            found[below] = min(found[below], found[above] - gap)
    return found
