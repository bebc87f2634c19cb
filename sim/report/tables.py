"""A table or a few lines to show, before anyone decides how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sim.errors import visible


@dataclass(frozen=True, slots=True)
class Column:
    """One column; its unit stands in the heading."""

    title: str
    unit: str = ""
    align: Literal["left", "right"] = "right"
    group: str = ""
    """Columns of one group stay together where a table is split; those without one stand in every part."""
    optional: bool = False
    """Left out where the table is too wide, before it is split."""

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


def cleaned(block: Block) -> Block:
    """Return the block with control characters visible: text comes from files, and a terminal would obey them."""
    if isinstance(block, Lines):
        return Lines(visible(block.title), tuple(map(visible, block.lines)))
    return Table(
        visible(block.title),
        tuple(replace(column, title=visible(column.title), unit=visible(column.unit)) for column in block.columns),
        tuple(tuple(map(visible, row)) for row in block.rows),
        tuple(map(visible, block.notes)),
    )


def table(title: str, columns: Sequence[Column], rows: Sequence[Sequence[str]], notes: Sequence[str] = ()) -> Table:
    """Return a table from any sequences."""
    return Table(title, tuple(columns), tuple(tuple(row) for row in rows), tuple(notes))


def left(title: str, unit: str = "") -> Column:
    """Return a column of words."""
    return Column(title, unit, "left")


def right(title: str, unit: str = "") -> Column:
    """Return a column of numbers."""
    return Column(title, unit)


def spread(labels: Sequence[str], *, optional: bool = False) -> list[Column]:
    """Return a column of numbers for each period; quarters (26Q1) are grouped by year."""
    return [Column(label, group=label.partition("Q")[0], optional=optional) for label in labels]
