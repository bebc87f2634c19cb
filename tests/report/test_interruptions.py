"""What a disruption stops, how far it throws deliveries back, and when they have recovered: by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.api import Against, run_against
from sim.report.interruptions import interrupted, interruptions, stops
from sim.report.tables import Table
from sim.results.result import Result
from sim.scenario.counterfactual import load_counterfactual

# 100 a day are asked for and 200 a day can be made; parts need no time.
BASE = """\
title: A line in balance
bare_numbers: made up
horizon: {start: 2026-01-01, end: 2027-01-01}
report_every: day
review_every: day
items: {part: {stage: part}, frame: {stage: part}}
sites: {maker: {in_house: false, capacity: 6087.5}, other: {in_house: false, capacity: 6087.5}}
recipes: {parts: {item: part, site: maker, lot_size: 100}, frames: {item: frame, site: other, lot_size: 100}}
demand:
  parts: {title: Parts, item: part, rate: 3043.75, value: 5, shortage_cost: 1}
  frames: {title: Frames, item: frame, rate: 3043.75, value: 5}
"""
STRIKE = """\
title: A strike
extends: base.yaml
against: base.yaml
bare_numbers: made up
disruptions: {strike: {kind: scheduled, sites: [maker], begins: 2026-06-01, duration: 30, effects: {capacity: 0}}}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text(BASE, encoding="utf-8")
    Path("strike.yaml").write_text(STRIKE, encoding="utf-8")


def both(*sets: str) -> tuple[Result, Against]:
    scenario = sim.load_scenario("strike.yaml", sets=sets)
    result = sim.run(scenario)
    against = run_against(result, load_counterfactual(scenario))
    assert against is not None
    return result, against


def test_a_strike_stops_a_line_for_as_long_and_costs_as_long_again_to_recover() -> None:
    """From day 151 nothing comes for 30 days, which are 3,000 units; 100 a day of room to spare bring them back in 30 days."""
    result, against = both()
    (found,) = interruptions(result, against)
    assert found.line == "parts"
    # Two lots were made by then.
    assert found.stopped == 153
    assert found.days == 28
    assert found.behind == pytest.approx(3000, abs=200)
    assert found.behind_end == 0
    assert found.recovered == pytest.approx(151 + 60, abs=2)
    told = stops(result, against)
    assert told.startswith("Deliveries stop: Parts for ")
    assert told.endswith("Not delayed: Frames.")
    assert "Caught up: Parts by 2026-0" in told
    assert "Still behind" not in told
    block = interrupted(result, against)
    assert isinstance(block, Table)
    assert [row[0] for row in block.rows] == ["Parts"]


def test_a_line_that_is_cut_for_ever_is_behind_at_the_end() -> None:
    result, against = both("disruptions.strike.duration=2000")
    (found,) = interruptions(result, against)
    assert found.recovered is None
    assert found.behind_end == pytest.approx((365 - 151) * 100, abs=200)
    assert "Still behind base at the end: Parts by 21." in stops(result, against)


def test_a_line_that_only_slows_down_does_not_stop() -> None:
    result, against = both("disruptions.strike.effects.capacity=0.25")
    (found,) = interruptions(result, against)
    assert found.behind == pytest.approx(1500, abs=150)  # 50 of 100 a day for 30 days
    assert stops(result, against).startswith("No line is without deliveries for longer than in base.")


def test_nothing_is_laid_to_disruptions_where_scenarios_differ_otherwise() -> None:
    Path("strike.yaml").write_text(f"{STRIKE}sites: {{maker: {{capacity: 9000}}}}\n", encoding="utf-8")
    assert interruptions(*both()) == []
    assert stops(*both()) == ""
    assert interrupted(*both()) is None


def test_what_waits_for_a_shortage_is_charged_and_said() -> None:
    """3,000 units at the worst, on average half of that for 60 days, at a dollar a day: 90,000."""
    from sim.report.against import answer

    result, against = both()
    cost = float(result.kpis["shortage_usd"] or 0) - float(against.result.kpis["shortage_usd"] or 0)
    assert cost == pytest.approx(90_000, rel=0.1)
    assert any(
        "Shortages cost $" in line and line.endswith("more than in base.") for line in answer(result, against).lines
    )
