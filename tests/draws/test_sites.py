"""Sites in numbers: capacity over time, and what contracts promise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.clock import TICKS_PER_DAY
from sim.draws.curves import Curve, constant, steps
from sim.draws.sites import SiteDraws, integral_by_period
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


def values(curve: Curve, *days: float) -> list[float]:
    """A curve on these days."""
    return curve.at_all((np.array(days) * TICKS_PER_DAY).astype(np.int64)).tolist()


def own(build: Fixture, site: dict[str, Any], **more: Any) -> SiteDraws:
    """A site of ours."""
    (found,) = drawn(build, {"rate": 1}, sites={"vendor": {"in_house": True, **site}}, **more).sites
    return found


def test_what_is_left_for_us_is_what_is_up_less_what_rivals_hold(build: Fixture) -> None:
    """80 % of 100, of which they hold 30; of half of it, during an outage, 10 are left."""
    outage = {"kind": "scheduled", "begins": 10, "duration": 5, "sites": ["vendor"], "effects": {"capacity": 0.5}}
    vendor = {"in_house": False, "capacity": 100, "availability": 0.8, "rivals": 30}
    (site,) = drawn(build, {"rate": 1}, sites={"vendor": vendor}, disruptions={"o": outage}).sites
    assert values(site.nameplate, 0, 12) == [100, 100]
    assert values(site.available, 9, 10, 14.9, 15) == pytest.approx([50, 10, 10, 50])
    assert values(site.undisturbed, 12) == pytest.approx([50])


def test_rivals_leave_nothing_rather_than_less(build: Fixture) -> None:
    vendor = {"in_house": False, "capacity": 100, "rivals": 130}
    (site,) = drawn(build, {"rate": 1}, sites={"vendor": vendor}).sites
    assert values(site.available, 0, 20) == [0, 0]


def test_lines_part_the_capacity(build: Fixture) -> None:
    site = own(build, {"capacity": 100, "lines": 4})
    assert site.lines == 4
    assert site.line_rate.values.tolist() == [25 / TICKS_PER_DAY]


def test_a_site_that_closes_keeps_its_rate_for_what_is_in_it(build: Fixture) -> None:
    site = own(build, {"capacity": 100, "closes": 20})
    assert site.closes == 20 * TICKS_PER_DAY
    assert values(site.nameplate, 19, 20) == values(site.available, 19, 20) == [100, 0]
    assert values(site.line_rate, 19, 20) == [100 / TICKS_PER_DAY] * 2


def test_a_ramp_begins_when_the_last_construction_step_ends(build: Fixture) -> None:
    """Decided on day 2, built in 3 + 5 days; it grows from 10 to 50 in 10 days, and 5 days later to 90 at once."""
    stages = [{"name": name, "duration": days} for name, days in (("shell", 3), ("tools", 5))]
    site = own(
        build,
        {
            "construction": {"decision": 2, "stages": stages},
            "ramp": {"initial": 10, "target": 50, "months": 10},
            "expansions": [{"after": 5, "target": 90, "months": 0}],
        },
    )
    assert site.nameplate.first_positive() == 10 * TICKS_PER_DAY
    assert values(site.nameplate, 9.9, 20, 24.9, 25) == [0, 50, 50, 90]
    assert integral_by_period(site.nameplate, (10.0, 20.0)) == pytest.approx([10 * 30])


def test_an_integral_is_that_of_each_period_and_what_is_endless_stays_so() -> None:
    curve = steps([0, 4 * TICKS_PER_DAY, 9 * TICKS_PER_DAY], [2.0, 5.0, np.inf])
    assert integral_by_period(curve, (0.0, 4.0, 6.0, 8.0, 10.0)).tolist() == [8, 10, 10, np.inf]
    assert integral_by_period(constant(3.0), (0.0, 4.0, 6.0)).tolist() == [12, 6]
