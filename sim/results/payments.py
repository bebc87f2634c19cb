"""Payments that depend on no volume: their due dates in a run, and their amounts."""

from __future__ import annotations

import numpy as np

from sim.clock import NEVER, TICKS_PER_DAY
from sim.draws import Draws
from sim.draws.curves import value
from sim.draws.rates import moment_day
from sim.engines.shared.rules import cents
from sim.plan import NONE, FloatArray, IntArray, PaymentPlan


def due_days(draws: Draws, payment: PaymentPlan) -> FloatArray:
    """Return the days from the start on which a payment falls due within the horizon, in order."""
    end = draws.plan.calendar.days
    first = first_day(draws, payment)
    if first is None:
        return np.empty(0)
    if payment.every == NONE:
        days = np.array([first])
    else:
        step, until = value(draws.vector, payment.every), min(value(draws.vector, payment.until, end), end)
        days = first + step * np.arange(max(np.ceil((until - first) / step), 0.0))
    return days[(days >= 0.0) & (days < end)]


def first_day(draws: Draws, payment: PaymentPlan) -> float | None:
    """Return the day from the start on which a payment is first due; None if the recipe it waits for never begins."""
    if payment.chosen is not None:
        return moment_day(payment.chosen, draws.vector)
    if payment.source < 0:
        return value(draws.vector, payment.at)
    begins = draws.sources[payment.source].sample_begins
    return None if begins >= NEVER else begins / TICKS_PER_DAY


def each(draws: Draws, payment: PaymentPlan) -> int:
    """Return the cents of one payment."""
    return cents(100.0 * value(draws.vector, payment.amount))


def by_period(draws: Draws, payment: PaymentPlan) -> IntArray:
    """Return the cents paid in each period."""
    periods = np.array(draws.plan.calendar.periods)
    period = np.searchsorted(periods, due_days(draws, payment), side="right") - 1
    return np.bincount(period, minlength=len(periods) - 1).astype(np.int64) * each(draws, payment)
