"""Prints blocks: with rich on a terminal, as plain aligned text into a pipe."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from sim.report.layout import GAP, cells, parts, widths, wrap
from sim.report.sparks import in_ascii
from sim.report.tables import Block, Lines, Table, cleaned

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 100
_NARROWEST = 60
_UNBOUNDED = 10_000
_UNBROKEN = "\u00a0"


def show(blocks: Iterable[Block], file: TextIO | None = None) -> None:
    """Print `blocks` to `file` (default: stdout), with colours on a terminal."""
    out = sys.stdout if file is None else file
    blocks = map(cleaned, blocks)
    if out.isatty():
        _show_rich(blocks, out)
        return
    for number, block in enumerate(blocks):
        out.write(("\n" if number else "") + _writable(as_text(block, _width()), out) + "\n")


def _width() -> int:
    """Return the columns of the terminal, or COLUMNS; 100 for a pipe without it."""
    return max(_NARROWEST, shutil.get_terminal_size((WIDTH, 24)).columns)


def _writable(text: str, out: TextIO) -> str:
    """Return the text with bars and marks in ASCII if the encoding of `out` lacks them."""
    try:
        text.encode(out.encoding or "utf-8")
    except UnicodeEncodeError:
        return in_ascii(text)
    return text


def as_text(block: Block, width: int = WIDTH) -> str:
    """Return a block as plain text: no box, no colour, no trailing blanks."""
    if isinstance(block, Lines):
        head = [block.title] if block.title else []
        return "\n".join(_wrapped(line, width) for line in (*head, *block.lines))
    return "\n\n".join(_table_text(part, width) for part in parts(block, width))


def _table_text(block: Table, width: int) -> str:
    taken = widths(block, width)
    rows = [[c.heading for c in block.columns], *block.rows]
    body = [line for row in rows for line in _row_text(row, block, taken)]
    head = [_wrapped(block.title, width)] if block.title else []
    return "\n".join([*head, *body, *(_wrapped(n, width) for n in block.notes)])


def _wrapped(line: str, width: int) -> str:
    # A number and its per cent sign stay on one line.
    whole = line.replace(" %", f"{_UNBROKEN}%")
    lines = textwrap.wrap(whole, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace(_UNBROKEN, " ") or line


def _row_text(row: Sequence[str], block: Table, taken: Sequence[int]) -> list[str]:
    """Return one row, over several lines if a cell is wrapped."""
    wrapped = [wrap(cell, w) for cell, w in zip(row, taken, strict=True)]
    lines = []
    for depth in range(max(map(len, wrapped))):
        texts = [part[depth] if depth < len(part) else "" for part in wrapped]
        padded = [_pad(t, w, c.align) for t, w, c in zip(texts, taken, block.columns, strict=True)]
        lines.append(GAP.join(padded).rstrip())
    return lines


def _pad(text: str, width: int, align: str) -> str:
    blanks = " " * max(0, width - cells(text))
    return text + blanks if align == "left" else blanks + text


def _show_rich(blocks: Iterable[Block], out: TextIO) -> None:
    from rich.console import Console

    width = _width()
    # Everything is wrapped here, so that rich breaks no word; it honours NO_COLOR itself.
    console = Console(file=out, width=_UNBOUNDED, highlight=False)
    for number, block in enumerate(blocks):
        if number:
            console.print()
        _print_block(console, block, width)


def _print_block(console: Console, block: Block, width: int) -> None:
    if isinstance(block, Lines):
        _print_lines(console, [block.title] if block.title else [], width, "bold")
        _print_lines(console, block.lines, width)
        return
    for number, part in enumerate(parts(block, width)):
        if number:
            console.print()
        _print_table(console, part, width)


def _print_lines(console: Console, lines: Iterable[str], width: int, style: str = "") -> None:
    from rich.text import Text

    for line in lines:
        console.print(Text(_wrapped(line, width), style=style))


def _print_table(console: Console, block: Table, width: int) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as RichTable
    from rich.text import Text

    _print_lines(console, [block.title] if block.title else [], width, "bold")
    # Its columns stand as far apart as GAP: one blank of padding, one of the box.
    grid = RichTable(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False, header_style="dim")
    taken = widths(block, width)
    for column, w in zip(block.columns, taken, strict=True):
        grid.add_column(Text("\n".join(wrap(column.heading, w))), justify=column.align, no_wrap=True)
    for row in block.rows:
        grid.add_row(*(Text("\n".join(wrap(cell, w))) for cell, w in zip(row, taken, strict=True)))
    console.print(grid)
    _print_lines(console, block.notes, width, "dim")
