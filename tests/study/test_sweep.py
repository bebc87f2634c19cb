"""A sweep is the grid of its values, each point run with common random numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import InputError
from sim.scenario.loader import Scenario, load_scenario
from sim.study.montecarlo import monte_carlo
from sim.study.sweep import sweep
from sim.study.vary import read_varies

CAPACITY, TARGET = "sites.maker.capacity", "sites.shop.ramp.target"


def test_every_point_is_a_study_of_its_own(uncertain: Scenario) -> None:
    found = sweep(uncertain, [f"{CAPACITY}=300,900", f"{TARGET}=500,700"], 10, jobs=2)
    assert found.points == (("300", "500"), ("300", "700"), ("900", "500"), ("900", "700"))
    for (capacity, target), there in zip(found.points, found.found, strict=True):
        alone = load_scenario(uncertain.file, sets=[f"{CAPACITY}={capacity}", f"{TARGET}={target}"])
        assert there.outcomes.table.tobytes() == monte_carlo(alone, 10, jobs=1).outcomes.table.tobytes()


def test_an_uncertain_input_that_is_set_leaves_the_others_their_random_numbers(uncertain: Scenario) -> None:
    found = sweep(uncertain, ["recipes.bought.price=10,20"], 10, jobs=1)
    cheap, dear = (f.outcomes for f in found.found)
    np.testing.assert_array_equal(cheap.column("demanded"), dear.column("demanded"))
    np.testing.assert_array_equal(cheap.column("capex_usd"), dear.column("capex_usd"))
    assert (cheap.column("spend_outside_usd") < dear.column("spend_outside_usd")).all()


def test_frames_and_document(uncertain: Scenario) -> None:
    found = sweep(uncertain, [f"{CAPACITY}=300,900"], 3, jobs=1)
    assert found.runs[CAPACITY].tolist() == ["300"] * 3 + ["900"] * 3
    mean = found.means.set_index([CAPACITY, "kpi"]).loc[("900", "fill_rate"), "mean"]
    assert mean == pytest.approx(found.runs[found.runs[CAPACITY] == "900"]["fill_rate"].mean())
    told = found.to_json()
    assert told["vary"] == [{"path": CAPACITY, "values": ["300", "900"]}]
    assert told["points"][1]["set"] == {CAPACITY: "900"}
    assert told["points"][1]["kpis"]["fill_rate"]["mean"] == mean
    assert sim.sweep is sweep


def test_readings_are_inputs_too() -> None:
    found = sweep("as-announced", ["readings.fab.node=2nm,14nm"], 1, jobs=1)
    assert [f.scenario.ledger.reading_name("fab.node") for f in found.found] == ["2nm", "14nm"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a=1,2.5,x", ("1", "2.5", "x")),
        ("a=12..36/5", ("12", "18", "24", "30", "36")),
        ("a=0..1/3", ("0", "0.5", "1")),
        ("a=0.1..0.3/3", ("0.1", "0.2", "0.3")),
        ("a=5,10..20/2", ("5", "10", "20")),
        ("a=2028-01-01..2028-01-31/3", ("2028-01-01", "2028-01-16", "2028-01-31")),
        ("a=[1,2],{b: 1, c: 2}", ("[1,2]", "{b: 1, c: 2}")),
        ("a = 1 , 2", ("1", "2")),
    ],
)
def test_values_as_they_are_written(text: str, values: tuple[str, ...]) -> None:
    assert read_varies([text])[0].values == values


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["a"], ["PATH=a,b,c"]),
        (["a="], ["PATH=a,b,c"]),
        (["a=1,,2"], ["a value is missing"]),
        (["a=1,2,1"], ["the same value twice; found '1'"]),
        (["a=1..2", "b=x..y/3", "c=1..2/1"], ["how many values", "neither between numbers", "'1..2/1'"]),
    ],
)
def test_what_cannot_be_understood(texts: list[str], words: list[str]) -> None:
    with pytest.raises(InputError) as error:
        read_varies(texts)
    assert all(word in str(error.value) for word in words)


def test_all_problems_of_all_values_are_told_before_anything_runs(
    uncertain: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.study.sweep.run_design", lambda *_, **__: pytest.fail("nothing may run"))
    with pytest.raises(InputError) as error:
        sweep(uncertain, [f"{CAPACITY}=-1,x,5", "sites.shop.ramp.taget=3"], 4)
    told = str(error.value)
    assert f"--vary {CAPACITY}=-1" in told
    assert f"--vary {CAPACITY}=x" in told
    assert "did you mean 'sites.shop.ramp.target'" in told
    with pytest.raises(InputError, match="collides"):
        sweep(load_scenario(uncertain.file, sets=[f"{CAPACITY}=1"]), [f"{CAPACITY}=2,3"], 4)


def test_it_is_kept_and_goes_on(uncertain: Scenario, tmp_path: Path) -> None:
    out = tmp_path / "s"
    sweep(uncertain, [f"{CAPACITY}=300,900"], 4, jobs=1, out=out)
    more = sweep(uncertain, [f"{CAPACITY}=300,900"], 12, jobs=2, out=out)
    straight = sweep(uncertain, [f"{CAPACITY}=300,900"], 12, jobs=1)
    pd.testing.assert_frame_equal(more.runs, straight.runs)
    pd.testing.assert_frame_equal(pd.read_parquet(out / "runs.parquet"), straight.runs)
    with pytest.raises(InputError, match="scenarios"):
        sweep(uncertain, [f"{CAPACITY}=300,800"], 4, out=out)


def test_larger_lots_state_what_they_do_at_the_first_point(uncertain: Scenario) -> None:
    found = sweep(uncertain, [f"{CAPACITY}=300,900"], 4, lot_scale=5, jobs=2)
    assert [f.scenario.document.lot_scale for f in found.found] == [5, 5]
    first = load_scenario(uncertain.file, sets=[f"{CAPACITY}=300"])
    assert found.bias is not None
    assert found.bias.own["fill_rate"] == pytest.approx(monte_carlo(first, 20, jobs=2).kpis["fill_rate"].mean.estimate)
    assert sweep(uncertain, ["lot_scale=1,2"], 1, lot_scale=5, jobs=1).lot_scale == 1
