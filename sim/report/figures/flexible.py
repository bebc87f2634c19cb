"""The distribution of the net present value of the best fixed plan, and that with the rule, one over the other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.report.figures.axes import dollar_tick, written
from sim.report.figures.figure import Chart
from sim.report.figures.style import BLUE, INK, MUTED, SMALL, VERMILION
from sim.report.formats import about, dollars

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "npv"
HEIGHT = 3.2
_FIXED, _RULE = "fixed", "with_rule"
_MOST_CLASSES = 40


def flexible(values: pd.DataFrame, means: tuple[float, float], worst: tuple[float, float], source: str) -> Chart:
    """Return the chart of the distributions of NPV, with the best fixed plan and with the rule.

    Args:
        values: a row for each path with weight, fixed and with_rule (USD). The table of the chart has a row for each
            class of the histogram: low, high, and the share of paths in it with either.
        means: mean NPV with the best fixed plan and with the rule, in USD.
        worst: the mean of the worst 5 % of paths of both, in USD.
        source: the source line.
    """
    classes = _classes(values)
    (fixed, rule), (bad, better) = means, worst
    return Chart(
        name=NAME,
        title=_finding(rule - fixed, bad, better),
        description=(
            "Distribution of the net present value over the fresh paths: the share of paths in each class, with the best fixed plan "
            "(filled) and with the rule (outline). The lines are the means."
        ),
        source=source,
        table=classes,
        panels=("",),
        draw=partial(_draw, classes, means),
        key="Filled: best fixed plan; outline: with the rule; lines: means",
        height=HEIGHT,
    )


def _finding(gain: float, fixed: float, rule: float) -> str:
    if gain <= 0:
        return f"No rule is worth more than the best fixed plan; the mean of its worst 5 % is {dollars(fixed)}"
    tail = (
        "stays at"
        if np.isclose(fixed, rule, rtol=1e-3)
        else f"{'rises' if rule > fixed else 'falls'} from {dollars(fixed)} to"
    )
    return f"The rule adds {dollars(gain)} to the mean NPV; the mean of the worst 5 % {tail} {dollars(rule)}"


def _classes(values: pd.DataFrame) -> pd.DataFrame:
    """Return both histograms over the same classes; shares of paths are weighted."""
    both = values[[_FIXED, _RULE]].to_numpy(dtype=float)
    low, high = float(both.min()), float(both.max())
    # The square-root rule for the number of classes, within limits.
    edges = np.linspace(low, high if high > low else low + 1.0, min(max(int(np.sqrt(len(both))), 8), _MOST_CLASSES) + 1)
    weights = values["weight"].to_numpy(dtype=float)
    found = {name: np.histogram(values[name], edges, weights=weights)[0] / weights.sum() for name in (_FIXED, _RULE)}
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], **found})


def _draw(classes: pd.DataFrame, means: Sequence[float], axes: Sequence[Axes]) -> None:
    (one,) = axes
    edges = [*classes["low"].tolist(), float(classes["high"].iloc[-1])]
    one.stairs(classes[_FIXED].tolist(), edges, fill=True, color=BLUE, alpha=0.35)
    one.stairs(classes[_RULE].tolist(), edges, color=VERMILION, lw=2.0)
    one.set_ylim(0, 1.25 * float(classes[[_FIXED, _RULE]].to_numpy().max()))
    fixed, rule = means
    marks = [(fixed, "fixed", BLUE, "-"), (rule, "with the rule", VERMILION, (0, (4, 2)))]
    # Two lines in one place would hide each other.
    for mean, word, colour, dashes in marks if rule != fixed else [(fixed, "both", INK, "-")]:
        one.axvline(mean, 0, 0.88, color=colour, lw=1.6, ls=dashes)
        one.annotate(
            f"{word}\n{dollars(mean)}", (mean, 0.89), xycoords=("data", "axes fraction"),
            ha="right" if mean == min(means) else "left", va="bottom", size=SMALL, color=INK, annotation_clip=False,
        )  # fmt: skip
    if edges[0] <= 0 <= edges[-1]:
        one.axvline(0, color=MUTED, lw=1.0)
    written(one.xaxis, dollar_tick, 7)
    written(one.yaxis, about, 4)
    one.set_ylabel("share of paths")
    one.set_xlabel("net present value")
