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
"""The most problems reported for one file."""
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
        """Return the data with the values of CSV files in the place of the mappings that name them.

        Returns None if such a mapping is all of the data and cannot be read. Marks become those of the cells, each
        named by the place of the mapping.
        """
        # Most files name no CSV file: their marks show it without a walk along the schema.
        if not any(loc and loc[-1] == KEY for loc in marks):
            return data
        self.marks, self.around = marks, around
        found = self._filled(data, slot, ())
        return None if found is _UNREAD else found

    def _filled(self, value: Any, slot: Slot, loc: Loc) -> Any:
        """Return a value with tables filled in, or _UNREAD."""
        if isinstance(value, dict) and KEY in value and _takes_number(slot, value):
            message = (
                "a CSV file stands for a path over time, a list of values or of dated orders; here stands one number"
            )
            return self._refused([Problem(self.marks[*loc, KEY], self._path((*loc, KEY)), message)], loc)
        # Where the schema takes no list of dated values, `csv` is an unknown key, which the validator refuses.
        if isinstance(value, dict) and KEY in value and (shape := shape_of(slot)) is not None:
            return self._taken(value, shape, loc)
        if isinstance(value, list):
            parts = [self._inside(value, index, slot, loc) for index in range(len(value))]
            # An element cannot be left out as a key can: those behind it would move up, and problems with them be
            # reported at the wrong place.
            return _UNREAD if any(part is _UNREAD for part in parts) else parts
        if isinstance(value, dict):
            parts_by_key = {key: self._inside(value, key, slot, loc) for key in value}
            return {key: part for key, part in parts_by_key.items() if part is not _UNREAD}
        return value

    def _inside(self, value: Any, key: str | int, slot: Slot, loc: Loc) -> Any:
        """Return an element or the value of a key, filled."""
        inside = child(slot, value, key)
        return value[key] if inside is None else self._filled(value[key], inside, (*loc, key))

    def _path(self, loc: Loc) -> str:
        """Return a place as the whole scenario has it."""
        return dotted((*self.around, *loc))

    def _refused(self, problems: Sequence[Problem], loc: Loc) -> Any:
        """Note the first problems with one file, and how many more there are; return _UNREAD."""
        shown = list(problems[:MOST_SHOWN])
        if len(problems) > MOST_SHOWN:
            # Problems are sorted by place: one column further, the number of the others comes last.
            after = replace(shown[-1].mark, column=shown[-1].mark.column + 1)
            shown.append(
                Problem(after, self._path(loc), f"and {len(problems) - MOST_SHOWN} more problems in this file")
            )
        self.problems.extend(shown)
        self.unread.add(self._path(loc))
        return _UNREAD

    def _taken(self, written: dict[str, Any], shape: CsvShape, loc: Loc) -> Any:
        """Return what stands in the place of one mapping, or _UNREAD."""
        wish = self._wish(written, shape, loc)
        if isinstance(wish, list):
            return self._refused(wish, loc)
        found = self._opened(wish, loc)
        if isinstance(found, Problem):
            return self._refused([found], loc)
        file, text = found
        table, faults = read_table(text)
        here = self.marks[*loc, KEY]
        wrong = [
            Problem(Mark(file, fault.line, fault.column, named=here), self._path(loc), fault.message, fault.found)
            for fault in faults
        ]
        reading = RowReader(wish, shape, file, here, self._path(loc), wrong)
        rows = list(reading.rows(table)) if table is not None else []
        if wrong:
            return self._refused(sorted(wrong, key=lambda problem: problem.mark), loc)
        return self._put(rows, wish, shape, written, loc)

    def _wish(self, written: dict[str, Any], shape: CsvShape, loc: Loc) -> Csv | list[Problem]:
        """Return what the mapping asks for, or all that is wrong with it."""

        def mark(inside: Loc) -> Mark:
            """Return the mark of a place in the mapping, or of the nearest place around it."""
            while inside and (*loc, *inside) not in self.marks:
                inside = inside[:-1]
            return self.marks.get((*loc, *inside), self.marks[*loc, KEY])

        try:
            wish = Csv.model_validate(written)
        except ValidationError as error:
            found = translate(error, written, mark, Slot(Csv))
            return [
                replace(problem, path=self._path((*loc, *filter(None, problem.path.split("."))))) for problem in found
            ]
        wrong = [
            Problem(mark((key,)), self._path((*loc, key)), message)
            for key, message in _misplaced(wish, shape, bare=self.licence is not None)
        ]
        return wrong or wish

    def _opened(self, wish: Csv, loc: Loc) -> tuple[str, str] | Problem:
        """Return the name of the CSV file as people would type it and its text, or what is wrong with it."""
        mark, path = self.marks[*loc, KEY], self._path((*loc, KEY))
        try:
            file = Path(os.path.normpath(self.folder / wish.csv))
            if self.folders and not is_below(file, self.folders):
                return Problem(mark, path, OUTSIDE, wish.csv, "--allow-outside reads it all the same")
            # A link that leads nowhere does exist: reading it below says what is wrong with it.
            if not os.path.lexists(file):
                raise ValueError(wish.csv)
        except (OSError, ValueError):
            near = [os.path.relpath(beside, self.folder) for beside in neighbours(self.folder / wish.csv, "*.csv")]
            expected = "a path relative to this file"
            return Problem(mark, path, "there is no such CSV file", wish.csv, expected, nearest(wish.csv, near))
        try:
            return str(file), read_text(file, TABLE)
        except InputError as error:
            (problem,) = error.problems
            return replace(problem, mark=replace(problem.mark, named=mark), path=self._path(loc))

    def _put(self, rows: list[CsvRow], wish: Csv, shape: CsvShape, written: dict[str, Any], loc: Loc) -> Any:
        """Return the rows as data; their marks become those of their cells."""
        here = self.marks[*loc, KEY]
        data: Any = [row.data(wish, shape, self.licence) for row in rows]
        kept = {key: written[key] for key in ("interpolate", "ends") if key in written}
        # The marks of the mapping's own keys would be taken for places in the values.
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
    """Return whether one number may stand here, and no path."""
    return model_of(slot, value) in (Quantity, Random, Units) and DatedPath not in slot.options


def _misplaced(wish: Csv, shape: CsvShape, *, bare: bool) -> Iterator[tuple[str, str]]:
    """Yield the keys that are missing or cannot stand here, each with what to change."""
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
    """Return why values in a unit cannot stand in a field of another; "" if they can."""
    try:
        convert(1.0, unit, wanted)
    except UnitError as error:
        return str(error)
    return ""
