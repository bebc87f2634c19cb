"""What a run takes keeps to what was worked out from its plan, for typical inputs and for drawn ones."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.api import run
from sim.compiler import compile_plan
from sim.compiler.extremes import Amount, total
from sim.compiler.limits import Size
from sim.errors import InputError
from sim.plan import Ref
from sim.scenario.loader import load_scenario

TESTS = Path(__file__).parents[1]
FILES = [
    *(
        TESTS / "analytic" / f"{name}.yaml"
        for name in ("mm1", "newsvendor", "reorder_point", "tandem3", "make_to_stock")
    ),
    TESTS / "inputs" / "good" / "base.yaml",
    TESTS.parent / "scenarios" / "_starter.yaml",
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("replication", [None, 3])
def test_runs_keep_to_the_bounds(file: Path, replication: int | None) -> None:
    scenario = load_scenario(file)
    size = Size(compile_plan(scenario))
    result = run(scenario, replication=replication, trace=True)
    assert len(result.frames["lots"]) <= total(size.events()).value
    dollars = [abs(value) for name, value in result.kpis.items() if name.endswith("_usd") and value is not None]
    assert sum(dollars) <= 2 * total(size.money()).value + 0.01
    assert result.frames["lots"]["starts"].sum() <= sum(starts.value for starts in size.starts)


@given(st.lists(st.floats(0.0, 1e30), min_size=1, max_size=6))
def test_the_largest_part_is_to_blame(values: list[float]) -> None:
    amounts = [Amount(value, Ref(place)) for place, value in enumerate(values)]
    summed = total(amounts)
    assert summed.value == pytest.approx(sum(values))
    assert values[summed.ref] == max(values)
    product = amounts[0] * amounts[-1]
    assert product.value == values[0] * values[-1]
    assert values[product.ref] == max(values[0], values[-1])


HALL = """
title: t
bare_numbers: test
horizon: {start: 2026-01-01, end: 2026-07-01}
uncertainty: {ranges: triangular}
items: {a: {stage: s}}
sites: {m: {in_house: true, capacity: 3000}}
recipes: {r: {item: a, site: m, lot_size: 10, cycle_time: 3}}
demand: {d: {item: a, rate: 1000, every: EVERY, shipment_cost: {assumed: 1, low: 1, high: HIGH, source: s}}}
"""


@pytest.mark.parametrize(
    ("every", "high", "path"), [("1", "1e16", "demand.d.shipment_cost"), ("{assumed: 1, low: 1e-9, high: 1, source: s}", "2", "demand.d.every")]
)  # fmt: skip
def test_the_ends_of_ranges_count_too(every: str, high: str, path: str, tmp_path: Path) -> None:
    (tmp_path / "hall.yaml").write_text(HALL.replace("EVERY", every).replace("HIGH", high), encoding="utf-8")
    with pytest.raises(InputError) as refusal:
        compile_plan(load_scenario(tmp_path / "hall.yaml"))
    (problem,) = refusal.value.problems
    assert (problem.path, problem.mark.line) == (path, 9)
