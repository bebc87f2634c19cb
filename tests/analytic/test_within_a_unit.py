"""What moves within one time unit, and lots that take less than a tick more or less: answers worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from pathlib import Path

import numpy as np
import pytest

from sim.api import Result, run
from sim.clock import NEVER
from sim.engines.shared.rules import finish, steady_finish
from sim.scenario.loader import load_scenario

CASES = Path(__file__).parent / "cases"
Play = Callable[..., Result]


@pytest.fixture(params=["events", "batch"])
def play(request: pytest.FixtureRequest) -> Play:
    """Run a case in an engine, with overrides."""

    def played(case: str, *sets: str, seed: int = 0) -> Result:
        return run(load_scenario(CASES / f"{case}.yaml", sets=list(sets)), engine=request.param, seed=seed)

    return played


def test_a_ramp_within_a_unit(play: Play) -> None:
    """0 to 1,000 a year over half a year is 250 in its first half, and 500 in its second."""
    assert play("ramp-within-a-unit").kpis["served"] == pytest.approx(750, abs=1)
    assert play("ramp-within-a-unit", "horizon.length=0.5").kpis["served"] == pytest.approx(250, abs=1)


def test_a_recovery_within_a_unit(play: Play) -> None:
    """1,000 a year, nothing for a year, 100 in the fifth of a year in which it recovers, and 800 in the rest."""
    assert play("recovery-within-a-unit").kpis["served"] == pytest.approx(1900, abs=1)
    assert play("recovery-within-a-unit", "horizon.length=2.2").kpis["served"] == pytest.approx(1100, abs=1)


def test_a_path_within_a_unit(play: Play) -> None:
    """A Poisson rate that falls from 2,000 a year to nothing in half a year brings 500, 375 of them in its first half."""
    whole = [play("path-within-a-unit", seed=seed).kpis["demanded"] for seed in range(20)]
    assert np.mean(whole) == pytest.approx(500, abs=3 * (500 / 20) ** 0.5)
    half = [play("path-within-a-unit", "horizon.length=0.25", seed=seed).kpis["demanded"] for seed in range(20)]
    assert np.mean(half) == pytest.approx(375, abs=3 * (375 / 20) ** 0.5)


YEARS = [("events", 0.125), ("batch", 1)]
"""The reference engine, which takes a minute for the lots of a year, plays an eighth of it. Orders are twice what can be made."""


@pytest.mark.parametrize(("engine", "years"), YEARS)
@pytest.mark.parametrize("a_year", [100_000, 599_999])
def test_a_line_that_is_never_idle_does_its_rate(engine: str, years: float, a_year: int) -> None:
    """However small its lots; what leaves at the instant of the end does not count."""
    sets = (
        f"sites.plant.capacity={a_year}",
        f"demand.endless.values=[{2 * a_year * years:.0f}]",
        f"horizon.length={years}",
    )
    scenario = load_scenario(CASES / "many-small-lots.yaml", sets=sets)
    assert run(scenario, engine=engine).kpis["served"] == ceil(a_year * years) - 1


@pytest.mark.parametrize(("engine", "years"), YEARS)
@pytest.mark.parametrize("cv", [0, 0.4])
def test_parallel_lines_do_their_rate_too(engine: str, years: float, cv: float) -> None:
    """Within a lot a line, and four standard deviations of what is drawn."""
    made = 100_000 * years
    sets = ["sites.plant.lines=3", f"horizon.length={years}", f"demand.endless.values=[{2 * made:.0f}]"]
    sets += [f"recipes.make.load={{shape: uniform, mean: 1, cv: {cv}}}"] if cv else []
    served = run(load_scenario(CASES / "many-small-lots.yaml", sets=sets), engine=engine).kpis["served"]
    assert served == pytest.approx(made, abs=3 + 4 * cv * made**0.5)


def test_what_is_lost_by_rounding_goes_to_the_next_lot() -> None:
    """Lots of three ticks and a third leave after 4, 7 and 10 ticks: rounded up, but not one upon another."""
    now, credit, left = 0, 0.0, []
    for _ in range(6):
        now, credit = steady_finish(now, 1.0 - credit, 0.3)
        left.append(now)
    assert left == [4, 7, 10, 14, 17, 20]


def test_the_rate_at_which_time_was_lost_counts() -> None:
    """Half a lot is done in the tick before the rate falls to a tenth, and not lost; lots of no load take no time."""
    knots, rates = [0, 2], [1.0, 0.1]
    assert finish(0, 1.5, knots, rates, 0) == (2, 0, 0.5)
    assert finish(2, 1.0 - 0.5, knots, rates, 1) == (7, 1, pytest.approx(0.0))
    assert finish(2, 0.25 - 0.5, knots, rates, 1) == (2, 1, 0.25)
    assert finish(2, 1.0, knots, [1.0, 0.0], 1) == (NEVER, 1, 0.0)
    assert finish(2, 1.0, knots, [1.0, float("inf")], 1) == (2, 1, 0.0)


def test_a_price_follows_its_path_within_a_unit(play: Play) -> None:
    """One start falls due at the middle of the year, when the price has fallen from 100 to 50."""
    sets = (
        "sites.plant.in_house=false", "recipes.make.price={points: [{at: 0, value: 100}, {at: 1, value: 0}]}",
        "demand.endless.values=[0, 1]", "demand.endless.every=0.5", "sites.plant.capacity=unlimited",
    )  # fmt: skip
    assert -play("many-small-lots", *sets).kpis["npv_usd"] == pytest.approx(50, abs=0.3)


def test_a_year_of_even_demand_does_not_fall_on_its_first_day(play: Play) -> None:
    """730.5 a year are two a day, in a model in years too."""
    result = play("many-small-lots", "demand={even: {item: part, rate: 730.5}}", "horizon.length=0.5")
    assert result.kpis["demanded"] == pytest.approx(365.25, abs=1)
