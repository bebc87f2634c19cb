"""Bars of a tornado: by hand."""

from __future__ import annotations

import numpy as np

from sim.study.methods.tornado import Bar, tornado

NAN = np.nan


def test_the_widest_bar_comes_first() -> None:
    found = tornado([("narrow", ("p5", "p95")), ("wide", ("p5", "p95"))], np.array([2.5, 2.0, 3.0, 0.5, 4.5]))
    assert found.base == 2.5
    assert [(b.name, b.ends, b.swing) for b in found.bars] == [
        ("wide", (("p5", 0.5), ("p95", 4.5)), 4.0),
        ("narrow", (("p5", 2.0), ("p95", 3.0)), 1.0),
    ]
    assert [r["value"] for r in found.records()] == [0.5, 4.5, 2.0, 3.0]


def test_a_swing_holds_the_base_too() -> None:
    """Both ends may lie on one side of it."""
    assert tornado([("peak", ("p5", "p95"))], np.array([10.0, 4.0, 6.0])).bars[0].swing == 6.0


def test_an_output_that_vanishes_swings_most_of_all() -> None:
    found = tornado([("plain", ("p5", "p95")), ("fatal", ("reading",))], np.array([1.0, 0.0, 9.0, NAN]))
    assert found.bars == (
        Bar("fatal", (("reading", None),), float("inf")),
        Bar("plain", (("p5", 0.0), ("p95", 9.0)), 9.0),
    )
    nowhere = tornado([("any", ("p5", "p95"))], np.array([NAN, NAN, NAN]))
    assert (nowhere.base, nowhere.bars[0].swing) == (None, 0.0)
