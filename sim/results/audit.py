"""Conservation of money, checked after every run.

The cash entries of a run contain every cent that engines booked by event, and those that follow from deliveries, capacity
and contracts equal sums that are computed by another way, for whole years at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from math import ceil, floor, fsum

import numpy as np

from sim.draws import Draws
from sim.draws.curves import value
from sim.draws.outlay import capex, credit_by_period
from sim.draws.recall import recall
from sim.draws.sites import closing_day, integral_by_period
from sim.engines.shared.records import Records
from sim.errors import ModelError
from sim.plan import IntArray, PaymentPlan
from sim.results.books import BOOKED_AFTER, CashEntry, start_prices, undepreciated, year_ends
from sim.results.outside_sales import gained
from sim.results.payments import each, first_day
from sim.results.periods import summed
from sim.results.suppliers import prepayment, set_off
from sim.results.worth import value_delivered

SLACK = 1e-6
"""Cents by which sums of fractions may differ with their order."""
Gap = tuple[str, int]
"""What was compared, and the cents by which it differs."""


def audit(draws: Draws, records: Records, found: Sequence[CashEntry]) -> int:
    """Return the largest breach in cents, which is 0.

    Raises:
        ModelError: cents of the book are not accounted for.
    """
    what, worst = max(gaps(draws, records, found), key=lambda gap: gap[1])
    if worst:
        raise ModelError(f"{worst} cents are not accounted for: {what}")
    return worst


def gaps(draws: Draws, records: Records, found: Sequence[CashEntry]) -> Iterator[Gap]:
    """Yield every comparison: events by period, values by line over the run, the rest by site at each year's end."""
    yield "booked by event", _by_event(records, found)
    for index, line in enumerate(draws.plan.lines):
        mine = (entry.cents for entry in found if entry.category == "value" and entry.name == line.name)
        valued = int(sum(mine, np.zeros(len(records.load), dtype=np.int64)).sum())
        yield f"value of {line.name}", _gap(valued, fsum(value_delivered(draws, records, index).tolist()))
    ends, nothing = year_ends(draws), np.zeros(len(records.load), dtype=np.int64)
    of_sites = [entry for entry in found if entry.scope == "site" and entry.category in BOOKED_AFTER]
    booked = {(entry.name, entry.category): entry.cents for entry in of_sites}
    by_year = np.cumsum([entry.cents for entry in of_sites] or [nothing], axis=1)[:, ends].tolist()
    to_date = defaultdict(lambda: [0] * len(ends), zip(booked, by_year[: len(booked)], strict=True))
    for s, site in enumerate(draws.plan.sites):
        of_capacity = recall(draws.plan, ("audited", s), draws.sites[s], partial(_of_capacity, draws, s, ends))
        for category, sign, exact in (
            *of_capacity,
            ("take_or_pay", -1, _owed(draws, records, s, ends)),
            ("outside_sales", 1, _earned(draws, records, s, ends)),
        ):
            have = (sign * cents for cents in to_date[site.name, category])
            yield f"{category} of {site.name}", max(map(_gap, have, exact))
        ahead = zip(to_date[site.name, "prepayment"], _prepaid(draws, records, s, ends), strict=True)
        yield f"prepayment of {site.name}", max(abs(have - want) for have, want in ahead)
        outlay = booked.get((site.name, "capex"), nothing)
        kind = "disposal" if closing_day(site, draws.vector) < draws.plan.calendar.days else "salvage"
        salvage = booked.get((site.name, kind), nothing)
        yield f"{kind} of {site.name}", _gap(int(salvage.sum()), _salvage(draws, s, outlay))

    for payment in draws.plan.payments:
        mine = (entry.cents for entry in found if entry.scope == "payment" and entry.name == payment.name)
        total = np.cumsum(-sum(mine, nothing))[ends].tolist()
        yield f"payment of {payment.name}", max(map(_gap, total, _paid(draws, payment, ends)))


def _gap(booked: int, dollars: float) -> int:
    """Return the cents between an amount booked and one computed otherwise, beyond rounding to a cent."""
    if not booked and not dollars:
        return 0
    wanted = dollars * 100.0
    return max(ceil(abs(booked - wanted) - 0.5 - SLACK - 1e-12 * abs(wanted)), 0)


def _by_event(records: Records, found: Sequence[CashEntry]) -> int:
    """Return the largest difference in any period between the entries by event and all that engines booked."""
    tables = (records.source, records.item, records.site, records.flow)
    booked = np.hstack([table for by in tables for name, table in by.items() if name.endswith("_cents")]).sum(axis=1)
    entered = sum((entry.cents for entry in found if entry.category not in BOOKED_AFTER), np.zeros_like(booked))
    return int(np.abs(booked + entered).max())


def _of_capacity(draws: Draws, s: int, ends: Sequence[int]) -> list[tuple[str, int, list[float]]]:
    """Return category, sign and dollars by the end of each year of what depends on the capacity of a site alone."""
    return [
        ("capex", -1, _outlay(draws, s, ends)),
        ("credit", 1, _credit(draws, s, ends)),
        ("fixed", -1, _fixed(draws, s, ends)),
    ]


def _outlay(draws: Draws, s: int, ends: Sequence[int]) -> list[float]:
    """Return the outlay from the start to the end of each year, computed in one piece."""
    site, opened, calendar = draws.plan.sites[s], draws.sites[s].nameplate, draws.plan.calendar
    paid = capex(site, draws.vector, opened, calendar)
    return [float(paid.by_period((0.0, calendar.periods[end + 1]))[0]) for end in ends]


def _credit(draws: Draws, s: int, ends: Sequence[int]) -> list[float]:
    """Return the credit on outlay from the start to the end of each year, computed in one piece."""
    site, opened, calendar = draws.plan.sites[s], draws.sites[s].nameplate, draws.plan.calendar
    if site.credit is None:
        return [0.0] * len(ends)
    pieces = ((0.0, calendar.periods[end + 1]) for end in ends)
    return [float(credit_by_period(site, draws.vector, opened, calendar, piece)[0]) for piece in pieces]


def _fixed(draws: Draws, s: int, ends: Sequence[int]) -> list[float]:
    """Return the fixed operating cost from the start to the end of each year, computed in one piece."""
    rate = value(draws.vector, draws.plan.sites[s].fixed_cost)
    if not rate:
        return [0.0] * len(ends)
    opened, periods = draws.sites[s].nameplate, draws.plan.calendar.periods
    return [rate * float(integral_by_period(opened, (0.0, periods[end + 1]))[0]) for end in ends]


def _owed(draws: Draws, records: Records, s: int, ends: Sequence[int]) -> list[float]:
    """Return the take-or-pay charges by the end of each year, from the starts promised and ordered in each year."""
    part, owed = value(draws.vector, draws.plan.sites[s].take_or_pay), [0.0]
    if not part:
        return owed * len(ends)
    sources = [r for r, source in enumerate(draws.plan.sources) if source.site == s]
    prices = start_prices(draws, tuple(sources), tuple(ends)) if sources else [0.0] * len(ends)
    for first, end, price in zip((0, *(end + 1 for end in ends)), ends, prices, strict=False):
        promised = fsum(records.promised[first : end + 1, s].tolist())
        missing = promised - int(records.source["starts"][first : end + 1][:, sources].sum())
        due = missing * part * price if missing > 0 else 0.0
        owed.append(owed[-1] + due)
    return owed[1:]


def _earned(draws: Draws, records: Records, s: int, ends: Sequence[int]) -> list[float]:
    """Return the dollars of outside sales by the end of each year."""
    if draws.plan.sites[s].outside_sales is None:
        return [0.0] * len(ends)
    brought = gained(draws, records, s).tolist()
    return [fsum(brought[: end + 1]) for end in ends]


def _paid(draws: Draws, payment: PaymentPlan, ends: Sequence[int]) -> list[float]:
    """Return the dollars of a payment by the end of each year: whole intervals since its first day times the amount."""
    first, periods = first_day(draws, payment), draws.plan.calendar.periods
    step = value(draws.vector, payment.every, np.inf)
    until = min(value(draws.vector, payment.until, np.inf), draws.plan.calendar.days)

    def times(day: float) -> int:
        """Return the number of payments before a day."""
        return 0 if first is None or day <= first else 1 if step == np.inf else ceil((min(day, until) - first) / step)

    return [(max(times(periods[end + 1]), 0) - max(times(0.0), 0)) * each(draws, payment) / 100.0 for end in ends]


def _prepaid(draws: Draws, records: Records, s: int, ends: Sequence[int]) -> list[int]:
    """Return the cents of a site's prepayment by the end of each year: set off less paid within the run."""
    terms = draws.plan.sites[s].prepayment
    if terms is None:
        return [0] * len(ends)
    amount, wanted, at = prepayment(draws, s), set_off(draws, records, s).tolist(), value(draws.vector, terms.at)
    paid = [amount if 0.0 <= at < draws.plan.calendar.periods[end + 1] else 0 for end in ends]
    return [min(sum(wanted[: end + 1]), amount) - gone for end, gone in zip(ends, paid, strict=True)]


def _salvage(draws: Draws, s: int, capex: IntArray) -> float:
    """Return the dollars of salvage of the booked outlay, summed month by month."""
    calendar, share = draws.plan.calendar, value(draws.vector, draws.plan.sites[s].salvage)
    if not share:
        return 0.0
    months = summed(-capex, calendar.periods, calendar.months).tolist()
    left = undepreciated(draws, s).tolist()
    # Rounded as it is booked: half a cent is rounded up.
    return floor(share * fsum(m * part for m, part in zip(months, left, strict=True)) + 0.5) / 100.0
