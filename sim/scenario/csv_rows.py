"""The rows of a CSV file as what a scenario takes from them: points of a path, numbers or dated orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from sim.errors import Mark, Problem, nearest
from sim.scenario.cells import Read, date_of, mixed_numbers, number_of
from sim.scenario.compose import Loc
from sim.scenario.csv_file import CsvCell, CsvTable
from sim.scenario.declared import Slot, child, fields_of
from sim.scenario.schema.csv import Csv
from sim.scenario.schema.quantity import Path, Point, Quantity


@dataclass(frozen=True, slots=True)
class CsvShape:
    """What the rows become: numbers, or mappings with a date, a number and perhaps a name."""

    date: str | None = None
    value: str = ""
    name: str | None = None
    unit: str = ""
    ordered: bool = False
    """Points of a path run forward in time; orders come in any order, and several on one day."""
    path: bool = False
    """Whether the rows make a path as a whole, which says how it runs and where it ends."""


def shape_of(slot: Slot) -> CsvShape | None:
    """Return what rows become at a place: points of a path, numbers or dated orders; None if it takes no such list."""
    for option in slot.options:
        if option is Path:
            return CsvShape("at", "value", unit=slot.unit, ordered=True, path=True)
        if get_origin(option) is list:
            return _of_elements(replace(slot, annotation=get_args(option)[0]))
    return None


def _of_elements(slot: Slot) -> CsvShape | None:
    """Return what rows become in a list whose elements are numbers, or have one date and one number; else None."""
    (option, *others) = slot.options
    if option is Quantity:
        return CsvShape(unit=slot.unit)
    if others or not (isinstance(option, type) and issubclass(option, BaseModel)):
        return None
    # The schema decides what fits, so that a new kind of dated list needs no change here.
    inside = {name: child(slot, {}, name) for name in fields_of(option)}
    units = {name: one.unit for name, one in inside.items() if one is not None and Quantity in one.options}
    dates = [name for name, unit in units.items() if unit == "date"]
    names = [name for name, one in inside.items() if one is not None and one.options == (str,)]
    if len(dates) != 1 or len(units) != 2 or len(units) + len(names) != len(inside) or len(names) > 1:
        return None
    value = next(name for name in units if name not in dates)
    return CsvShape(dates[0], value, names[0] if names else None, units[value], option is Point)


@dataclass(frozen=True, slots=True)
class CsvRow:
    """The cells of a row, read."""

    date: Read | None
    value: Read
    name: Read | None

    def data(self, wish: Csv, shape: CsvShape, licence: str | None) -> Any:
        """Return the row as it would be written in the scenario."""
        value = _quantity(self.value, wish, licence, wish.unit)
        if self.date is None:
            return value
        named = {shape.name: self.name.value} if shape.name is not None and self.name is not None else {}
        return {**named, str(shape.date): _quantity(self.date, wish, licence, None), shape.value: value}

    def mark(self, inside: Loc, shape: CsvShape) -> Mark:
        """Return the mark of the cell that a place in the row is from."""
        if self.date is None or (inside and inside[0] == shape.value):
            return self.value.mark
        return self.name.mark if self.name is not None and inside and inside[0] == shape.name else self.date.mark


def _quantity(read: Read, wish: Csv, licence: str | None, unit: str | None) -> Any:
    """Return a number or date with the origin that the mapping gives it.

    `licence` is what the file says its bare numbers are. A bare number in another unit cannot be written bare, and
    takes that as its source.
    """
    own = {"unit": unit} if unit else {}
    if wish.kind is not None:
        return {str(wish.kind): read.value, "source": wish.source, **own}
    return {"assumed": read.value, "source": licence, **own} if unit else read.value


@dataclass
class RowReader:
    """One table on its way to rows; what is wrong is appended."""

    wish: Csv
    shape: CsvShape
    file: str
    here: Mark
    path: str
    wrong: list[Problem]

    def rows(self, table: CsvTable) -> Iterator[CsvRow]:
        """Yield the rows that can be read, in the order of the file."""
        date = self._column(table, "date") if self.shape.date else None
        value = self._column(table, "value")
        name = self._column(table, "recipe") if self.shape.name else None
        if value is not None:
            # A column is looked at as a whole first: a single number does not show whether its comma is a decimal one.
            numbers = [row[value] for row in table.rows]
            if message := mixed_numbers([(cell.line, cell.text) for cell in numbers]):
                self._add(table.header[value], message)
        before: Read | None = None
        for row in table.rows:
            day = self._read(row, date, date_of)
            number = self._read(row, value, lambda text: number_of(text, self.wish.unit or self.shape.unit))
            named = self._read(row, name, str)
            if self.shape.ordered and day is not None:
                before = self._after(day, before)
            # A row of which a cell cannot be read is left out: what is wrong with it has been noted.
            if number is not None and (day is not None) == (date is not None) and (named is None) == (name is None):
                yield CsvRow(day, number, named)

    def _add(self, cell: CsvCell, message: str, found: str | None = None) -> None:
        """Note a problem with a cell."""
        self.wrong.append(Problem(Mark(self.file, cell.line, cell.column, named=self.here), self.path, message, found))

    def _column(self, table: CsvTable, key: str) -> int | None:
        """Return the index of the column that the mapping names under a key, or None after noting why there is none."""
        wanted = getattr(self.wish, key)
        at = [index for index, cell in enumerate(table.header) if cell.text == wanted]
        if len(at) == 1:
            return at[0]
        if at:
            self._add(
                table.header[at[1]], f"columns {at[0] + 1} and {at[1] + 1} have the same name: rename one", wanted
            )
            return None
        names = [cell.text for cell in table.header]
        mark = Mark(self.file, table.header[0].line, table.header[0].column, named=self.here)
        problem = Problem(
            mark, f"{self.path}.{key}", "there is no such column", wanted, ", ".join(names), nearest(wanted, names)
        )
        self.wrong.append(problem)
        return None

    def _read(self, row: tuple[CsvCell, ...], column: int | None, parse: Any) -> Read | None:
        """Return the value of a cell, or None after noting why there is none."""
        if column is None:
            return None
        cell = row[column]
        if not cell.text:
            self._add(cell, "an empty cell; fill it in or remove the row")
            return None
        try:
            return Read(parse(cell.text), Mark(self.file, cell.line, cell.column, named=self.here))
        except ValueError as error:
            self._add(cell, str(error), cell.text)
            return None

    def _after(self, day: Read, before: Read | None) -> Read:
        """Return the date if it comes after the one before; else note it, and return the one before."""
        if before is None:
            return day
        place = CsvCell("", day.mark.line, day.mark.column)
        if isinstance(day.value, dt.date) is not isinstance(before.value, dt.date):
            self._add(
                place,
                f"a date among times, or a time among dates (line {before.mark.line}: {before.value})",
                str(day.value),
            )
        elif day.value == before.value:
            self._add(place, f"the same date as in line {before.mark.line}", str(day.value))
        elif day.value < before.value:
            self._add(
                place,
                f"comes before the date in line {before.mark.line} ({before.value}); sort the rows by date",
                str(day.value),
            )
        else:
            return day
        # The next dates are compared with the last good one, so that a single wrong date is one problem.
        return before
