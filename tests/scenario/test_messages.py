"""What a message offers can be written as it stands."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError, Problem
from sim.scenario.loader import load_scenario
from sim.scenario.meant import remedy
from tests.conftest import INPUTS

BASE = INPUTS / "good" / "base.yaml"


def refused(*sets: str) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as refusal:
        load_scenario(BASE, sets=sets)
    return refusal.value.problems


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("sites.plant.availability=88%", "write 0.88"),
        ("sites.plant.availability=12,5 %", "write 0.125"),
        ("sites.plant.availability=88", "88 % is written 0.88"),
        ("sites.plant.ramp.months=26,5", "write 26.5"),
        ("sites.plant.ramp.target=1,500,000", "write 1_500_000"),
        ("sites.foundry.capacity=1,500", "write 1_500 or 1.5"),
        ("sites.plant.construction.decision=01/07/2026", "write 2026-01-07 or 2026-07-01"),
        ("horizon.end=31.12.2027", "write 2027-12-31"),
        ("recipes.chip_plant.lot_size=0.5", "use a smaller unit"),
        ("recipes.chip_plant.cycle_time={assumed: 3, unit: fortnight, source: s}", "units of 'day': day, hour, second, week"),
        ("sites.plant.ramp.target={assumed: 3, unit: piece/moon, source: s}", "1/month, 1/day, 1/hour"),
        ("recipes.chip_plant.yield.assembly_learning.mature=0.5", "mature must be at least start"),
        ("recipes.die_foundry.yield.defect_learning.mature=0.2", "mature must be at most start"),
    ],
)  # fmt: skip
def test_what_is_offered(change: str, said: str) -> None:
    (problem, *_) = (p for p in refused(change) if said in str(p))
    # An argument has no line and column.
    assert str(problem).startswith(f"--set {change}: ")


@given(st.integers(-1000, 1000), st.integers(0, 999), st.sampled_from(["{}.{:03d}%", "{}.{:03d} percent"]))
def test_percentages(whole: int, part: int, form: str) -> None:
    text = form.format(whole, part)
    offered = float(remedy(text, "1").removeprefix("; write "))
    assert offered == pytest.approx(float(text.split("%")[0].split(" ")[0]) / 100)


@given(st.dates(dt.date(1000, 1, 1)), st.sampled_from(["/", ".", "-"]), st.booleans())
def test_a_date_in_another_order_is_among_those_offered(day: dt.date, sign: str, month_first: bool) -> None:
    parts = [day.month, day.day] if month_first else [day.day, day.month]
    offered = remedy(sign.join(map(str, [*parts, f"{day.year:04d}"])), "date")
    assert day.isoformat() in offered.removeprefix("; write ").split(" or ")


@given(st.integers(1000, 10**12))
def test_thousands_with_commas(number: int) -> None:
    offered = remedy(f"{number:,}", "unit").removeprefix("; write ").split(" or ")
    assert int(offered[0]) == number


def test_all_keys_that_are_no_text_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "keys.yaml"
    file.write_text("title: t\nitems: {1: {stage: s}, true: {stage: s}, 2026-01-01: {stage: s}}\n", encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        load_scenario(file)
    keys = [p.path for p in refusal.value.problems if "a key must be text" in p.message]
    assert keys == ["items.1", "items.true", "items.2026-01-01"]


def test_a_key_that_is_there_already_is_not_offered(tmp_path: Path) -> None:
    file = tmp_path / "keys.yaml"
    file.write_text(
        "extends: " + str(BASE) + "\nitems: {die: {famly: a, family: b}, chip: {famly: a}}\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as refusal:
        load_scenario(file)
    assert {p.path: p.nearest for p in refusal.value.problems}["items.die.famly"] != "family"
