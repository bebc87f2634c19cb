"""Upper bounds on the value: of decision makers who know more, or who pay a penalty for knowing more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.options.arrays import END, Arrays, FloatArray
from sim.options.estimates import Estimate, Paths

PERFECT = "perfect information"
AFTER_BLIND = "all known after the first gate"
PENALISED = "later shocks known at a penalty"


@dataclass(frozen=True, slots=True)
class Bound:
    """An upper bound, named after what is `known`; where it is not valid, `value` is None and `invalid` the reason."""

    known: str
    value: Estimate | None
    invalid: str | None = None


def bounds(arrays: Arrays, penalties: Sequence[FloatArray], paths: Paths) -> dict[str, FloatArray]:
    """Return for each valid bound its value on each path, shape (paths,); the mean is the upper bound.

    The information relaxations and their penalties are those of Brown, Smith & Sun (2010). `penalties` are one array
    for each node, shape (choices, paths).
    """
    raw = [stage.cash for stage in arrays.stages]
    found = {PERFECT: _relaxed(arrays, raw)[0]}
    if arrays.stages[0].blind:
        found[AFTER_BLIND] = _after_blind(arrays, raw, paths)
    if arrays.shocks:
        penalised = [cash - penalty for cash, penalty in zip(raw, penalties, strict=True)]
        found[PENALISED] = _after_blind(arrays, penalised, paths)
    return found


def why_not(known: str, arrays: Arrays) -> str | None:
    """Return the reason why a bound is not valid for these decisions; None where it is valid."""
    if known == AFTER_BLIND and not arrays.stages[0].blind:
        return f"something has been seen at {arrays.stages[0].name}"
    if known == PENALISED and not arrays.shocks:
        return "the law of later shocks is not given"
    return None


def _relaxed(arrays: Arrays, cash: Sequence[FloatArray]) -> FloatArray:
    """Return the greatest value from each node on with perfect information, shape (nodes, paths)."""
    values = np.empty((len(arrays.stages), arrays.paths))
    for place in reversed(range(len(arrays.stages))):
        values[place] = _with_following(arrays, place, cash[place], values).max(axis=0)
    return values


def _after_blind(arrays: Arrays, cash: Sequence[FloatArray], paths: Paths) -> FloatArray:
    """Return the value at the root, shape (paths,), if everything is known after the nodes without information.

    At a node where nothing has been seen a policy makes the same choice on all paths: the one of greatest mean. After
    these nodes no policy earns more than one with perfect information. So the mean is an upper bound. It is biased
    upward, since the greatest mean is chosen and estimated on the same paths.
    """
    values = _relaxed(arrays, cash)
    for place in _blind_from_root(arrays)[::-1]:
        found = _with_following(arrays, place, cash[place], values)
        values[place] = found[int(np.argmax([paths.mean(row, paths.fresh) for row in found]))]
    first: FloatArray = values[0]
    return first


def _blind_from_root(arrays: Arrays) -> list[int]:
    """Return the nodes at which nothing has been seen, neither there nor at any node that may lead there."""
    seeing = {place for place, stage in enumerate(arrays.stages) if not stage.blind}
    for place, stage in enumerate(arrays.stages):
        if place in seeing:
            seeing |= set(stage.to) - {END}
    return [place for place in range(len(arrays.stages)) if place not in seeing]


def _with_following(arrays: Arrays, place: int, cash: FloatArray, values: FloatArray) -> FloatArray:
    """Return the cash of each choice plus the value of the node that it leads to, shape (choices, paths)."""
    to = arrays.stages[place].to
    return np.stack([row if k == END else row + values[k] for row, k in zip(cash, to, strict=True)])
