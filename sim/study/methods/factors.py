"""What a sensitivity study varies: coordinates of the unit cube, and an output as a function of its points."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.plan import FloatArray
from sim.study.methods.intervals import Interval

Evaluate = Callable[[FloatArray], FloatArray]
"""Points of the unit cube (points, coordinates) -> values (points, outputs); NaN: the output has no value there."""


@dataclass(frozen=True, slots=True)
class Factor:
    """Coordinates that are moved together: one input, or a group of correlated inputs."""

    name: str
    columns: tuple[int, ...]


def around(estimate: float, half_width: float) -> Interval:
    """Return an estimate with a symmetric interval around it."""
    return Interval(float(estimate), float(estimate - half_width), float(estimate + half_width))


def problem(factors: Sequence[Factor]) -> dict[str, Any]:
    """Return the problem dictionary of SALib: a unit range for each coordinate, and the group that it belongs to.

    The columns of all factors together must be 0, 1, 2, ... without gaps or repetitions.
    """
    owner = {column: str(place) for place, factor in enumerate(factors) for column in factor.columns}
    columns = range(len(owner))
    return {
        "num_vars": len(owner),
        "names": [f"x{column}" for column in columns],
        "bounds": [[0.0, 1.0]] * len(owner),
        # SALib reports one result for each group. A factor of one coordinate is a group of its own.
        "groups": [owner[column] for column in columns],
    }


def in_order(factors: Sequence[Factor]) -> list[int]:
    """Return for each factor the index of its result in the output of SALib.

    SALib orders groups by the first coordinate of each.
    """
    first = sorted(range(len(factors)), key=lambda place: min(factors[place].columns))
    return [first.index(place) for place in range(len(factors))]
