"""In-house share of each stage over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.report.figures.axes import at, middles, over_time, percent_tick, written
from sim.report.figures.canvas import panel_title
from sim.report.figures.figure import Chart, Setting
from sim.report.figures.style import BLUE, INK, MUTED, SMALL
from sim.report.figures.words import listed, of_hundred, of_runs, opened, within
from sim.report.formats import about

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAME = "share"
HEIGHT = 1.75


@dataclass(frozen=True)
class MilestoneMark:
    """A milestone on the line of a share: when it is reached, and whether it is the first own output."""

    share: str
    time: object
    first: bool


def shares(
    table: pd.DataFrame,
    recent: Mapping[str, float | None],
    setting: Setting,
    *,
    marks: Sequence[MilestoneMark] = (),
    runs: int | None = None,
) -> Chart:
    """Return the chart of the in-house share of each stage by period.

    Args:
        table: a row for each share and period with name, title, begin, end, and value, or the percentiles p5, p25,
            p50, p75 and p95 over `runs` runs; shares from 0 to 1, NaN where nothing was made.
        recent: name -> the share over the time that the setting names; None where nothing was made.
        setting: what all charts of the run or study share.
        marks: milestones to mark.
        runs: the runs of a study; None for one run.
    """
    names = list(dict.fromkeys(table["name"]))
    titles = {n: str(table.loc[table["name"] == n, "title"].iloc[0]) for n in names}
    return Chart(
        name=NAME,
        title=_finding(titles, recent, setting, runs),
        description=_description(setting, runs, marks),
        source=setting.source,
        table=table,
        panels=tuple(panel_title(titles[n], of_hundred(recent.get(n))) for n in names),
        key=setting.keyed(_key(runs, marks)),
        draw=partial(_draw, table, names, recent, setting, marks),
        columns=min(len(names), 3),
        height=HEIGHT if len(names) > 3 else 2 * HEIGHT if len(names) == 1 else 2.4,
    )


def _finding(titles: Mapping[str, str], recent: Mapping[str, float | None], setting: Setting, runs: int | None) -> str:
    known = {n: v for n in titles if (v := recent.get(n)) is not None}
    own = sorted((n for n, v in known.items() if v > 0), key=lambda n: -known[n])
    if not own:
        return opened(f"{of_runs(runs)}nothing is made in-house {setting.recent}")
    parts = [f"{within(titles[n])} {about(known[n])}" for n in own]
    none = [within(titles[n]) for n in known if n not in own]
    rest = f"; none of {listed(none)}" if none else ""
    return f"{of_runs(runs) or ''}{'in' if runs else 'In'}-house {setting.recent}: {listed(parts)}{rest}"


def _key(runs: int | None, marks: Sequence[MilestoneMark]) -> str:
    if runs:
        return "Line: median of each period; bands: 50 % and 90 % of the runs"
    return "Triangle: the first own output; dots: when the shares of milestones are reached" if marks else ""


def _description(setting: Setting, runs: int | None, marks: Sequence[MilestoneMark]) -> str:
    fan = f"The line is the median of {runs:,} runs, the bands contain 50 % and 90 % of them. " if runs else ""
    ticks = "Triangles: the first own output; dots: milestones of the share. " if marks else ""
    shaded = "Shaded: disruptions. " if setting.bands else ""
    return f"In-house share of each stage by period, in per cent of what was made, and by name {setting.recent}; no line where nothing was made. {fan}{ticks}{shaded}".strip()


def _draw(
    table: pd.DataFrame,
    names: Sequence[str],
    recent: Mapping[str, float | None],
    setting: Setting,
    marks: Sequence[MilestoneMark],
    axes: Sequence[Axes],
) -> None:
    for place, (name, one) in enumerate(zip(names, axes, strict=True)):
        part = table[table["name"] == name]
        line = part["p50" if "p50" in part else "value"].tolist()
        x = middles(part)
        for low, high, strength in (("p5", "p95", 0.16), ("p25", "p75", 0.3)):
            if low in part:
                one.fill_between(x, part[low].tolist(), part[high].tolist(), color=BLUE, alpha=strength, lw=0)
        # One period makes no line: mark it by a dot.
        one.plot(x, line, color=BLUE, clip_on=False, marker="o" if len(x) == 1 else "")
        one.set_ylim(0, 1)
        written(one.yaxis, percent_tick, 4)
        over_time(one, setting, narrow=True)
        _marked(one, [mark for mark in marks if mark.share == name], x, line)
        _said(one, recent.get(name), line)
        if place % 3 == 0:
            one.set_ylabel("in-house [%]")


def _said(axes: Axes, recent: float | None, line: Sequence[float]) -> None:
    """Write inside the panel that nothing was made, or nothing in-house: an empty panel would look like an error."""
    if recent is None:
        text = "nothing made"
    elif recent == 0 and not any(v > 0 for v in line):
        text = "none in-house"
    else:
        return
    axes.annotate(text, (0.5, 0.5), xycoords="axes fraction", ha="center", va="center", color=MUTED, size=SMALL)


def _marked(axes: Axes, marks: Sequence[MilestoneMark], x: Sequence[float], line: Sequence[float]) -> None:
    """Mark milestones on the line: a triangle at the first output, dots where shares are reached."""
    import numpy as np

    for mark in marks:
        time = at(mark.time)
        height = float(np.interp(time, x, np.nan_to_num(line)))
        looks: dict[str, Any] = {"marker": "^", "ms": 6.5} if mark.first else {"marker": "o", "ms": 5.0}
        axes.plot([time], [height], color=INK, ls="", clip_on=False, zorder=4, **looks)
