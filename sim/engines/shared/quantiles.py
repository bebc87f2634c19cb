"""Variates read one by one from tables of quantiles (`sim.draws.tabulated`), which are laid out end to end."""

from __future__ import annotations

from sim.draws.tabulated import INTERVALS, LEAST, OCTAVES, STEPS
from sim.plan import FloatArray

ROWS = 2 * INTERVALS
"""Rows of one table."""


def quantile(tables: FloatArray, number: int, u: float) -> float:
    """Return the function of table `number` at a probability; `tables` has shape (tables * ROWS, 4)."""
    tail, octave = max(min(u, 1.0 - u), LEAST), OCTAVES
    # Doubling is exact, and half of all draws need none.
    while tail < 0.5:
        tail *= 2.0
        octave -= 1
    place = (tail - 0.5) * (2 * STEPS)
    step = int(place)
    t, row = place - step, number * ROWS + octave * STEPS + step
    if u > 0.5:
        row += INTERVALS
    return float(((tables[row, 0] * t + tables[row, 1]) * t + tables[row, 2]) * t + tables[row, 3])
