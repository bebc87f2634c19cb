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
        """The object that `bench --json` prints for it."""
        return {"value": self.value, "unit": self.unit, "versus": dict(self.versus)}


def race(
    contenders: Mapping[str, Contender], versus: Mapping[str, Sequence[str]], *, rounds: int, unit: str = "lots/s"
) -> dict[str, BenchValue]:
    """Let contenders work in turn, round by round; `versus` names the yardsticks of each.

    Values are medians over the rounds; a ratio is the median of the ratios within each round. A yardstick
    that does not take part has no ratio.
    """
    rates: dict[str, list[float]] = {name: [] for name in contenders}
    for seed in range(rounds):
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
