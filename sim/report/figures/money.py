"""Money over time: what is built, bought and made, and what is delivered; and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.figures.axes import Label, at_the_end, dollar_tick, written
from sim.report.figures.figure import Chart, Setting
from sim.report.figures.style import BLUE, GREEN, INK, MUTED, ORANGE, SKY, VERMILION
from sim.report.formats import dollars

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "money"
BUILDING, SPENT, OTHER, VALUE = "building", "bought and made", "other", "value delivered"
GROUPS = {BUILDING: (VERMILION, ""), SPENT: (ORANGE, "////"), OTHER: (SKY, "xx"), VALUE: (GREEN, "")}
"""Groups of bookings, with their colour and hatch."""
_KINDS = {"capex": BUILDING, "credit": BUILDING, "disposal": BUILDING, "value": VALUE}
_SPENT = frozenset({
    "purchases", "tariff", "variable", "fixed", "order", "shipment", "take_or_pay", "prepayment", "payment"
})  # fmt: skip
NET, SUM = "net", "cumulative"
WIDTH = 0.62
LEAST = 0.002
"""What is a smaller part of all that is booked is in the table alone."""
HEIGHT = 3.5


def group_of(category: str) -> str:
    """Return the group of the chart that a category of bookings belongs to."""
    return _KINDS.get(category) or (SPENT if category in _SPENT else OTHER)


def money(table: pd.DataFrame, npv: float | None, setting: Setting, unit: str, *, runs: int | None = None) -> Chart:
    """Return the chart of money by year in USD, undiscounted; costs are negative.

    Args:
        table: a row for each column of the chart with period (its name), the groups, net, and cumulative or its
            percentiles p5, p50 and p95 over `runs` runs. Over several runs the groups are means.
        npv: the net present value in USD, or its median.
        setting: what all charts of the run or study share.
        unit: the label of the axis: dollars of which year.
        runs: the runs of a study; None for one run.
    """
    return Chart(
        name=NAME,
        title=_finding(table, npv, runs),
        description=_description(setting, runs),
        source=setting.source,
        table=table,
        panels=("",),
        key=f"Bars: {_span(setting)}; line: running total, undiscounted"
        + (", its median and 90 % of the runs" if runs else ""),
        draw=partial(_draw, table, unit),
        height=HEIGHT,
    )


def _finding(table: pd.DataFrame, npv: float | None, runs: int | None) -> str:
    sums = {group: float(table[group].sum()) for group in GROUPS if group in table}
    parts = [
        f"{dollars(abs(sums[g]))} for {w}"
        for g, w in ((BUILDING, "building"), (SPENT, "what is bought and made"))
        if sums.get(g)
    ]
    costs = f" against {' and '.join(parts)}" if parts else ""
    value = (
        f"{dollars(sums.get(VALUE, 0.0))} is delivered{costs}"
        if sums.get(VALUE)
        else f"Nothing of value is delivered{costs}"
    )
    worth = "" if npv is None else f"; {'median ' if runs else ''}NPV {dollars(npv)}"
    mean = f"Mean of {runs:,} runs: " if runs else ""
    return f"{mean}{value}{worth}"


def _span(setting: Setting) -> str:
    return "each year" if setting.dated else "some periods each"


def _description(setting: Setting, runs: int | None) -> str:
    line = (
        f"Bars: means over {runs:,} runs; the line is the median of the running total, the band contains 90 % of the runs."
        if runs
        else f"Bars: sums of {_span(setting)}; the line is the running total at the end of each."
    )
    return f"Money {'by year' if setting.dated else 'over time'}, undiscounted and without salvage; costs are negative. {line} The amounts at the right are sums over all of them."


def _draw(table: pd.DataFrame, unit: str, axes: Sequence[Axes]) -> None:
    (one,) = axes
    places = list(range(len(table)))
    whole = float(table[[g for g in GROUPS if g in table]].abs().to_numpy().sum())
    labels: list[Label] = []
    below, above = [0.0] * len(table), [0.0] * len(table)
    for group, (colour, hatch) in GROUPS.items():
        if group not in table or table[group].abs().sum() <= LEAST * whole:
            continue
        values = [float(v) for v in table[group]]
        # Income is stacked upwards from zero and costs downwards: one group may change its sign from year to year.
        bottoms = [a if v >= 0 else b for v, a, b in zip(values, above, below, strict=True)]
        one.bar(places, values, WIDTH, bottoms, color=colour, alpha=0.85, hatch=hatch, edgecolor=INK, lw=0.5)
        total = float(table[group].sum())
        labels.append(Label(bottoms[-1] + values[-1] / 2, f"{group}\n{dollars(total)}", colour, hatch))
        above = [a + max(v, 0.0) for a, v in zip(above, values, strict=True)]
        below = [b + min(v, 0.0) for b, v in zip(below, values, strict=True)]
    middle = table["p50" if "p50" in table else SUM].tolist()
    # The running total is that at the end of a period: between its bar and the next.
    ends = [place + 0.5 for place in places]
    if "p5" in table:
        one.fill_between(ends, table["p5"].tolist(), table["p95"].tolist(), color=BLUE, alpha=0.18, lw=0)
    one.plot(ends, middle, color=BLUE, marker="o", ms=4.5)
    one.axhline(0, color=MUTED, lw=0.9)
    one.set_xticks(places, [str(p) for p in table["period"]])
    one.tick_params(axis="x", length=0)
    one.set_xlim(-0.6, len(table) - 1 + 0.6)
    written(one.yaxis, dollar_tick, 6)
    one.set_ylabel(unit)
    labels.append(Label(middle[-1], f"running total\n{dollars(middle[-1])}", BLUE))
    at_the_end(one, labels, 0.8 * HEIGHT)
