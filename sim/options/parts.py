"""The value of each option on its own and by removal, from sub-graphs on the same paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.options.arrays import Arrays, restricted
from sim.options.estimates import Estimate


@dataclass(frozen=True, slots=True)
class Part:
    """The value of one option.

    `alone` is what it adds to the best fixed plan if nothing else may be changed. `removed` is what the value changes by
    without it (negative); None where no plan remains without it.
    """

    option: str
    alone: Estimate
    removed: Estimate | None


def options_of(arrays: Arrays, base: Sequence[int]) -> dict[str, tuple[str, ...]]:
    """Return the options by name, each the choices of that name.

    `base` is the choice of the best fixed plan at each node. A choice that it makes wherever the choice is open is an
    option only if plans remain without it.
    """
    names = dict.fromkeys(choice for stage in arrays.stages for choice in stage.choices)
    aside = {
        choice
        for stage, made in zip(arrays.stages, base, strict=True)
        for k, choice in enumerate(stage.choices)
        if k != made
    }
    return {name: (name,) for name in names if name in aside or without(arrays, (name,)) is not None}


def alone(arrays: Arrays, base: Sequence[int], option: Sequence[str]) -> Arrays:
    """Return the sub-graph of the best fixed plan from each node on, together with the choices of one option."""
    made: Mapping[str, str] = {s.name: s.choices[k] for s, k in zip(arrays.stages, base, strict=True)}
    found = restricted(arrays, lambda node, choice: choice in option or made[node] == choice)
    assert found is not None, "the best fixed plan is always left"
    return found


def without(arrays: Arrays, option: Sequence[str]) -> Arrays | None:
    """Return the sub-graph without the choices of an option; None where no plan remains."""
    return restricted(arrays, lambda _, choice: choice not in option)
