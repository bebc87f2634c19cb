"""What is made while capacity comes back by dated points."""

from __future__ import annotations

import pytest

from tests.draws.test_disruptions import POINTS, SCHEDULED, Fixture, integral, plant


def test_output_is_the_integral_of_capacity(build: Fixture, agreed: Fixture) -> None:
    """What is finished by the end, to the lot in process."""
    data = plant(SCHEDULED | {"recovery_points": POINTS})
    (capacity,) = integral(build, data, (0.0, 200.0))
    assert agreed(build(data)).kpis["good.make"] == pytest.approx(capacity, abs=1)
