"""What can be seen at a gate, by name: capacities and their use, yields, prices, output, demand and backlogs."""

from __future__ import annotations

from sim.scenario.schema import Document

KINDS = {
    "capacity": "sites", "use": "sites", "yield": "recipes", "price": "recipes", "output": "recipes", "demand": "demand",
    "backlog": "demand",
}  # fmt: skip
"""Kind of feature -> the part of a scenario whose entries have it. A name is `KIND of ENTRY`: capacity of hall."""


def seen_at_gates(document: Document) -> list[str]:
    """The names of all that can be seen at a gate of a scenario."""
    return [f"{kind} of {entry}" for kind, section in KINDS.items() for entry in getattr(document, section)]


def allowed(names: list[str]) -> str:
    """What names a feature, for errors."""
    example = f"; or one of them of one thing, as {names[0]}" if names else ""
    return f"{', '.join(KINDS)}{example}"
