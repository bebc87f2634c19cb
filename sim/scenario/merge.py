"""`extends`: the files a scenario is made of, merged from the base up."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.errors import InputError, Mark, Problem, nearest
from sim.scenario.catalogue import named
from sim.scenario.compose import Loc, dotted
from sim.scenario.declared import ROOT, WHOLE_KEYS
from sim.scenario.folders import allowed_folders
from sim.scenario.from_csv import CsvTables
from sim.scenario.marks import forget, places
from sim.scenario.read import Source, read_source
from sim.scenario.written import Written

MAX_LAYERS = 20
_EMPTY = "there is no value here; write one or remove the key"
_FREE = frozenset({"figures", "bare_numbers"})


def merged(file: Path, problems: list[Problem], *, allow_outside: bool = False) -> Written:
    """Return the data of a file and all it extends, merged.

    Unless `allow_outside`, what it extends is below the current folder, below its own, or shipped. What does not stop
    the reading is appended to `problems`.

    Raises:
        InputError: a file cannot be read.
    """
    folders = () if allow_outside else allowed_folders(file)
    sources = _chain(file, problems, folders)
    licences = {
        source.file: text
        for source in sources
        if isinstance(text := source.data.get("bare_numbers"), str) and text.strip()
    }
    unread: set[str] = set()
    # Tables are filled in before files are merged: a path is relative to the file that names it, and its numbers are
    # bare in that file.
    sources = [_with_tables(source, licences.get(source.file), folders, problems, unread) for source in sources]
    base = sources[-1]
    _refuse_empty(base, problems)
    data, marks = base.data, dict(base.marks)
    for source in reversed(sources[:-1]):
        merge(data, marks, source, problems)
    # What is missing as a whole is reported at the scenario, not at its base.
    marks[()] = Mark(str(file))
    return Written(str(file), data, marks, licences, folders, unread)


def _with_tables(
    source: Source, licence: str | None, folders: Sequence[Path], problems: list[Problem], unread: set[str]
) -> Source:
    """Return a file with the values of the CSV files that it names."""
    tables = CsvTables(Path(source.file).parent, folders, licence, problems, unread)
    return replace(source, data=tables.fill(source.data, source.marks, ROOT))


def _chain(file: Path, problems: list[Problem], folders: Sequence[Path]) -> list[Source]:
    """Return the files from the scenario down to its base, all but the first below one of the folders (none: anywhere).

    Raises:
        InputError: one cannot be read, is not allowed, or they extend each other in a cycle.
    """
    sources = [read_source(file, problems)]
    seen = [os.path.realpath(file)]
    while (parent := sources[-1].data.get("extends")) is not None:
        current = sources[-1]
        mark = current.mark(("extends",))
        if not isinstance(parent, str):
            raise InputError(
                [
                    *problems,
                    Problem(
                        mark,
                        "extends",
                        "a scenario extends one other",
                        found=str(parent),
                        expected="a shipped name or a path relative to this file",
                    ),
                ]
            )
        try:
            target = named("extends", parent, Path(current.file), mark, folders)
        except InputError as error:
            raise InputError([*problems, *error.problems]) from None
        # One file may have several names (links, ..): a cycle shows by the real one.
        real = os.path.realpath(target)
        if real in seen or len(seen) >= MAX_LAYERS:
            chain = " -> ".join(
                [*(source.file for source in sources[seen.index(real) if real in seen else 0 :]), str(target)]
            )
            why = (
                "the files extend each other in a circle"
                if real in seen
                else f"more than {MAX_LAYERS} files extend each other"
            )
            raise InputError([*problems, Problem(mark, "extends", f"{why}: {chain}")])
        seen.append(real)
        try:
            sources.append(read_source(target, problems))
        except InputError as error:
            raise InputError([*problems, *error.problems]) from None
    return sources


def _refuse_empty(base: Source, problems: list[Problem]) -> None:
    """Note every null in a file that extends nothing, where it could remove nothing, and drop it."""
    written = {key: value for key, value in base.data.items() if key not in _FREE}
    refuse_nulls(written, (), base.mark, problems)
    _drop_nulls(base.data)


def refuse_nulls(value: Any, loc: Loc, mark: Callable[[Loc], Mark], problems: list[Problem]) -> None:
    """Note every null in a new value, where there is nothing that it could remove, and drop it."""
    for empty in _nulls(value, loc):
        # A null here reads as "no longer": the error says how to write that.
        chosen = empty[0] == "decisions" and empty[-2] in ("from_gate", "values")
        told = "a choice removes nothing: write the value that holds from then on, 0 for none" if chosen else _EMPTY
        problems.append(Problem(mark(empty), dotted(empty), told))
    _drop_nulls(value)


def _nulls(node: Any, loc: Loc) -> list[Loc]:
    """Return the places of all nulls in the mappings of a value."""
    if isinstance(node, dict):
        return [found for key, value in node.items() for found in _nulls(value, (*loc, key))]
    return [loc] if node is None else []


def _drop_nulls(node: Any) -> None:
    """Remove all nulls from the mappings of a value."""
    if isinstance(node, dict):
        for key in [key for key, value in node.items() if value is None]:
            del node[key]
        for value in node.values():
            _drop_nulls(value)


def whole(value: Any) -> bool:
    """Return whether a mapping is one number, name, path or distribution, which replaces as a whole."""
    return isinstance(value, dict) and bool(value.keys() & WHOLE_KEYS)


def merge(data: dict[str, Any], marks: dict[Loc, Mark], over: Source, problems: list[Problem]) -> None:
    """Put a file over the data below it: mappings merge, null removes, all else replaces."""
    _merge(data, marks, over.data, over, (), problems)


def _merge(
    data: dict[str, Any], marks: dict[Loc, Mark], new: dict[str, Any], over: Source, loc: Loc, problems: list[Problem]
) -> None:
    """Put a mapping over the one below it."""
    for key, value in new.items():
        place = (*loc, key)
        old = data.get(key)
        if value is None:
            _remove(data, marks, place, over, problems)
        elif (
            isinstance(value, dict)
            and isinstance(old, dict)
            and not whole(value)
            and not whole(old)
            and not _condition(place)
        ):
            marks[place] = over.marks[place]
            _merge(old, marks, value, over, place, problems)
        # A process alone is no path: it is put on the path that is inherited, so that a variant need not repeat its
        # points.
        elif old is not None and isinstance(value, dict) and value.keys() == {"process"}:
            data[key] = _with_process(old, marks, value, over, place, problems)
        else:
            refuse_nulls(value, place, over.mark, problems)
            forget(marks, place, old)
            data[key] = value
            _stamp(marks, over, place, value)


def _with_process(
    old: Any, marks: dict[Loc, Mark], new: dict[str, Any], over: Source, loc: Loc, problems: list[Problem]
) -> dict[str, Any]:
    """Return an inherited path, however short it is written, with a process on it."""
    refuse_nulls(new, loc, over.mark, problems)
    path = old if isinstance(old, dict) else {"points" if isinstance(old, list) else "constant": old}
    if path is not old:
        # Written out, the values stand one key further in, and so do their marks.
        moved = {place: marks.pop(place) for place in places(loc, old)}
        marks.update({(*loc, *path, *place[len(loc) :]): mark for place, mark in moved.items()})
    forget(marks, (*loc, "process"), path.pop("process", None))
    path |= new
    _stamp(marks, over, loc, new)
    return path


def _condition(loc: Loc) -> bool:
    """Return whether a mapping replaces as a whole, as one statement: a figure, an `only_if`, the counterfactual."""
    return loc[-1] == "only_if" or loc == ("against",) or (len(loc) == 2 and loc[0] == "figures")


def _remove(data: dict[str, Any], marks: dict[Loc, Mark], place: Loc, over: Source, problems: list[Problem]) -> None:
    """Remove what is inherited under a key; where there is nothing, note it."""
    key = str(place[-1])
    if key not in data:
        message = "null removes what is inherited, but nothing of this name is"
        problems.append(Problem(over.mark(place), dotted(place), message, nearest=nearest(key, data)))
        return
    forget(marks, place, data.pop(key))


def _stamp(marks: dict[Loc, Mark], over: Source, place: Loc, value: Any) -> None:
    """Take over the marks of a value from the file that wrote it."""
    for loc in places(place, value):
        marks[loc] = over.marks[loc]
