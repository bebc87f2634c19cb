"""Reads a list of inputs that is given back: the sheet Inputs of a workbook, or a CSV file."""

from __future__ import annotations

import csv
import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import InputError, Mark, Problem, argument, nearest

SHEET = "Inputs"
"""The sheet that is read of a workbook."""
PROPERTY = "scenario"
"""The property of a workbook that names the scenario it was written for."""
WRITTEN = {"value": "written value", "low": "written low", "high": "written high"}
"""Columns that keep what was written, so that a change is seen."""
NEEDED = ("path", "value")
ENDINGS = (".xlsx", ".csv")
MAX_BYTES = 20_000_000
_MAX_UNPACKED = 400_000_000
_HEAD = 20
"""The headings stand within the first so many rows."""
_FORMULA = ("=", "+", "-", "@")
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, and where: a number, truth value, date, text, or None; `formula` if no value of one is stored."""

    value: Any
    mark: Mark
    formula: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of cells by heading, and the scenario that they were written for, where the file says so."""

    rows: list[dict[str, Cell]]
    scenario: str | None


def quoted(value: Any) -> Any:
    """Return a value as it is safe in a cell: text that would be taken for a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def read_sheet(file: Path) -> Sheet:
    """Return the list of inputs in a workbook or a CSV file.

    Raises:
        InputError: there is no such file, it is neither, or the sheet or a column is missing.
    """
    if file.suffix.lower() not in ENDINGS:
        message = "inputs are read from a workbook or comma-separated values"
        raise InputError([Problem(argument("--inputs"), "", message, repr(str(file)), ", ".join(ENDINGS))])
    try:
        size = file.stat().st_size
        if not file.is_file():
            raise InputError([Problem(argument(str(file)), "", "this is not a regular file")])
        if size > MAX_BYTES:
            raise InputError([Problem(argument(str(file)), "", f"the file has more than {MAX_BYTES / 1e6:g} MB")])
        return _workbook(file) if file.suffix.lower() == ".xlsx" else _separated(file)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError([Problem(argument(str(file)), "", f"the file cannot be read: {reason.lower()}")]) from None


def _workbook(file: Path) -> Sheet:
    """Return the list of inputs in a workbook."""
    from openpyxl import load_workbook

    try:
        # A workbook is a zip file: a small one may unpack to gigabytes.
        with zipfile.ZipFile(file) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MAX_UNPACKED:
                raise InputError([Problem(argument(str(file)), "", "the workbook is too large to be read")])
        # openpyxl warns of charts and lists of words, which it leaves out; only cells are read here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # A workbook has the value of a formula beside its text, and openpyxl returns one or the other.
            values, formulas = (load_workbook(file, read_only=True, data_only=only) for only in (True, False))
        try:
            if SHEET not in values.sheetnames:
                message = f"there is no sheet {SHEET}"
                raise InputError([Problem(argument(str(file)), "", message, ", ".join(values.sheetnames))])
            cells = _cells(file, values[SHEET], formulas[SHEET])
            told = {one.name: one.value for one in values.custom_doc_props.props}.get(PROPERTY)
            return Sheet(_named(cells, Mark(str(file), 1, 1, SHEET)), None if told is None else str(told))
        finally:
            values.close()
            formulas.close()
    # openpyxl has no error of its own for a damaged file. A ParseError of XML is a SyntaxError.
    except (zipfile.BadZipFile, KeyError, TypeError, SyntaxError):
        message = "this is not a workbook that can be read; save it as .xlsx"
        raise InputError([Problem(argument(str(file)), "", message)]) from None


def _cells(file: Path, values: Any, formulas: Any) -> Iterator[list[Cell]]:
    """Yield the rows of a sheet; a formula without a value is one that no spreadsheet program has calculated."""
    pairs = zip(values.iter_rows(values_only=True), formulas.iter_rows(values_only=True), strict=True)
    for line, (found, written) in enumerate(pairs, 1):
        yield [
            Cell(_plain(value), Mark(str(file), line, column, SHEET), value is None and text is not None)
            for column, (value, text) in enumerate(zip(found, written, strict=True), 1)
        ]


def _plain(value: Any) -> Any:
    """Return a value of a cell: midnight as a date, text without blanks at its ends, and empty text as nothing."""
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() else value
    if isinstance(value, str):
        value = value.strip()
        # The apostrophe was put there by `quoted`.
        return value.removeprefix("'") if value[1:].startswith(_FORMULA) else value or None
    return value


def _separated(file: Path) -> Sheet:
    """Return the list of inputs in a CSV file."""
    raw = file.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError([Problem(argument(str(file)), "", "this is UTF-16; save the file as CSV UTF-8")])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8 text (byte 0x{raw[error.start]:02x}); save the file as CSV UTF-8"
        raise InputError([Problem(Mark(str(file), line, 1), "", message)]) from None
    first = text.partition("\n")[0]
    # Spreadsheet programs save a CSV file with semicolons where the comma is the decimal sign.
    delimiter = max(_DELIMITERS, key=first.count)
    return Sheet(_named(_records(file, text, delimiter), Mark(str(file))), None)


def _records(file: Path, text: str, delimiter: str) -> Iterator[list[Cell]]:
    """Yield the records of a CSV file, each field with the line and column at which it begins."""
    lines = text.splitlines(keepends=True)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    begins = 0
    while True:
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise InputError([Problem(Mark(str(file), begins + 1, 1), "", f"this is not CSV: {error}")]) from None
        if record is None:
            return
        # The reader does not say where a field begins, so that the text of the record is looked at again.
        places = _places("".join(lines[begins : reader.line_num]), delimiter)
        yield [
            Cell(_plain(value), Mark(str(file), begins + 1 + line, column))
            for value, (line, column) in zip(record, places, strict=False)
        ]
        begins = reader.line_num


def _places(raw: str, delimiter: str) -> list[tuple[int, int]]:
    """Return where the fields of a record begin: lines after its first, and column."""
    quote = re.escape(delimiter)
    begins = [found.start(1) for found in re.finditer(f'(?:^|{quote})("(?:[^"]|"")*"|[^{quote}\n]*)', raw)]
    return [(raw.count("\n", 0, at), at - (raw.rfind("\n", 0, at) + 1) + 1) for at in begins]


def _named(rows: Iterable[list[Cell]], place: Mark) -> list[dict[str, Cell]]:
    """Return the rows below the headings as mappings from heading to cell; empty rows are left out."""
    found: list[dict[str, Cell]] = []
    headings: Sequence[str] = ()
    seen: list[str] = []
    for number, row in enumerate(rows):
        words = [str(cell.value).strip().casefold() if cell.value is not None else "" for cell in row]
        # A title or notes may stand above the headings.
        if not headings and number < _HEAD:
            seen = seen or [word for word in words if word]
            if "path" in words:
                headings = words
                _refuse_missing(headings, row[0].mark)
        elif any(cell.value is not None or cell.formula for cell in row):
            found.append({name: cell for name, cell in zip(headings, row, strict=False) if name})
    if not headings:
        raise InputError([_missing("path", seen, place)])
    return found


def _refuse_missing(headings: Sequence[str], place: Mark) -> None:
    """Check that the columns that are needed are there.

    Raises:
        InputError: one is not.
    """
    if missing := [_missing(name, headings, place) for name in NEEDED if name not in headings]:
        raise InputError(missing)


def _missing(name: str, headings: Sequence[str], place: Mark) -> Problem:
    """Return the problem that a column is missing."""
    shown = ", ".join(filter(None, headings)) or "nothing"
    return Problem(place, "", f"the column {name!r} is missing", shown, nearest=nearest(name, headings))
