"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

SETS = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Override an input (sites.fab.ramp.months=30); may be repeated."),
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
JOBS = Annotated[
    int, typer.Option("--jobs", min=0, help="Runs at a time (0: one for each core); the answer does not depend on it.")
]
