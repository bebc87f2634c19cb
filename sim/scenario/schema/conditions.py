"""Entries of a scenario, and parts of them, that a reading of the story switches on or off."""

from __future__ import annotations

from sim.scenario.schema.quantity import Strict


class Condition(Strict):
    """Keep an entry, or a part of one, only under one reading of a figure."""

    figure: str
    """A ledger figure whose value is a name (a node, yes or no)."""
    equals: list[str] | str
    """The value or values under which the entry exists."""


class Entry(Strict):
    """Anything with a name of its own in a scenario."""

    title: str | None = None
    """A name for people."""
    only_if: Condition | None = None
    """Switch the entry off unless a figure has this value."""


class ConditionalPart(Strict):
    """A part of an entry that a reading may switch off on its own."""

    only_if: Condition | None = None
    """Switch this part off unless a figure has this value."""
