"""A table or a few lines to show, before anyone decides how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Column:
    """One column; its unit stands in the heading."""

    title: str
    unit: str = ""
    align: Literal["left", "right"] = "right"
    group: str = ""
    """Columns of one group stay together where a table is split; those without one stand in every part."""

    @property
    def heading(self) -> str:
        """Title and unit."""
        return f"{self.title} [{self.unit}]" if self.unit else self.title


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under headings, with footnotes."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences under an optional title."""

    title: str
    lines: tuple[str, ...]


Block = Table | Lines


def table(title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], notes: Sequence[str] = ()) -> Table:
    """A table from any sequences."""
    return Table(title, tuple(columns), tuple(tuple(row) for row in rows), tuple(notes))


def left(title: str, unit: str = "") -> Column:
    """A column of words."""
    return Column(title, unit, "left")


def right(title: str, unit: str = "") -> Column:
    """A column of numbers."""
    return Column(title, unit)


def spread(labels: Sequence[str]) -> list[Column]:
    """A column of numbers for each period; quarters (26Q1) are grouped by year."""
    return [Column(label, group=label.partition("Q")[0]) for label in labels]
