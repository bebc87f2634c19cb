"""Whether a value holds, and by how much."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.claims.probes import Seen
from sim.clock import DAYS_PER_MONTH


@dataclass(frozen=True, slots=True)
class Bounds:
    """Ends between which a value must lie, both included.

    `kind` says what it is: a date (an ordinal in days), a span in months, or a number. An order of
    milestones has `strict`: its low end does not hold itself.
    """

    kind: str
    low: float = -math.inf
    high: float = math.inf
    strict: bool = False

    def hold(self, seen: Seen) -> bool | None:
        """Return whether a value is within the bounds; None if the run is too short to tell."""
        if seen.value > self.high or (seen.beyond and seen.value == self.high):
            return False
        enough = seen.value > self.low if self.strict else seen.value >= self.low
        # The true value lies past what was seen: it may still violate a finite upper end.
        if seen.beyond:
            return True if enough and math.isinf(self.high) else None
        return enough

    def broken(self, value: float) -> float:
        """Return the end that the value violates, or else the end nearest to it."""
        return min((self.low, self.high), key=lambda end: self._room(value, end))

    def margin(self, value: float) -> float:
        """Return the margin to the nearest end, negative if it is violated.

        Dates and spans are in months, numbers relative to that end. A number is compared with an end of zero as it is.
        """
        end = self.broken(value)
        room = self._room(value, end)
        if self.kind == "date":
            return room / DAYS_PER_MONTH
        return room if self.kind == "span" or end == 0.0 else room / abs(end)

    def _room(self, value: float, end: float) -> float:
        return value - end if end == self.low else end - value
