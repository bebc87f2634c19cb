"""Milestones by date, against the dates announced for them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from sim.clock import DAYS_PER_MONTH
from sim.report.figures.axes import at, over_time
from sim.report.figures.figure import Chart, Setting
from sim.report.figures.style import BLUE, INK, MUTED, ORANGE, RULE, SMALL
from sim.report.figures.words import listed
from sim.report.formats import about

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "milestones"
ROW = 0.27


def milestones(table: pd.DataFrame, setting: Setting, *, runs: int | None = None) -> Chart:
    """Return the chart of the dates at which milestones are reached.

    Args:
        table: a row for each milestone with name, title, date (missing: not reached), and since and until (the span
            announced, where there is one). Of a study probability, on_time and the percentiles p5 to p95 over the runs
            that reach it instead of date.
        setting: what all charts of the run or study share.
        runs: the runs of a study; None for one run.
    """
    found = table.iloc[_order(table)].reset_index(drop=True)
    return Chart(
        name=NAME,
        title=_finding(found, setting, runs),
        description=_description(found, runs),
        source=setting.source,
        table=table,
        panels=("",),
        key=setting.keyed(_key(found, runs)),
        draw=partial(_draw, found, setting),
        height=0.5 + ROW * max(len(found), 3),
    )


def _order(table: pd.DataFrame) -> list[int]:
    """Return the positions of the rows by date; milestones that are not reached come last."""
    column = "p50" if "p50" in table else "date"
    last = float("inf")
    return sorted(
        range(len(table)), key=lambda k: last if pd.isna(table[column].iloc[k]) else at(table[column].iloc[k])
    )


def _finding(table: pd.DataFrame, setting: Setting, runs: int | None) -> str:
    if "p50" in table:
        sure = int((table["probability"] >= 0.5).sum())
        first = f"{sure} of {len(table)} milestones are reached in at least half of {runs:,} runs"
    else:
        first = f"{int(table['date'].notna().sum())} of {len(table)} milestones are reached by {_day(setting.end)}"
    known = table[table["until"].notna()]
    if known.empty:
        return first
    late = _late(known)
    if not late:
        return f"{first}; none of the {len(known)} with an announced date is late"
    text = listed([f"{title} ({_by(days)})" for title, days in late], 2)
    return (
        f"{first}; of {len(known)} with an announced date {len(late)} {'is' if len(late) == 1 else 'are'} late: {text}"
    )


def _late(known: pd.DataFrame) -> list[tuple[str, float]]:
    """Return title and delay in days of milestones later than announced, the latest first; inf: not reached."""
    column = "p50" if "p50" in known else "date"
    found = []
    for _, row in known.iterrows():
        reached = not pd.isna(row[column]) and not ("probability" in row and row["probability"] < 0.5)
        days = at(row[column]) - at(row["until"]) if reached else float("inf")
        # Dates are whole days: a fraction of a day is no delay.
        if days >= 1:
            found.append((str(row["title"]), days))
    return sorted(found, key=lambda pair: -pair[1])


def _by(days: float) -> str:
    if days == float("inf"):
        return "not reached"
    months = days / DAYS_PER_MONTH
    return f"{months:.0f} months" if months >= 1.5 else "a month" if months >= 0.8 else f"{days:.0f} days"


def _day(time: object) -> str:
    return f"{time:g}" if isinstance(time, float) else str(time)[:10]


def _key(table: pd.DataFrame, runs: int | None) -> str:
    dot = (
        "Dot, thick and thin line: median, 50 % and 90 % of the dates; at the right: probability that it is reached, and in time"
        if runs
        else "Dot: reached"
    )
    return f"{dot}; bar and diamond: the time for which it was announced" if table["until"].notna().any() else dot


def _description(table: pd.DataFrame, runs: int | None) -> str:
    mark = (
        f"A dot is the median date over those of {runs:,} runs that reach the milestone, the thick line contains 50 % of them and the thin one 90 %; at the right, the probability that it is reached by the end and, where a date was announced, by that date. "
        if "p50" in table
        else "A dot is the date at which the run reaches the milestone. "
    )
    asked = (
        "Bars with a diamond at the end: the time for which it was announced, where it was."
        if table["until"].notna().any()
        else ""
    )
    return f"{mark}{asked}".strip()


def _draw(table: pd.DataFrame, setting: Setting, axes: Sequence[Axes]) -> None:
    (one,) = axes
    places = list(range(len(table)))
    over_time(one, setting)
    one.set_ylim(len(table) - 0.4, -0.6)
    one.set_yticks(places, [str(t) for t in table["title"]], color=INK)
    one.tick_params(axis="y", length=0)
    one.spines["left"].set_visible(False)
    one.grid(axis="x", color=RULE)
    begin, end = at(setting.begin), at(setting.end)
    for place, (_, row) in zip(places, table.iterrows(), strict=True):
        if not pd.isna(row["until"]):
            since = row["since"] if not pd.isna(row["since"]) else row["until"]
            one.plot(
                [max(at(since), begin), at(row["until"])],
                [place, place],
                color=ORANGE,
                lw=5,
                alpha=0.75,
                solid_capstyle="butt",
                zorder=2,
            )
            one.plot(
                [at(row["until"])],
                [place],
                marker="D",
                ms=6,
                color=ORANGE,
                mec=INK,
                mew=0.6,
                ls="",
                zorder=3,
                clip_on=False,
            )
        _dot(one, row, place, end)


def _dot(axes: Axes, row: pd.Series, place: int, end: float) -> None:
    """Draw the date of one milestone, or an arrow at the end if it is not reached."""
    column = "p50" if "p50" in row else "date"
    text = ""
    if "p50" in row:
        text = about(float(row["probability"]))
        if not pd.isna(row["on_time"]):
            text = f"{text}; in time {about(float(row['on_time']))}"
        # The wide interval first, so that the thicker one lies on it.
        for low, high, width in (("p5", "p95", 1.6), ("p25", "p75", 4.0)):
            if not pd.isna(row[low]):
                axes.plot(
                    [at(row[low]), at(row[high])], [place, place], color=BLUE, lw=width, solid_capstyle="butt", zorder=4
                )
    if not pd.isna(row[column]):
        axes.plot([at(row[column])], [place], marker="o", ms=6.5, color=BLUE, ls="", zorder=5, clip_on=False)
        text = text or _day(row[column])
    else:
        axes.plot([end], [place], marker=">", ms=6.5, mfc="none", mec=MUTED, ls="", zorder=5, clip_on=False)
        text = text or "not reached"
    axes.annotate(
        text, (1, place), xycoords=("axes fraction", "data"), xytext=(9, 0), textcoords="offset points", va="center", size=SMALL,
        color=INK, annotation_clip=False,
    )  # fmt: skip
