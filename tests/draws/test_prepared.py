"""The tables that a plan will draw through are those that a run makes by itself."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from sim.compiler import compile_plan
from sim.draws import tabulated
from sim.draws.prepared import tables_of
from sim.scenario.loader import load_scenario
from sim.vocabulary import Shape


def test_tables_are_those_of_the_noise_and_are_found_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found = tables_of(compile_plan(load_scenario("foundry-only")))
    assert found
    assert all(shape in (Shape.GAMMA, Shape.NORMAL, Shape.LOGNORMAL) for shape, _ in found)
    read = pickle.loads(pickle.dumps(found))
    monkeypatch.setattr(tabulated, "_prepared", {})
    tabulated.prepare(read)
    for (shape, cv), one in found.items():
        assert tabulated.table(shape, cv) is read[shape, cv]
        np.testing.assert_array_equal(one.coefficients, read[shape, cv].coefficients)


def test_other_tables_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabulated, "_prepared", {})
    tabulated.prepare({})
    assert tabulated.table(Shape.GAMMA, 0.25) is tabulated.table(Shape.GAMMA, 0.25)
