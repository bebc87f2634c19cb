"""Uncertain inputs at a point: quantiles, one draw of a figure, formulas that follow, ranks that hold."""

from __future__ import annotations

import datetime as dt
import math
import time
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from sim.api import play, run
from sim.compiler import compile_plan
from sim.dimensions import Dimension
from sim.distributions import Draw
from sim.draws.inputs import correlated, input_quantile, sample_inputs, uncorrelated
from sim.draws.points import point, points
from sim.plan import Plan
from sim.scenario.loader import load_scenario

Z95 = stats.norm.ppf(0.95)
SOURCE = {"kind": "assumed", "source": "made up"}
FIGURES: dict[str, dict[str, Any]] = {
    "lead": {"value": 10, "low": 5, "high": 30, "unit": "day"},
    "ship": {"value": 2, "low": 1, "high": 4, "unit": "day"},
    "kits": {"value": 2, "low": 1, "high": 4, "unit": "part"},
    "opens": {"value": 3, "low": 1, "high": 9, "unit": "month"},
    "begin": {"value": dt.date(2026, 1, 15), "unit": "date"},
    "wave": {
        "default": "two",
        "unit": "1",
        "readings": {
            "two": {"value": 2, "low": 1, "high": 3, **SOURCE},
            "nine": {"value": 9, **SOURCE},
        },
    },
    "door": {"formula": 'in_unit(lead, "week") + in_unit(ship, "week")', "unit": "week"},
    "worst": {"formula": "high(lead) + ship", "unit": "day"},
    "opening": {"formula": "add_months(begin, opens)", "unit": "date"},
}


def own(low: float, mode: float, high: float, **more: Any) -> dict[str, Any]:
    return {"assumed": mode, "low": low, "high": high, "source": "made up", **more}


def data(**changes: Any) -> dict[str, Any]:
    ramp = {"start": {"figure": "opening"}, "initial": 900, "target": 900, "months": {"figure": "opens"}}
    return {
        "figures": {
            name: {"statement": name, **f, **(SOURCE if "value" in f else {})} for name, f in FIGURES.items()
        },
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2027, 1, 1)},
        "uncertainty": {"ranges": "triangular"},
        "items": {"part": {"stage": "part"}, "kit": {"stage": "kit"}},
        "sites": {
            "east": {"in_house": True, "ramp": ramp},
            "west": {"in_house": True, "capacity": 900, "availability": own(0.8, 0.9, 0.95)},
        },
        "recipes": {
            "east": {"item": "part", "site": "east", "cycle_time": {"figure": "door"}, "queue_allowance": {"figure": "lead"}},
            "west": {"item": "part", "site": "west", "cycle_time": {"figure": "worst"}, "shipping_time": {"figure": "lead", "at": "low"}},
            "kit": {"item": "kit", "site": "west", "inputs": {"part": {"figure": "kits"}}},
            "off": {"item": "kit", "site": "west", "only_if": {"figure": "wave", "equals": "9"}},
        },
        "demand": {"d": {"item": "kit", "rate": 100}},
        **changes,
    }  # fmt: skip


@pytest.fixture(scope="module")
def plan(build: Any) -> Plan:
    return compile_plan(build(data()))


def place(plan: Plan, name: str) -> int:
    return [d.name for d in plan.dimensions].index(name)


def at(plan: Plan, u: dict[str, float]) -> dict[str, float]:
    """Inputs by path, with these dimensions at a probability and the others in their middle."""
    x = np.full(len(plan.dimensions), 0.5)
    for name, probability in u.items():
        x[place(plan, name)] = probability
    return dict(zip([i.path for i in plan.inputs], sample_inputs(plan, 0, 0, x).tolist(), strict=True))


def test_dimensions_are_the_ranges_behind_the_inputs(plan: Plan) -> None:
    """Not what only decides a switch (wave), nor what is worked out from others (door)."""
    assert {d.name for d in plan.dimensions} == {"lead", "ship", "opens", "kits", "sites.west.availability"}
    lead = plan.dimensions[place(plan, "lead")]
    assert (lead.low, lead.mode, lead.high, lead.draw, lead.unit) == (5, 10, 30, "triangular", "day")


@pytest.mark.parametrize("u", [1e-6, 0.03, 0.2, 0.5, 0.97, 1 - 1e-6])
@pytest.mark.parametrize(
    ("draw", "law"),
    [
        ("uniform", stats.uniform(5, 25)),
        ("triangular", stats.triang(0.2, 5, 25)),
        ("pert", stats.beta(1.8, 4.2, 5, 25)),
        ("normal", stats.norm(10, 25 / (2 * Z95))),
        ("lognormal", stats.lognorm(math.log(6) / (2 * Z95), scale=10)),
    ],
)
def test_quantiles_are_those_of_scipy(draw: str, law: Any, u: float) -> None:
    """Low and high are the ends, or lie at 5 and 95 % (PERT: Malcolm et al. 1959)."""
    assert input_quantile(Dimension("x", "x", 5, 10, 30, Draw(draw), "day"), u) == pytest.approx(law.ppf(u), rel=1e-9)


def test_a_figure_is_one_draw_in_every_unit_and_formula(plan: Plan) -> None:
    """Triangular 5, 10, 30 at 0.2 is 10, at 0.68 it is 30 - sqrt(0.32 x 25 x 20) = 17.351."""
    for u, lead in ((0.2, 10.0), (0.68, 30 - math.sqrt(160))):
        found = at(plan, {"lead": u, "ship": 1 / 3})
        assert found["recipes.east.queue_allowance"] == pytest.approx(lead)
        assert found["recipes.east.cycle_time"] == pytest.approx(lead + 2)
        # The end of a range stays where it is.
        assert found["recipes.west.cycle_time"] == pytest.approx(32)
        assert found["recipes.west.shipping_time"] == 5


def test_dates_follow_the_months_they_are_worked_out_from(plan: Plan) -> None:
    """Months 1, 3, 9 at 1/4 are 3 (15 April, day 104), and close to 1 they are 9 (15 October, day 287)."""
    assert at(plan, {"opens": 1 / 4})["sites.east.ramp.start"] == 104
    assert at(plan, {"opens": 1 - 1e-12})["sites.east.ramp.start"] == 287
    assert at(plan, {"opens": 1 / 4})["sites.east.ramp.months"] == pytest.approx(3 * 30.4375)


def test_what_counts_things_is_drawn_whole(plan: Plan) -> None:
    """Triangular 1, 2, 4, rounded: 1 below 1.5, which holds (0.5)^2 / 3 of it."""
    drawn = [at(plan, {"kits": u})["recipes.kit.inputs.part"] for u in np.linspace(0.0005, 0.9995, 1000)]
    assert set(drawn) == {1.0, 2.0, 3.0, 4.0}
    assert drawn.count(1.0) == pytest.approx(1000 / 12, abs=1)


def test_a_draw_is_what_a_reload_with_its_values_gives(build: Any) -> None:
    """To the bit; but for low() and high() of a drawn figure, which a value without a range has not."""
    recipes = {**data()["recipes"], "west": {"item": "part", "site": "west", "cycle_time": {"figure": "ship"}}}
    scenario = build(data(recipes=recipes), "reloaded")
    plan = compile_plan(scenario)
    for k in range(20):
        x = point(plan.dimensions, 5, k)
        values = {d.name: input_quantile(d, u) for d, u in zip(plan.dimensions, x, strict=True)}
        sets = [f"{n}={values.pop(n)!r}" for n in list(values) if n not in FIGURES]
        again = load_scenario(scenario.file, values=values, sets=sets)
        assert np.array_equal(compile_plan(again).vector(), sample_inputs(plan, 5, k, x))


@pytest.mark.parametrize("name", ["as-announced", "industry-typical"])
def test_a_shipped_draw_is_what_a_reload_gives_and_costs_milliseconds(name: str) -> None:
    plan = compile_plan(load_scenario(name))
    x = points(plan.dimensions, 1, 0, 40)
    for k in range(3):
        drawn = run(name, seed=1, replication=k, engine="batch").drawn if k == 0 else play_drawn(name, plan, k)
        again = compile_plan(load_scenario(name, values={d.dimension.name: d.value for d in drawn or ()}))
        assert np.array_equal(again.vector(), sample_inputs(plan, 1, k, x[k]))
    begun = time.process_time()
    for k in range(40):
        sample_inputs(plan, 1, k, x[k])
    assert (time.process_time() - begun) / 40 < 0.010


def play_drawn(name: str, plan: Plan, k: int) -> Any:
    return play(
        load_scenario(name), plan, seed=1, replication=k, point=point(plan.dimensions, 1, k), engine="batch"
    ).drawn


RANKS = [(0, 1, 0.8), (1, 2, -0.3), (3, 4, 0.5)]


def test_rank_correlations_are_reached_and_margins_stay_uniform() -> None:
    """The standard error of a rank correlation of n pairs is about 1 / sqrt(n - 1)."""
    n = 4000
    sample = np.random.default_rng(3).random((n, 6))
    found = np.array([correlated(u, tuple(RANKS)) for u in sample])
    wanted = np.eye(6)
    for a, b, rank in RANKS:
        wanted[a, b] = wanted[b, a] = rank
    assert np.abs(stats.spearmanr(found).statistic - wanted).max() < 4.5 / math.sqrt(n - 1)
    for k in range(6):
        assert stats.kstest(found[:, k], stats.uniform.cdf).pvalue > 1e-4


def test_what_is_not_correlated_keeps_its_numbers_to_the_bit() -> None:
    u = np.random.default_rng(4).random(6)
    found = correlated(u, tuple(RANKS))
    assert found[5] == u[5]
    assert np.array_equal(correlated(u, tuple(RANKS[:2]))[3:], u[3:])
    assert np.array_equal(found[:3], correlated(u, tuple(RANKS[:2]))[:3])


@given(st.integers(2, 9), st.integers(0, 2**32 - 1), st.data())
def test_an_input_taken_away_leaves_those_before_it_to_the_bit(n: int, seed: int, data: st.DataObject) -> None:
    """One normal behind all, in parts of different sizes, so that every group of them can be correlated so."""
    generator = np.random.default_rng(seed)
    part, u = generator.uniform(0.2, 0.9, n), generator.random(n)
    ranks = [(a, b, 6 / math.pi * math.asin(part[a] * part[b] / 2)) for a in range(n) for b in range(a + 1, n)]
    gone = data.draw(st.integers(1, n - 1))
    found = correlated(u, tuple(ranks))
    without = correlated(np.delete(u, gone), tuple(_renamed(pair, gone) for pair in ranks if gone not in pair[:2]))
    assert found[0] == u[0]
    assert found[:gone].tolist() == without[:gone].tolist()
    assert np.abs(uncorrelated(found, tuple(ranks)) - u).max() < 1e-9


def _renamed(pair: tuple[int, int, float], gone: int) -> tuple[int, int, float]:
    """A pair of inputs by their places once one is gone."""
    return pair[0] - (pair[0] > gone), pair[1] - (pair[1] > gone), pair[2]


def test_inputs_that_others_settle_follow_them() -> None:
    """Three normals that add up to nothing: correlations of -1/2 leave the third no variance of its own."""
    rank = 6 / math.pi * math.asin(-0.25)
    ranks = ((0, 1, rank), (0, 2, rank), (1, 2, rank))
    sample = np.random.default_rng(5).random((50, 3))
    normals = special.ndtri([correlated(u, ranks) for u in sample])
    assert np.abs(normals.sum(axis=1)).max() < 1e-6
    assert np.ptp(normals[:, 2]) > 1.0


def test_correlations_name_figures_and_paths_two_by_two(build: Any) -> None:
    correlations = [
        {"inputs": ["lead", "recipes.kit.inputs.part", "sites.west.availability"], "rank": 0.6},
        {"inputs": ["ship"], "with": ["opens", "lead"], "rank": -0.2},
    ]
    plan = compile_plan(build(data(correlations=correlations)))
    names = [d.name for d in plan.dimensions]
    found = {(frozenset((names[a], names[b])), rank) for a, b, rank in plan.correlations}
    assert found == {
        (frozenset(("lead", "kits")), 0.6), (frozenset(("lead", "sites.west.availability")), 0.6),
        (frozenset(("kits", "sites.west.availability")), 0.6),
        (frozenset(("ship", "opens")), -0.2), (frozenset(("ship", "lead")), -0.2),
    }  # fmt: skip


def test_a_single_run_takes_typical_values_and_draws_what_says_so_itself(build: Any) -> None:
    recipes = {**data()["recipes"], "east": {"item": "part", "site": "east", "cycle_time": own(5, 10, 30, draw="pert")}}
    plan = compile_plan(build(data(recipes=recipes)))
    assert {d.name for d in plan.dimensions} >= {"ship", "recipes.east.cycle_time"}
    typical = plan.vector()
    single = [sample_inputs(plan, 0, k) for k in range(5)]
    changed = {plan.inputs[i].path for v in single for i in np.flatnonzero(v != typical)}
    assert changed == {"recipes.east.cycle_time"}
    assert all(not np.array_equal(a, b) for a, b in pairwise(single))


def test_an_input_that_draws_for_itself_shares_the_draw_of_its_figure(build: Any) -> None:
    """Its range is its own; where the figure is not drawn, other uses of it stay as they are."""
    itself = {"figure": "lead", "low": 8, "high": 12, "draw": "uniform"}
    recipes = {
        **data()["recipes"],
        "east": {"item": "part", "site": "east", "cycle_time": itself, "queue_allowance": {"figure": "lead"}},
    }
    both = compile_plan(build(data(recipes=recipes)))
    found = at(both, {"lead": 0.2})
    assert found["recipes.east.cycle_time"] == pytest.approx(8.8)
    assert found["recipes.east.queue_allowance"] == pytest.approx(10)
    alone = compile_plan(build(data(recipes=recipes, uncertainty={"draw": {"ship": "pert"}})))
    assert {d.name for d in alone.dimensions} == {"lead", "ship"}
    found = at(alone, {"lead": 0.9})
    assert found["recipes.east.cycle_time"] == pytest.approx(11.6)
    assert found["recipes.east.queue_allowance"] == 10


def test_named_draws_go_over_ranges_and_fixed_is_not_drawn(build: Any) -> None:
    plan = compile_plan(build(data(uncertainty={"ranges": "pert", "draw": {"lead": "fixed", "ship": "uniform"}})))
    assert {d.name: str(d.draw) for d in plan.dimensions} == {
        "ship": "uniform", "opens": "pert", "kits": "pert", "sites.west.availability": "pert",
    }  # fmt: skip
    plan = compile_plan(build(data(uncertainty={"draw": {"lead": "uniform"}})))
    assert [d.name for d in plan.dimensions] == ["lead"]


def test_a_point_of_another_length_is_a_mistake_of_the_caller(plan: Plan) -> None:
    with pytest.raises(ValueError, match="5 dimensions"):
        sample_inputs(plan, 0, 0, [0.5])


def test_replication_k_of_a_run_is_the_point_of_that_replication(build: Any) -> None:
    scenario = build(data(), "replicated")
    plan = compile_plan(scenario)
    drawn = run(scenario, seed=2, replication=9).drawn
    played = play(scenario, plan, seed=2, replication=9, point=point(plan.dimensions, 2, 9))
    assert drawn is not None
    assert drawn == played.drawn
    assert [d.dimension.name for d in drawn] == [d.name for d in plan.dimensions]
    assert run(scenario, seed=2).drawn is None
