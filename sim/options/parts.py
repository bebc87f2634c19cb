"""Each option alone and removed: the values of sub-graphs, on the same paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.options.arrays import Arrays, restricted
from sim.options.estimates import Estimate


@dataclass(frozen=True, slots=True)
class Part:
    """One option. `alone`: what it adds to the best fixed plan if nothing else may be changed; `removed`: what the
    whole loses without it (negative), None where no plan is left without it."""

    option: str
    alone: Estimate
    removed: Estimate | None


def options_of(arrays: Arrays, base: Sequence[int]) -> dict[str, tuple[str, ...]]:
    """Each name of a choice is an option, but for those that the best fixed plans make everywhere they can."""
    names = dict.fromkeys(choice for stage in arrays.stages for choice in stage.choices)
    aside = {
        choice
        for stage, made in zip(arrays.stages, base, strict=True)
        for k, choice in enumerate(stage.choices)
        if k != made
    }
    return {name: (name,) for name in names if name in aside or without(arrays, (name,)) is not None}


def alone(arrays: Arrays, base: Sequence[int], option: Sequence[str]) -> Arrays:
    """The sub-graph of the best fixed plan from each node on, and of one option's choices."""
    made: Mapping[str, str] = {s.name: s.choices[k] for s, k in zip(arrays.stages, base, strict=True)}
    found = restricted(arrays, lambda node, choice: choice in option or made[node] == choice)
    assert found is not None, "the best fixed plan is always left"
    return found


def without(arrays: Arrays, option: Sequence[str]) -> Arrays | None:
    """The sub-graph without an option's choices; None where no plan is left."""
    return restricted(arrays, lambda _, choice: choice not in option)
