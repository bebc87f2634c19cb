"""What can be seen at a gate, by name.

These are capacities and their use, yields, prices, output, demand, backlogs, levels of processes, days of gates on
milestones, and inputs known from the start.
"""

from __future__ import annotations

from sim.scenario.compose import dotted
from sim.scenario.resolve import Inputs, paths_over_time
from sim.scenario.schema import Document

LEVEL = "level"
"""Of a path over time with a process: where it is, as a multiple of what is written."""
_SECTIONS = {
    "capacity": "sites", "use": "sites", "yield": "recipes", "price": "recipes", "output": "recipes", "demand": "demand",
    "backlog": "demand",
}  # fmt: skip
"""Kind of feature -> the part of a scenario whose entries have it. A name is `KIND of ENTRY`: capacity of hall."""
DAY = "day"
"""Of a gate that waits for a milestone: when it came, in days from the start."""
KINDS = (*_SECTIONS, LEVEL, DAY)


def seen_at_gates(document: Document, inputs: Inputs) -> list[str]:
    """Return the names of all that can be seen at a gate of a scenario; an input known from the start has its path."""
    found = [f"{kind} of {entry}" for kind, section in _SECTIONS.items() for entry in getattr(document, section)]
    moving = [dotted(loc) for loc, path in paths_over_time(document).items() if path.process is not None]
    waiting = [name for name, decision in document.decisions.items() if decision.at.milestone is not None]
    known = [path for path, found in inputs.items() if found.known]
    return [*found, *(f"{LEVEL} of {path}" for path in moving), *(f"{DAY} of {name}" for name in waiting), *known]


def allowed(names: list[str]) -> str:
    """Return in words what names a feature, for errors."""
    example = f"; or one of them of one thing, as {names[0]}" if names else ""
    return f"{', '.join(KINDS)}{example}"
