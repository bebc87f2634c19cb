"""Quantiles read one by one, as engines do in a run, are the same bits as those of whole arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.draws.tabulated import LEAST, table
from sim.engines.shared.quantiles import ROWS, quantile
from sim.vocabulary import Shape


@given(st.integers(1, 2**53 - 1))
def test_the_same_anywhere_in_either_of_two_tables(numerator: int) -> None:
    tables = np.concatenate([table(Shape.GAMMA, 0.3).coefficients, table(Shape.EXPONENTIAL, 1.0).coefficients])
    assert len(tables) == 2 * ROWS
    u = numerator * 2.0**-53
    for number, one in enumerate((table(Shape.GAMMA, 0.3), table(Shape.EXPONENTIAL, 1.0))):
        assert quantile(tables, number, u) == one.at(np.array([u]))[0]


@pytest.mark.parametrize("u", [0.5, 0.25, 0.75, 2.0**-54, 1 - 2.0**-53, 0.5 + 2.0**-53, LEAST, 2 * LEAST])
def test_the_same_at_the_edges_of_the_grid(u: float) -> None:
    one = table(Shape.GAMMA, 0.3)
    assert quantile(one.coefficients, 0, u) == one.at(np.array([u]))[0]
