"""The measure of time: the grid on which all instants lie, and the mean lengths of a month and a year."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TICKS_PER_DAY = 2**20
"""All instants lie on this grid, so that sums are exact and simultaneity is real."""
NEVER = 2**62
"""An instant after every horizon."""
DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12


def ticks(days: float) -> int:
    """Return days in ticks, rounded up: a computed duration is never cut short."""
    return NEVER if days >= NEVER / TICKS_PER_DAY else math.ceil(days * TICKS_PER_DAY)


def all_ticks(days: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return `ticks` of many durations, same shape."""
    # What reads a scenario and runs none measures time too, and starts sooner without numpy.
    import numpy as np

    # Infinite days have no integer: they are replaced before they are converted.
    never = days >= NEVER / TICKS_PER_DAY
    return np.where(never, NEVER, np.ceil(np.where(never, 0.0, days) * TICKS_PER_DAY)).astype(np.int64)
