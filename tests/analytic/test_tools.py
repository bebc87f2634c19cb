"""Capacity grows no faster than the tools for it are delivered."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.api import Result, run
from sim.errors import InputError
from sim.report.headline import sentences
from sim.scenario.loader import load_scenario

CASE = Path(__file__).parent / "cases" / "capex-on-the-first-day.yaml"
YEAR = 365.25
FIGURES = (
    'figures={slots: {statement: Whether tools are short., unit: text, default: "no", readings: {'
    '"no": {value: "no", kind: assumed, source: test}, "yes": {value: "yes", kind: assumed, source: test}}}}'
)
SHORT = "sites.own.tools={only_if: {figure: slots, equals: 'yes'}, per_capacity: 0.1, supply: 12}"


def tools(supply: str, each: float = 0.1) -> str:
    """Tools for a unit of monthly capacity, and how many come a year."""
    return f"sites.own.tools={{per_capacity: {each}, supply: {supply}}}"


def played(*sets: str, engine: str = "events", **options: list[str]) -> Result:
    return run(load_scenario(CASE, sets=list(sets), **options), engine=engine)


@pytest.mark.parametrize("engine", ["events", "batch"])
def test_capacity_is_what_the_tools_delivered_make(engine: str) -> None:
    """12 tools a year, a tenth of one for a unit a month: 120 units a month more in each year. All are paid as they come."""
    result = played(tools("12"), engine=engine)
    years = (result.plan.calendar.days) / YEAR
    assert result.kpis["capacity_end.own"] == pytest.approx(120 * years)
    assert result.kpis["capacity_intended_end.own"] == pytest.approx(500)
    assert result.kpis["capex_usd"] == pytest.approx(50 * 120 * years, rel=0.01)


def test_deliveries_begin_when_they_are_said_to_and_what_came_is_kept() -> None:
    """Tools of 100 days wait for a ramp that begins after 200: at its start half of what has come then is needed."""
    supply = "{interpolate: step, points: [{at: 2026-01-01, value: 36.525}, {at: 2026-04-11, value: 0}]}"
    begun = ("sites.own.ramp={start: 2026-07-20, initial: 50, target: 500, months: 1}",)
    result = played(*begun, tools(supply))
    nameplate = result.draws.sites[0].nameplate
    assert nameplate.first_positive() == 200 * 2**20
    assert result.kpis["capacity_end.own"] == pytest.approx(100)


def test_capacity_without_tools_is_as_planned() -> None:
    free = played().kpis
    assert "capacity_end.own" not in free
    for enough in (tools("12", 0.0), tools("1e9")):
        found = played(enough).kpis
        assert found["capex_usd"] == pytest.approx(free["capex_usd"])
        assert found["capacity_end.own"] == found["capacity_intended_end.own"] == pytest.approx(500)


def test_a_reading_switches_the_part_of_an_entry() -> None:
    off = load_scenario(CASE, sets=[FIGURES, SHORT])
    assert off.document.sites["own"].tools is None
    assert off.pruned == ("sites.own.tools",)
    on = load_scenario(CASE, sets=[FIGURES, SHORT], readings=["slots=yes"])
    assert on.document.sites["own"].tools is not None
    assert not on.pruned


def test_tools_that_mean_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="construction, expansions and tools need a ramp"):
        load_scenario(CASE, sets=[tools("12"), "sites.own.ramp=null", "sites.own.capacity=500"])
    with pytest.raises(InputError, match=r"sites\.own\.tools\.supply: must be at least 0; found -1 tool/year"):
        load_scenario(CASE, sets=[tools("-1")])


def test_the_screen_says_what_tools_allow() -> None:
    """Of the fab that is announced, scanners of a year and a half make a fifth."""
    scenario = load_scenario("as-announced", sets=["lot_scale=20"], readings=["fab.tool_slots=limited"])
    result = run(scenario, engine="batch")
    kpis = result.kpis
    days = 1078 - 547  # 19 July 2027, 18 months after the decision, to the end of 2028
    assert kpis["capacity_end.terafab"] == pytest.approx(0.25 * 90 / 0.27 * 1000 * days / YEAR, rel=0.02)
    told = [sentence for sentence in sentences(result) if "tools delivered" in sentence]
    assert told == ["Own wafer fab: tools delivered by the end make 121.4k a month of the 565.1k intended by then."]
