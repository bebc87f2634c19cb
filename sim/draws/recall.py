"""What follows from a part of a plan and the inputs that it refers to, worked out once for replications that share them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from typing import Any, TypeVar, get_args, get_type_hints

import numpy as np

from sim.draws.kept import Kept
from sim.plan import NONE, FloatArray, IntArray, Plan, ProcessPlan, Ref

T = TypeVar("T")
MOST = 4
"""Results kept of each part: before and after a gate, typical and as drawn. An uncertain part seldom meets the same
inputs again, and would fill any memory."""


def recall(plan: Plan, part: Hashable, inputs: Hashable, make: Callable[[], T]) -> T:
    """Return the result of a part of a plan for these inputs, made where it is not among the latest."""
    return latest(plan)[part].once(inputs, make)


@lru_cache(maxsize=64)
def latest(_plan: Plan) -> defaultdict[Hashable, Kept]:
    """Return what is kept of each part of a plan, by the inputs that it follows from."""
    return defaultdict(lambda: Kept(MOST))


def inputs_of(part: Hashable, vector: FloatArray) -> bytes:
    """Return the values of all inputs that a part of a plan refers to, as a key: equal keys mean equal results."""
    return vector[references(part)].tobytes()


@lru_cache(maxsize=16384)
def references(part: Hashable) -> IntArray:
    """Return the places in the vector of inputs that a part refers to, itself or by what it is made of, in order.

    A part is a dataclass of `sim.plan`, or a tuple of parts. Levels of processes are counted from the end.
    """
    return np.array(sorted(set(_places(part))), dtype=np.int64)


def _places(part: Any) -> Iterator[int]:
    if isinstance(part, tuple):
        for one in part:
            yield from _places(one)
    elif is_dataclass(part):
        if isinstance(part, ProcessPlan):
            yield from range(part.levels.start, part.levels.stop or 0)
        for name, referring in _fields(part.__class__):
            value = getattr(part, name)
            yield from _listed(value) if referring else _places(value)


def _listed(value: Any) -> Iterator[int]:
    """Yield references that stand alone, in a tuple, or as the values of a mapping."""
    if isinstance(value, tuple | dict):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _listed(one)
    elif value != NONE:
        yield value


@lru_cache(maxsize=64)
def _fields(kind: type) -> list[tuple[str, bool]]:
    """Return the fields of a dataclass, each with whether it holds references; other numbers stand for themselves."""
    hints = get_type_hints(kind)
    return [(field.name, _refers(hints[field.name])) for field in fields(kind)]


def _refers(hint: Any) -> bool:
    return hint is Ref or any(map(_refers, get_args(hint)))
