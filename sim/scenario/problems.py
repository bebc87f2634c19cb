"""What the schema refuses, in words that say what to change."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError

from sim.errors import Mark, Problem, nearest
from sim.scenario.compose import Loc, dotted, repr_short
from sim.scenario.declared import (
    DISRUPTIONS,
    ROOT,
    Slot,
    child,
    close_key,
    keys_of,
    kinds,
    model_of,
    slot_at,
    step,
    written,
)
from sim.scenario.meant import remedy
from sim.scenario.schema.quantity import Path, Quantity

Marker = Callable[[Loc], Mark]

_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_HINTS = 200
_FIGURE_FORM = "a figure is written as in the ledger: statement, unit, kind, source and value, readings or formula"
_PARTS = {"missing", "extra_forbidden", "value_error", "too_short", "too_long", *_BOUNDS}


def translate(error: ValidationError, data: Any, mark: Marker, root: Slot = ROOT) -> list[Problem]:
    """Return every error of the schema as a problem at its place in the written data.

    `root` is what the schema declares for the whole file.
    """
    found: dict[Loc, list[Any]] = {}
    for detail in error.errors(include_url=False):
        loc = written(data, detail["loc"], missing=detail["type"] == "missing")
        found.setdefault(loc, []).append(detail)
    # Of a union pydantic reports every member that did not fit. Where one of them has an error further in, that one
    # was meant, and what is reported around it is left out.
    around = {loc[:depth] for loc in found for depth in range(len(loc))}
    problems: list[Problem] = []
    for loc, details in found.items():
        own = [detail for detail in details if detail["type"] in _PARTS]
        if own and own[0]["type"] == "extra_forbidden":
            problems.append(unknown_key(loc, data, mark, root, hint=len(problems) < _HINTS))
        elif own or loc not in around:
            problems.append(_problem(own[0] if own else details[0], loc, data, mark, root))
    return problems


def _problem(detail: Any, loc: Loc, data: Any, mark: Marker, root: Slot) -> Problem:
    """Return one complaint of pydantic in words that say what to change."""
    kind = detail["type"]
    if kind == "missing":
        return _missing(loc, data, mark, root)
    if kind == "value_error":
        return Problem(mark(loc), dotted(loc), str(detail["ctx"]["error"]))
    if kind in ("union_tag_not_found", "union_tag_invalid") and isinstance(detail["input"], dict):
        return _disruption_kind(detail["input"], loc, data, mark)
    if kind in ("too_short", "too_long"):
        return _length(kind, detail["ctx"], loc, mark)
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        return Problem(mark(loc), dotted(loc), f"must be {words} {detail['ctx'][key]:g}", str(detail["input"]))
    return wrong_kind(slot_at(data, loc, root), _value(data, loc), loc, mark)


def _value(data: Any, loc: Loc) -> Any:
    """Return the value at a place, or None."""
    for key in loc:
        data = step(data, key)
    return data


def _missing(loc: Loc, data: Any, mark: Marker, root: Slot) -> Problem:
    """Return the problem that a key is missing, with what it is and its unit."""
    slot = slot_at(data, loc, root)
    meaning = slot.sentence if slot is not None else ""
    meaning = meaning if meaning.endswith("...") else meaning.removesuffix(".")
    unit = f" [{slot.unit}]" if slot is not None and slot.unit not in ("", "1", "date", "text") else ""
    message = "this key is missing" + (f": {meaning[0].lower()}{meaning[1:]}{unit}" if meaning else "")
    return Problem(mark(loc[:-1]), dotted(loc), message)


def _disruption_kind(disruption: dict[str, Any], loc: Loc, data: Any, mark: Marker) -> Problem:
    """Return the problem of a disruption without a kind, or of a kind that does not exist."""
    place = (*loc, "kind")
    slot = slot_at(data, place)
    if "kind" in disruption and slot is not None:
        return wrong_kind(slot, disruption["kind"], place, mark)
    return Problem(mark(loc), dotted(place), "this key is missing: how it strikes", expected=", ".join(DISRUPTIONS))


def unknown_key(loc: Loc, data: Any, mark: Marker, root: Slot = ROOT, *, hint: bool = True) -> Problem:
    """Return the problem of a key that the schema does not have here; with `hint`, with the nearest that it has."""
    parent, key = loc[:-1], str(loc[-1])
    slot = slot_at(data, parent, root)
    written_here = _value(data, parent)
    allowed = keys_of(slot, written_here) if slot is not None else []
    close = close_key(key, allowed) if hint else None
    # A key that the same file has already would stand there twice.
    if close is not None and step(written_here, close) is not None and mark((*parent, close)).file == mark(loc).file:
        close = None
    return Problem(mark(loc), dotted(loc), f"unknown key {key!r}", expected=", ".join(allowed) or None, nearest=close)


def _length(kind: str, context: Any, loc: Loc, mark: Marker) -> Problem:
    """Return the problem of a list or mapping with too few or too many entries."""
    wanted = context["min_length"] if kind == "too_short" else context["max_length"]
    words = f"needs at {'least' if kind == 'too_short' else 'most'} {wanted} {'entry' if wanted == 1 else 'entries'}"
    return Problem(mark(loc), dotted(loc), words, found=str(context["actual_length"]))


def describe(value: Any) -> str:
    """Return a value as it was written, with its kind."""
    if isinstance(value, dict):
        keys = ", ".join(map(str, list(value)[:4]))
        return f"a mapping ({keys}{', ...' if len(value) > 4 else ''})" if value else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"the text {repr_short(value)!r}"
    kind = "date" if isinstance(value, dt.date) else "number"
    return f"the {kind} {value}"


def wrong_kind(slot: Slot | None, value: Any, loc: Loc, mark: Marker) -> Problem:
    """Return the problem of a value of a kind that cannot stand here, or of a word that is not among the choices."""
    if slot is None:
        return Problem(mark(loc), dotted(loc), "a value of this kind cannot stand here", describe(value))
    words = list(choices(slot))
    meant = remedy(value, "date" if dt.date in slot.options else slot.unit or "1")
    if isinstance(value, str) and words:
        allowed = kinds(slot) if _others(slot) else ", ".join(words)
        return Problem(
            mark(loc),
            dotted(loc),
            f"{repr_short(value)!r} is not one of the choices{meant}",
            expected=allowed,
            nearest=nearest(value, words),
        )
    return Problem(mark(loc), dotted(loc), f"a value of the wrong kind{meant}", describe(value), kinds(slot))


def _others(slot: Slot) -> bool:
    """Return whether something other than a word from a list may stand here."""
    return any(
        get_origin(option) is not Literal and not (isinstance(option, type) and issubclass(option, StrEnum))
        for option in slot.options
    )


def choices(slot: Slot) -> Iterator[str]:
    """Yield the words that may stand at a place."""
    for option in slot.options:
        if get_origin(option) is Literal:
            yield from (str(value) for value in get_args(option))
        elif isinstance(option, type) and issubclass(option, StrEnum):
            yield from (str(value) for value in option)


_EXACT: tuple[type, ...] = (bool, int, float, str, dt.date)


def wrong_kinds(data: Any, mark: Marker, root: Slot = ROOT) -> list[Problem]:
    """Return problems with values that pydantic would convert without a word: the text "yes" into true, say."""
    return [
        wrong_kind(slot, value, loc, mark) if key is None else unknown_key((*loc, key), data, mark, root)
        for slot, value, loc, key in _loose(root, data, ())
    ]


def _loose(slot: Slot, value: Any, loc: Loc) -> Iterator[tuple[Slot, Any, Loc, str | None]]:
    """Yield the values that are not exactly of the kind declared, and keys that nobody may write, with their places."""
    if isinstance(value, dict):
        # The schema has the key for the validator's own use, so that pydantic lets it through.
        if model_of(slot, value) is Quantity and "bare" in value:
            yield slot, value, loc, "bare"
        parts: list[tuple[str | int, Any]] = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    else:
        if not _fits(slot, value):
            yield slot, value, loc, None
        return
    for key, part in parts:
        inside = child(slot, value, key)
        if inside is not None:
            yield from _loose(inside, part, (*loc, key))


def _fits(slot: Slot, value: Any) -> bool:
    """Return whether a scalar is of exactly the kind declared; a whole number may stand for any number."""
    options = slot.options
    if Path in options and isinstance(value, str):
        return len(options) == 1 or value in choices(slot)
    if any(option not in _EXACT for option in options) or not options or value is None:
        return True
    kind = type(value)
    return kind in options or (kind is int and float in options)


_CHOICES = re.compile(r"Input should be ('.*)")


def in_plain_words(problem: Problem) -> Problem:
    """Return a problem with one of the scenario's own figures in the words used for all others."""
    problem = replace(problem, path=f"figures.{problem.path}")
    if problem.message == "Field required":
        return replace(problem, message="this key is missing")
    if match := _CHOICES.match(problem.message):
        return replace(
            problem, message="not one of the choices", expected=match.group(1).replace("'", "").replace(" or ", ", ")
        )
    if problem.message.startswith("Input should"):
        return replace(problem, message="a value of the wrong kind", expected=_FIGURE_FORM)
    return problem
