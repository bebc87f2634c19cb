"""Data -> document: all problems of the schema at once, and as much of a document as can be saved."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from sim.errors import Mark, Problem
from sim.scenario.compose import Loc
from sim.scenario.declared import written
from sim.scenario.problems import translate, wrong_kinds
from sim.scenario.schema import Document

Marker = Callable[[Loc], Mark]
_ROUNDS = 12
_STANDINS: dict[str, Any] = {"title": "?", "horizon": {"start": dt.date(2000, 1, 1), "end": dt.date(2100, 1, 1)}}


def validate(data: dict[str, Any], mark: Marker, problems: list[Problem]) -> Document | None:
    """The document, or None after noting everything that the schema refuses."""
    problems.extend(wrong_kinds(data, mark))
    try:
        return Document.model_validate(data)
    except ValidationError as error:
        problems.extend(translate(error, data, mark))
        return None


def salvage(data: dict[str, Any]) -> dict[str, Any] | None:
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
    place = loc if kind == "missing" and loc in {("title",), ("horizon",)} else written(data, loc)
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
