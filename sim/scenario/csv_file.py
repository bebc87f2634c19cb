"""Reads a CSV file into cells that know their line and column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MOST_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class CsvCell:
    """The text of a cell without blanks around it, and where the cell begins (from 1)."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class CsvTable:
    """The names of the columns, and the rows below them, as long as the header each."""

    header: tuple[CsvCell, ...]
    rows: tuple[tuple[CsvCell, ...], ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a place in the file."""

    line: int
    column: int
    message: str
    found: str | None = None


_QUOTED = r' *"(?P<quoted>[^"]*(?:""[^"]*)*)" *'
_CELLS = {mark: re.compile(rf"(?:{_QUOTED}|(?P<plain>[^{mark}\n]*))(?P<end>[{mark}\n]|\Z)") for mark in ",;"}


@lru_cache(maxsize=64)
def read_table(text: str) -> tuple[CsvTable | None, tuple[Fault, ...]]:
    """Return the table of a text with commas or semicolons between cells (RFC 4180), and all that is wrong with it.

    Columns are separated by semicolons if the first line has one. The standard library's reader does not say where a
    cell begins, so that the cells are read here.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        return None, (Fault(1, 1, "the file is empty; its first line names the columns"),)
    first = text.partition("\n")[0]
    # A text with tabs would be read as a single column, and every row refused for it.
    if "\t" in first and not set(first) & set(",;"):
        return None, (Fault(1, first.index("\t") + 1, "tabs between columns; save it with commas or semicolons"),)
    lines, fault = _lines(text, _CELLS[";" if ";" in first else ","])
    if fault is not None:
        return None, (fault,)
    header, *rows = lines
    # Spreadsheet programs leave empty rows at the end; between others an empty row is a fault.
    while rows and _blank(rows[-1]):
        rows.pop()
    if not rows:
        return None, (Fault(1, 1, "there are no rows below the names of the columns"),)
    if len(rows) > MOST_ROWS:
        return None, (Fault(rows[MOST_ROWS][0].line, 1, f"more than {MOST_ROWS:,} rows", f"{len(rows):,}"),)
    faults = [fault for row in rows if (fault := _misfit(row, header)) is not None]
    wrong = {fault.line for fault in faults}
    return CsvTable(header, tuple(row for row in rows if row[0].line not in wrong)), tuple(faults)


def _lines(text: str, cells: re.Pattern[str]) -> tuple[list[tuple[CsvCell, ...]], Fault | None]:
    """Return the cells line by line, up to a quote that cannot be read, and what is wrong with that."""
    lines: list[tuple[CsvCell, ...]] = []
    row: list[CsvCell] = []
    place, line, begins = 0, 1, 0
    # A text that ends with a separator has one more cell, which is empty.
    while place < len(text) or row:
        found = cells.match(text, place)
        column = place - begins + 1
        # A quote at the beginning that was read as plain text is one that the pattern for quotes did not fit.
        if found is None or (found["plain"] or "").lstrip().startswith('"'):
            closed = re.match(_QUOTED, text[place:])
            why = "text after a closing quote; write a quote within quotes twice" if closed else "is never closed"
            return lines, Fault(line, column, why if closed else f"the quote that opens here {why}")
        content = found["plain"] if found["quoted"] is None else found["quoted"].replace('""', '"')
        row.append(CsvCell(content.strip(), line, column))
        # A cell in quotes may have line breaks of its own.
        line += found.group().count("\n")
        if "\n" in found.group():
            begins = place + found.group().rindex("\n") + 1
        place = found.end()
        if found["end"] in ("\n", ""):
            lines.append(tuple(row))
            row = []
    return lines, None


def _blank(row: tuple[CsvCell, ...]) -> bool:
    """Return whether nothing stands in a row."""
    return not any(cell.text for cell in row)


def _misfit(row: tuple[CsvCell, ...], header: tuple[CsvCell, ...]) -> Fault | None:
    """Return what is wrong with a row that is empty, or has more or fewer cells than there are columns."""
    if _blank(row):
        return Fault(row[0].line, 1, "the row is empty; fill it in or remove it")
    if len(row) == len(header):
        return None
    hint = "; quote text with a comma in it, and write numbers without" if len(row) > len(header) else ""
    columns = f"{len(header)} column{'s' if len(header) > 1 else ''}"
    return Fault(
        row[0].line, 1, f"the row does not fit the {columns}{hint}", f"{len(row)} cell{'s' if len(row) > 1 else ''}"
    )
