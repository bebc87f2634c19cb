"""The range of each input of a plan, and amounts with the input that contributes most to each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, sqrt

from sim.clock import DAYS_PER_YEAR
from sim.plan import NONE, PathPlan, Plan, ProcessPlan, Ref

_SPREAD = 1.0
"""Standard deviations of a process that count: bounds are so wide already that what lies farther out keeps to them."""
_MOST_EXPONENT = 300.0


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of something, at most, and the input that contributes most to it."""

    value: float
    ref: Ref = NONE

    def __mul__(self, other: Amount) -> Amount:
        """Return the product; the larger factor is to blame for it."""
        larger = self if self.ref != NONE and (other.ref == NONE or self.value > other.value) else other
        # Infinity times zero counts as zero, not as no number.
        product = self.value * other.value if self.value and other.value else 0.0
        return Amount(product, larger.ref)


def total(amounts: Iterable[Amount]) -> Amount:
    """Return the sum of amounts; the largest summand is to blame for it."""
    summands = list(amounts)
    largest = max(summands, key=lambda amount: amount.value, default=Amount(0.0))
    return Amount(sum(amount.value for amount in summands), largest.ref)


class Extremes:
    """The least and the most that each input of a plan may be, over the ranges that are drawn."""

    def __init__(self, plan: Plan) -> None:
        self._low, self._high = plan.vector(), plan.vector()
        for direct in plan.lineage.direct:
            self._widen(direct.input, [direct.spread.low, direct.spread.high], direct.scale)
        for fed in plan.lineage.fed:
            term = plan.lineage.terms[fed.figure]
            ends = [end for end in (term.low, term.high) if end is not None]
            self._widen(fed.input, ends, fed.factor * fed.scale)

    def _widen(self, place: int, ends: Iterable[float], scale: float) -> None:
        """Widen the range of an input to these ends."""
        for end in ends:
            self._low[place] = min(self._low[place], end * scale)
            self._high[place] = max(self._high[place], end * scale)

    def most(self, ref: Ref, default: float = 0.0) -> Amount:
        """Return the most that an input may be; `default` where the scenario leaves it out."""
        return Amount(default) if ref == NONE else Amount(max(float(self._high[ref]), 0.0), ref)

    def size(self, ref: Ref) -> Amount:
        """Return the most that an input may be, whichever its sign."""
        return Amount(0.0) if ref == NONE else Amount(max(-float(self._low[ref]), float(self._high[ref])), ref)

    def inverse(self, ref: Ref, default: float = 1.0) -> Amount:
        """Return the most that one over an input may be."""
        least = default if ref == NONE else float(self._low[ref])
        return Amount(1.0 / least if least > 0.0 else float("inf"), ref)

    def most_on(self, path: PathPlan | None) -> Amount:
        """Return the most that a value over time may be."""
        if path is None:
            return Amount(0.0)
        written = max((self.most(ref) for ref in path.values), key=lambda a: a.value)
        spliced = [self.most(splice.value) for splice in path.splices]
        return max([written * self._most_level(path.process), *spliced], key=lambda a: a.value)

    def _most_level(self, process: ProcessPlan | None) -> Amount:
        """Return a high level of a process by the end of its months."""
        if process is None:
            return Amount(1.0)
        year = Amount(DAYS_PER_YEAR)
        years = Amount(process.months[-1] / DAYS_PER_YEAR)
        drift, volatility, rate = (
            (self.most(r) * s).value
            for r, s in ((process.drift, year), (process.volatility, Amount(1.0)), (process.jump_rate, year))
        )
        jumps = rate * ((self.size(process.jump_mean)).value ** 2 + self.most(process.jump_sd).value ** 2)
        deviation = sqrt((volatility**2 + jumps) * years.value)
        return Amount(exp(min(drift * years.value + _SPREAD * deviation, _MOST_EXPONENT)), process.volatility)
