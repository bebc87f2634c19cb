"""Stock and work in process that a disruption destroys, played out by hand; every run checks conservation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Fixture = Callable[..., Any]
FIRE = {"kind": "scheduled", "sites": ["fab"], "begins": 20.5, "duration": 0}


def plant(effects: dict[str, Any], **recipe: Any) -> dict[str, Any]:
    """Base stock 150, 10 sold each day, 10 days in process: 50 in stock and 100 in process after each demand."""
    return {
        "horizon": {"length": 40, "time_unit": "day"},
        "report_every": 1,
        "items": {"part": {"stage": "part", "initial_stock": 150, "policy": {"type": "base_stock", "level": 150}}},
        "sites": {"fab": {"in_house": True, "capacity": "unlimited"}},
        "recipes": {"make": {"item": "part", "site": "fab", "cycle_time": 10, **recipe}},
        "demand": {"d": {"item": "part", "pattern": "periodic", "every": 1, "quantity": 10}},
        "disruptions": {"fire": FIRE | {"effects": effects}},
    }


def test_stock_is_destroyed_and_ordered_again(build: Fixture, agreed: Fixture, measured: Fixture) -> None:
    """40 % of 50 in stock; the policy sees it at once, and the same number comes 10 days later."""
    result = agreed(build(plant({"scrap_stock": 0.4})))
    stock = measured(result, "item", "part", "stock")
    assert (stock[19], stock[20], stock[29], stock[30]) == (50, 30, 30, 50)
    assert [d for d in measured(result, "item", "part", "destroyed") if d] == [20]
    assert measured(result, "recipe", "make", "starts")[20] == 10 + 20


@pytest.mark.parametrize(("share", "left"), [(1, [0] * 10), (0.25, [8, 7, 8, 7, 8, 7, 8, 7, 8, 7])])
def test_work_in_process_is_destroyed(
    build: Fixture, agreed: Fixture, measured: Fixture, share: float, left: list[int]
) -> None:
    """10 lots of 10: all of them, or a quarter of all, whole units from lot to lot; scrapped when it begins."""
    result = agreed(build(plant({"scrap_wip": share})))
    assert measured(result, "recipe", "make", "in_process")[19] == 100
    assert [(k, n) for k, n in enumerate(measured(result, "recipe", "make", "scrapped")) if n] == [(20, 100 * share)]
    assert measured(result, "recipe", "make", "received")[21:31] == [*left[:9], left[9] + 100 * share]
    assert measured(result, "recipe", "make", "in_process")[20] == 100
    assert result.kpis["backlog_end"] == 0
    assert result.kpis["shipments.make"] == 30 + 1 - 10 * (share == 1)


def test_destroyed_lots_are_not_shipped(build: Fixture, agreed: Fixture) -> None:
    """Two lots of five a day, of which those of thirty days leave by the end; a quarter of a hundred in process is made
    again in five lots, all of it in twenty, and then the twenty that were struck never leave."""
    some, all_of_it = (
        agreed(build(plant({"scrap_wip": share}, lot_size=5, shipment_cost=3))).kpis["shipments.make"]
        for share in (0.25, 1)
    )
    assert (some, all_of_it) == (2 * 30 + 5, 2 * 30 + 20 - 20)


def test_what_yield_had_taken_is_not_lost_twice(build: Fixture, agreed: Fixture, measured: Fixture) -> None:
    """Lots of 25 starts, of which 20 come out and 10 are good: half of each is gone, and half of both is left."""
    data = plant({"scrap_wip": 0.5}, **{"yield": {"line": 0.8, "assembly": 0.5}})
    result = agreed(build(data))
    starts, good = (measured(result, "recipe", "make", name) for name in ("starts", "good"))
    out, scrapped = (measured(result, "recipe", "make", name) for name in ("out", "scrapped"))
    assert starts[10:20] == [25] * 10
    # Half of 10 lots, and what the lot that is ready on this day loses as ever.
    assert scrapped[20] == 10 * 25 / 2 + 5
    assert out[25] == pytest.approx(20 / 2, abs=1)
    assert good[25] == pytest.approx(10 / 2, abs=1)


def test_queue_at_the_bottleneck_and_lots_in_transit(build: Fixture, agreed: Fixture, measured: Fixture) -> None:
    """What waits for a line or is on it is in process; what has left the site is out of reach."""
    data = plant({"scrap_wip": 1}, cycle_time=0, shipping_time=5, lot_size=5)
    data["sites"]["fab"] = {"in_house": True, "capacity": 9}
    result = agreed(build(data))
    scrapped, received = (measured(result, "recipe", "make", name) for name in ("scrapped", "received"))
    assert sum(scrapped) == scrapped[20] == measured(result, "recipe", "make", "in_process")[19] + 10 - 5
    assert received[21:25] == received[16:20]
    assert result.kpis["good.make"] + sum(scrapped) + measured(result, "recipe", "make", "in_process")[-1] == sum(
        measured(result, "recipe", "make", "starts")
    )


def test_pipeline_and_open_orders_can_be_destroyed(build: Fixture, agreed: Fixture, measured: Fixture) -> None:
    """20 ordered before the start, due on day 8: 5 are destroyed on day 2, and nothing of what arrived before."""
    data = plant({"scrap_wip": 0.25})
    data["disruptions"]["fire"]["begins"] = 2
    data["items"]["part"]["policy"]["level"] = 0
    data["open_orders"] = [{"recipe": "make", "quantity": 20, "due": 8}, {"recipe": "make", "quantity": 7, "due": 1}]
    result = agreed(build(data))
    assert [d for d in measured(result, "recipe", "make", "seeded_destroyed") if d] == [5]
    assert [d for d in measured(result, "recipe", "make", "seeded") if d] == [7, 15]


def test_transit_is_paid_for_what_is_left(build: Fixture, agreed: Fixture) -> None:
    """What is destroyed in process is not on its way; what is ordered for it is, 2 days each."""
    data = plant({"scrap_wip": 0.5}, cycle_time=8, shipping_time=2)
    data["items"]["part"]["transit_cost"] = 1
    struck = agreed(build(data)).kpis
    del data["disruptions"]
    plain = agreed(build(data)).kpis
    assert struck["received.make"] == plain["received.make"]
    assert struck["holding_usd"] == plain["holding_usd"]


def test_a_supplier_is_not_paid_for_what_he_lost(build: Fixture, agreed: Fixture) -> None:
    """Payment is for starts that arrive."""
    data = plant({"scrap_wip": 1}, price=3)
    data["sites"]["fab"]["in_house"] = False
    kpis = agreed(build(data)).kpis
    assert kpis["spend_outside_usd"] == 3 * kpis["received.make"]


def test_first_good_unit_is_that_of_a_lot_that_is_left(build: Fixture, agreed: Fixture) -> None:
    """All that is in process on day 4 is gone: the first good unit is that ordered then."""
    data = plant({"scrap_wip": 1})
    data["disruptions"]["fire"]["begins"] = 4.5
    data["milestones"] = {"first": {"rule": "first_output", "items": ["part"], "sites": ["fab"]}}
    assert agreed(build(data)).milestones["first"] == 14.5


def test_every_blow_of_a_random_disruption(build: Fixture, agreed: Fixture) -> None:
    """A planned chain with both stages struck: conserved at every period end, alike in both engines."""
    data = plant({"scrap_wip": 0.3, "scrap_stock": 0.2})
    data["horizon"] = {"length": 400, "time_unit": "day"}
    data["items"] = {"die": {"stage": "wafer"}, "part": {"stage": "part"}}
    data["recipes"] |= {"wafer": {"item": "die", "site": "foundry", "cycle_time": 15, "lot_size": 4}}
    data["recipes"]["make"] |= {"inputs": {"die": 1}, "lot_size": 3, "yield": {"assembly": 0.9}}
    data["sites"] |= {"foundry": {"in_house": False, "capacity": 30, "lines": 2}}
    data["initial"] = "pipeline"
    data["disruptions"]["fire"] = {
        "kind": "random", "sites": ["fab", "foundry"], "rate": 0.03, "duration": 3,
        "effects": {"capacity": 0, "scrap_wip": 0.3, "scrap_stock": 0.2},
    }  # fmt: skip
    result = agreed(build(data), seed=3)
    frame = result.frames["monthly"]
    assert frame[frame["measure"] == "destroyed"]["value"].sum() > 0
    assert result.conservation == {"worst_units": 0, "worst_usd": 0}
