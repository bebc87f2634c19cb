"""Conditions on the outcome of a run: what they mean, and what is refused."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from sim.errors import InputError
from sim.study.condition import condition, happened
from sim.study.runs.outputs import Catalogue, Output, OutputKind, default_outputs, outputs

CATALOGUE = Catalogue(
    kpis=("in_house_share.wafer", "npv_usd", "backlog_end"),
    milestones=("own_wafer", "wafer_10"),
    start=dt.date(2026, 1, 1),
    days=1096.0,
)
ABSTRACT = Catalogue(("in_house_share.wafer",), ("first",), None, 60.0)
NAN = float("nan")
COLUMNS = {
    "in_house_share.wafer": np.array([0.05, 0.10, 0.50, NAN]),
    "npv_usd": np.array([-2e9, 3e9, 0.0, 1.0]),
    "backlog_end": np.array([0.0, 1.0, 2000.0, 5.0]),
    "own_wafer": np.array([10.0, 466.4, NAN, 1095.9]),
    "wafer_10": np.array([NAN, NAN, 700.0, 800.0]),
    "first": np.array([2.5, 3.0, NAN, 59.0]),
}


def truth(text: str, catalogue: Catalogue = CATALOGUE) -> list[float]:
    return list(condition(text, catalogue).verdicts(COLUMNS))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in_house_share.wafer<0.1", [1, 0, 0, NAN]),
        ("in_house_share.wafer >= 10 %", [0, 1, 1, NAN]),
        ("in_house_share.wafer == 10%", [0, 1, 0, NAN]),
        ("in_house_share.wafer != .5", [1, 1, 0, NAN]),
        ("npv_usd > $2.5bn", [0, 1, 0, 0]),
        ("npv_usd <= -2e9", [1, 0, 0, 0]),
        ("npv_usd < -$1.5bn", [1, 0, 0, 0]),
        ("backlog_end >= 2k", [0, 0, 1, 0]),
        ("own_wafer reached", [1, 1, 0, 1]),
        ("own_wafer not reached", [0, 0, 1, 0]),
        # Day 466 is 2027-04-12: a milestone is compared by the day on which it was reached.
        ("own_wafer <= 2027-04-12", [1, 1, 0, 0]),
        ("own_wafer < 2027-04-12", [1, 0, 0, 0]),
        ("own_wafer > 2027-04-12", [0, 0, 1, 1]),
        ("own_wafer reached and wafer_10 reached", [0, 0, 0, 1]),
        ("own_wafer not reached or npv_usd>1bn", [0, 1, 1, 0]),
        # `and` binds before `or`.
        ("own_wafer not reached or npv_usd>1bn and backlog_end<1", [0, 0, 1, 0]),
        # What is unknown decides only where nothing else does.
        ("in_house_share.wafer<0.1 or backlog_end>=5", [1, 0, 1, 1]),
        ("in_house_share.wafer<0.1 and backlog_end>=6", [0, 0, 0, 0]),
        ("in_house_share.wafer<0.1 and backlog_end>=5", [0, 0, 0, NAN]),
    ],
)
def test_meaning(text: str, expected: list[float]) -> None:
    np.testing.assert_array_equal(truth(text), expected)


def test_of_an_abstract_model_times_are_numbers() -> None:
    assert truth("first < 3", ABSTRACT) == [1, 0, 0, 0]
    assert truth("first not reached", ABSTRACT) == [0, 0, 1, 0]


def test_runs_without_a_verdict_are_apart() -> None:
    known, hits = happened(condition("in_house_share.wafer<0.1", CATALOGUE).verdicts(COLUMNS))
    assert known.tolist() == [True, True, True, False]
    assert hits.tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("in_house_share.wafr<0.1", ["no such KPI or milestone", "did you mean 'in_house_share.wafer'?"]),
        ("in_house_share.wafer<ten", ["not a number", "'ten'"]),
        ("in_house_share.wafer=0.1", ["not a condition", "in_house_share.wafer==0.1"]),
        ("in_house_share.wafer", ["not a condition", "KPI < number"]),
        ("0 < npv_usd < 1", ["not a condition"]),
        ("npv_usd<10 %", ["not a share"]),
        ("npv_usd reached", ["only a milestone can be reached", "own_wafer, wafer_10"]),
        ("own_wafer<0.1", ["a time within the run", "2026-01-01 to 2029-01-01"]),
        ("own_wafer<2030-01-01", ["a time within the run", "'2030-01-01'"]),
        ("", ["not a condition"]),
        ("npv_usd<1 and", ["not a number", "'1 and'"]),
        ("npv_usd<1 and and backlog_end<1", ["'and backlog_end'", "did you mean 'backlog_end'?"]),
    ],
)
def test_refused(text: str, words: list[str]) -> None:
    with pytest.raises(InputError) as error:
        condition(text, CATALOGUE)
    assert all(word in str(error.value) for word in words), str(error.value)
    assert "--when" in str(error.value)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(InputError) as error:
        condition("npv<1 and backlog_end<x or own_wafer<soon", CATALOGUE)
    assert len(error.value.problems) == 3


def test_outputs_are_kpis_dates_and_whether_reached() -> None:
    found = outputs(["npv_usd", "own_wafer", "own_wafer  reached", "npv_usd"], CATALOGUE)
    assert found == [
        Output("npv_usd", OutputKind.KPI),
        Output("own_wafer", OutputKind.DATE),
        Output("own_wafer", OutputKind.REACHED),
    ]
    column, valid = np.array([10.0, NAN, NAN]), np.array([True, True, False])
    read = [output.read(column, valid, 1096.0) for output in found]
    np.testing.assert_array_equal(read[0], [10.0, NAN, NAN])
    np.testing.assert_array_equal(read[1], [10.0, 1096.0, NAN])
    np.testing.assert_array_equal(read[2], [1.0, 0.0, NAN])


def test_outputs_that_are_not_there_are_told_at_once() -> None:
    with pytest.raises(InputError) as error:
        outputs(["npv_us", "npv_usd reached", "own_waver"], CATALOGUE)
    assert len(error.value.problems) == 3
    assert "did you mean 'npv_usd'?" in str(error.value)
    assert "did you mean 'own_wafer'?" in str(error.value)


def test_by_default_a_share_and_the_money() -> None:
    assert [output.name for output in default_outputs(CATALOGUE)] == ["in_house_share.wafer", "npv_usd"]
    assert default_outputs(Catalogue(("served_by_end", "npv_usd"), (), None, 1.0))[0].name == "served_by_end"


@pytest.mark.parametrize(
    "text", ["in_house_share.wafer < 50", "in_house_share.wafer > 120 %", "in_house_share.wafer<-1"]
)
def test_no_share_lies_beyond_the_whole(text: str) -> None:
    with pytest.raises(InputError, match="a share lies between 0 and 1"):
        condition(text, ABSTRACT)
