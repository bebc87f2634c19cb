"""Data -> document: all problems of the schema at once, what is switched off, and as much of a document as can be saved."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from sim.errors import Mark, Problem
from sim.ledger import Ledger
from sim.scenario.active import Pruned, prune
from sim.scenario.compose import Loc
from sim.scenario.declared import written as place_written
from sim.scenario.override import Overridden
from sim.scenario.problems import translate, wrong_kinds
from sim.scenario.schema import Document
from sim.scenario.written import Written

Marker = Callable[[Loc], Mark]
_ROUNDS = 12
_STANDINS: dict[str, Any] = {"title": "?", "horizon": {"start": dt.date(2000, 1, 1), "end": dt.date(2100, 1, 1)}}


@dataclass(frozen=True, slots=True)
class Refused:
    """What the checks must do without: parts that the schema refused, by name, and own figures that cannot be used."""

    parts: frozenset[str] = frozenset()
    figures: frozenset[str] = frozenset()
    whole: bool = True
    """Whether the schema refused nothing."""


@dataclass(frozen=True, slots=True)
class Validated:
    """A document, and the data that it is of: without what `only_if` switched off and what was refused."""

    document: Document
    written: Written
    ledger: Ledger
    pruned: Pruned
    refused: Refused


def validate(overridden: Overridden, problems: list[Problem]) -> Validated | None:
    """Return the validated document without what is switched off, or None if too little of it is left.

    A document that the schema refuses is still checked where it is sound. What is wrong is appended to `problems`.
    """
    written, ledger, broken = overridden.written, overridden.ledger, overridden.broken
    document = _document(written.data, written.blame, problems)
    refused = Refused(figures=broken)
    if document is None:
        saved = _salvaged(written.data)
        if saved is None:
            return None
        refused = Refused(_names(written.data) - _names(saved), broken, whole=False)
        written = replace(written, data=saved)
    # Entries are switched off in valid data only: what is removed with them is found by fields that must exist.
    written, pruned = prune(written, ledger, problems, broken)
    # Without the entries that are off, or that were refused, the document is another one.
    if document is None or pruned.names:
        document = _document(written.data, written.blame, problems)
    return None if document is None else Validated(document, written, ledger, pruned, refused)


def _names(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the entries in all sections."""
    return frozenset(name for section in data.values() if isinstance(section, dict) for name in section)


def _document(data: dict[str, Any], mark: Marker, problems: list[Problem]) -> Document | None:
    """Return the document, or None after noting everything that the schema refuses."""
    # pydantic converts some values of a wrong kind without a word: the text "yes" to true, say.
    problems.extend(wrong_kinds(data, mark))
    try:
        return Document.model_validate(data)
    except ValidationError as error:
        problems.extend(translate(error, data, mark))
        return None


def _salvaged(data: dict[str, Any]) -> dict[str, Any] | None:
    """Return a copy of the data without what the schema refuses, or None if too little is left.

    With it references, figures and numbers in the sound parts are checked in the same run.
    """
    kept = copy.deepcopy(data)
    # What is left may be refused for what was removed: a line without its rate, say.
    for _ in range(_ROUNDS):
        try:
            Document.model_validate(kept)
        except ValidationError as error:
            bad = {_removable(kept, detail["loc"], detail["type"]) for detail in error.errors(include_url=False)}
            # The longest first, since an outer place takes all inner ones with it.
            if not all(_drop(kept, loc) for loc in sorted(bad, key=len, reverse=True)):
                return None
        else:
            return kept
    return None


def _removable(data: Any, loc: Loc, kind: str) -> Loc:
    """Return what to leave out: the place itself, what lacks a key, or the whole list of an element."""
    place = loc if kind == "missing" and loc in {("title",), ("horizon",)} else place_written(data, loc)
    return _above(place)


def _above(place: Loc) -> Loc:
    """Return the place of the list around an element, or the place itself."""
    while place and isinstance(place[-1], int):
        place = place[:-1]
    return place


def _drop(data: Any, loc: Loc) -> bool:
    """Remove a place from the data, or put a stand-in there; return False for the document as a whole."""
    if not loc:
        return False
    # Without a title or a horizon there is no document at all, and nothing else could be checked.
    if loc[0] in _STANDINS:
        data[loc[0]] = copy.deepcopy(_STANDINS[str(loc[0])])
        return True
    parent = data
    for key in loc[:-1]:
        parent = parent.get(key) if isinstance(parent, dict) else None
        if parent is None:
            return True
    parent.pop(loc[-1], None)
    return True
