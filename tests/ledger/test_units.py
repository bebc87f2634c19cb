"""Conversion between units."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.units import UnitError, check_unit, convert


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (100, "k wafer/month", "1/month", 100_000),
        (100, "kwafer/month", "wafer/month", 100_000),
        (1, "M wafers/month", "k wafer/month", 1000),
        (560, "MUSD/(k wafer/month)", "USD*month", 560_000),
        (16.5, "bnUSD", "MUSD", 16_500),
        (1, "month", "day", 30.4375),
        (1, "year", "month", 12),
        (2, "quarter", "month", 6),
        (12, "week", "day", 84),
        (10, "percent/year", "1/year", 0.1),
        (5, "%", "1", 0.05),
        (1, "cm2", "mm2", 100),
        (1, "1/cm2", "1/mm2", 0.01),
        (2200, "EFLOPS", "PFLOPS", 2_200_000),
        (50, "M H100e", "H100e", 50_000_000),
        (1, "MW", "W", 1_000_000),
        (3, "chip", "unit", 3),
        (250, "USD/die", "USD", 250),
    ],
)
def test_converts(value: float, unit: str, to: str, expected: float) -> None:
    assert convert(value, unit, to) == expected


@pytest.mark.parametrize(
    ("unit", "to"),
    [("day", "USD"), ("H100e", "unit"), ("TOPS", "FLOPS"), ("wafer/month", "wafer"), ("date", "day"), ("text", "1")],
)
def test_refuses_what_does_not_measure_the_same(unit: str, to: str) -> None:
    with pytest.raises(UnitError):
        convert(1, unit, to)


@pytest.mark.parametrize("unit", ["fortnight", "day/", "((", "import os", "k@wafer"])
def test_refuses_unknown_units(unit: str) -> None:
    with pytest.raises(UnitError, match="unknown unit"):
        check_unit(unit)


@pytest.mark.parametrize(
    "unit", ["9**9**9", "10**400/month", "mm**9", "mm**2**4", "(mm**4)**4", "day" * 30, "9" * 30, "1/0", "0 day"]
)
def test_what_could_grow_without_bound_is_no_unit(unit: str) -> None:
    with pytest.raises(UnitError, match="unit"):
        check_unit(unit)


def test_what_no_number_holds_is_refused() -> None:
    with pytest.raises(UnitError, match="too large"):
        convert(1e300, "Ewafer * bn", "wafer")
    with pytest.raises(UnitError, match="too many"):
        convert(1, " * ".join(["Ewafer**4"] * 5), "wafer")


@given(st.text("kMEGTP daywaferUSDm 0123456789()*/^.%_-", max_size=30))
@settings(deadline=None, max_examples=300)
def test_any_text_is_a_unit_or_is_refused(unit: str) -> None:
    with contextlib.suppress(UnitError):
        assert convert(1.0, unit, "1") > 0
