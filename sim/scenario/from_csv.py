"""`{csv: FILE, date: COLUMN, value: COLUMN}`: values of a CSV file, put where they are named as if they were written there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sim.errors import InputError, Mark, Problem, nearest
from sim.scenario.compose import Loc, dotted
from sim.scenario.csv_file import read_table
from sim.scenario.csv_rows import CsvRow, CsvShape, RowReader, shape_of
from sim.scenario.declared import Slot, child, model_of
from sim.scenario.folders import OUTSIDE, is_below, neighbours
from sim.scenario.marks import places
from sim.scenario.problems import translate
from sim.scenario.read import TABLE, read_text
from sim.scenario.schema.csv import Csv
from sim.scenario.schema.quantity import Path as DatedPath
from sim.scenario.schema.quantity import Quantity, Random, Units
from sim.units import UnitError, convert

KEY = "csv"
MOST_SHOWN = 20
"""Problems told of one file."""
_UNREAD = object()
_BARE = (
    "the numbers of the file are bare; give their kind (assumed or derived) and source beside csv, "
    "or say once at the top of this file what its bare numbers are (bare_numbers: ...)"
)


@dataclass
class CsvTables:
    """The CSV files that one file, or one override, names.

    `folder` is where their names begin, `folders` those below which they lie (none: anywhere), `licence` what the bare
    numbers of the file are. Problems are appended; `unread` are the dotted paths where no value could be put.
    """

    folder: Path
    folders: Sequence[Path]
    licence: str | None
    problems: list[Problem]
    unread: set[str]
    marks: dict[Loc, Mark] = field(default_factory=dict)
    around: Loc = ()
    """Where in the scenario the data belong."""

    def fill(self, data: Any, marks: dict[Loc, Mark], slot: Slot, around: Loc = ()) -> Any:
        """Return the data with values in the place of every mapping that names a CSV file; None if those are all it is.

        Marks become those of the cells, named by the place of the mapping.
        """
        if not any(loc and loc[-1] == KEY for loc in marks):
            return data
        self.marks, self.around = marks, around
        found = self._filled(data, slot, ())
        return None if found is _UNREAD else found

    def _filled(self, value: Any, slot: Slot, loc: Loc) -> Any:
        if isinstance(value, dict) and KEY in value and _takes_number(slot, value):
            message = (
                "a CSV file stands for a path over time, a list of values or of dated orders; here stands one number"
            )
            return self._refused([Problem(self.marks[*loc, KEY], self._path((*loc, KEY)), message)], loc)
        if isinstance(value, dict) and KEY in value and (shape := shape_of(slot)) is not None:
            return self._taken(value, shape, loc)
        if isinstance(value, list):
            parts = [self._inside(value, i, slot, loc) for i in range(len(value))]
            return _UNREAD if any(part is _UNREAD for part in parts) else parts
        if isinstance(value, dict):
            parts_by_key = {key: self._inside(value, key, slot, loc) for key in value}
            return {key: part for key, part in parts_by_key.items() if part is not _UNREAD}
        return value

    def _inside(self, value: Any, key: str | int, slot: Slot, loc: Loc) -> Any:
        inside = child(slot, value, key)
        return value[key] if inside is None else self._filled(value[key], inside, (*loc, key))

    def _path(self, loc: Loc) -> str:
        return dotted((*self.around, *loc))

    def _refused(self, problems: Sequence[Problem], loc: Loc) -> Any:
        shown = list(problems[:MOST_SHOWN])
        if len(problems) > MOST_SHOWN:
            after = replace(shown[-1].mark, column=shown[-1].mark.column + 1)
            shown.append(
                Problem(after, self._path(loc), f"and {len(problems) - MOST_SHOWN} more problems in this file")
            )
        self.problems.extend(shown)
        self.unread.add(self._path(loc))
        return _UNREAD

    def _taken(self, written: dict[str, Any], shape: CsvShape, loc: Loc) -> Any:
        """What stands in the place of one mapping."""
        wish = self._wish(written, shape, loc)
        if isinstance(wish, list):
            return self._refused(wish, loc)
        found = self._opened(wish, loc)
        if isinstance(found, Problem):
            return self._refused([found], loc)
        file, text = found
        table, faults = read_table(text)
        here = self.marks[*loc, KEY]
        wrong = [Problem(Mark(file, f.line, f.column, named=here), self._path(loc), f.message, f.found) for f in faults]
        reading = RowReader(wish, shape, file, here, self._path(loc), wrong)
        rows = list(reading.rows(table)) if table is not None else []
        if wrong:
            return self._refused(sorted(wrong, key=lambda p: p.mark), loc)
        return self._put(rows, wish, shape, written, loc)

    def _wish(self, written: dict[str, Any], shape: CsvShape, loc: Loc) -> Csv | list[Problem]:
        """What the mapping asks for, or all that is wrong with it."""

        def mark(inside: Loc) -> Mark:
            while inside and (*loc, *inside) not in self.marks:
                inside = inside[:-1]
            return self.marks.get((*loc, *inside), self.marks[*loc, KEY])

        try:
            wish = Csv.model_validate(written)
        except ValidationError as error:
            found = translate(error, written, mark, Slot(Csv))
            return [replace(p, path=self._path((*loc, *filter(None, p.path.split("."))))) for p in found]
        wrong = [
            Problem(mark((key,)), self._path((*loc, key)), message)
            for key, message in _misplaced(wish, shape, bare=self.licence is not None)
        ]
        return wrong or wish

    def _opened(self, wish: Csv, loc: Loc) -> tuple[str, str] | Problem:
        """The name of the CSV file as people would type it, and its text."""
        mark, path = self.marks[*loc, KEY], self._path((*loc, KEY))
        try:
            file = Path(os.path.normpath(self.folder / wish.csv))
            if self.folders and not is_below(file, self.folders):
                return Problem(mark, path, OUTSIDE, wish.csv, "--allow-outside reads it all the same")
            if not os.path.lexists(file):
                raise ValueError(wish.csv)
        except (OSError, ValueError):
            near = [os.path.relpath(p, self.folder) for p in neighbours(self.folder / wish.csv, "*.csv")]
            expected = "a path relative to this file"
            return Problem(mark, path, "there is no such CSV file", wish.csv, expected, nearest(wish.csv, near))
        try:
            return str(file), read_text(file, TABLE)
        except InputError as error:
            (problem,) = error.problems
            return replace(problem, mark=replace(problem.mark, named=mark), path=self._path(loc))

    def _put(self, rows: list[CsvRow], wish: Csv, shape: CsvShape, written: dict[str, Any], loc: Loc) -> Any:
        """The rows as data, with the marks of their cells."""
        here = self.marks[*loc, KEY]
        data: Any = [row.data(wish, shape, self.licence) for row in rows]
        kept = {key: written[key] for key in ("interpolate", "ends") if key in written}
        for inside in [place for place in self.marks if place[: len(loc)] == loc and len(place) > len(loc)]:
            if inside[len(loc)] not in kept:
                del self.marks[inside]
        base = (*loc, "points") if kept else loc
        self.marks.setdefault(base, here)
        for i, (row, one) in enumerate(zip(rows, data, strict=True)):
            for place in places((*base, i), one):
                self.marks[place] = row.mark(place[len(base) + 1 :], shape)
        return {**kept, "points": data} if kept else data


def _takes_number(slot: Slot, value: Any) -> bool:
    """Whether one number may stand here, and no path."""
    return model_of(slot, value) in (Quantity, Random, Units) and DatedPath not in slot.options


def _misplaced(wish: Csv, shape: CsvShape, *, bare: bool) -> Iterator[tuple[str, str]]:
    """Keys that are missing or cannot stand here, and what to say of each."""
    if shape.date and wish.date is None:
        yield "date", "this key is missing: the column of dates"
    if not shape.date and wish.date is not None:
        yield "date", "a list of values has no dates: its rows follow each other; remove the key, or list orders"
    if shape.name and wish.recipe is None:
        yield "recipe", "this key is missing: the column of recipes"
    if not shape.name and wish.recipe is not None:
        yield "recipe", "only open orders have a column of recipes"
    for key in ("interpolate", "ends"):
        if getattr(wish, key) is not None and not shape.path:
            yield key, "only a path over time takes this, and not its points"
    if (wish.kind is None) != (not (wish.source or "").strip()):
        yield (
            ("source" if wish.kind else "kind"),
            "kind and source go together: what the values are, and where they are from",
        )
    elif wish.kind is None and not bare:
        yield KEY, _BARE
    if wish.unit is not None and (message := _no_unit(wish.unit, shape.unit)):
        yield "unit", message
    if wish.date is not None and wish.date == wish.value:
        yield "value", "date and value are the same column"


def _no_unit(unit: str, wanted: str) -> str:
    """Why values in a unit cannot stand in a field of another; "" if they can."""
    try:
        convert(1.0, unit, wanted)
    except UnitError as error:
        return str(error)
    return ""
