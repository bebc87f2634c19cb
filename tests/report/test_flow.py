"""The flow of units: every unit of every stock is accounted for, the diagram shows what the table says."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import numpy as np
import pytest

import sim
from sim.report.flow.diagram import flow_of, flow_part, flow_table
from sim.report.flow.graph import ONWARD, OUTSIDE, OWN
from sim.report.flow.layout import STAGE, bars, layout, ribbons
from sim.results.result import Result
from sim.results.unit_flows import stocks, unit_flows
from tests.report.plant import plant


def chain() -> dict[str, Any]:
    """The plant, whose parts need a chip that two makers sell, with stock and work in process at the start."""
    data = plant(initial="pipeline")
    data["items"]["chip"] = {"stage": "wafer", "unit": "die", "initial_stock": 500}
    data["sites"]["foundry"] = {"in_house": False, "capacity": "unlimited"}
    data["recipes"]["etched"] = {"item": "chip", "site": "foundry", "lot_size": 50, "cycle_time": 20, "price": 1}
    data["sourcing"]["chip"] = {"sources": ["etched"]}
    for recipe in ("own", "bought"):
        data["recipes"][recipe] |= {"inputs": {"chip": 2}, "yield": {"line": 0.9}}
    data["disruptions"]["flood"] = {
        "kind": "scheduled", "begins": data["horizon"]["start"], "duration": 20, "sites": ["foundry"], "effects": {"scrap_stock": 0.5},
    }  # fmt: skip
    return data


@pytest.fixture(scope="module")
def result(build: Any) -> Result:
    return sim.run(build(chain(), "flow_plant"))


def test_what_flows_in_and_out_is_what_stocks_grow_by(result: Result) -> None:
    flows = unit_flows(result.draws, result.records)
    levels, destroyed = stocks(result.draws, result.records)
    assert destroyed.sum() > 0
    for p in range(len(result.plan.pools)):
        made = sum(f.units for f in flows if f.pool == p and f.made)
        taken = sum(f.units for f in flows if f.pool == p and not f.made)
        assert (np.diff(levels[:, p]) == made - taken - destroyed[:, p]).all()


def test_links_hold_what_the_frames_say(result: Result) -> None:
    flow = flow_of(result)
    assert flow is not None
    table = flow_table(flow).set_index(["from", "to"])
    assert table.loc[("shop", "Parts"), "kind"] == OWN
    assert table.loc[("The maker", "Parts"), "kind"] == OUTSIDE
    assert table.loc[("Parts", "All customers"), "kind"] == ONWARD
    assert table.loc[("foundry", "chip"), "unit"] == "die"
    periods = [c for c in table.columns if c not in ("kind", "unit")]
    monthly = result.frames["monthly"]
    received = monthly[(monthly["name"] == "own") & (monthly["measure"] == "received")]["value"]
    assert table.loc[("shop", "Parts"), periods].tolist() == received.tolist()
    served = monthly[(monthly["name"] == "customers") & (monthly["measure"] == "served")]["value"]
    assert table.loc[("Parts", "All customers"), periods].tolist() == served.tolist()
    starts = monthly[(monthly["name"] == "own") & (monthly["measure"] == "starts")]["value"]
    assert table.loc[("chip", "shop"), periods].tolist() == (2 * starts).tolist()


def test_columns_lead_from_sites_to_demand(result: Result) -> None:
    flow = flow_of(result)
    assert flow is not None
    columns = {node.title: node.column for node in flow.graph.nodes.values()}
    assert columns["foundry"] < columns["chip"] < columns["shop"] < columns["Parts"] < columns["All customers"]
    assert all(flow.graph.nodes[k.source].column < flow.graph.nodes[k.target].column for k in flow.graph.links)


def test_heights_are_in_proportion_and_the_largest_period_of_a_stage_is_full(result: Result) -> None:
    flow = flow_of(result)
    assert flow is not None
    places = layout(flow.graph)
    keys = list(flow.graph.nodes)
    for units in flow.units.tolist():
        for (_, _, height), link, amount in zip(
            ribbons(flow.graph, places, units), flow.graph.links, units, strict=True
        ):
            assert height == pytest.approx(amount * places.scale[link.stage], abs=0.051)
    for key in places.scale:
        every = [bars(flow.graph, places, units)[keys.index(key)] for units in flow.units.tolist()]
        assert max(every) == pytest.approx(STAGE, abs=0.06)
        assert max(every) == pytest.approx(places.places[key].height, abs=0.06)


def test_the_page_holds_every_period_as_data(result: Result) -> None:
    part = flow_part(result)
    (kept,) = re.findall(r'<script type="application/json" id="flow-data">(.*?)</script>', part)
    assert not set("<>&") & set(kept)
    data = json.loads(kept)
    flow = flow_of(result)
    assert flow is not None
    assert data["names"] == ["Mean of all 12 periods", *(f"{month} 2026" for month in MONTHS)]
    assert {len(data[key]) for key in ("said", "values", "ribbons", "bars", "units")} == {13}
    assert 'max="12"' in part
    assert '<div class="control" hidden="hidden">' in part
    assert "August 2026. Largest flows: " in data["said"][8]


def test_many_months_are_shown_together_and_said_to_be(build: Any) -> None:
    flow = flow_of(
        sim.run(build({**plant(), "horizon": {"start": date(2026, 1, 1), "end": date(2032, 1, 1)}}, "long_plant"))
    )
    assert flow is not None
    assert flow.names[:2] == ("Mean of all 36 periods of 2 reporting periods each", "2026-01-01 to 2026-03-01")


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def test_nothing_is_drawn_where_nothing_flows(build: Any) -> None:
    data = plant()
    data["demand"]["customers"]["rate"] = data["demand"]["garages"]["rate"] = 0
    assert flow_part(sim.run(build(data, "still_plant"))) == ""
