"""Prints blocks: with rich on a terminal, as plain aligned text into a pipe."""

from __future__ import annotations

import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from sim.report.tables import Block, Lines, Table

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 100
GAP = "  "


def show(blocks: Iterable[Block], file: TextIO | None = None) -> None:
    """Print `blocks` to `file` (default: stdout) as suits it."""
    out = sys.stdout if file is None else file
    if out.isatty():
        _show_rich(blocks, out)
        return
    for number, block in enumerate(blocks):
        out.write(("\n" if number else "") + as_text(block) + "\n")


def as_text(block: Block, width: int = WIDTH) -> str:
    """A block as plain text: no box, no colour, no trailing blanks."""
    if isinstance(block, Lines):
        head = [block.title] if block.title else []
        return "\n".join([*head, *(_wrapped(line, width) for line in block.lines)])
    widths = _widths(block, width)
    rows = [[c.heading for c in block.columns], *block.rows]
    body = [line for row in rows for line in _row_text(row, block, widths)]
    return "\n".join([*([block.title] if block.title else []), *body, *(_wrapped(n, width) for n in block.notes)])


def _wrapped(line: str, width: int) -> str:
    return "\n".join(textwrap.wrap(line, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)) or line


def cells(text: str) -> int:
    """Terminal columns that `text` takes (wide East Asian characters take two)."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _widths(block: Table, width: int) -> list[int]:
    """Column widths; the widest column of words gives way until the table fits."""
    rows: list[Sequence[str]] = [[c.heading for c in block.columns], *block.rows]
    widths = [max(cells(row[i]) for row in rows) for i in range(len(block.columns))]
    words = [i for i, c in enumerate(block.columns) if c.align == "left"]
    while words and sum(widths) + len(GAP) * (len(widths) - 1) > width:
        widest = max(words, key=lambda i: widths[i])
        if widths[widest] <= 12:
            break
        widths[widest] -= 1
    return widths


def _row_text(row: Sequence[str], block: Table, widths: Sequence[int]) -> list[str]:
    """One row, over several lines where a cell had to be wrapped."""
    parts = [textwrap.wrap(cell, max(w, 1)) or [""] for cell, w in zip(row, widths, strict=True)]
    lines = []
    for depth in range(max(map(len, parts))):
        texts = [part[depth] if depth < len(part) else "" for part in parts]
        padded = [_pad(t, w, c.align) for t, w, c in zip(texts, widths, block.columns, strict=True)]
        lines.append(GAP.join(padded).rstrip())
    return lines


def _pad(text: str, width: int, align: str) -> str:
    blanks = " " * max(0, width - cells(text))
    return text + blanks if align == "left" else blanks + text


def _show_rich(blocks: Iterable[Block], out: TextIO) -> None:
    from rich.console import Console

    # Rich itself honours NO_COLOR.
    console = Console(file=out, width=max(60, shutil.get_terminal_size((WIDTH, 24)).columns), highlight=False)
    for number, block in enumerate(blocks):
        if number:
            console.print()
        _print_block(console, block)


def _print_block(console: Console, block: Block) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as RichTable
    from rich.text import Text

    if block.title:
        console.print(Text(block.title, style="bold"))
    if isinstance(block, Lines):
        for line in block.lines:
            console.print(Text(line))
        return
    grid = RichTable(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False, header_style="dim")
    for column in block.columns:
        grid.add_column(Text(column.heading), justify=column.align, overflow="fold")
    for row in block.rows:
        grid.add_row(*(Text(cell) for cell in row))
    console.print(grid)
    for note in block.notes:
        console.print(Text(note, style="dim"))
