"""How far a claim is from what was found, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.claims.probes import Order
from sim.clock import DAYS_PER_MONTH
from sim.report.formats import NOTHING, count, dollars

if TYPE_CHECKING:
    from sim.claims import JudgedClaim

_FACTOR = 2.0
"""From here on one number is told as a multiple of another, below it as a percentage more or less."""


def value(finding: JudgedClaim) -> float | str | None:
    """Return what was measured; a date as text. None without a test, and for a date that was not reached."""
    typical, bounds = finding.typical, finding.compiled.bounds
    if typical is None or bounds is None or typical.beyond:
        return None
    return dt.date.fromordinal(int(typical.value)).isoformat() if bounds.kind == "date" else typical.value


def by_how_much(finding: JudgedClaim) -> str:
    """Return the margin in words: `3.6 months late`, `8.0 months early`, `exactly met`, `12 % above the bound`."""
    if finding.margin is None or finding.typical is None or finding.compiled.bounds is None:
        return NOTHING
    if finding.typical.beyond:
        return (
            f"not reached, over {months(finding.margin)} {'late' if finding.margin < 0 else 'after the bound'}"
            if finding.margin
            else "not reached"
        )
    if finding.compiled.bounds.kind != "number":
        return _of_time(finding, finding.margin)
    written = dollars if finding.compiled.unit == "USD" else count
    end = finding.compiled.bounds.broken(finding.typical.value)
    return _of_number(finding.typical.value, end, finding.margin, written)


def _of_time(finding: JudgedClaim, margin: float) -> str:
    """Return the margin of a date or a span in words."""
    length = months(margin)
    if isinstance(finding.compiled.probe, Order):
        return f"{length} in {'this' if margin > 0 else 'the reverse'} order" if margin else "on the same day"
    if margin == 0:
        return "exactly met"
    assert finding.typical is not None
    assert finding.compiled.bounds is not None
    value, bounds = finding.typical.value, finding.compiled.bounds
    later, date = value > bounds.broken(value), bounds.kind == "date"
    if margin > 0:
        beyond = "after the bound" if date else f"{'longer' if later else 'shorter'} than the bound"
        return f"{length} early" if date and not later else f"{length} {beyond}"
    if date:
        return f"{length} {'late' if later else 'early'}"
    return f"{length} too {'long' if later else 'short'}"


def _of_number(value: float, end: float, margin: float, written: Callable[[float], str]) -> str:
    """Return the margin of a number in words, against the end that is violated or nearest."""
    if end == 0.0:
        return f"{written(abs(margin))} {_side(value, end) if margin >= 0 else 'too much'}"
    ratio = value / end
    if margin >= 0:
        return (
            "exactly met"
            if margin == 0
            else f"{times(ratio)} times the bound"
            if ratio >= _FACTOR
            else f"{_part(margin)} {_side(value, end)}"
        )
    if value <= 0.0:
        return "none at all"
    if ratio >= _FACTOR:
        return f"{times(ratio)} times too much"
    return (
        f"{times(1 / ratio)} times too little"
        if ratio <= 1 / _FACTOR
        else f"{_part(-margin)} too {'much' if ratio > 1 else 'little'}"
    )


def _side(value: float, end: float) -> str:
    """Return whether a number within a bound is above or below it."""
    return f"{'above' if value > end else 'below'} the bound"


def needed(finding: JudgedClaim) -> str:
    """Return what would have to be true for the claim to hold; empty if it holds or can't be tested."""
    if finding.margin is None or finding.typical is None or finding.compiled.bounds is None or _holds(finding):
        return ""
    measured = finding.compiled.claim.measured or ""
    subject = f"{measured[0].upper()}{measured[1:]} would have to"
    bounds, seen = finding.compiled.bounds, finding.typical
    if isinstance(finding.compiled.probe, Order):
        return f"{subject} change by more than {months(finding.margin)}."
    if bounds.kind == "number":
        return f"{subject} be {_change(seen.value, bounds.broken(seen.value))}."
    least = "more than " if seen.beyond else ""
    later = seen.value >= bounds.high
    if seen.beyond and not finding.margin:
        return f"{subject} be reached within the run."
    if bounds.kind == "date":
        return f"{subject} come {least}{months(finding.margin)} {'earlier' if later else 'later'}."
    return f"{subject} be {least}{months(finding.margin)} {'shorter' if later else 'longer'}."


def _holds(finding: JudgedClaim) -> bool:
    assert finding.typical is not None
    assert finding.compiled.bounds is not None
    return finding.compiled.bounds.hold(finding.typical) is True


def _change(value: float, end: float) -> str:
    if value <= 0.0 or end <= 0.0:
        return f"{count(end)} instead of {count(value)}"
    ratio = end / value
    if ratio >= _FACTOR:
        return f"{times(ratio)} times as large"
    return (
        f"{times(1 / ratio)} times smaller"
        if ratio <= 1 / _FACTOR
        else f"{_part(abs(ratio - 1))} {'larger' if ratio > 1 else 'smaller'}"
    )


def months(length: float) -> str:
    """Return a length of time in words: 3.6 months, 1 day."""
    size = abs(length)
    days = round(size * DAYS_PER_MONTH)
    if size >= 1:
        return f"{size:.1f} months"
    return f"{max(days, 1)} day{'s' if days > 1 else ''}"


def times(ratio: float) -> str:
    """Return a factor as text: 3.2, 47, 1,300."""
    return f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"


def _part(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.095 else f"{100 * share:.1g} %"
