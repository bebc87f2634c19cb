"""Finds the place that a dotted path names, in what is written and in what the schema allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from sim.distributions import Draw
from sim.errors import nearest
from sim.scenario.compose import Loc, dotted
from sim.scenario.declared import ROOT, SHORT, Slot, child, close_key, has, keys_of, model_of, step
from sim.scenario.schema.quantity import Path, Quantity, Random, Units

FIXED = frozenset({"extends", "against", "bare_numbers"})


class NoSuchPathError(Exception):
    """A path that names nothing; `close` is the nearest that does, `why` says where it fails."""

    def __init__(self, why: str, close: str | None = None, allowed: str | None = None) -> None:
        super().__init__(why)
        self.why, self.close, self.allowed = why, close, allowed


@dataclass(frozen=True, slots=True)
class _Step:
    """How far a path has been followed."""

    loc: Loc
    slot: Slot | None
    value: Any
    exists: bool


def find(data: Any, path: str) -> tuple[Loc, Slot | None]:
    """Return the place that a path names in the written data, and what the schema declares there.

    An optional field that is not written yet is a place too.

    Raises:
        NoSuchPathError: the path names nothing, or something that cannot be set.
    """
    here, rest = _followed(data, path)
    if rest:
        raise _missed(data, here, rest, path)
    if _fixed(here):
        raise NoSuchPathError(f"{path} belongs to the file and cannot be set")
    return here.loc, here.slot


def _followed(data: Any, path: str) -> tuple[_Step, list[str]]:
    """Return the place up to which a path leads, and what is left of the path there."""
    rest = path.split(".")
    here = _Step((), ROOT, data, True)
    while rest:
        taken, there = _next(here, rest)
        if there is None:
            break
        here, rest = there, rest[taken:]
    return here, rest


def _fixed(here: _Step) -> bool:
    """Return whether a place belongs to the file, which no override changes."""
    return not here.loc or here.loc[0] in FIXED


def _next(here: _Step, rest: list[str]) -> tuple[int, _Step | None]:
    """Follow one key; return how many parts of the path it takes, and where it leads (None: nowhere)."""
    if isinstance(here.value, dict):
        # A key may have dots itself, as the ids of figures do: the longest that fits is taken.
        for taken in range(len(rest), 0, -1):
            key = ".".join(rest[:taken])
            if key in here.value:
                return taken, _inside(here, key, True)
    if isinstance(here.value, list) and rest[0].isdecimal() and has(here.value, int(rest[0])):
        return 1, _inside(here, int(rest[0]), True)
    if here.slot is None:
        return 0, None
    if rest[0] in SHORT and here.exists and _short(here.slot, here.value):
        # The name of a part that the short form leaves out: the path stays where it is.
        return 1, here
    return _unwritten(here, rest)


def _inside(here: _Step, key: str | int, exists: bool) -> _Step:
    """Return the place one key further in."""
    slot = child(here.slot, here.value, key) if here.slot is not None else None
    return _Step((*here.loc, key), slot, step(here.value, key), exists)


def _short(slot: Slot, value: Any) -> bool:
    """Return whether a value is written short, so that `constant`, `points` or `mean` names the place itself."""
    return any(option in (Path, Random, Units) for option in slot.options) and (
        model_of(slot, value) is Quantity or isinstance(value, list)
    )


def _unwritten(here: _Step, rest: list[str]) -> tuple[int, _Step | None]:
    """Follow a key to a field that the schema has here but that is not written."""
    assert here.slot is not None
    if isinstance(here.value, list) or (here.exists and not isinstance(here.value, dict)):
        return 0, None
    named = [get_args(option)[1] for option in here.slot.options if get_origin(option) is dict]
    if named:
        # A new name may be given to a number or a name, not to a whole entry of its own.
        simple = set(Slot(named[0]).options) <= {Quantity, str, Draw}
        return (len(rest), _inside(here, ".".join(rest), False)) if simple else (0, None)
    # A number that is not written has no parts yet: it is set as a whole.
    if not here.exists and model_of(here.slot, None) in (Quantity, Path, Random, Units):
        return 0, None
    inside = _inside(here, rest[0], False)
    return (1, inside) if inside.slot is not None else (0, None)


def _missed(data: Any, here: _Step, rest: list[str], path: str) -> NoSuchPathError:
    """Return an error that says where the path fails, and which one comes closest."""
    known = list(here.value) if isinstance(here.value, dict) else []
    if isinstance(here.value, list):
        known = [str(index) for index in range(len(here.value))]
    elif here.slot is not None and (isinstance(here.value, dict) or not here.exists):
        known += [key for key in keys_of(here.slot, here.value) if key not in known]
    known = [key for key in known if here.loc or key not in FIXED]
    prefix = f"{dotted(here.loc)}." if here.loc else ""
    close = close_key(rest[0], known)
    # Correcting the first wrong part is the better guess; only if the rest then leads nowhere are all paths compared.
    best = ".".join([f"{prefix}{close}", *rest[1:]]) if close else nearest(path, list(valid_paths(data)))
    if best is not None and not _leads_somewhere(data, best):
        best = nearest(path, list(valid_paths(data))) or (f"{prefix}{close}" if close else None)
    where = f"{dotted(here.loc)} has no {rest[0]!r}" if here.loc else f"there is no {rest[0]!r}"
    if here.exists and known == [] and not isinstance(here.value, (dict, list)):
        where = f"{dotted(here.loc)} is a single value and has nothing inside it"
    return NoSuchPathError(f"no such path: {where}", best, ", ".join(known[:30]) or None)


def _leads_somewhere(data: Any, path: str) -> bool:
    """Return whether a path names a place that can be set."""
    here, rest = _followed(data, path)
    return not rest and not _fixed(here)


def valid_paths(data: Any) -> Iterator[str]:
    """Yield every path that is written, and every field that the schema allows beside it."""
    yield from _valid(ROOT, data, ())


def _valid(slot: Slot | None, value: Any, loc: Loc) -> Iterator[str]:
    """Yield the valid paths at a place and in its value."""
    if loc and loc[0] not in FIXED:
        yield dotted(loc)
    if not isinstance(value, (dict, list)):
        return
    keys: list[str | int] = list(value) if isinstance(value, dict) else list(range(len(value)))
    for key in keys:
        inside = child(slot, value, key) if slot is not None else None
        yield from _valid(inside, step(value, key), (*loc, key))
    model = model_of(slot, value) if slot is not None else None
    if slot is not None and model is not None and issubclass(model, BaseModel) and isinstance(value, dict):
        unwritten = [key for key in keys_of(slot, value) if key not in value]
        yield from (dotted((*loc, key)) for key in unwritten if loc or key not in FIXED)
