"""`fabshift list`."""

from __future__ import annotations

from sim.cli.choices import JSON
from sim.cli.output import emit_json
from sim.report.render import show
from sim.report.tables import left, table
from sim.scenario.catalogue import shipped_titles


def command(as_json: JSON = False) -> None:
    """List the shipped scenarios."""
    titles = shipped_titles()
    if as_json:
        emit_json([{"name": name, "title": title} for name, title in titles.items()])
        return
    show([table("", [left("scenario"), left("title")], list(titles.items()))])
