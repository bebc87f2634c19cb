"""Published planning records: every planned order of the source, in its period and to the unit.

Each case of `textbook/` names its source. Time counts from 0, and the source's period n is time n: a requirement of
period n falls at n, a receipt of period n arrives at n, and an order with lead time L that is received in n starts in
n - L. Initial stock is the stock available at time 0. Where a source carries a safety stock in units, that stock is
left out of the initial stock, since its planner never nets it.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sim.api import run
from sim.scenario.loader import load_scenario

TEXTBOOK = Path(__file__).parent / "textbook"

Orders = dict[str, dict[int, float]]

PLANNED_ORDER_RELEASES: dict[str, Orders] = {
    "lot_for_lot": {"buy": {0: 35, 1: 10, 3: 40, 5: 20, 6: 5, 7: 10, 8: 30}},
    "fixed_order_quantity": {"buy": {0: 58, 3: 58, 7: 58}},
    "fixed_period": {"buy": {0: 45, 3: 40, 5: 25, 7: 40}},
    "fixed_order_period": {"A": {5: 45, 7: 30}},
    "time_phased_order_point": {"buy": {3: 50, 6: 50}},
    "safety_stock_and_receipt": {"buy": {4: 100}},
    "safety_time": {"microsoft": {1: 10}, "oracle": {5: 10}, "sap": {26: 10}},
    "order_modifiers": {"with_minimum": {6: 50}, "with_multiple": {6: 125}, "grouped": {7: 200, 19: 79}},
    "three_levels": {
        "A": {2: 9, 3: 20, 4: 5, 6: 10, 7: 15},
        "B": {1: 1, 2: 5, 4: 10, 5: 15},
        "C": {2: 8, 3: 15},
    },
    "two_products": {
        "A": {3: 400, 5: 400, 7: 600},
        "B": {2: 300, 3: 300, 5: 300},
        "C": {1: 1500, 3: 1500, 5: 1000},
        "D": {1: 800, 3: 800},
    },
    "chairs": {
        "chair": {3: 135},
        "seat": {1: 25, 3: 90, 4: 60},
        "back": {1: 85, 3: 90, 4: 60},
        "leg": {1: 460, 3: 360, 4: 240},
    },
    "dining_tables": {"table": {4: 36, 6: 80}, "top": {3: 72}, "leg": {2: 64, 4: 320}},
    "minimum_and_multiples": {
        "A": {1: 10, 4: 30, 7: 40},
        "B": {3: 30, 6: 40},
        "C": {3: 50, 6: 50},
        "D": {1: 100, 2: 100, 4: 100},
        "E": {1: 150, 4: 150},
    },
    "shovel_top_handle": {
        "top_handle_assembly": {2: 5, 4: 20, 5: 5, 7: 35, 8: 10},
        "top_handle": {5: 18, 6: 10},
        "nail": {4: 50, 6: 50},
        "bracket_assembly": {3: 3, 5: 35, 6: 10},
        "bracket": {4: 23, 5: 10},
        "coupling": {2: 4, 3: 10},
    },
    "multi_level": {
        "FP-1": {5: 100},
        "FP-2": {6: 15, 9: 12},
        "SF-1": {5: 30, 8: 24},
        "SF-2": {3: 30, 6: 36},
        "PP-1": {1: 280, 4: 72},
        "PP-2": {1: 65, 3: 360, 4: 108, 6: 48},
    },
    "snow_shovel": {
        "shovel": {5: 40, 8: 80, 10: 120, 11: 60},
        "top_handle_assembly": {7: 80, 9: 120, 10: 40},
        "scoop_shaft_connector": {2: 30, 5: 60, 7: 120, 8: 60},
        "shaft": {6: 70, 8: 120, 9: 60},
        "nail": {3: 110, 5: 60, 6: 320, 7: 240, 8: 560, 9: 240},
        "rivet": {4: 100, 6: 600, 7: 400, 8: 600, 9: 700, 10: 300},
        "scoop_assembly": {7: 100, 9: 100, 10: 50},
        "top_handle": {5: 60, 7: 120, 8: 40},
        "bracket_assembly": {8: 100, 9: 50},
        "bracket": {5: 80},
        "coupling": {5: 70, 6: 50},
        "scoop": {5: 100, 7: 100},
        "blade": {5: 50, 7: 100, 8: 50},
    },
}


def order_releases(frame: pd.DataFrame) -> Orders:
    """Return the starts of every recipe by period, without the periods that have none."""
    rows = frame[(frame["scope"] == "recipe") & (frame["measure"] == "starts")]
    releases: Orders = {str(name): {} for name in rows["name"]}
    for name, period, starts in zip(rows["name"], rows["period"], rows["value"], strict=True):
        if starts:
            releases[str(name)][int(period)] = float(starts)
    return releases


def test_every_case_has_its_record() -> None:
    assert {file.stem for file in TEXTBOOK.glob("*.yaml")} == set(PLANNED_ORDER_RELEASES)


@pytest.mark.parametrize("engine", ["events", "batch"])
@pytest.mark.parametrize("case", PLANNED_ORDER_RELEASES)
def test_planned_order_releases(case: str, engine: str) -> None:
    frame = run(load_scenario(TEXTBOOK / f"{case}.yaml"), engine=engine).frames["monthly"]
    assert order_releases(frame) == PLANNED_ORDER_RELEASES[case]


@pytest.mark.parametrize("engine", ["events", "batch"])
@pytest.mark.parametrize("case", PLANNED_ORDER_RELEASES)
def test_the_published_plan_meets_every_requirement(case: str, engine: str) -> None:
    """Scheduled and planned receipts arrive in time, so nothing is ever backlogged."""
    frame = run(load_scenario(TEXTBOOK / f"{case}.yaml"), engine=engine).frames["monthly"]
    backlog = frame[(frame["scope"] == "demand") & (frame["measure"] == "backlog")]
    assert len(backlog) > 0
    assert not backlog["value"].any()
