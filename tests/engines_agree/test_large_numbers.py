"""What passes 64 bits is counted as large as it is by both engines, or refused by both, never wrapped round."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.api import ENGINES, run
from sim.engines.rules import portion
from sim.errors import InputError
from sim.scenario.loader import load_scenario

HALL = """
title: More than anybody can make
bare_numbers: test
horizon: {start: 2026-01-01, end: 2028-01-01}
items: {charger: {stage: assembly, holding_cost: 1}}
sites: {maker: {in_house: false, capacity: 3000}}
recipes: {bought: {item: charger, site: maker, lot_size: 100, cycle_time: 30, price: 400}}
demand: {chargers: {item: charger, rate: RATE, value: 5, shortage_cost: 0.01}}
"""


def scenario(tmp_path, rate: str):
    path = tmp_path / "hall.yaml"
    path.write_text(HALL.replace("RATE", rate))
    return load_scenario(path)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_backlog_of_a_trillion_units_costs_what_it_should(tmp_path, engine: str) -> None:
    # 1e11 units a month, none of which is there: the backlog grows by a month's demand each month, from
    # day to day, and each unit costs a cent a day. The integral of a ramp is half its end times its length.
    result = run(scenario(tmp_path, "1.0e+11"), engine=engine)
    days = 730
    demanded = result.kpis["demanded"]
    assert demanded is not None
    assert result.kpis["shortage_usd"] == pytest.approx(demanded * (days + 1) / 2 * 0.01, rel=1e-3)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("rate", "why"),
    [("1.0e+13", "more money than can be counted"), ("1.0e+16", "more units than"), ("1.0e+19", "more units than")],
)
def test_what_cannot_be_counted_is_refused(tmp_path, engine: str, rate: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        run(scenario(tmp_path, rate), engine=engine)


PLENTY = """
title: More a month than 64 bits hold, counted in ticks
bare_numbers: test
horizon: {start: 2026-01-01, end: 2027-01-01}
items: {grain: {stage: part}}
sites: {field: {in_house: true, capacity: 1.0e+14}}
recipes: {grown: {item: grain, site: field, lot_size: 1.0e+11, cycle_time: 30}}
demand: {mill: {item: grain, rate: 4.0e+12}}
"""


def test_lots_of_a_huge_order_are_released_at_the_same_instants_by_both(tmp_path) -> None:
    (tmp_path / "plenty.yaml").write_text(PLENTY)
    events, batch = (run(load_scenario(tmp_path / "plenty.yaml"), engine=name, trace=True) for name in ENGINES)
    lots = events.frames["lots"]
    a_month = int(lots["starts"].sum()) // 12
    assert a_month * 30 * 2**20 > 2**63
    pd.testing.assert_frame_equal(batch.frames["lots"], lots)


@given(st.integers(0, 2**54 - 1), st.data())
def test_a_portion_is_exact_however_large(amount: int, data: st.DataObject) -> None:
    whole = data.draw(st.integers(1, 2**53 - 1))
    part = data.draw(st.integers(0, whole))
    assert portion(amount, part, whole) == amount * part // whole
