"""The days of gates: which are open, until when, and from when on what is chosen is in force."""

from __future__ import annotations

from math import inf
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.draws.gates import deadline, in_force, known_at_start, still_open, taken_from
from sim.plan import GatePlan, PlannedInput, Ref

NO_DATE = -1


def plan(*gates: tuple[int, tuple[int, ...]]) -> Any:
    """A plan with gates on a milestone or (-1) on a date, and what each needs; the day of gate k is 10 (k + 1)."""
    found = tuple(GatePlan(f"g{k}", Ref(k), m, Ref(-1), "go", needs, True) for k, (m, needs) in enumerate(gates))
    inputs = tuple(PlannedInput(f"decisions.g{k}.at", 10.0 * (k + 1)) for k in range(len(gates)))
    return SimpleNamespace(gates=found, inputs=inputs)


MIXED = plan((NO_DATE, ()), (0, ()), (NO_DATE, ()), (0, ()))
"""A date, a milestone, a date, a milestone."""


def test_at_the_start_only_dates_are_known() -> None:
    assert known_at_start(MIXED) == (10.0, inf, 30.0, inf)


def test_what_has_come_is_known_and_of_the_rest_the_dates() -> None:
    days = (10.0, 17.0, 30.0, 41.0)
    assert still_open(MIXED, days, 2) == (10.0, 17.0, 30.0, inf)
    assert still_open(MIXED, days, 1) == (10.0, inf, 30.0, inf)
    assert still_open(MIXED, days, 4) == days


@pytest.mark.parametrize(("gate", "until"), [(0, 10.0), (1, 30.0), (2, 30.0), (3, inf)])
def test_a_gate_comes_by_the_next_that_has_a_date(gate: int, until: float) -> None:
    assert deadline(MIXED, (10.0, inf, 30.0, inf), gate) == until


def test_a_choice_that_rests_on_one_not_taken_is_not_taken_either() -> None:
    """The third needs the second, and the fourth the third."""
    chain = plan((NO_DATE, ()), (0, ()), (NO_DATE, (0, 1)), (NO_DATE, (2,)))
    assert taken_from(chain, (10.0, inf, 30.0, 40.0)) == (10.0, inf, inf, inf)
    assert taken_from(chain, (10.0, 20.0, 30.0, 40.0)) == (10.0, 20.0, 30.0, 40.0)


def test_the_days_stand_in_a_vector_of_their_own() -> None:
    vector = np.arange(6.0)
    found = in_force(MIXED, (10.0, inf, 30.0, inf), vector)
    assert found.tolist() == [10.0, inf, 30.0, inf, 4.0, 5.0]
    assert vector.tolist() == [0, 1, 2, 3, 4, 5]
