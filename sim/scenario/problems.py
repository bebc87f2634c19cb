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
    """Every error of the schema as a problem at the place in the written data; `root` declares the whole file."""
    found: dict[Loc, list[Any]] = {}
    for detail in error.errors(include_url=False):
        loc = written(data, detail["loc"], missing=detail["type"] == "missing")
        found.setdefault(loc, []).append(detail)
    around = {loc[:i] for loc in found for i in range(len(loc))}
    problems: list[Problem] = []
    for loc, details in found.items():
        own = [d for d in details if d["type"] in _PARTS]
        if own and own[0]["type"] == "extra_forbidden":
            problems.append(unknown_key(loc, data, mark, root, hint=len(problems) < _HINTS))
        elif own or loc not in around:
            problems.append(_problem(own[0] if own else details[0], loc, data, mark, root))
    return problems


def _problem(detail: Any, loc: Loc, data: Any, mark: Marker, root: Slot) -> Problem:
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
    for key in loc:
        data = step(data, key)
    return data


def _missing(loc: Loc, data: Any, mark: Marker, root: Slot) -> Problem:
    """A key that must be there: what it is, and its unit."""
    slot = slot_at(data, loc, root)
    meaning = slot.sentence if slot is not None else ""
    meaning = meaning if meaning.endswith("...") else meaning.removesuffix(".")
    unit = f" [{slot.unit}]" if slot is not None and slot.unit not in ("", "1", "date", "text") else ""
    message = "this key is missing" + (f": {meaning[0].lower()}{meaning[1:]}{unit}" if meaning else "")
    return Problem(mark(loc[:-1]), dotted(loc), message)


def _disruption_kind(disruption: dict[str, Any], loc: Loc, data: Any, mark: Marker) -> Problem:
    """A disruption without a kind, or of a kind that there is not."""
    place = (*loc, "kind")
    slot = slot_at(data, place)
    if "kind" in disruption and slot is not None:
        return wrong_kind(slot, disruption["kind"], place, mark)
    return Problem(mark(loc), dotted(place), "this key is missing: how it strikes", expected=", ".join(DISRUPTIONS))


def unknown_key(loc: Loc, data: Any, mark: Marker, root: Slot = ROOT, *, hint: bool = True) -> Problem:
    """A key that the schema does not have here; with `hint`, the nearest that it has."""
    parent, key = loc[:-1], str(loc[-1])
    slot = slot_at(data, parent, root)
    allowed = keys_of(slot, _value(data, parent)) if slot is not None else []
    return Problem(
        mark(loc),
        dotted(loc),
        f"unknown key {key!r}",
        expected=", ".join(allowed) or None,
        nearest=close_key(key, allowed) if hint else None,
    )


def _length(kind: str, context: Any, loc: Loc, mark: Marker) -> Problem:
    wanted = context["min_length"] if kind == "too_short" else context["max_length"]
    words = f"needs at {'least' if kind == 'too_short' else 'most'} {wanted} {'entry' if wanted == 1 else 'entries'}"
    return Problem(mark(loc), dotted(loc), words, found=str(context["actual_length"]))


def describe(value: Any) -> str:
    """A value as it was written, with its kind."""
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
    """A value of a kind that cannot stand here, or a word that is not among the choices."""
    if slot is None:
        return Problem(mark(loc), dotted(loc), "a value of this kind cannot stand here", describe(value))
    words = list(choices(slot))
    if isinstance(value, str) and words:
        allowed = kinds(slot) if _others(slot) else ", ".join(words)
        return Problem(
            mark(loc),
            dotted(loc),
            f"{repr_short(value)!r} is not one of the choices",
            expected=allowed,
            nearest=nearest(value, words),
        )
    return Problem(mark(loc), dotted(loc), "a value of the wrong kind", describe(value), kinds(slot))


def _others(slot: Slot) -> bool:
    """Whether something else than a word from a list may stand here."""
    return any(
        get_origin(o) is not Literal and not (isinstance(o, type) and issubclass(o, StrEnum)) for o in slot.options
    )


def choices(slot: Slot) -> Iterator[str]:
    """The words that may stand at a place."""
    for option in slot.options:
        if get_origin(option) is Literal:
            yield from (str(value) for value in get_args(option))
        elif isinstance(option, type) and issubclass(option, StrEnum):
            yield from (str(value) for value in option)


_EXACT: tuple[type, ...] = (bool, int, float, str, dt.date)


def wrong_kinds(data: Any, mark: Marker, root: Slot = ROOT) -> list[Problem]:
    """Values that pydantic would quietly turn into the kind it wants: the text "yes" into true, say."""
    return [
        wrong_kind(slot, value, loc, mark) if key is None else unknown_key((*loc, key), data, mark, root)
        for slot, value, loc, key in _loose(root, data, ())
    ]


def _loose(slot: Slot, value: Any, loc: Loc) -> Iterator[tuple[Slot, Any, Loc, str | None]]:
    if isinstance(value, dict):
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
    """Whether a scalar is of exactly the kind declared; a whole number may stand for any number."""
    options = slot.options
    if Path in options and isinstance(value, str):
        return len(options) == 1 or value in choices(slot)
    if any(o not in _EXACT for o in options) or not options or value is None:
        return True
    kind = type(value)
    return kind in options or (kind is int and float in options)


_CHOICES = re.compile(r"Input should be ('.*)")


def in_plain_words(problem: Problem) -> Problem:
    """A problem with one of the scenario's own figures, in the words used for all else."""
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
