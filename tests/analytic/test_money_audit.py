"""Money that follows from capacity and contracts is audited too: a cent lost, added or misplaced is found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.compiler import compile_plan
from sim.draws import Draws, draw
from sim.engines.events.engine import EventsEngine
from sim.engines.shared.records import Records
from sim.errors import ModelError
from sim.results.audit import audit, gaps
from sim.results.books import CashEntry, entries

Fixture = Callable[..., Any]
Played = tuple[Draws, Records, list[CashEntry]]


@pytest.fixture(scope="module", params=["month", "day", 7])
def played(build: Fixture, request: pytest.FixtureRequest) -> Played:
    """A plant in construction with fixed cost and salvage, beside a supplier that was promised more than it can make."""
    plant = {
        "in_house": True, "fixed_cost": 1.37,
        "construction": {"decision": dt.date(2026, 2, 15), "stages": [{"name": "all", "duration": 200}]},
        "ramp": {"initial": 0, "target": 301, "months": 9, "shape": "logistic"},
        "capex": {"per_capacity": 777.77, "equipment_share": 0.6, "life": 7, "salvage": 0.3, "credit": {"share": 0.35}},
        "outside_sales": {"demand": 100, "price": 9.17, "variable_cost": 3.33},
    }  # fmt: skip
    contract = {"commitment": 350, "until": dt.date(2027, 9, 1), "take_or_pay": 0.8,
                "prepayment": {"amount": 9000, "at": dt.date(2026, 5, 1), "set_off": 0.3}}  # fmt: skip
    supplier = {"in_house": False, "capacity": 320, "contract": contract, "tariff": 0.13}
    data: dict[str, Any] = {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2028, 5, 1)},
        "report_every": request.param,
        "initial": "pipeline",
        "items": {"part": {"stage": "part", "holding_cost": 0.03}},
        "sites": {"plant": plant, "supplier": supplier},
        "recipes": {
            "own": {"item": "part", "site": "plant", "lot_size": 5, "cycle_time": 10, "variable_cost": 3.33},
            "buy": {
                "item": "part",
                "site": "supplier",
                "lot_size": 5,
                "cycle_time": 10,
                "price": 8.31,
                "order_cost": 5,
            },
        },
        "sourcing": {"part": {"sources": ["own", "buy"], "policy": "in_house_first"}},
        "payments": {
            "design": {"amount": 1234.56, "qualification": "own"},
            "fee": {"amount": 99.99, "at": dt.date(2026, 3, 1), "every": 2.5, "until": dt.date(2028, 2, 1)},
        },
        "demand": {"d": {"item": "part", "rate": 300, "value": 20, "shortage_cost": 0.5}},
    }
    draws = draw(compile_plan(build(data)), 0)
    records = EventsEngine(draws).run()
    return draws, records, entries(draws, records)


def with_a_cent(found: Sequence[CashEntry], category: str, period: int) -> list[CashEntry]:
    """The book with one cent more in one entry of a category."""
    place = next(i for i, entry in enumerate(found) if entry.category == category)
    more = np.zeros_like(found[place].cents)
    more[period] = 1
    return [replace(e, cents=e.cents + more) if i == place else e for i, e in enumerate(found)]


CATEGORIES = (
    "purchases",
    "tariff",
    "variable",
    "order",
    "holding",
    "value",
    "capex",
    "credit",
    "fixed",
    "take_or_pay",
    "prepayment",
    "outside_sales",
    "salvage",
)


def test_every_category_is_booked_and_accounted_for(played: Played) -> None:
    assert {e.category for e in played[2]} >= set(CATEGORIES)
    assert max(cents for _, cents in gaps(*played)) == 0
    assert audit(*played) == 0


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_few_cents_too_many_are_found(played: Played, category: str) -> None:
    draws, records, found = played
    for _ in range(2):
        found = with_a_cent(found, category, 3)
    with pytest.raises(ModelError, match="cents are not accounted for"):
        audit(draws, records, found)


@pytest.mark.parametrize("category", CATEGORIES)
def test_an_entry_left_out_is_found(played: Played, category: str) -> None:
    draws, records, found = played
    left = [e for e in found if e.category != category]
    with pytest.raises(ModelError):
        audit(draws, records, left)


def test_take_or_pay_of_the_wrong_year_is_found(played: Played) -> None:
    draws, records, found = played
    moved = [
        replace(e, cents=np.roll(e.cents, 100 if len(e.cents) > 200 else 12)) if e.category == "take_or_pay" else e
        for e in found
    ]
    with pytest.raises(ModelError, match="take_or_pay of supplier"):
        audit(draws, records, moved)
