"""What happens at one instant, in order: receive, serve demand, plan and order, record."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from sim.api import run
from sim.engines.events.calendar import EventCalendar
from sim.engines.shared.phases import MOST_ROUNDS, EventKind, EventPhase
from sim.errors import ModelError

Fixture = Callable[..., Any]


def shop(lead: float, level: int, stock: int, values: list[int], **changes: Any) -> dict[str, Any]:
    data = {
        "horizon": {"length": 10, "time_unit": "day"},
        "report_every": 1,
        "items": {"part": {"stage": "part", "initial_stock": stock, "policy": {"type": "base_stock", "level": level}}},
        "sites": {"supplier": {"in_house": False, "capacity": "unlimited"}},
        "recipes": {"buy": {"item": "part", "site": "supplier", "shipping_time": lead}},
        "demand": {"d": {"item": "part", "pattern": "series", "every": 1, "values": values}},
    }
    return data | changes


def test_stock_arrives_before_demand_is_served(build: Fixture) -> None:
    """Each day's order of 5 arrives as the next 5 are asked for."""
    kpis = run(build(shop(1, 5, 5, [5] * 10))).kpis
    assert kpis["fill_rate"] == 1
    assert kpis["time_to_serve"] == 0


def test_orders_are_placed_after_demand(build: Fixture, measured: Fixture) -> None:
    result = run(build(shop(1, 5, 5, [1, 2, 3])))
    assert measured(result, "recipe", "buy", "starts")[:4] == [1, 2, 3, 0]


def test_periods_close_after_all_else_of_their_last_instant(build: Fixture, measured: Fixture) -> None:
    """What falls on the first instant of a period belongs to it, not to the one before."""
    result = run(build(shop(1, 5, 5, [5] * 10)))
    assert measured(result, "item", "part", "stock") == [0] * 10
    assert measured(result, "recipe", "buy", "received") == [0, *[5] * 9]


def test_zero_lead_time(build: Fixture) -> None:
    """Made and served at the instant of demand, but not from stock."""
    kpis = run(build(shop(0, 0, 0, [5] * 10))).kpis
    assert (kpis["served"], kpis["backlog_end"], kpis["time_to_serve"], kpis["fill_rate"]) == (50, 0, 0, 0)


def test_a_chain_without_lead_times(build: Fixture) -> None:
    """Twelve stages at one instant."""
    stages = [f"s{i}" for i in range(12)]
    data = shop(0, 0, 0, [3] * 10)
    data["items"] = {s: {"stage": s, "policy": {"type": "base_stock", "level": 0}} for s in stages}
    data["recipes"] = {
        s: {"item": s, "site": "supplier", **({"inputs": {stages[i - 1]: 2}} if i else {})}
        for i, s in enumerate(stages)
    }
    data["demand"]["d"]["item"] = stages[-1]
    kpis = run(build(data)).kpis
    assert (kpis["served"], kpis["time_to_serve"]) == (30, 0)
    assert kpis["starts.s0"] == 30 * 2**11


def test_zero_lead_time_in_a_planned_network(build: Fixture) -> None:
    data = shop(0, 0, 0, [3] * 10)
    data["items"]["part"].pop("policy")
    kpis = run(build(data)).kpis
    assert kpis["backlog_end"] <= 6


def test_an_endless_loop_is_an_error(build: Fixture) -> None:
    """A supplier without lead time whose every unit is bad: ordered again and again at one instant."""
    bad = {"kind": "scheduled", "begins": 0, "duration": 9, "sites": ["supplier"], "effects": {"yield": 0}}
    with pytest.raises(ModelError, match=f"more than {MOST_ROUNDS} rounds"):
        run(build(shop(0, 0, 0, [5], disruptions={"bad": bad})))


def act(_: object, function: Callable[[], None]) -> None:
    """In these tests an event is put on the calendar with what it calls."""
    function()


ACTIONS = dict.fromkeys(EventKind, act)


def test_the_calendar_keeps_the_order_whatever_comes_first() -> None:
    """Equal keys aside, nothing depends on who asked first."""
    due = [
        (5, EventPhase.RECORD, 0, 0, 0), (5, EventPhase.PLAN, 0, 0, 0), (5, EventPhase.SERVE, 1, 0, 0), (5, EventPhase.SERVE, 0, 2, 0),
        (5, EventPhase.SERVE, 0, 1, 1), (5, EventPhase.SERVE, 0, 1, 0), (5, EventPhase.RECEIVE, 9, 9, 9), (3, EventPhase.RECORD, 0, 0, 0),
    ]  # fmt: skip
    for order in (due, due[::-1], due[3:] + due[:3]):
        calendar, seen = EventCalendar(), []
        for what in order:
            calendar.at(*what, EventKind.CLOSE, partial(seen.append, what))
        calendar.run(ACTIONS, None)
        assert seen == sorted(due)


def test_follow_ups_join_the_round_or_the_next() -> None:
    calendar, seen = EventCalendar(), []

    def serve() -> None:
        seen.append("serve")
        calendar.follow_up(EventPhase.RECEIVE, 0, 0, 0, EventKind.RECEIVED, partial(seen.append, "receive again"))
        calendar.follow_up(EventPhase.PLAN, 0, 0, 0, EventKind.REVIEW, partial(seen.append, "plan 1"))

    calendar.at(5, EventPhase.SERVE, 0, 0, 0, EventKind.SERVED, serve)
    calendar.at(5, EventPhase.PLAN, 0, 1, 0, EventKind.REVIEW, partial(seen.append, "plan 2"))
    calendar.at(6, EventPhase.RECEIVE, 0, 0, 0, EventKind.RECEIVED, partial(seen.append, "later"))
    calendar.run(ACTIONS, None)
    assert seen == ["serve", "plan 1", "plan 2", "receive again", "later"]


def test_the_record_comes_last_and_once() -> None:
    """A record waits for all rounds of its instant."""
    calendar, seen = EventCalendar(), []

    def again(left: int) -> None:
        seen.append(left)
        if left:
            calendar.follow_up(EventPhase.RECEIVE, 0, 0, 0, EventKind.RECEIVED, partial(again, left - 1))

    calendar.at(5, EventPhase.RECORD, 0, 0, 0, EventKind.CLOSE, partial(seen.append, "record"))
    calendar.at(5, EventPhase.PLAN, 0, 0, 0, EventKind.REVIEW, partial(again, 3))
    calendar.run(ACTIONS, None)
    assert seen == [3, 2, 1, 0, "record"]


def test_the_end_comes_before_all_that_is_due_at_it() -> None:
    calendar, seen = EventCalendar(), []
    calendar.at(4, EventPhase.RECORD, 0, 0, 0, EventKind.CLOSE, partial(seen.append, "before"))
    calendar.at(5, EventPhase.DISRUPT, -9, 0, 0, EventKind.LOST, partial(seen.append, "at the end"))
    calendar.stop_at(5)
    calendar.run(ACTIONS | {EventKind.STOP: lambda *_: calendar.stop()}, None)
    assert seen == ["before"]
    assert calendar.now == 5


def test_more_than_a_thousand_rounds() -> None:
    calendar = EventCalendar()

    def forever() -> None:
        calendar.follow_up(EventPhase.SERVE, 0, 0, 0, EventKind.SERVED, forever)

    calendar.at(1, EventPhase.SERVE, 0, 0, 0, EventKind.SERVED, forever)
    with pytest.raises(ModelError, match="endless loop"):
        calendar.run(ACTIONS, None)
