"""A claim with its figures looked up: what to measure, between which bounds, and who says otherwise."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass

from sim.claims.bounds import Bounds
from sim.claims.probes import Constant, Gap, Kpi, MilestoneDate, Net, Order, Probe, Ratio, UnitsCounted
from sim.claims.schema import Claim, Delivery, Expectation, Measure, Per, Production
from sim.ledger import Ledger, LedgerError
from sim.ledger.figure import Reading, Scalar
from sim.ledger.formula import FormulaError, Term, compiled
from sim.ledger.ledger import Miss
from sim.scenario.compose import Loc
from sim.scenario.schema.quantity import Quantity
from sim.units import UnitError, check_unit, convert
from sim.vocabulary import At

_COUNTED = {"made": "good", "starts": "starts", "finished": "out", "delivered": "delivered", "compute": "h100e"}


class MeaningError(ValueError):
    """What can't be calculated in a claim: places within the claim, and messages."""

    def __init__(self, *faults: tuple[Loc, str]) -> None:
        self.faults = faults
        super().__init__("; ".join(message for _, message in faults))


@dataclass(frozen=True, slots=True)
class Other:
    """What another source says: figure, reading, value in its unit, and where it is from."""

    figure: str
    reading: str | None
    value: Scalar
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Announced:
    """The days for which something is announced, both included; `since` is None where any day up to `until` will do."""

    since: dt.date | None
    until: dt.date


@dataclass(frozen=True, slots=True)
class CompiledClaim:
    """A claim ready to be tested. Without a probe it is only compared with other sources, or untestable.

    `unit` is that of its bounds, where they bound a number.
    """

    id: str
    claim: Claim
    article: str
    probe: Probe | None
    bounds: Bounds | None
    others: tuple[Other, ...]
    announced: Announced | None = None
    unit: str | None = None


def compile_claim(id: str, claim: Claim, ledger: Ledger) -> CompiledClaim:
    """Resolve all figures of a claim, under the readings that it chooses, and return it ready to be tested.

    Raises:
        MeaningError: a formula fails, units or kinds do not fit; it holds all that was found.
    """
    chosen, expect, faults = ledger.choose(claim.readings), claim.expect, _Faults()
    article = ledger.resolve(claim.figure, claim.reading).article or ""
    others, probe, bounds, announced = [], None, None, None
    # Each part is compiled even if another fails, so that a user sees all faults at once.
    with faults:
        others = _disagreeing(claim, ledger)
    with faults:
        announced = _announced(claim, chosen)
    if expect is not None:
        with faults:
            probe = _expected(expect, chosen)
        with faults:
            bounds = _bounds(expect, chosen)
    if faults.found:
        raise MeaningError(*faults.found)
    unit = _unit(expect) if expect is not None and bounds is not None and bounds.kind != "date" else None
    return CompiledClaim(id, claim, article, probe, bounds, tuple(others), announced, unit)


class _Faults:
    """Collects what goes wrong in one part after the other."""

    def __init__(self) -> None:
        self.found: list[tuple[Loc, str]] = []

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, MeaningError):
            self.found.extend(error.faults)
        return isinstance(error, MeaningError)


def _announced(claim: Claim, ledger: Ledger) -> Announced | None:
    term, here = claim.announced_for, ("announced_for",)
    if term is None:
        return None
    since, until = _day(term.since, ledger, (*here, "since")), _day(term.until, ledger, (*here, "until"))
    assert until is not None
    if since is not None and since > until:
        raise MeaningError(((*here, "until"), f"no day is left: {until} is before {since}"))
    return Announced(since, until)


def _expected(expect: Expectation, ledger: Ledger) -> Probe:
    here: Loc = ("expect",)
    if expect.before is not None:
        return Order(tuple(expect.before))
    probe = _probe(expect, ledger, here)
    return probe if expect.over is None else _ratio(probe, _probe(expect.over, ledger, (*here, "over")), here)


def _ratio(top: Probe, bottom: Probe, loc: Loc) -> Probe:
    """Return a quotient; of two constants it is a constant with a range."""
    if not (isinstance(top, Constant) and isinstance(bottom, Constant)):
        return Ratio(top, bottom)
    if min(bottom.range) <= 0.0 <= max(bottom.range):
        raise MeaningError(((*loc, "over"), "it may be zero, and nothing can be divided by it"))
    # The denominator doesn't change sign, so a quotient of intervals has its extremes at the corners.
    corners = [a / b for a in top.range for b in bottom.range]
    return Constant(top.value / bottom.value, min(corners), max(corners))


def _probe(measure: Measure, ledger: Ledger, loc: Loc) -> Probe:
    if measure.milestone is not None:
        return MilestoneDate(measure.milestone)
    if measure.gap is not None:
        return Gap(tuple(measure.gap))
    if measure.kpi is not None:
        return Kpi(measure.kpi)
    if measure.formula is not None:
        return _constant(measure.formula, ledger, (*loc, "formula"), dated=_dated(measure))
    form = str(measure.form)
    if measure.net is not None:
        since, until = (_day(getattr(measure.net, end), ledger, (*loc, form, end)) for end in ("since", "until"))
        return Net(measure.net.per, since, until, tuple(measure.net.sites))
    return _amount(_COUNTED[form], getattr(measure, form), ledger, (*loc, form))


def _dated(measure: Measure) -> bool:
    """Return whether the measure is bounded by dates."""
    return isinstance(measure, Expectation) and (measure.by is not None or measure.not_before is not None)


def _constant(text: str, ledger: Ledger, loc: Loc, *, dated: bool) -> Constant:
    try:
        formula = compiled(text)
        terms = {id: _term(ledger.resolve(id), ledger[id].unit) for id in formula.operands}
        value, low, high = formula.evaluate(terms)
    except (FormulaError, LedgerError) as error:
        raise MeaningError((loc, str(error))) from error
    if isinstance(value, dt.date) != dated:
        raise MeaningError((loc, f"it gives {value}, and {'a date' if dated else 'a number'} is needed"))
    return Constant(_ordinal(value, loc), low, high)


def _term(reading: Reading, unit: str) -> Term:
    return Term(reading.value, reading.low, reading.high, unit)


def _ordinal(value: Scalar, loc: Loc) -> float:
    """Return a number as it is and a date as its ordinal."""
    if isinstance(value, dt.date):
        return float(value.toordinal())
    if isinstance(value, str):
        raise MeaningError((loc, f"it gives the name {value!r}, and a number or a date is needed"))
    return float(value)


def _amount(measure: str, window: Production | Delivery, ledger: Ledger, loc: Loc) -> UnitsCounted:
    since, until = (_day(getattr(window, end), ledger, (*loc, end)) for end in ("since", "until"))
    if isinstance(window, Delivery):
        return UnitsCounted(measure, window.per, since, until, lines=tuple(window.demand))
    return UnitsCounted(
        measure, window.per, since, until, tuple(window.items), tuple(window.sites), in_house=window.in_house
    )


def _day(quantity: Quantity | None, ledger: Ledger, loc: Loc) -> dt.date | None:
    return None if quantity is None else dt.date.fromordinal(int(_bound(quantity, ledger, "date", loc)))


def _bounds(expect: Expectation, ledger: Ledger) -> Bounds:
    # Strictly before: two milestones on the same day are in no order.
    if expect.before is not None:
        return Bounds("span", low=0.0, strict=True)
    dated = _dated(expect)
    low, high = ("not_before", "by") if dated else ("at_least", "at_most")
    unit = "date" if dated else _unit(expect)
    try:
        check_unit(unit)
    except UnitError as error:
        raise MeaningError((("expect", "unit"), str(error))) from error
    least = _end(getattr(expect, low), ledger, unit, ("expect", low), -math.inf)
    most = _end(getattr(expect, high), ledger, unit, ("expect", high), math.inf)
    if least > most:
        raise MeaningError((("expect", high), f"no value is possible: {high} lies below {low}"))
    return Bounds("date" if dated else "span" if expect.form == "gap" else "number", least, most)


def _end(quantity: Quantity | None, ledger: Ledger, unit: str, loc: Loc, empty: float) -> float:
    return empty if quantity is None else _bound(quantity, ledger, unit, loc)


def _unit(expect: Expectation) -> str:
    """Return the unit in which the number is measured."""
    if expect.unit is not None or expect.over is not None:
        return expect.unit or "1"
    if expect.gap is not None:
        return "month"
    if expect.net is not None:
        return "USD" if expect.net.per is Per.TOTAL else "USD/month"
    kpi = expect.kpi or ""
    if kpi.endswith("_usd") or kpi.startswith("unit_cost"):
        return "USD"
    windows = (expect.made, expect.starts, expect.finished, expect.delivered, expect.compute)
    a_month = any(window is not None and window.per is not Per.TOTAL for window in windows)
    return ("1" if expect.compute is None else "H100e") + ("/month" if a_month else "")


def _bound(quantity: Quantity, ledger: Ledger, unit: str, loc: Loc) -> float:
    """Return the value of a bound in `unit`; a date as its ordinal."""
    try:
        value, own = _value(quantity, ledger, unit)
        number = _ordinal(value, loc)
        if isinstance(value, dt.date) != (unit == "date"):
            wanted = "a date such as 2027-01-31" if unit == "date" else f"a number [{unit}]"
            raise MeaningError((loc, f"{wanted} is needed, and this is {value}"))
        return number if unit == "date" else convert(number, own, unit)
    except (LedgerError, UnitError) as error:
        raise MeaningError((loc, str(error))) from error


def _value(quantity: Quantity, ledger: Ledger, unit: str) -> tuple[Scalar, str]:
    if quantity.figure is None:
        literal = quantity.literal
        return "nothing" if literal is None else literal, quantity.unit or unit
    found = ledger.resolve(quantity.figure, quantity.reading)
    ends: Mapping[At, Scalar | None] = {At.LOW: found.low, At.TYPICAL: found.value, At.HIGH: found.high}
    value = ends[quantity.at]
    if value is None:
        raise LedgerError(Miss(quantity.figure, f"{quantity.figure} has no {quantity.at} value"))
    return value, ledger[quantity.figure].unit


def _disagreeing(claim: Claim, ledger: Ledger) -> list[Other]:
    """Return the other sources that disagree: their ranges don't overlap, or their names differ."""
    own, unit = ledger.resolve(claim.figure, claim.reading), ledger[claim.figure].unit
    found = []
    for place, other in enumerate(claim.contradicted_by):
        theirs, their_unit = ledger.resolve(other.figure, other.reading), ledger[other.figure].unit
        try:
            differ = _differ(own, unit, theirs, their_unit)
        except (UnitError, TypeError) as error:
            raise MeaningError(
                (("contradicted_by", place), f"it can't be compared with {claim.figure}: {error}")
            ) from error
        if differ:
            found.append(Other(other.figure, other.reading, theirs.value, their_unit, theirs.article or theirs.source))
    return found


def _differ(own: Reading, unit: str, theirs: Reading, their_unit: str) -> bool:
    if isinstance(own.value, (int, float)) and isinstance(theirs.value, (int, float)):
        low, high = _range(own)
        their_low, their_high = (convert(end, their_unit, unit) for end in _range(theirs))
        return their_low > high or their_high < low
    if type(own.value) is not type(theirs.value):
        raise TypeError(f"{own.value!r} and {theirs.value!r} are of different kinds")
    return own.value != theirs.value


def _range(reading: Reading) -> tuple[float, float]:
    assert isinstance(reading.value, (int, float))
    low = reading.value if reading.low is None else reading.low
    return low, reading.value if reading.high is None else reading.high
