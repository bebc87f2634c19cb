"""Options that several commands share."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim.errors import MOST_SEED


class Engine(StrEnum):
    """Which engine plays the plan out."""

    EVENTS = "events"
    BATCH = "batch"


SETS = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Override an input (sites.fab.ramp.months=30), or a figure by its id; may be repeated.",
    ),
]
READINGS = Annotated[
    list[str] | None,
    typer.Option("--reading", metavar="FIGURE=NAME", help="Choose a reading of a contested figure; may be repeated."),
]
WITHOUT = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="ARTICLE",
        help="Leave an article out: other readings or fallbacks take its place; may be repeated.",
    ),
]
AS_KNOWN = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-known", metavar="DATE", formats=["%Y-%m-%d"], help="Take what was reported up to this day (2026-04-30)."
    ),
]
ALLOW_OUTSIDE = Annotated[
    bool,
    typer.Option(
        "--allow-outside",
        help="Let scenarios extend files outside this folder, that of the scenario named, and what is shipped.",
    ),
]
JOBS = Annotated[
    int, typer.Option("--jobs", min=0, help="Runs at a time (0: one for each core); no result depends on it.")
]
SEED = Annotated[int, typer.Option(min=0, max=MOST_SEED, help="Random seed; the same seed repeats the run.")]
ENGINE = Annotated[Engine, typer.Option(help="events: the readable reference; batch: compiled, with the same numbers.")]
OUT = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Keep the study there; the same command resumes it."),
]
LOT_SCALE = Annotated[
    str,
    typer.Option("--lot-scale", metavar="K", help="Lots K times as large, or auto; the resulting bias is reported."),
]
KPIS = Annotated[list[str] | None, typer.Option("--kpi", metavar="NAME", help="Show this KPI; may be repeated.")]
OUTPUTS = Annotated[
    list[str] | None,
    typer.Option(
        "--kpi",
        metavar="NAME",
        help="A KPI, a milestone (its date) or 'MILESTONE reached'; may be repeated (default: a share and the NPV).",
    ),
]
ALL = Annotated[bool, typer.Option("--all", help="Show all KPIs.")]
FULL = Annotated[bool, typer.Option("--full", help="Print every table, not one screen.")]
CLUSTER = Annotated[
    str | None,
    typer.Option(
        "--cluster", metavar="ADDRESS", help="Run on the workers of this Dask scheduler (tcp://host:8786) instead."
    ),
]
