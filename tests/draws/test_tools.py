"""What deliveries of tools leave of a site's planned growth, day by day, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.calendar import Calendar
from sim.clock import TICKS_PER_DAY
from sim.draws.curves import Curve, constant, steps
from sim.draws.tools import with_tools
from sim.plan import NONE, PathPlan, Ref, ToolsPlan
from sim.vocabulary import Interpolate

EDGES = (0.0, 10.0)
CALENDAR = Calendar(10.0, 0.0, False, EDGES, EDGES, EDGES, EDGES, None, 1.0)
VECTOR = np.array([0.5, 2.0, 4.0, 0.0])
"""Half a tool for a unit of capacity; two tools a day, from day 4 on none."""
EVEN = PathPlan(Interpolate.LINEAR, (NONE,), (Ref(1),))
ENDS = PathPlan(Interpolate.STEP, (Ref(3), Ref(2)), (Ref(1), Ref(3)))


def capacity(planned: Curve, stood: float = 0.0, supply: PathPlan = EVEN, each: int = 0) -> list[float]:
    """Capacity at the middle of each day."""
    plan: Any = ToolsPlan(Ref(each), supply)
    found = with_tools(plan, planned, stood, VECTOR, CALENDAR)
    return found.at_all(((np.arange(10) + 0.5) * TICKS_PER_DAY).astype(np.int64)).tolist()


def test_capacity_grows_with_the_tools_that_came_by_the_end_of_the_day_before() -> None:
    """Two tools a day are for 4 units more each day."""
    assert capacity(constant(1000.0)) == [4.0 * day for day in range(10)]


def test_there_is_never_more_than_was_planned() -> None:
    assert capacity(constant(10.0)) == [0, 4, 8, *[10] * 7]


def test_what_stood_before_has_its_tools() -> None:
    assert capacity(constant(15.0), stood=9.0) == [9, 13, *[15] * 8]


def test_tools_that_come_too_early_are_kept() -> None:
    """Those of four days are for 16 units, whenever these are planned."""
    later = steps([0, 7 * TICKS_PER_DAY], [0.0, 100.0])
    assert capacity(later, supply=ENDS) == [0] * 7 + [16] * 3


@pytest.mark.parametrize("planned", [5.0, 500.0])
def test_capacity_that_needs_no_tools_is_as_planned(planned: float) -> None:
    assert capacity(constant(planned), each=3) == [planned] * 10
