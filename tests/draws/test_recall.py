"""What is worked out once: it reads what its key holds and nothing else, and is the same as worked out afresh."""

from __future__ import annotations

import numpy as np
import pytest

from sim.compiler import compile_plan
from sim.draws.disruptions import UNDISTURBED
from sim.draws.draw import draw
from sim.draws.kept import Kept
from sim.draws.points import point
from sim.draws.recall import MOST, inputs_of, latest, references
from sim.draws.sites import site_draws
from sim.draws.sources import source_draws
from sim.plan import FloatArray, Plan, ProcessPlan, Ref
from sim.results.books import _capacity_costs
from sim.scenario.loader import load_scenario

STORY = ("as-announced", "charger-option", "terafab-option", "taiwan-blockade", "exclusive-lines")


@pytest.fixture(scope="module", params=STORY)
def plan(request: pytest.FixtureRequest) -> Plan:
    return compile_plan(load_scenario(request.param))


def only(places: FloatArray, vector: FloatArray) -> FloatArray:
    """The inputs at these places; all others are no numbers, which would show in whatever reads them."""
    found = np.full(len(vector), np.nan)
    found[places] = vector[places]
    return found


def same(a: object, b: object) -> bool:
    """Whether two values are equal to the bit, with all that they are made of."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, tuple | list):
        return isinstance(b, tuple | list) and len(a) == len(b) and all(map(same, a, b))
    if hasattr(a, "__dataclass_fields__"):
        return all(same(getattr(a, name), getattr(b, name)) for name in a.__dataclass_fields__)
    if hasattr(a, "__dict__"):
        return vars(a) == vars(b)
    return a == b or (a != a and b != b)


def test_a_site_reads_what_it_refers_to_alone(plan: Plan) -> None:
    vector = plan.vector()
    for site in plan.sites:
        known = only(references(site), vector)
        found = site_draws(site, known, known, UNDISTURBED, plan.calendar)
        assert same(found, site_draws(site, vector, vector, UNDISTURBED, plan.calendar))


def test_a_source_reads_what_it_its_site_and_its_inputs_refer_to_alone(plan: Plan) -> None:
    vector = plan.vector()
    for r, source in enumerate(plan.sources):
        place = plan.sites[source.site]
        site = site_draws(place, vector, vector, UNDISTURBED, plan.calendar)
        taken = list(plan.input_ref[plan.inputs_start[r] : plan.inputs_start[r + 1]])
        known = only(np.concatenate([references(source), references(place), np.array(taken, dtype=np.int64)]), vector)
        assert same(source_draws(plan, known, known, r, site), source_draws(plan, vector, vector, r, site))


def test_replications_are_the_same_as_drawn_afresh(plan: Plan) -> None:
    at = [point(plan.dimensions, 7, k) for k in range(4)]
    first = [draw(plan, 7, k, u) for k, u in enumerate(at)]
    again = [draw(plan, 7, k, u) for k, u in enumerate(at)]
    latest.cache_clear()
    for k, u in enumerate(at):
        afresh = draw(plan, 7, k, u)
        for name in ("sites", "sources", "lead", "cover", "safety"):
            assert same(getattr(first[k], name), getattr(afresh, name)), (k, name)
            assert same(getattr(again[k], name), getattr(afresh, name)), (k, name)


def test_equal_sites_are_one_object_and_others_are_not() -> None:
    plan = compile_plan(load_scenario("charger-option"))
    one, other = draw(plan, 0, 1), draw(plan, 0, 2)
    assert all(a is b for a, b in zip(one.sites, other.sites, strict=True))
    u = np.full(len(plan.dimensions), 0.5)
    moved = [draw(plan, 0, 0, u), draw(plan, 0, 0, u * 0.5)]
    costs = [[source.variable_cost for source in found.sources] for found in moved]
    assert costs[0] != costs[1]


def test_costs_of_capacity_follow_from_the_site_alone(plan: Plan) -> None:
    vector = plan.vector()
    drawn = draw(plan, 0)
    for s, site in enumerate(plan.sites):
        places = np.append(references(site), len(vector) - 1)
        known = only(places, drawn.vector)
        one = type(drawn)(**{name: getattr(drawn, name) for name in drawn.__dataclass_fields__} | {"vector": known})
        assert same(_capacity_costs(one, s), _capacity_costs(drawn, s))


def test_levels_of_a_process_are_among_its_references() -> None:
    process = ProcessPlan("p", "s", 1, (0.0, 30.0), *map(Ref, (3, -1, -1, -1, -1, -1, -1)))
    assert references(process).tolist() == [-4, -3, 3]


def test_other_inputs_have_another_key() -> None:
    plan = compile_plan(load_scenario("charger-option"))
    vector = plan.vector()
    for site in plan.sites:
        before = inputs_of(site, vector)
        for place in references(site).tolist():
            moved = vector.copy()
            moved[place] += 1.0
            assert inputs_of(site, moved) != before


def test_the_latest_are_kept_and_no_more() -> None:
    kept, made = Kept(MOST), []

    def asked(inputs: int) -> int:
        return kept.once(inputs, lambda: made.append(inputs) or inputs)

    assert [asked(i) for i in (*range(MOST), *range(MOST))] == [*range(MOST), *range(MOST)]
    assert made == [*range(MOST)]
    asked(MOST)
    asked(0)
    assert made == [*range(MOST), MOST, 0]


def test_what_fails_is_not_kept() -> None:
    kept = Kept(MOST)
    with pytest.raises(ZeroDivisionError):
        kept.once(1, lambda: 1 // 0)
    assert kept.once(1, lambda: 5) == 5
