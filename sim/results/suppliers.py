"""Payments to outside suppliers: purchases, import duty, prepayments, and commitments beyond the end of a run."""

from __future__ import annotations

from math import floor

import numpy as np

from sim.draws import Draws
from sim.draws.curves import value
from sim.draws.sites import integral_by_period, promised_curve, tariff_curve
from sim.engines.shared.records import Records
from sim.plan import IntArray


def purchases(draws: Draws, records: Records, r: int) -> tuple[IntArray, IntArray]:
    """Return the cents paid by period for what a source delivered, without import duty, and the cents of the duty.

    Engines book both in one amount, which is split by the mean duty of the period.
    """
    site, paid = draws.plan.sites[draws.plan.sources[r].site], records.source["purchase_cents"][:, r]
    duty = np.zeros_like(paid)
    if site.tariff is not None:
        periods = draws.plan.calendar.periods
        share = integral_by_period(tariff_curve(site, draws.vector, draws.plan.calendar), periods) / np.diff(periods)
        duty[: len(share)] = np.floor(paid[: len(share)] * (share / (1.0 + share)) + 0.5)
    return paid - duty, duty


def prepaid(draws: Draws, records: Records, s: int) -> IntArray:
    """Return the cents of a site's prepayment by period: paid (negative), then set off against purchases until used up.

    Purchases count from the period after the payment on. Import duty is not set off.
    """
    booked = np.zeros(len(records.load), dtype=np.int64)
    if draws.plan.sites[s].prepayment is None:
        return booked
    paid_in, periods = _paid_in(draws, s), len(draws.plan.calendar.periods) - 1
    if 0 <= paid_in < periods:
        booked[paid_in] = -prepayment(draws, s)
    used = np.minimum(np.cumsum(set_off(draws, records, s)), prepayment(draws, s))
    return np.asarray(booked + np.diff(used, prepend=0), dtype=np.int64)


def prepayment(draws: Draws, s: int) -> int:
    """Return the cents of a site's prepayment, 0 where there is none before the end of the horizon."""
    plan = draws.plan.sites[s].prepayment
    if plan is None or _paid_in(draws, s) >= len(draws.plan.calendar.periods) - 1:
        return 0
    return floor(value(draws.vector, plan.amount) * 100.0 + 0.5)


def prepaid_left(draws: Draws, records: Records, s: int) -> int:
    """Return the cents of a site's prepayment that are not used up at the end."""
    return prepayment(draws, s) - min(int(set_off(draws, records, s).sum()), prepayment(draws, s))


def set_off(draws: Draws, records: Records, s: int) -> IntArray:
    """Return the cents of a site's purchases in each period against which its prepayment may be set off."""
    plan, terms = draws.plan, draws.plan.sites[s].prepayment
    bought = np.zeros(len(records.load), dtype=np.int64)
    if terms is None:
        return bought
    for r, source in enumerate(plan.sources):
        if source.site == s:
            bought += purchases(draws, records, r)[0]
    bought[: max(_paid_in(draws, s) + 1, 0)] = 0
    return np.asarray(np.floor(bought * value(draws.vector, terms.set_off, 1.0)), dtype=np.int64)


def _paid_in(draws: Draws, s: int) -> int:
    """Return the period in which a site's prepayment is paid; -1 before the start."""
    plan = draws.plan.sites[s].prepayment
    at = 0.0 if plan is None else value(draws.vector, plan.at)
    return int(np.searchsorted(draws.plan.calendar.periods, at, side="right")) - 1


def promised_beyond(draws: Draws, records: Records, s: int) -> float:
    """Return the starts promised to a site after the end of the horizon that notice given at the end could not cancel.

    0 where the commitment has ended by then.
    """
    if not records.promised[-1, s]:
        return 0.0
    site, end = draws.plan.sites[s], draws.plan.calendar.days
    notice = value(draws.vector, site.notice, np.inf)
    last = min(value(draws.vector, site.until, end), end + notice)
    curve = promised_curve(site, draws.vector, draws.plan.calendar, max(last, end))
    return float(integral_by_period(curve, (end, max(last, end + 1e-9)))[0])
