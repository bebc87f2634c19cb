"""Conversion between units."""

import pytest

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
