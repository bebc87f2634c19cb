"""What shipped scenarios draw: every dimension moves something, every draw is a run, words are taken as said."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from sim.api import play
from sim.compiler import compile_plan
from sim.draws.inputs import sample_inputs
from sim.draws.points import points
from sim.plan import Plan
from sim.scenario.loader import Scenario, list_shipped, load_scenario

NAMES = [name for name, _ in list_shipped()]
LARGER_LOTS = 40
DRAWS = 4
"""Of each of twenty scenarios, which share most of what is drawn."""
ANNOUNCED = ("terafab.construction", "terafab.pilot_scale", "terafab.ramp.", "terafab.qualification", "robots.")
SLIPS = {
    "terafab.construction", "terafab.ramp.initial_months", "terafab.ramp.final_months", "typical.slip.chip",
    "typical.slip.foplp", "precedent.slip.median", "ref.qualification.samples", "ref.qualification.risk",
    "process.d0.start", "ref.d0.newcomer.mature", "ref.yield.line", "ref.yield.foplp.mature",
}  # fmt: skip


@cache
def compiled(name: str) -> tuple[Scenario, Plan]:
    scenario = load_scenario(name, sets=[f"lot_scale={LARGER_LOTS}"])
    return scenario, compile_plan(scenario)


@pytest.mark.parametrize("name", NAMES)
def test_each_dimension_moves_an_input_and_each_end_is_valid(name: str) -> None:
    plan = compiled(name)[1]
    assert len(plan.dimensions) >= (3 if name == "charger-option" else 50)
    middle = np.full(len(plan.dimensions), 0.5)
    for k, dimension in enumerate(plan.dimensions):
        low, high = middle.copy(), middle.copy()
        low[k], high[k] = 1e-6, 1 - 1e-6
        ends = [sample_inputs(plan, 0, 0, x) for x in (low, high)]
        assert not np.array_equal(*ends), dimension.name


@pytest.mark.parametrize("name", NAMES)
def test_draws_and_the_corners_of_the_cube_are_runs(name: str) -> None:
    scenario, plan = compiled(name)
    corners = [np.full(len(plan.dimensions), u) for u in (1e-6, 1 - 1e-6)]
    served = set()
    for k, x in enumerate([*points(plan.dimensions, 0, 0, DRAWS), *corners]):
        result = play(scenario, plan, seed=0, replication=k, point=x, engine="batch")
        assert result.conservation == {"worst_units": 0.0, "worst_usd": 0.0}
        served.add(result.kpis["npv_usd"])
    assert len(served) == DRAWS + 2


def test_the_announced_shift_is_taken_at_its_word() -> None:
    names = [d.name for d in compiled("as-announced")[1].dimensions]
    assert not [name for name in names if name.startswith(ANNOUNCED)]
    assert {"ref.yield.line", "cars.2028", "ref.cycle_time.n3"} <= set(names)


def test_precedents_are_drawn_with_their_slips() -> None:
    plan = compiled("industry-typical")[1]
    dimensions = {d.name: d for d in plan.dimensions}
    assert dimensions.keys() >= SLIPS
    built = dimensions["terafab.construction"]
    assert (built.low, built.mode, built.high, built.unit) == (24, 38, 60, "month")


def test_slips_yields_and_demand_lines_go_together() -> None:
    plan = compiled("industry-typical")[1]
    names = [d.name for d in plan.dimensions]
    ranks = {frozenset((names[a], names[b])): rank for a, b, rank in plan.correlations}
    assert ranks[frozenset(("terafab.construction", "terafab.ramp.initial_months"))] > 0
    assert ranks[frozenset(("process.d0.start", "process.d0.mature"))] > 0
    assert ranks[frozenset(("cars.2027", "cars.2028"))] > ranks[frozenset(("cars.2028", "robots.2028"))] > 0
    for i, entry in enumerate(compiled("industry-typical")[0].document.correlations):
        assert (entry.rank.source or "").startswith("our estimate:"), i
