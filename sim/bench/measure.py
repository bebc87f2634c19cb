"""Rates measured in turn, so that a machine whose speed drifts slows all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

Contender = Callable[[int], float]
"""Does the work of one round, told its seed; returns its rate."""


@dataclass(frozen=True)
class BenchValue:
    """A benchmark's value, and its ratio to each yardstick."""

    value: float
    unit: str
    versus: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the object that `bench --json` prints for this value."""
        return {"value": self.value, "unit": self.unit, "versus": dict(self.versus)}


def race(
    contenders: Mapping[str, Contender], versus: Mapping[str, Sequence[str]], *, rounds: int, unit: str = "lots/s"
) -> dict[str, BenchValue]:
    """Measure contenders in turn, round by round, and return the medians of their rates and ratios.

    A value is the median over the rounds. A ratio is the median of the ratios within each round, so that a
    drift of the machine's speed cancels out. A yardstick that was not measured has no ratio.

    Args:
        contenders: name -> the function that does the work of one round; called with the round as seed.
        versus: name -> the yardsticks that it is compared with.
        rounds: rounds.
        unit: the unit of the rates.
    """
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for seed in range(rounds):
        # Round by round, not contender by contender: neighbours in time meet the same speed of the machine.
        for name, contender in contenders.items():
            rates[name].append(contender(seed))

    def ratio(name: str, other: str) -> float:
        return median(a / b for a, b in zip(rates[name], rates[other], strict=True))

    return {
        name: BenchValue(
            median(found), unit, {other: ratio(name, other) for other in versus.get(name, ()) if other in rates}
        )
        for name, found in rates.items()
    }
