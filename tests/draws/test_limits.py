"""How far ahead a run may look, and how much capacity it may count."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.clock import TICKS_PER_DAY
from sim.draws.curves import constant, steps
from sim.draws.limits import MOST_CAPACITY, MOST_DAYS, refuse_endless
from sim.errors import InputError

PLAN: Any = SimpleNamespace(
    name="p", sources=[SimpleNamespace(name="quick"), SimpleNamespace(name="slow")], sites=[SimpleNamespace(name="fab")]
)


def source(lead: float, period: float = 0.0) -> Any:
    """A source with a planned lead time and an order period, in days."""
    return SimpleNamespace(lead_days=lead, order_ticks=round(period * TICKS_PER_DAY))


def site(*capacity: float) -> Any:
    """A site whose capacity steps every day."""
    return SimpleNamespace(nameplate=steps(np.arange(len(capacity)) * TICKS_PER_DAY, capacity))


def test_forecasts_reach_as_far_as_they_may() -> None:
    refuse_endless(PLAN, [source(1), source(2)], [site(5)], np.array([[MOST_DAYS]]))
    with pytest.raises(InputError) as refusal:
        refuse_endless(PLAN, [source(1), source(2)], [site(5)], np.array([[1.0, MOST_DAYS * 1.01]]))
    (problem,) = refusal.value.problems
    assert (problem.path, problem.found) == ("recipes.slow", "1.01e+06 days down to the customer, of which 2 here")


def test_the_source_that_looks_furthest_ahead_is_to_blame() -> None:
    """Its order period counts as its lead time does."""
    with pytest.raises(InputError, match=r"recipes\.quick"):
        refuse_endless(PLAN, [source(1, 9), source(2)], [site(5)], np.array([[2 * MOST_DAYS]]))


def test_capacity_can_be_counted_unless_it_is_unlimited() -> None:
    cover = np.array([[1.0]])
    endless: Any = SimpleNamespace(nameplate=constant(np.inf))
    refuse_endless(PLAN, [source(1), source(2)], [endless], cover)
    refuse_endless(PLAN, [source(1), source(2)], [site(5, MOST_CAPACITY, np.inf)], cover)
    with pytest.raises(InputError, match=r"sites\.fab: more capacity than can be counted"):
        refuse_endless(PLAN, [source(1), source(2)], [site(5, MOST_CAPACITY * 1.01, 3)], cover)


def test_all_that_is_endless_is_told_at_once() -> None:
    with pytest.raises(InputError) as refusal:
        refuse_endless(PLAN, [source(1), source(2)], [site(1e19)], np.array([[1e9]]))
    assert [problem.path for problem in refusal.value.problems] == ["recipes.slow", "sites.fab"]
