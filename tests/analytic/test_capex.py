"""What capacity costs to build: of the first day too, where it was not there before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.api import Result, run
from sim.errors import InputError
from sim.scenario.loader import load_scenario

CASE = Path(__file__).parent / "cases" / "capex-on-the-first-day.yaml"
Play = Callable[..., Result]
STANDS = "sites.own.ramp=null", "sites.own.capacity=500"


@pytest.fixture(params=["events", "batch"])
def capex(request: pytest.FixtureRequest) -> Callable[..., float]:
    """Outlay of the case, with overrides."""

    def outlay(*sets: str) -> float:
        return run(load_scenario(CASE, sets=list(sets)), engine=request.param).kpis["capex_usd"]

    return outlay


@pytest.mark.parametrize("start", ["2026-01-01", "2026-01-02", "2026-12-31"])
def test_a_ramp_is_paid_on_whichever_day_of_the_horizon_it_begins(capex: Callable[..., float], start: str) -> None:
    assert capex(f"sites.own.ramp.start={start}") == pytest.approx(25_000)


def test_a_ramp_from_the_first_day_on_is_paid_as_it_grows(capex: Callable[..., float]) -> None:
    """100 at once, and 400 in the first half year."""
    grows = ("sites.own.ramp.initial=100", "sites.own.ramp.months=6")
    assert capex(*grows) == pytest.approx(25_000)
    assert capex(*grows, "horizon.end=2026-04-02") == pytest.approx(5_000 + 10_000, rel=0.01)


def test_capacity_that_stands_already_is_sunk_unless_it_is_said_not_to_be(capex: Callable[..., float]) -> None:
    assert capex(*STANDS) == 0
    assert capex(*STANDS, "sites.own.capex.sunk=false") == pytest.approx(25_000)
    assert capex("sites.own.capex.sunk=true") == 0


def test_of_a_ramp_that_began_before_what_is_still_added_is_paid(capex: Callable[..., float]) -> None:
    """Half of the growth from 100 to 500 lies before the start; all of it is paid within it where it is said so."""
    began = ("sites.own.ramp={start: 2025-07-01, initial: 100, target: 500, months: 12.09034}",)
    assert capex(*began) == pytest.approx(10_000, rel=0.01)
    assert capex(*began, "sites.own.capex.sunk=false") == pytest.approx(25_000)


def test_sunk_has_no_effect_on_a_ramp_that_begins_later() -> None:
    with pytest.raises(InputError, match=r"capex\.sunk: has no effect"):
        load_scenario(CASE, sets=["sites.own.ramp.start=2026-02-01", "sites.own.capex.sunk=true"])
