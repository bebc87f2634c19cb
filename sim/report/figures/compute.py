"""Compute in service against what is asked for, on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.figures.axes import Label, at, at_the_end, over_time, tick
from sim.report.figures.figure import Chart, Setting
from sim.report.figures.style import BLUE, INK, VERMILION
from sim.report.figures.words import of_runs
from sim.report.formats import count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "compute"
HEIGHT = 3.3
_DECADE = 10.0


def growth(kpis: Mapping[str, float | None]) -> tuple[float, float] | None:
    """Return the growth factor a year of compute in service, and the one asked for; None if either is unknown."""
    grown, needed = kpis.get("h100e_growth_per_year"), kpis.get("h100e_growth_needed_per_year")
    return None if grown is None or needed is None else (grown, needed)


def compute(
    table: pd.DataFrame, setting: Setting, *, growth: tuple[float, float] | None, runs: int | None = None
) -> Chart:
    """Return the chart of compute in service on the lines that ask for compute, and of what they ask for.

    Args:
        table: a row for each instant with time, asked, and in_service or its percentiles p5, p50 and p95 over `runs`
            runs; compute in H100-equivalents.
        setting: what all charts of the run or study share.
        growth: the growth factor a year that is reached, and the one asked for.
        runs: the runs of a study; None for one run.
    """
    return Chart(
        name=NAME,
        title=_finding(table, growth, runs),
        description=_description(runs),
        source=setting.source,
        table=table,
        panels=("",),
        key=setting.keyed("Band: 90 % of the runs" if runs else ""),
        draw=partial(_draw, table, setting),
        height=HEIGHT,
    )


def _finding(table: pd.DataFrame, growth: tuple[float, float] | None, runs: int | None) -> str:
    there = float(table["p50" if "p50" in table else "in_service"].iloc[-1])
    asked = float(table["asked"].iloc[-1])
    times = "" if growth is None else f"; it grows {growth[0]:.1f}-fold a year, where {growth[1]:.1f}-fold is asked for"
    return f"{of_runs(runs)}{count(there)} H100e are in service at the end, {100 * there / asked:.0f} % of the {count(asked)} asked for{times}"


def _description(runs: int | None) -> str:
    fan = f" The line is the median of {runs:,} runs, the band contains 90 % of them." if runs else ""
    return (
        "Compute in service in H100-equivalents on the demand lines that ask for compute, on a logarithmic axis: what stood at the start "
        f"and what was delivered since; dashed: what they ask for.{fan} Nothing wears out."
    )


def _draw(table: pd.DataFrame, setting: Setting, axes: Sequence[Axes]) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    (one,) = axes
    x = [at(t) for t in table["time"]]
    there, asked = table["p50" if "p50" in table else "in_service"].tolist(), table["asked"].tolist()
    if "p5" in table:
        one.fill_between(x, table["p5"].tolist(), table["p95"].tolist(), color=BLUE, alpha=0.2, lw=0)
    one.plot(x, asked, color=VERMILION, ls=(0, (6, 2)))
    one.plot(x, there, color=BLUE)
    # On a logarithmic axis exponential growth is a straight line, and the two rates can be compared.
    one.set_yscale("log")
    positive = [v for v in (*there, *asked) if v > 0]
    one.set_ylim(min(positive) / 1.3, max(positive) * 1.3)
    # Within two decades powers of ten would label too few ticks.
    narrow = max(positive) / min(positive) < _DECADE**2
    one.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if narrow else (1.0,)))
    one.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tick(value)))
    one.yaxis.set_minor_formatter(NullFormatter())
    one.set_ylabel("H100-equivalents (log)")
    over_time(one, setting)
    at_the_end(
        one, [Label(asked[-1], f"asked for\n{count(asked[-1])}", INK), Label(there[-1], f"in service\n{count(there[-1])}", INK)],
        0.4 * HEIGHT,
    )  # fmt: skip
