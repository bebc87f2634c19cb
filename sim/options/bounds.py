"""Upper bounds: what a decision maker would earn who knows more, or who pays for knowing more."""

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
    """An upper bound by what is known; `value` None where it is no bound, and `invalid` then says why."""

    known: str
    value: Estimate | None
    invalid: str | None = None


def bounds(arrays: Arrays, penalties: Sequence[FloatArray], paths: Paths) -> dict[str, FloatArray]:
    """For each valid bound the value on each path (paths,), whose mean is the bound; penalties are (choices, paths)."""
    raw = [stage.cash for stage in arrays.stages]
    found = {PERFECT: _relaxed(arrays, raw)[0]}
    if arrays.stages[0].blind:
        found[AFTER_BLIND] = _after_blind(arrays, raw, paths)
    if arrays.shocks:
        penalised = [cash - penalty for cash, penalty in zip(raw, penalties, strict=True)]
        found[PENALISED] = _after_blind(arrays, penalised, paths)
    return found


def why_not(known: str, arrays: Arrays) -> str | None:
    """Why a bound is not valid for these decisions; None where it is."""
    if known == AFTER_BLIND and not arrays.stages[0].blind:
        return f"something has been seen at {arrays.stages[0].name}"
    if known == PENALISED and not arrays.shocks:
        return "the law of later shocks is not given"
    return None


def _relaxed(arrays: Arrays, cash: Sequence[FloatArray]) -> FloatArray:
    """The best value from each node on for one who knows the path (nodes, paths)."""
    values = np.empty((len(arrays.stages), arrays.paths))
    for place in reversed(range(len(arrays.stages))):
        values[place] = _with_following(arrays, place, cash[place], values).max(axis=0)
    return values


def _after_blind(arrays: Arrays, cash: Sequence[FloatArray], paths: Paths) -> FloatArray:
    """The same, but for nodes reached with nothing seen: there one choice is made for all paths, the best in the mean.

    A policy can't do otherwise there, and from there on earns no more than one who knows the path, so the mean
    is a bound. The best of means over the same paths is too high rather than too low.
    """
    values = _relaxed(arrays, cash)
    for place in _blind_from_root(arrays)[::-1]:
        found = _with_following(arrays, place, cash[place], values)
        values[place] = found[int(np.argmax([paths.mean(row, paths.fresh) for row in found]))]
    first: FloatArray = values[0]
    return first


def _blind_from_root(arrays: Arrays) -> list[int]:
    """Nodes without features to which only such nodes lead."""
    seeing = {place for place, stage in enumerate(arrays.stages) if not stage.blind}
    for place, stage in enumerate(arrays.stages):
        if place in seeing:
            seeing |= set(stage.to) - {END}
    return [place for place in range(len(arrays.stages)) if place not in seeing]


def _with_following(arrays: Arrays, place: int, cash: FloatArray, values: FloatArray) -> FloatArray:
    to = arrays.stages[place].to
    return np.stack([row if k == END else row + values[k] for row, k in zip(cash, to, strict=True)])
