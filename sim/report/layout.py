"""Fits a table into a width: wraps text between words, names between their parts, and splits periods over parts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from sim.report.tables import Column, Table

GAP = "  "
_LABEL_ROOM = 20
"""A column of words may be narrowed to this before periods are split over several tables."""

_HEADING_ROOM = 14
"""Longer headings of numbers are wrapped before any words in the table are."""


def cells(text: str) -> int:
    """Return the terminal columns that `text` takes (wide East Asian characters take two)."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrap(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` columns, broken at spaces and after underscores.

    A piece that is still too long is broken after dots and hyphens within names.
    """
    lines, line = [], ""
    fitted = [p for piece in _pieces(text) for p in (_parts_of(piece) if cells(piece.rstrip()) > width else [piece])]
    for number, piece in enumerate(fitted):
        if number and cells((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """Return the pieces that stay together: words with the blanks after them, parts of names with their underscore."""
    return re.findall(r"[^\s_]*_+|[^\s_]+\s*|\s+", text) or [""]


def _parts_of(piece: str) -> list[str]:
    """Return the parts of a name with their dot or hyphen; numbers and dates are not broken."""
    return re.split(r"(?<=[^\W\d][.-])(?=[^\W\d])", piece)


def parts(block: Table, width: int) -> list[Table]:
    """Return the table, or several with some of its periods each; columns of one group (a year) stay together."""
    natural, least = _natural(block), _least(block)
    groups = list(dict.fromkeys(c.group for c in block.columns if c.group))
    fixed = sum(
        max(k, min(w, _LABEL_ROOM)) for c, w, k in zip(block.columns, natural, least, strict=True) if not c.group
    )
    room = width - fixed - len(GAP) * (sum(not c.group for c in block.columns) - 1)
    needs = {g: sum(w + len(GAP) for c, w in zip(block.columns, natural, strict=True) if c.group == g) for g in groups}
    if sum(needs.values()) <= room:
        return [block]
    # One table without a detail is easier to read than two with it.
    if any(c.optional for c in block.columns):
        return parts(_without_optional(block), width)
    packs: list[list[str]] = []
    left = 0
    for group in groups:
        if not packs or needs[group] > left:
            packs.append([])
            left = room
        packs[-1].append(group)
        left -= needs[group]
    return [_part(block, pack, first=k == 0, last=k == len(packs) - 1) for k, pack in enumerate(packs)] or [block]


def _without_optional(block: Table) -> Table:
    kept = [i for i, c in enumerate(block.columns) if not c.optional]
    rows = tuple(tuple(row[i] for i in kept) for row in block.rows)
    return replace(block, columns=tuple(block.columns[i] for i in kept), rows=rows)


def _part(block: Table, groups: Sequence[str], *, first: bool, last: bool) -> Table:
    kept = [i for i, c in enumerate(block.columns) if not c.group or c.group in groups]
    return replace(
        block,
        title=block.title if first else "",
        columns=tuple(block.columns[i] for i in kept),
        rows=tuple(tuple(row[i] for i in kept) for row in block.rows),
        notes=block.notes if last else (),
    )


def widths(block: Table, width: int) -> list[int]:
    """Return column widths that fit into `width`, in terminal columns.

    Long headings of numbers give way first, then the widest column; names are broken only if that is not enough.
    """
    found = _natural(block)
    for least in (_least(block), _least(block, names=True)):
        while sum(found) + len(GAP) * (len(found) - 1) > width:
            yielding = [i for i in range(len(found)) if found[i] > least[i]]
            if not yielding:
                break
            found[
                max(yielding, key=lambda i: (block.columns[i].align == "right" and found[i] > _HEADING_ROOM, found[i]))
            ] -= 1
    return found


def _natural(block: Table) -> list[int]:
    return [max(cells(text) for text in _texts(block, i)) for i in range(len(block.columns))]


def _least(block: Table, *, names: bool = False) -> list[int]:
    """Return the least width of each column: that of its longest piece.

    Words and headings wrap, numbers do not; `names`: names wrap too.
    """
    return [_narrowest(c, [row[i] for row in block.rows], names) for i, c in enumerate(block.columns)]


def _narrowest(column: Column, body: Sequence[str], names: bool) -> int:
    wrapped = [column.heading, *(body if column.align == "left" else ())]
    whole = body if column.align == "right" else ()
    pieces = [part for text in wrapped for piece in _pieces(text) for part in (_parts_of(piece) if names else [piece])]
    return max(max(cells(p.rstrip()) for p in pieces), *map(cells, whole), 0)


def _texts(block: Table, place: int) -> list[str]:
    return [block.columns[place].heading, *(row[place] for row in block.rows)]
