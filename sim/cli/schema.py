"""`fabshift schema`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.output import emit_json
from sim.scenario.json_schema import scenario_schema


def command(
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it to FILE instead of stdout.")] = None,
) -> None:
    """Print the JSON Schema of scenario files."""
    schema = scenario_schema()
    if out is None:
        emit_json(schema)
        return
    from sim.cli.files import write_new

    write_new(out, json.dumps(schema, indent=2, ensure_ascii=False) + "\n", force=True)
