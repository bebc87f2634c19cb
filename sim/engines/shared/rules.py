"""Small pure functions that every engine calls, so that both decide alike, to the bit.

They use only + - * / sqrt and comparisons on floats, whose results IEEE 754 fixes, and work on
lists and arrays alike.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.clock import NEVER, TICKS_PER_DAY

Integers: TypeAlias = Sequence[int] | NDArray[np.int64]
Floats: TypeAlias = Sequence[float] | NDArray[np.float64]

EXPERIENCE_STEPS = 128.0
"""Table nodes in one learning constant."""
DEFECT_STEPS = 512.0
"""Table nodes in one defect."""
ROUNDING = 1e-6
"""Ticks that sums of rounding errors stay below."""
EXACT_UNITS = 400
"""Up to this many expected units, a binomial is inverted exactly; above, by its normal approximation."""


def segment(knots: Integers, at: int, i: int) -> int:
    """Return the step of a curve that holds at an instant, searched upwards from step `i`."""
    steps = len(knots)
    while i + 1 < steps and knots[i + 1] <= at:
        i += 1
    return i


def steady_finish(start: int, left: float, rate: float) -> tuple[int, float]:
    """Return when a load is worked off at a constant rate, and what the line could do of the next lot until then.

    `left` is the load at `start`, less what the line could do of it before. The instant is rounded up to a tick, except
    for rounding errors. The rest of that tick is credited to the next lot: without it, each lot of a line that is never
    idle would cost the line half a tick.
    """
    if left <= 0.0:
        return start, -left
    # Sums of rounding errors must not cost a whole tick.
    need = left / rate
    ticks = math.ceil(need - ROUNDING)
    # Nothing is left over at an infinite rate, which has no product with 0.
    spare = ticks - need
    return start + ticks, spare * rate if spare != 0.0 else 0.0


def finish(start: int, left: float, knots: Integers, rates: Floats, i: int) -> tuple[int, int, float]:
    """Return when a load is worked off at a changing rate, in which step of it, and the credit for the next lot.

    `left` is as for `steady_finish`. The instant is the first at which the integral of the rate from `start` reaches
    it, rounded up to a tick; NEVER if it never does. `start` lies in step `i`.
    """
    now, steps = start, len(knots)
    # Step by step of the rate: what the line can do until the end of a step is taken off the load.
    while left > 0.0:
        rate = rates[i]
        if rate > 0.0:
            need = left / rate
            if i + 1 == steps and need >= NEVER:
                return NEVER, i, 0.0
            if i + 1 == steps or need <= knots[i + 1] - now:
                leave, credit = steady_finish(now, left, rate)
                return leave, i, credit
            left -= rate * (knots[i + 1] - now)
        elif i + 1 == steps:
            return NEVER, i, 0.0
        now = knots[i + 1]
        i += 1
    return now, i, -left


def worked(start: int, end: int, knots: Integers, rates: Floats) -> float:
    """Return the load worked off between two instants: the integral of the rate."""
    done, i, steps = 0.0, segment(knots, start, 0), len(knots)
    while start < end:
        until = end if i + 1 == steps or knots[i + 1] > end else knots[i + 1]
        done += rates[i] * (until - start)
        start = until
        i += 1
    return float(done)


def interpolate(table: Floats, x: float, per_unit: float) -> float:
    """Return a value of a table on an even grid from 0, linear between its nodes.

    The grid has `per_unit` steps to a unit. Beyond its end the last value holds.
    """
    position = x * per_unit
    last = len(table) - 1
    if position >= last:
        return float(table[last])
    i = int(position)
    return float(table[i] + (table[i + 1] - table[i]) * (position - i))


def good_share(defects: Floats, survival: Floats, assembly: Floats, x: float, factor: float) -> float:
    """Return the share of gross units that are good at experience `x`, with defect densities times `factor`."""
    u = interpolate(defects, x, EXPERIENCE_STEPS) * factor
    return interpolate(survival, u, DEFECT_STEPS) * interpolate(assembly, x, EXPERIENCE_STEPS)


def binomial(n: int, p: float, u: float, z: float) -> int:
    """Return the `u`-quantile of the successes in `n` trials; `z` is the standard normal quantile of `u`.

    Exact up to EXACT_UNITS trials, above by the normal approximation.
    """
    if n <= 0 or p <= 0.0:
        return 0
    if p >= 1.0:
        return n
    q = 1.0 - p
    if n > EXACT_UNITS:
        k = math.floor(n * p + z * math.sqrt(n * p * q) + 0.5)
        return int(min(max(k, 0), n))
    # By symmetry, the rarer outcome is counted: it takes fewer terms.
    if p > 0.5:
        return n - binomial(n, q, 1.0 - u, -z)
    # Sums of masses from no success up. As p is at most a half here, the first, q^n, is at least 2^-400: no zero.
    mass = 1.0
    for _ in range(n):
        mass *= q
    total, k = mass, 0
    while total < u and k < n:
        mass *= (n - k) / (k + 1) * (p / q)
        k += 1
        total += mass
    return k


def total(amounts: Floats) -> float:
    """Return the sum of amounts, added from first to last: built-in sums correct their rounding in some versions."""
    added = 0.0
    for amount in amounts:
        added += amount
    return added


def unit_days(units: int, ticks: int) -> float:
    """Return units times days; a float, since units times ticks may exceed 64 bits."""
    return units * (ticks / TICKS_PER_DAY)


def cents(amount: float) -> int:
    """Round an amount in cents half up to a whole one."""
    return math.floor(amount + 0.5)


def whole(units: float) -> int:
    """Round units with carried fractions down to whole ones; rounding errors alone cost none."""
    return math.floor(units + 1e-9)


def settled(units: float) -> float:
    """Round units on order to clear the residues of summed fractions, which must not tip a comparison."""
    return units if units % 1.0 == 0.0 else math.floor(units * 1e6 + 0.5) / 1e6


BASE_STOCK, MIN_MAX, REORDER, PERIODIC = range(4)
"""Classical replenishment policies."""


def stock_order(policy: int, level: float, reorder: float, quantity: float, position: float) -> float:
    """Return the units that a stock policy orders at an inventory position; none if not above zero.

    In the usual notation: BASE_STOCK is S, MIN_MAX (s, S), REORDER (s, nQ) and PERIODIC (T, Q).
    """
    if policy == BASE_STOCK:
        return level - position
    if policy == PERIODIC:
        return quantity
    if position > reorder:
        return 0.0
    if policy == MIN_MAX:
        return level - position
    # Whole quantities, as many as bring the position above the reorder point.
    return quantity * (math.floor((reorder - position) / quantity) + 1)


def stretched(ticks: int, factor: float) -> int:
    """Return a duration times a factor, rounded up to a tick."""
    return ticks if factor == 1.0 else math.ceil(ticks * factor)


def lot_count(total: int, lot: int) -> int:
    """Return the number of lots in a total: full ones and one of the rest; one lot without a lot size."""
    return -(-total // lot) if lot > 0 else 1


def lot_part(total: int, lot: int, i: int) -> int:
    """Return the size of the `i`-th lot of a total."""
    return min(lot, total - i * lot) if lot > 0 else total


def release_time(begin: int, end: int, total: int, lot: int, i: int) -> int:
    """Return when the `i`-th lot is due if a total is released evenly between two instants.

    Each lot is released when those before it would be finished, so that halving the lots halves each in place.
    """
    return begin + portion(end - begin, i * lot, total)


def portion(amount: int, part: int, whole: int) -> int:
    """Return `amount * part / whole` rounded down, exact even if the product exceeds 64 bits.

    `part` and `whole` must be less than 2^53.
    """
    if float(amount) * part < 2.0**62:
        return amount * part // whole
    # Long division, nine bits of the amount at a time.
    result, rest = 0, 0
    # A remainder below 2^53 times 2^9 stays within 63 bits.
    for shift in range(45, -1, -9):
        rest = rest * 512 + part * ((amount >> shift) & 511)
        result = result * 512 + rest // whole
        rest %= whole
    return result
