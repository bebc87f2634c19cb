"""PRIM against boxes that were planted: where their limits lie, what they hold, and what is only chance."""

from __future__ import annotations

from itertools import pairwise
from math import comb

import numpy as np
import pytest
from scipy.stats import binom

from sim.plan import BoolArray, FloatArray
from sim.study.methods.boxes import InputColumn, Limit, LimitSide, Score, inside, score, significances, without
from sim.study.methods.prim import PEEL, boxes, choose, paste, peel, telling

Table = tuple[list[InputColumn], FloatArray]


def table(runs: int, seed: int = 1, inputs: int = 6) -> Table:
    """Inputs that are uniform on 0 to 1, a whole number from 0 to 4, and one of three labels."""
    generator = np.random.default_rng(seed)
    u = generator.random((runs, inputs))
    columns = [InputColumn(f"x{k}", u[:, k]) for k in range(inputs)]
    columns += [
        InputColumn("whole", generator.integers(0, 5, runs).astype(float)),
        InputColumn("reading", generator.integers(0, 3, runs).astype(float), ("north", "south", "east")),
    ]
    return columns, u


def names(columns: list[InputColumn], limits: tuple[Limit, ...]) -> set[tuple[str, LimitSide]]:
    return {(columns[each.column].name, each.side) for each in limits}


def test_a_planted_box_is_found_where_it_lies() -> None:
    columns, u = table(2000)
    happens = (u[:, 1] >= 0.55) & (u[:, 4] <= 0.4)
    found = list(boxes(columns, happens, density=0.95))
    assert len(found) == 1
    box = found[0]
    assert names(columns, box.limits) == {("x1", LimitSide.AT_LEAST), ("x4", LimitSide.AT_MOST)}
    # A peel takes a twentieth of what is left: a limit is found to within that.
    assert box.limits[0].bound == pytest.approx(0.55, abs=0.03)
    assert box.limits[1].bound == pytest.approx(0.40, abs=0.03)
    assert box.score.density >= 0.95
    assert box.score.coverage >= 0.95
    assert box.score.happened == happens.sum()
    assert box.held_out is not None
    assert box.held_out > 0.9
    assert all(each.significance < 1e-20 and each.again == 1.0 for each in box.found)


@pytest.mark.parametrize("runs", [500, 1000, 2000, 4000])
@pytest.mark.parametrize("seed", range(3))
def test_a_wide_box_is_found_whatever_the_number_of_runs(runs: int, seed: int) -> None:
    u = np.random.default_rng(seed).random((runs, 5))
    columns = [InputColumn(f"x{k}", u[:, k]) for k in range(5)]
    box = next(boxes(columns, (u[:, 0] > 0.7) & (u[:, 1] < 0.4), density=0.9, most=1))
    assert names(columns, box.limits) == {("x0", LimitSide.AT_LEAST), ("x1", LimitSide.AT_MOST)}
    assert box.score.coverage >= 0.95
    assert box.score.density >= 0.90


def test_coverage_and_density_are_those_of_the_planted_box_when_the_outcome_is_noisy() -> None:
    """Inside it happens nine times in ten, outside once in twenty: coverage m 0.9 / (m 0.9 + (1 - m) 0.05)."""
    columns, u = table(4000, seed=2)
    planted = (u[:, 0] >= 0.5) & (u[:, 2] <= 0.5)
    happens = np.random.default_rng(9).random(4000) < np.where(planted, 0.9, 0.05)
    box = next(boxes(columns, happens, density=0.85))
    assert names(columns, box.limits) >= {("x0", LimitSide.AT_LEAST), ("x2", LimitSide.AT_MOST)}
    mass = planted.mean()
    assert box.score.coverage == pytest.approx(0.9 * mass / (0.9 * mass + 0.05 * (1 - mass)), abs=0.05)
    assert box.score.density == pytest.approx(0.9, abs=0.05)
    assert box.held_out == pytest.approx(0.9, abs=0.06)


def test_a_few_hits_are_found_among_a_hundred_idle_inputs() -> None:
    columns, u = table(200, seed=11, inputs=120)
    happens = u[:, 17] <= 0.12
    box = next(boxes(columns, happens))
    assert names(columns, box.limits) == {("x17", LimitSide.AT_MOST)}
    assert box.limits[0].bound == pytest.approx(0.12, abs=0.03)
    assert (box.score.coverage, box.found[0].again) == (1.0, pytest.approx(1.0, abs=0.1))


def test_inputs_that_tell_nothing_are_not_looked_at() -> None:
    """A tenth of those kept may be chance; a middle of a range and a label tell as much as an end does."""
    columns, u = table(1000, seed=12, inputs=50)
    happens = ((u[:, 3] > 0.3) & (u[:, 3] < 0.7) & (columns[-1].values != 2.0)) | (u[:, 8] < 0.1)
    kept = telling(columns, happens)
    assert {3, 8, len(columns) - 1} <= set(kept)
    assert len(kept) <= 5
    by_chance = np.random.default_rng(5).random(1000) < 0.3
    assert len(telling(columns, by_chance)) <= 1


def test_labels_and_whole_numbers_are_limits_like_others() -> None:
    columns, _ = table(1500, seed=3)
    happens = (columns[-1].values != 1.0) & (columns[-2].values >= 3.0)
    box = next(boxes(columns, happens, density=0.95))
    limits = {(columns[each.column].name, each.side, each.bound) for each in box.limits}
    assert limits == {("whole", LimitSide.AT_LEAST, 3.0), ("reading", LimitSide.IS_NOT, 1.0)}
    assert (box.score.density, box.score.coverage) == (1.0, 1.0)


def test_a_second_box_covers_what_the_first_leaves() -> None:
    columns, u = table(3000, seed=4)
    one, two = (u[:, 0] <= 0.3) & (u[:, 1] <= 0.5), (u[:, 2] >= 0.7) & (u[:, 3] >= 0.5)
    found = list(boxes(columns, one | two, density=0.9, most=2))
    assert {frozenset(names(columns, box.limits)) for box in found} == {
        frozenset({("x0", LimitSide.AT_MOST), ("x1", LimitSide.AT_MOST)}),
        frozenset({("x2", LimitSide.AT_LEAST), ("x3", LimitSide.AT_LEAST)}),
    }
    assert sum(box.score.coverage for box in found) == pytest.approx(1.0, abs=0.1)


def test_of_chance_alone_hardly_ever_a_box_is_made() -> None:
    """Where nothing matters the trajectory still climbs; a limit that is kept is one in twenty or so."""
    found = 0
    for seed in range(20):
        columns, _ = table(400, seed=seed)
        happens = np.random.default_rng(100 + seed).random(400) < 0.3
        assert peel(columns, happens)[-1].score.density > 1.2 * happens.mean()
        found += len(list(boxes(columns, happens, most=1)))
    assert found <= 3


def test_what_is_drawn_once_for_a_group_is_found_again_in_groups() -> None:
    """Ten groups with a label each, idle: within one half of the groups another label looks telling."""
    generator = np.random.default_rng(8)
    groups = np.repeat(np.arange(10), 40)
    labels = generator.integers(0, 2, (10, 30)).astype(float)[groups]
    columns = [InputColumn(f"r{k}", labels[:, k], ("yes", "no")) for k in range(30)]
    happens = (generator.random(10) < 0.5)[groups]
    fooled, honest = (next(boxes(columns, happens, groups=g)) for g in (None, groups))
    assert fooled.limits == honest.limits
    assert honest.held_out is not None
    assert fooled.held_out is not None
    assert honest.held_out < fooled.held_out - 0.2


def test_the_trajectory_is_patient_and_never_loses_density() -> None:
    columns, u = table(2000, seed=5)
    happens = np.random.default_rng(6).random(2000) < u[:, 0] * u[:, 1]
    steps = peel([c for c in columns if c.name.startswith("x")], happens)
    assert steps[0].score == Score(int(happens.sum()), 2000, int(happens.sum()), 2000)
    for before, after in pairwise(steps):
        assert after.score.density > before.score.density
        assert after.score.coverage <= before.score.coverage
        lost = before.score.inside - after.score.inside
        assert lost == np.ceil(PEEL * before.score.inside)
    assert steps[-1].score.inside >= 10


def test_the_box_chosen_covers_most_among_those_dense_enough() -> None:
    columns, u = table(2000, seed=5)
    steps = peel(columns, np.random.default_rng(6).random(2000) < u[:, 0] * u[:, 1])
    chosen = choose(steps, 0.7)
    assert chosen.score.density >= 0.7
    assert all(s.score.coverage <= chosen.score.coverage for s in steps if s.score.density >= 0.7)
    unreachable = choose(steps, 1.1).score
    balances = [2 / (1 / s.score.density + 1 / s.score.coverage) for s in steps]
    assert unreachable.balance == pytest.approx(max(balances))
    often = peel(columns, u[:, 0] < 0.9)
    # Where it happens in nine of ten runs anyway, eight of ten say nothing: half-way to always is asked for.
    assert choose(often, 0.8).score.density >= 0.95


def test_pasting_lets_out_what_was_peeled_too_far() -> None:
    columns, u = table(1000, seed=7)
    happens: BoolArray = u[:, 0] >= 0.5
    wide = paste((Limit(0, LimitSide.AT_LEAST, float(u[u[:, 0] >= 0.7, 0].min())),), columns, happens)
    assert score(wide, columns, happens).density == 1.0
    assert wide[0].bound == pytest.approx(0.5, abs=0.03)


def test_significance_is_the_binomial_tail_against_the_box_without_the_limit() -> None:
    """Bryant & Lempert: 4 of 5 runs inside, 5 of 10 without the limit; P(X >= 4), X binomial(5, 1/2), is 6/32."""
    column = InputColumn("x", np.arange(10.0))
    happens = np.array([1, 0, 0, 0, 0, 1, 1, 1, 1, 0], dtype=bool)
    limit = Limit(0, LimitSide.AT_LEAST, 5.0)
    tail = sum(comb(5, k) for k in (4, 5)) / 32
    assert significances((limit,), [column], happens) == pytest.approx([tail])
    # The second limit restricts nothing, so that its own density is that of the box, 4 of 5.
    other = Limit(0, LimitSide.AT_MOST, 9.0)
    beside = sum(comb(5, k) * 0.8**k * 0.2 ** (5 - k) for k in (4, 5))
    assert significances((limit, other), [column], happens) == pytest.approx([tail, beside])


def test_significances_are_those_that_scipy_gives() -> None:
    generator = np.random.default_rng(3)
    columns = [InputColumn(name, generator.random(60)) for name in "xyz"]
    happens: BoolArray = columns[0].values + 0.3 * generator.random(60) > 0.6
    limits = tuple(
        Limit(k, side, 0.35) for k, side in enumerate([LimitSide.AT_LEAST, LimitSide.AT_MOST, LimitSide.AT_LEAST])
    )
    within = score(limits, columns, happens)
    wanted = [
        binom.sf(within.hits - 1, within.inside, score(without(limits, limit), columns, happens).density)
        for limit in limits
    ]
    assert significances(limits, columns, happens) == pytest.approx(wanted, rel=1e-9)


def test_limits_hold_with_their_bounds() -> None:
    columns = [InputColumn("x", np.array([1.0, 2.0, 3.0])), InputColumn("c", np.array([0.0, 1.0, 1.0]), ("a", "b"))]
    assert inside((), columns).tolist() == [True, True, True]
    assert inside((Limit(0, LimitSide.AT_LEAST, 2.0),), columns).tolist() == [False, True, True]
    assert inside((Limit(0, LimitSide.AT_LEAST, 2.0), Limit(0, LimitSide.AT_MOST, 2.0)), columns).tolist() == [
        False,
        True,
        False,
    ]
    assert inside((Limit(1, LimitSide.IS_NOT, 1.0),), columns).tolist() == [True, False, False]


@pytest.mark.parametrize("happens", [np.zeros(200, dtype=bool), np.ones(200, dtype=bool), np.arange(200) < 5])
def test_where_there_is_nothing_to_find_nothing_is_found(happens: BoolArray) -> None:
    columns, _ = table(200)
    assert list(boxes(columns, happens)) == []


def test_an_input_that_never_varies_limits_nothing() -> None:
    columns, u = table(500)
    still = [*columns, InputColumn("fixed", np.full(500, 3.0)), InputColumn("one", np.zeros(500), ("only",))]
    found = next(boxes(still, u[:, 0] > 0.5, density=0.95))
    assert names(still, found.limits) == {("x0", LimitSide.AT_LEAST)}
