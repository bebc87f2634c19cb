"""Formulas: what they may hold, what they give, and how they fail."""

import datetime as dt
from typing import Any

import pytest

from sim.errors import InputError
from sim.ledger import FormulaError, Ledger, Reading
from sim.ledger.formula import compiled


def figure(value: Any, unit: str = "1", low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {
        "statement": "A test.",
        "value": value,
        "unit": unit,
        "low": low,
        "high": high,
        "kind": "assumed",
        "source": "test",
    }


def derived(formula: str, unit: str = "1") -> dict[str, Any]:
    return {"statement": "A test.", "unit": unit, "formula": formula}


def calculated(formula: str, **figures: Any) -> Reading:
    return Ledger({}).extended({**figures, "out": derived(formula)}, "test.yaml").resolve("out")


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("2 + 3 * 4 - 6 / 2", 11),
        ("-(2 ** 3)", -8),
        ("min(4, 3, 5) + max(1, 2)", 5),
        ("ceil(2.1) + floor(2.9) + round_half_up(2.5)", 8),
        ("sqrt(16) + log2(8) + log(exp(1))", 8),
        ("growth(100, 2, 3)", 800),
        ("doubling_time(8, 9)", 3),
        ("panel_packages(700, 700, 40, 10, 0.5)", 256),
    ],
)
def test_arithmetic_and_functions(formula: str, expected: float) -> None:
    assert calculated(formula).value == pytest.approx(expected)


def test_ids_that_python_would_not_read() -> None:
    assert compiled("robots.2025 * ai5.vs_ai4.50x / memphis").operands == ("robots.2025", "ai5.vs_ai4.50x", "memphis")


def test_dates() -> None:
    start = figure(dt.date(2026, 1, 31), "date")
    ledger = Ledger({}).extended(
        {
            "start": start,
            "later": derived("add_months(start, 1)", "date"),
            "gap": derived("months_between(start, later)"),
        },
        "t",
    )
    assert ledger.resolve("later").value == dt.date(2026, 2, 28)
    assert calculated("days_between(year_start(2026), year_end(2026))").value == 364
    assert calculated("months_between(year_start(2026), add_months(year_start(2026), 38))").value == 38


def test_units_are_converted_on_demand() -> None:
    assert calculated('in_unit(a, "day")', a=figure(2, "month")).value == pytest.approx(60.875)
    with pytest.raises(InputError, match="does not measure the same"):
        calculated('in_unit(a, "USD")', a=figure(2, "month"))


def test_range_from_the_corners() -> None:
    result = calculated("a / b", a=figure(10, low=8, high=12), b=figure(2, low=1, high=4))
    assert (result.value, result.low, result.high) == (5, 2, 12)


def test_range_of_a_figure_used_twice() -> None:
    result = calculated("a / (a + 1)", a=figure(1, low=0, high=3))
    assert (result.low, result.high) == (0, 0.75)


def test_range_with_one_end() -> None:
    result = calculated("2 * a", a=figure(1, high=3))
    assert (result.low, result.high) == (2, 6)


def test_low_and_high_are_taken_on_request() -> None:
    result = calculated("high(a) - low(a)", a=figure(2, low=1, high=4))
    assert (result.value, result.low, result.high) == (3, None, None)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("1 +", "can't read"),
        ("__import__(1)", "no function"),
        ("a.__class__", "can't read|no figure|names"),
        ("[1, 2]", "may hold"),
        ("'text'", "may hold"),
        ("True", "names|may hold"),
        ("lambda: 1", "can't read|may hold"),
        ("1 if 1 else 2", "can't read"),
        ("sqrt(1, 2)", "too many"),
        ("min(1)", "missing"),
        ("in_unit(1, 'day')", "takes a figure"),
        ("in_unit(a)", "takes a figure"),
        ("1 // 2", "may hold"),
        ("max(1, *2)", "may hold"),
    ],
)
def test_refuses(formula: str, message: str) -> None:
    with pytest.raises((FormulaError, InputError), match=message):
        calculated(formula, a=figure(1))


@pytest.mark.parametrize(
    "formula", ["1 / (a - 1)", "log(a - 1)", "a ** 10 ** 10 + 10.0 ** 400", "sqrt(-a)", "(-a) ** 0.5"]
)
def test_failing_calculation_is_a_problem_of_the_figure(formula: str) -> None:
    with pytest.raises(InputError, match=r"test\.yaml:1:1: out: can't calculate"):
        calculated(formula, a=figure(1))


def test_cycles_name_their_figures() -> None:
    with pytest.raises(InputError, match="depends on itself: a -> b -> a"):
        Ledger({}).extended({"a": derived("b + 1"), "b": derived("a + 1")}, "test.yaml")


def test_unknown_operand_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match=r"did you mean 'fab\.start'"):
        Ledger({}).extended({"fab.start": figure(1), "out": derived("fab.strat")}, "test.yaml")


def test_too_many_ranges() -> None:
    figures = {f"a{i}": figure(1, low=0, high=2) for i in range(11)}
    with pytest.raises(InputError, match="at most 10"):
        calculated(" + ".join(figures), **figures)
