"""`--inputs FILE`: the values that were changed in a list of inputs, as the overrides that they are."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.errors import InputError, Mark, Problem, argument, nearest
from sim.ledger import Scalar
from sim.scenario.catalogue import locate
from sim.scenario.listing import SETTING, ListedInput, listed
from sim.scenario.loader import load_scenario
from sim.scenario.meant import remedy
from sim.scenario.scalars import ScalarError, resolve_plain
from sim.scenario.sheets import WRITTEN, Cell, Sheet, read_sheet
from sim.scenario.written import SET

_SAME = 1e-12
"""Spreadsheet programs keep 15 digits or more."""
_WORD = re.compile(r"[A-Za-z_][\w.-]*")
_ERROR = re.compile(r"#[A-Z0-9/]+[!?]?")
_ENDS = ("low", "high")


@dataclass(frozen=True, slots=True)
class Given:
    """The overrides that a file gives, as `--set` takes them, and how many inputs it lists."""

    sets: tuple[str, ...]
    rows: int


def given(
    file: Path,
    scenarios: Sequence[str],
    *,
    sets: Sequence[str] = (),
    readings: Sequence[str] = (),
    without: Sequence[str] = (),
    allow_outside: bool = False,
) -> Given:
    """Return what was changed in a workbook or CSV file that lists the inputs of one of these scenarios.

    A value that was changed alone is fixed there, as --set fixes it; with its low or high it keeps the range of its
    row. The other arguments are those under which the scenario is to be loaded.

    Raises:
        InputError: it lists all that is wrong with the file or with what it changes, each at its cell.
    """
    sheet = read_sheet(file)
    scenario = _written_for(sheet, scenarios, file)
    asked: dict[str, Any] = {"readings": readings, "without": without, "allow_outside": allow_outside}
    now = _inputs(scenario, sets=sets, **asked)
    problems, rows = _once(sheet)
    changed: dict[str, Mark] = {}
    for row in rows:
        entry = now.get(str(row["path"].value))
        found = _change(row, entry, file, problems)
        if found is not None:
            changed.setdefault(f"{row['path'].value}={found[0]}", found[1])
    # The list may have been written without the --set of this command: it is out of date only if it fits the scenario
    # neither with them nor without.
    problems += _outdated(rows, [now], problems) and _outdated(rows, [now, _inputs(scenario)], problems)
    try:
        # Loaded here only to be checked: an error is then reported at the cell, not at an override that nobody wrote.
        load_scenario(scenario, sets=(*sets, *changed), **asked)
    except InputError as error:
        raise InputError([*problems, *(_placed(problem, changed) for problem in error.problems)]) from None
    if problems:
        raise InputError(problems)
    return Given(tuple(changed), len(rows))


def _written_for(sheet: Sheet, scenarios: Sequence[str], file: Path) -> str:
    """Return the scenario whose inputs the file lists: by its name if the file has one, else the first."""
    names = {locate(scenario).stem: scenario for scenario in scenarios}
    if sheet.scenario is None:
        return scenarios[0]
    if sheet.scenario not in names:
        message = "this workbook lists the inputs of another scenario"
        raise InputError([Problem(argument(str(file)), "", message, sheet.scenario, ", ".join(names))])
    return names[sheet.scenario]


def _inputs(scenario: str, **asked: Any) -> dict[str, ListedInput]:
    """Return the inputs of a scenario by their path."""
    return {entry.path: entry for entry in listed(load_scenario(scenario, **asked))}


def _once(sheet: Sheet) -> tuple[list[Problem], list[dict[str, Cell]]]:
    """Return problems with rows without a path or with one that a row above has, and the other rows."""
    problems: list[Problem] = []
    found: dict[str, dict[str, Cell]] = {}
    for row in sheet.rows:
        cell = row["path"]
        if cell.value is None:
            problems.append(Problem(cell.mark, "", "this row has no path; write one, or clear the row"))
        elif (first := found.get(str(cell.value))) is not None:
            message = f"this input has a row already, {_place(first['path'].mark)}; keep one"
            problems.append(Problem(cell.mark, str(cell.value), message))
        else:
            found[str(cell.value)] = row
    return problems, list(found.values())


def _place(mark: Mark) -> str:
    """Return a place within the file, as a person names it."""
    return str(mark).removeprefix(f"{mark.file}: sheet {mark.sheet}, ") if mark.sheet else f"line {mark.line}"


def _change(
    row: Mapping[str, Cell], entry: ListedInput | None, file: Path, problems: list[Problem]
) -> tuple[str, Mark] | None:
    """Return the new value of a row as an override is written, and the mark of its cell; None if there is none.

    What is wrong is appended to `problems`.
    """
    path, value = str(row["path"].value), row["value"]
    if entry is None:
        return _unlisted(row, problems)
    if (unit := row.get("unit")) and unit.value is not None and str(unit.value) != entry.unit:
        message = "the unit cannot be changed; give the value in this unit"
        problems.append(Problem(unit.mark, path, message, str(unit.value), entry.unit))
        return None
    changed = [name for name in ("value", *_ENDS) if name in row and not _unchanged(row, name, entry)]
    if not changed:
        return None
    ranged = [name for name in changed if name in _ENDS]
    if ranged and (not entry.numeric or entry.kind == SETTING):
        message = "this input has no range that could be changed here"
        problems.append(Problem(row[ranged[0]].mark, path, message, str(row[ranged[0]].value)))
        return None
    number = _parsed(value, entry, path, problems)
    if not ranged or number is None:
        return None if number is None else (_yaml(number), value.mark)
    return _with_range(number, row, entry, file, problems)


def _unlisted(row: Mapping[str, Cell], problems: list[Problem]) -> tuple[str, Mark] | None:
    """Return the override for a path that the scenario does not list: one that the user added.

    A path that was listed once is appended to `problems`.
    """
    path, value = str(row["path"].value), row["value"]
    if (kept := row.get(WRITTEN["value"])) is not None and kept.value is not None:
        problems.append(Problem(row["path"].mark, path, "the scenario has no such input now; remove the row"))
        return None
    if value.value is None:
        problems.append(Problem(value.mark, path, "there is no value here; write one, or clear the row"))
        return None
    # What is no path at all is refused when the scenario is loaded, like any override, with the nearest path.
    return _yaml(_scalar(value.value)), row["path"].mark


def _unchanged(row: Mapping[str, Cell], name: str, entry: ListedInput) -> bool:
    """Return whether a value is what was written into the file or, where that is not kept, what the scenario has."""
    cell = row[name]
    # Nobody knows the value of a formula that was never calculated; it is refused later.
    if cell.formula:
        return False
    kept = row.get(WRITTEN[name])
    return _same(cell.value, kept.value if kept is not None else getattr(entry, name))


def _same(one: Any, other: Any) -> bool:
    """Return whether two values are the same but for the digits that a spreadsheet program drops."""
    # To Python True equals 1, which in a cell are two things.
    if one == other and type(one) is not bool and type(other) is not bool:
        return True
    first, second = _scalar(one), _scalar(other)
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (first, second)):
        return math.isclose(first, second, rel_tol=_SAME)
    return first == second and type(first) is type(second)


def _scalar(value: Any) -> Any:
    """Return a value as it is read from a file: text may be a number, a date or a truth value."""
    if not isinstance(value, str):
        return value
    try:
        return resolve_plain(value)
    except ScalarError:
        return value


def _parsed(cell: Cell, entry: ListedInput, path: str, problems: list[Problem]) -> Scalar | None:
    """Return the value of a cell in the kind that the input has, or None after noting what is wrong."""
    value, wanted = cell.value, _wanted(entry)

    def refuse(message: str, *, found: bool = True, near: str | None = None) -> None:
        """Note a problem with the cell."""
        problems.append(Problem(cell.mark, path, message, str(value) if found else None, wanted, near))

    if cell.formula:
        refuse("a formula without a stored value; calculate and save it in a spreadsheet program", found=False)
    elif value is None:
        refuse("there is no value here; write one, or remove the row to leave the input as it is", found=False)
    elif isinstance(value, str) and _ERROR.fullmatch(value):
        refuse("the formula here has no result")
    elif entry.words:
        # Spreadsheet programs turn true and false into truth values, and write them in capitals.
        word = str(value).lower() if isinstance(value, bool) or isinstance(entry.value, bool) else _text(value)
        if word in entry.words:
            return {"true": True, "false": False}.get(word, word) if isinstance(entry.value, bool) else word
        refuse("this is not one of the choices", near=nearest(word, entry.words))
    elif entry.numeric or entry.unit == "date":
        found = _scalar(value)
        kinds = (int, float) if entry.numeric else (dt.date,)
        if isinstance(found, kinds) and not isinstance(found, (bool, dt.datetime)):
            # All numbers of a workbook are floats: 30.0 is written 30, as fields for whole numbers need it.
            return int(found) if isinstance(found, float) and found.is_integer() and abs(found) < 1e15 else found
        refuse(f"a value of the wrong kind{remedy(value, entry.unit)}")
    else:
        return _text(value)
    return None


def _wanted(entry: ListedInput) -> str:
    """Return in words what may stand in the cell of a value."""
    if entry.words:
        return ", ".join(entry.words)
    if entry.numeric:
        return "a number" if entry.unit in ("1", "date") else f"a number [{entry.unit}]"
    return "a date such as 2027-01-31" if entry.unit == "date" else "a name"


def _text(value: Any) -> str:
    """Return the text of a name that a spreadsheet program may have read as a number."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _with_range(
    number: Scalar, row: Mapping[str, Cell], entry: ListedInput, file: Path, problems: list[Problem]
) -> tuple[str, Mark] | None:
    """Return a value with the low and high of its row, or without if both were cleared; None after noting a problem."""
    ends = {name: row[name] for name in _ENDS if name in row and (row[name].value is not None or row[name].formula)}
    if not ends:
        return _yaml(number), row["value"].mark
    if len(ends) == 1:
        (there,) = ends.values()
        problems.append(Problem(there.mark, entry.path, "a range needs both a low and a high, or neither"))
        return None
    found = {name: _parsed(cell, entry, entry.path, problems) for name, cell in ends.items()}
    if None in found.values():
        return None
    span = ", ".join(f"{name}: {_yaml(end)}" for name, end in found.items() if end is not None)
    source = json.dumps(f"given in {file.name}", ensure_ascii=False)
    return f"{{assumed: {_yaml(number)}, {span}, source: {source}}}", ends["low"].mark


def _yaml(value: Scalar) -> str:
    """Return a value as an override is written."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        # A name needs quotes where YAML would read it as a number, a date or a truth value.
        plain = _WORD.fullmatch(value) and isinstance(_scalar(value), str)
        return value if plain else json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, dt.date) else repr(value)


def _outdated(
    rows: Sequence[Mapping[str, Cell]], known: Sequence[Mapping[str, ListedInput]], problems: Sequence[Problem]
) -> list[Problem]:
    """Return that inputs were listed with other values than the scenario has, as one problem; [] if none was.

    `known` are the inputs of the scenario, loaded in several ways: one that fits is enough.
    """
    told = {problem.path for problem in problems}
    old = [
        (row, name)
        for row in rows
        for name in WRITTEN
        if str(row["path"].value) not in told and _is_outdated(row, name, known)
    ]
    paths = list(dict.fromkeys(str(row["path"].value) for row, _ in old))
    if not paths:
        return []
    row, name = old[0]
    there = next(entries[paths[0]] for entries in known if paths[0] in entries)
    more = f", and {len(paths) - 1} more inputs have changed" if len(paths) > 1 else ""
    message = (
        f"the list was written when its {name} was {row[WRITTEN[name]].value}; it is {_kept(getattr(there, name))}{more}: "
        "list this scenario again, or give the --set, --reading and --without of the list"
    )
    return [Problem(row[name].mark, paths[0], message)]


def _is_outdated(row: Mapping[str, Cell], name: str, known: Sequence[Mapping[str, ListedInput]]) -> bool:
    """Return whether a value was written that the scenario has under none of what is known of it."""
    kept, path = row.get(WRITTEN[name]), str(row["path"].value)
    if kept is None or name not in row:
        return False
    there = [getattr(entries[path], name) for entries in known if path in entries]
    return bool(there) and not any(_same(kept.value, _kept(value)) for value in there)


def _kept(value: Any) -> Any:
    """Return a value as it is kept in a list."""
    return str(value).lower() if isinstance(value, bool) else value


def _placed(problem: Problem, changed: Mapping[str, Mark]) -> Problem:
    """Return a problem with an override that the file brings as one at its cell."""
    for text, mark in changed.items():
        written = f"{SET} {text}"
        if problem.mark.file == written:
            return replace(problem, mark=mark)
        if written in problem.message:
            return replace(problem, message=problem.message.replace(written, str(mark)))
    return problem
