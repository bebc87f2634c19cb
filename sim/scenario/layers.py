"""`extends`: the files a scenario is made of, merged from the base up."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.errors import InputError, Mark, Problem, argument, nearest
from sim.scenario.catalogue import shipped_scenarios
from sim.scenario.compose import Loc, dotted, repr_short
from sim.scenario.declared import ROOT, WHOLE_KEYS
from sim.scenario.folders import OUTSIDE, allowed_folders, is_below, neighbours
from sim.scenario.from_csv import Tables
from sim.scenario.marks import forget, places
from sim.scenario.source import Source, read_source

MAX_LAYERS = 20
_PURPOSE = {"extends": "extend", "against": "compare with"}
_EMPTY = "there is no value here; write one or remove the key"
_FREE = frozenset({"figures", "bare_numbers"})


@dataclass(frozen=True, slots=True)
class Layers:
    """The merged data; the mark of a place is in the file that wrote it last."""

    source: Source
    licences: Mapping[str, str]
    """File -> what it says its bare numbers are; other files may have none."""
    unread: set[str]
    """Paths for which a CSV file gives no value, because something is wrong with it."""


def locate(name_or_path: str | Path) -> Path:
    """The file of a scenario: a shipped name, or a path; raises InputError."""
    text = str(name_or_path)
    shipped = shipped_scenarios()
    if text in shipped:
        return _shown(shipped[text])
    try:
        if text and os.path.lexists(text):
            return Path(text)
    except (OSError, ValueError):
        text = text.replace("\0", "\\0")
    near = [str(p) for p in neighbours(Path(text))]
    close = nearest(text, [*shipped, *near]) or nearest(Path(text).name, [*shipped, *near])
    allowed = (
        f"a shipped scenario ({', '.join(shipped)}) or the path of a .yaml file"
        if shipped
        else "the path of a .yaml file"
    )
    raise InputError(
        [
            Problem(
                argument(repr_short(text) or "''"),
                "",
                "there is no such scenario or file",
                expected=allowed,
                nearest=close,
            )
        ]
    )


def _shown(file: Path) -> Path:
    """The path as people would type it: relative to the working directory when inside it."""
    try:
        return file.relative_to(Path.cwd())
    except ValueError:
        return file


def load_layers(file: Path, problems: list[Problem], *, allow_outside: bool = False) -> Layers:
    """Read a file and all it extends, and merge them; raises InputError where nothing can be read.

    Unless `allow_outside`, what it extends is below the current folder, below its own, or shipped.
    """
    folders = () if allow_outside else allowed_folders(file)
    sources = _chain(file, problems, folders)
    licences = {s.file: text for s in sources if isinstance(text := s.data.get("bare_numbers"), str) and text.strip()}
    unread: set[str] = set()
    sources = [_with_tables(s, licences.get(s.file), folders, problems, unread) for s in sources]
    base = sources[-1]
    _refuse_empty(base, problems)
    data, marks = base.data, dict(base.marks)
    for source in reversed(sources[:-1]):
        merge(data, marks, source, problems)
    marks[()] = Mark(str(file))
    return Layers(Source(data, marks, str(file)), licences, unread)


def _with_tables(
    source: Source, licence: str | None, folders: Sequence[Path], problems: list[Problem], unread: set[str]
) -> Source:
    """A file with the values of the CSV files that it names."""
    tables = Tables(Path(source.file).parent, folders, licence, problems, unread)
    return replace(source, data=tables.fill(source.data, source.marks, ROOT))


def _chain(file: Path, problems: list[Problem], folders: Sequence[Path]) -> list[Source]:
    """The files from the scenario down to its base, all but the first below one of the folders (none: anywhere)."""
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
        real = os.path.realpath(target)
        if real in seen or len(seen) >= MAX_LAYERS:
            chain = " -> ".join([*(s.file for s in sources[seen.index(real) if real in seen else 0 :]), str(target)])
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


def named(key: str, text: str, file: Path, mark: Mark, folders: Sequence[Path]) -> Path:
    """The file that `extends` or `against` of `file` names: beside it or shipped; below one of the folders (none: anywhere).

    Raises InputError at `mark`, which does not reveal whether a file outside the folders exists.
    """
    shipped = shipped_scenarios()
    if text in shipped:
        return _shown(shipped[text])
    try:
        target = Path(os.path.normpath(file.parent / text))
        if folders and not is_below(target, folders):
            raise InputError([Problem(mark, key, OUTSIDE, text, "--allow-outside reads it all the same")])
        found = target.exists()
    except (OSError, ValueError):
        found = False
    if found:
        return target
    beside = os.path.dirname(text)  # noqa: PTH120 - the text as written, to be given back as it was
    near = [os.path.join(beside, p.name) for p in neighbours(file.parent / text) if p != file]  # noqa: PTH118
    message = f"there is no such scenario to {_PURPOSE[key]}"
    allowed = "a shipped name or a path relative to this file"
    raise InputError([Problem(mark, key, message, text, allowed, nearest(text, [*shipped, *near]))])


def _refuse_empty(base: Source, problems: list[Problem]) -> None:
    """In a file that extends nothing, a null removes nothing."""
    written = {key: value for key, value in base.data.items() if key not in _FREE}
    refuse_nulls(written, (), base.mark, problems)
    _drop_nulls(base.data)


def refuse_nulls(value: Any, loc: Loc, mark: Callable[[Loc], Mark], problems: list[Problem]) -> None:
    """Refuse every null in a new value, where there is nothing that it could remove, and leave it out."""
    for empty in _nulls(value, loc):
        chosen = empty[0] == "decisions" and empty[-2] in ("from_gate", "values")
        told = "a choice removes nothing: write the value that holds from then on, 0 for none" if chosen else _EMPTY
        problems.append(Problem(mark(empty), dotted(empty), told))
    _drop_nulls(value)


def _nulls(node: Any, loc: Loc) -> list[Loc]:
    if isinstance(node, dict):
        return [found for key, value in node.items() for found in _nulls(value, (*loc, key))]
    return [loc] if node is None else []


def _drop_nulls(node: Any) -> None:
    if isinstance(node, dict):
        for key in [k for k, v in node.items() if v is None]:
            del node[key]
        for value in node.values():
            _drop_nulls(value)


def whole(value: Any) -> bool:
    """Whether a mapping is one number, name, path or distribution, which replaces as a whole."""
    return isinstance(value, dict) and bool(value.keys() & WHOLE_KEYS)


def merge(data: dict[str, Any], marks: dict[Loc, Mark], over: Source, problems: list[Problem]) -> None:
    """Put a file over the data below it: mappings merge, null removes, all else replaces."""
    _merge(data, marks, over.data, over, (), problems)


def _merge(
    data: dict[str, Any], marks: dict[Loc, Mark], new: dict[str, Any], over: Source, loc: Loc, problems: list[Problem]
) -> None:
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
        else:
            refuse_nulls(value, place, over.mark, problems)
            forget(marks, place, old)
            data[key] = value
            _stamp(marks, over, place, value)


def _condition(loc: Loc) -> bool:
    """A ledger figure, an `only_if` or the counterfactual is one statement too."""
    return loc[-1] == "only_if" or loc == ("against",) or (len(loc) == 2 and loc[0] == "figures")


def _remove(data: dict[str, Any], marks: dict[Loc, Mark], place: Loc, over: Source, problems: list[Problem]) -> None:
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
