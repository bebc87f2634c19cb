"""Sites in numbers: capacity over time, and what contracts promise."""

from __future__ import annotations

import numpy as np
import pytest

from sim.clock import TICKS_PER_DAY
from tests.draws.lines import END, Fixture, drawn


@pytest.mark.parametrize(("until", "ends"), [({}, END), ({"until": 12.5}, 12.5)])
def test_a_commitment_ends_with_its_term(build: Fixture, until: dict[str, float], ends: float) -> None:
    contract = {"commitment": 3, "take_or_pay": 0.5, **until}
    vendor = {"in_house": False, "capacity": "unlimited", "contract": contract}
    recipe = {"item": "part", "site": "vendor", "price": 5}
    (site,) = drawn(build, {"rate": 1}, sites={"vendor": vendor}, recipes={"buy": recipe}).sites
    assert site.commitment.knots.tolist() == [0, round(ends * TICKS_PER_DAY)]
    assert site.commitment.values.tolist() == [3, 0]


@pytest.mark.parametrize("notice", [None, 0, 30])
def test_no_notice_is_another_thing_than_none_at_all(build: Fixture, notice: float | None) -> None:
    contract = {"commitment": 3} | ({} if notice is None else {"notice": notice})
    vendor = {"in_house": False, "capacity": "unlimited", "contract": contract}
    (site,) = drawn(build, {"rate": 1}, sites={"vendor": vendor}).sites
    assert np.isnan(site.notice) if notice is None else site.notice == notice
