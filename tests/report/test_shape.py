"""How runs lie between the least and the most, in twelve marks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.report.sparks import NONE
from sim.report.study_tables import SHAPE_MARKS, shape

NUMBERS = st.lists(st.floats(-1e9, 1e9), min_size=2, max_size=200).filter(lambda x: max(x) - min(x) > 1e-3)


@given(NUMBERS)
def test_a_mark_stands_wherever_a_run_lies_and_nowhere_else(numbers: list[float]) -> None:
    drawn = shape(np.array(numbers))
    counts = np.histogram(numbers, SHAPE_MARKS)[0]
    assert [mark != NONE for mark in drawn] == [bool(c) for c in counts]
    assert drawn[int(counts.argmax())] == "█"


def test_what_never_varies_has_no_shape_and_missing_runs_none_either() -> None:
    assert shape(np.array([3.0, 3.0, np.nan])) == ""
    assert shape(np.array([np.nan, np.nan])) == ""
    assert shape(np.array([0.0, np.nan, 1.0])) == "█··········█"
