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
    """Validate and switch off. A refused document is still checked where it is sound; None where too little is left."""
    written, ledger, broken = overridden.written, overridden.ledger, overridden.broken
    document = _document(written.data, written.blame, problems)
    refused = Refused(figures=broken)
    if document is None:
        saved = _salvaged(written.data)
        if saved is None:
            return None
        refused = Refused(_names(written.data) - _names(saved), broken, whole=False)
        written = replace(written, data=saved)
    written, pruned = prune(written, ledger, problems, broken)
    if document is None or pruned.names:
        document = _document(written.data, written.blame, problems)
    return None if document is None else Validated(document, written, ledger, pruned, refused)


def _names(data: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for section in data.values() if isinstance(section, dict) for name in section)


def _document(data: dict[str, Any], mark: Marker, problems: list[Problem]) -> Document | None:
    """The document, or None after noting everything that the schema refuses."""
    problems.extend(wrong_kinds(data, mark))
    try:
        return Document.model_validate(data)
    except ValidationError as error:
        problems.extend(translate(error, data, mark))
        return None


def _salvaged(data: dict[str, Any]) -> dict[str, Any] | None:
    """A copy of the data without what the schema refuses, or None if too little is left.

    It lets references, figures and numbers in the sound parts be checked in the same go.
    """
    kept = copy.deepcopy(data)
    for _ in range(_ROUNDS):
        try:
            Document.model_validate(kept)
        except ValidationError as error:
            bad = {_removable(kept, d["loc"], d["type"]) for d in error.errors(include_url=False)}
            if not all(_drop(kept, loc) for loc in sorted(bad, key=len, reverse=True)):
                return None
        else:
            return kept
    return None


def _removable(data: Any, loc: Loc, kind: str) -> Loc:
    """What to leave out: the place itself, what lacks a key, or the whole list of an element."""
    place = loc if kind == "missing" and loc in {("title",), ("horizon",)} else place_written(data, loc)
    return _above(place)


def _above(place: Loc) -> Loc:
    while place and isinstance(place[-1], int):
        place = place[:-1]
    return place


def _drop(data: Any, loc: Loc) -> bool:
    if not loc:
        return False
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
