"""Formulas: what they may hold, what they give, and how they fail."""

import contextlib
import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.ledger import FormulaError, Ledger, Reading
from sim.ledger.formula import compiled
from sim.ledger.functions import FUNCTIONS


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


NAMED = {
    "count": figure(3),
    "day": figure(dt.date(2026, 1, 1), "date"),
    "word": figure("abc", "text"),
}


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("word + word", r"\+ takes numbers, not a text"),
        ("word * count", r"\* takes numbers, not a text"),
        ("-word", "- takes numbers, not a text"),
        ("day - day", "- takes numbers, not a date"),
        ("days_between(count, count)", r"days_between\(\) takes a date as argument 1, not a number"),
        ("add_days(day, word)", r"add_days\(\) takes a number as argument 2, not a text"),
        ("max(day, count)", r"max\(\) takes a number as argument 1, not a date"),
        ("min(word, word)", r"min\(\) takes a number as argument 1, not a text"),
        ("sqrt(day)", r"sqrt\(\) takes a number as argument 1, not a date"),
        ("add_days(day, 1)", "results in a date, which does not fit the unit '1'"),
        ("word", "results in a text, which does not fit the unit '1'"),
    ],
)
def test_wrong_kinds_are_refused_in_words(formula: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        calculated(formula, **NAMED)


def test_the_latest_of_dates() -> None:
    later = {**NAMED, "last": derived("max(day, add_days(day, 5))", "date")}
    assert Ledger({}).extended(later, "test.yaml").resolve("last").value == dt.date(2026, 1, 6)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("-" * 900 + "count", "nested more than 50 deep|can't read"),
        ("(" * 400 + "count" + ")" * 400, "can't read"),
        ("+".join(["count"] * 60), "nested more than 50 deep"),
        ("count + " * 300 + "count", "at most 1,000"),
        ("9 ** 9 ** 9 ** 9", "can't calculate"),
        ("count ** count ** count ** count ** count", "can't calculate"),
        ("growth(count, count, 9 ** 99)", "can't calculate"),
        ("exp(10 ** 9)", "can't calculate"),
        ("poisson_yield(10 ** 300, 0 - 10 ** 300)", "can't calculate"),
        ("year_start(10 ** 300)", "can't calculate"),
        ("9" * 500, "can't calculate|can't read"),
        ('in_unit(count, "9**9**9")', "unknown unit"),
    ],
)
def test_nothing_grows_without_bound(formula: str, message: str) -> None:
    with pytest.raises((FormulaError, InputError), match=message):
        calculated(formula, **NAMED)


@pytest.mark.parametrize("backwards", [False, True])
def test_chains_of_formulas_may_be_long(backwards: bool) -> None:
    chain = {"f0": figure(1), **{f"f{k}": derived(f"f{k - 1} + 1") for k in range(1, 3000)}}
    ordered = dict(reversed(chain.items())) if backwards else chain
    assert Ledger({}).extended(ordered, "test.yaml").resolve("f2999").value == 3000


PIECES = st.sampled_from(
    ["count", "day", "word", "9", "0", "1e308", "+", "-", "*", "/", "**", "(", ")", ",", " ", *(f"{name}(" for name in FUNCTIONS), '"k"']
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, min_size=1, max_size=25).map("".join))
def test_any_formula_has_a_result_or_is_refused(formula: str) -> None:
    with contextlib.suppress(FormulaError, InputError):
        calculated(formula, **NAMED)


def test_volatility_is_the_spread_of_changes_of_the_logarithm() -> None:
    """Of a series that grows evenly it is 0; else the sample standard deviation, by the root of the values a year."""
    series = [12.0, 15.0, 13.0, 20.0]
    changes = np.diff(np.log(series))
    assert FUNCTIONS["volatility"](4, *series) == pytest.approx(float(changes.std(ddof=1)) * 2)
    assert FUNCTIONS["volatility"](12, 1.0, 2.0, 4.0, 8.0) == pytest.approx(0.0)
