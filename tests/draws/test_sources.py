"""Sources in numbers: sizes of orders, lead times, phases of qualification."""

from __future__ import annotations

from typing import Any

from sim.clock import NEVER, TICKS_PER_DAY
from sim.draws.sources import SourceDraws
from tests.draws.lines import Fixture, drawn


def test_sizes_of_orders_reach_the_draws(build: Fixture) -> None:
    sizes = {"minimum": 30, "multiple": 12, "order_period": 2.5}
    recipe = {"item": "part", "site": "vendor", "cycle_time": 10}
    (sized,) = drawn(build, {"rate": 1}, recipes={"buy": recipe | sizes}).sources
    (plain,) = drawn(build, {"rate": 1}, recipes={"buy": recipe}).sources
    assert (sized.minimum, sized.multiple, sized.order_ticks) == (30, 12, round(2.5 * TICKS_PER_DAY))
    assert (plain.minimum, plain.multiple, plain.order_ticks) == (0, 1, 0)


RECIPE = {"item": "part", "site": "vendor", "cycle_time": 10}


def source(build: Fixture, **recipe: Any) -> SourceDraws:
    """A recipe for the part."""
    (found,) = drawn(build, {"rate": 1}, recipes={"buy": RECIPE | recipe}).sources
    return found


def test_a_lead_time_is_the_sum_of_its_parts_or_as_planned(build: Fixture) -> None:
    assert source(build).lead_days == 10
    parts = {"shipping_time": 4, "cycle_time": {"shape": "gamma", "mean": 7, "cv": 0.5}}
    assert source(build, queue_allowance=2.5, **parts).lead_days == 13.5
    assert source(build, planned_lead_time=6, **parts).lead_days == 6


def test_phases_follow_each_other(build: Fixture) -> None:
    """From day 3 on 5 days of samples, then 7 of risk production."""
    phases = {"begins": 3, "samples": {"days": 5, "starts": 2}, "risk": {"days": 7, "starts": 4}}
    found = source(build, qualification=phases)
    begins = [found.sample_begins, found.risk_begins, found.volume_begins]
    assert [at / TICKS_PER_DAY for at in begins] == [3, 8, 15]
    assert (found.sample_rate, found.risk_rate, found.planned_phases) == (2, 4, tuple(begins))


def test_no_phase_begins_before_there_is_capacity_or_after_the_site_closes(build: Fixture) -> None:
    ramp = {"in_house": True, "ramp": {"start": 6, "initial": 5, "target": 9, "months": 1}, "closes": 12}
    phases = {"samples": {"days": 5, "starts": 2}, "risk": {"days": 7, "starts": 4}}
    draws = drawn(build, {"rate": 1}, sites={"vendor": ramp}, recipes={"buy": RECIPE | {"qualification": phases}})
    (found,) = draws.sources
    assert [found.sample_begins, found.risk_begins] == [6 * TICKS_PER_DAY, 11 * TICKS_PER_DAY]
    assert found.volume_begins == NEVER


def test_money_is_in_cents_and_a_price_has_its_duty(build: Fixture) -> None:
    vendor = {"in_house": False, "capacity": 100, "tariff": 0.25}
    costs = {"price": 8, "order_cost": 1.5, "shipment_cost": 0.37}
    (found,) = drawn(build, {"rate": 1}, sites={"vendor": vendor}, recipes={"buy": RECIPE | costs}).sources
    assert (found.price.values.tolist(), found.order_cost, found.shipment_cost) == ([1000], 150, 37)


def test_lots_are_made_larger_but_shipped_as_they_are(build: Fixture) -> None:
    (found,) = drawn(build, {"rate": 1}, recipes={"buy": RECIPE | {"lot_size": 25}}, lot_scale=4).sources
    assert (found.lot_size, found.shipped_lot) == (100, 25)


def test_a_start_takes_whole_units_of_each_material(build: Fixture) -> None:
    items = {"part": {"stage": "s"}, "sheet": {"stage": "t"}}
    recipes = {
        "buy": RECIPE | {"inputs": {"sheet": 0.25}, "units_per_start": 8},
        "sheet": {"item": "sheet", "site": "vendor", "cycle_time": 3},
    }
    draws = drawn(build, {"rate": 1}, items=items, recipes=recipes)
    assert [found.takes.tolist() for found in draws.sources] == [[2], []]


def test_days_to_the_customer_add_up_along_the_longest_way(build: Fixture) -> None:
    """A sheet goes into the part itself (10 days) and into a frame (5) that goes into it; 3 days for the sheet, and 2 of
    safety cover for the frame."""
    items = {
        "part": {"stage": "s"},
        "frame": {"stage": "f", "safety_stock": 2},
        "sheet": {"stage": "t"},
        "else": {"stage": "e"},
    }
    recipes = {
        "buy": RECIPE | {"inputs": {"sheet": 1, "frame": 1}},
        "frame": {"item": "frame", "site": "vendor", "cycle_time": 5, "inputs": {"sheet": 1}},
        "sheet": {"item": "sheet", "site": "vendor", "cycle_time": 3},
        "else": {"item": "else", "site": "vendor"},
    }
    draws = drawn(build, {"rate": 1}, items=items, recipes=recipes)
    cover = {pool.name: days for pool, days in zip(draws.plan.pools, draws.cover[:, 0].tolist(), strict=True)}
    assert cover == {"part": 10, "frame": 17, "sheet": 20, "else": -1}
