"""A figure that follows another moves with it; readings with names of its own are varied beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from sim.report.explain_report import moved_by
from sim.report.run_report import contested as table
from sim.scenario.override import Asked
from sim.study.dependence import dependences, trials
from sim.study.disagreement import disagreement
from sim.study.knobs import contested, knobs, settled
from sim.study.worlds import worlds

Fixture = Callable[..., Any]
NODE, COST, WEIGHT = "node.days", "node.cost", "node.weight"


def readings(unit: str, follows: str | None = None, **values: float) -> dict[str, Any]:
    told = {name: {"value": v, "kind": "assumed", "source": name} for name, v in values.items()}
    entry = {"statement": "made up", "unit": unit, "readings": told, "default": next(iter(values))}
    return entry | ({"follows": follows} if follows else {})


def plant(**chosen: str) -> dict[str, Any]:
    """300 parts a month; what each is worth follows the node, and has a reading that goes with either node."""
    return {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2027, 1, 1)},
        "figures": {
            NODE: readings("day", fine=2, coarse=1),
            COST: readings("USD", NODE, fine=10, coarse=4, subsidised=7),
            WEIGHT: readings("USD", NODE, fine=3, coarse=2),
        },
        "readings": chosen,
        "items": {"part": {"stage": "board"}},
        "sites": {"shop": {"in_house": True, "capacity": "unlimited"}},
        "recipes": {"part": {"item": "part", "site": "shop", "cycle_time": {"figure": NODE}, "variable_cost": {"figure": WEIGHT}}},
        "demand": {"d": {"item": "part", "rate": 300, "value": {"figure": COST}}},
    }  # fmt: skip


def tried(scenario: Any) -> dict[str, list[str]]:
    return {knob.name: [t.label for t in trials(scenario, knob) if t.row.readings] for knob in knobs(scenario)}


def test_a_reading_that_goes_with_another_of_the_followed_figure_is_not_tried(build: Fixture) -> None:
    found = tried(build(plant(), "follows"))
    assert {name: found[name] for name in (NODE, COST, WEIGHT)} == {NODE: ["coarse"], COST: ["subsidised"], WEIGHT: []}


def test_a_reading_of_its_own_in_force_gives_way_to_following_again(build: Fixture) -> None:
    built = build(plant(**{NODE: "coarse", COST: "subsidised"}), "own")
    assert tried(built)[COST] == [f"as {NODE}"]
    (again,) = (t for knob in knobs(built) if knob.name == COST for t in trials(built, knob) if t.row.readings)
    assert (again.row.readings, again.value) == ((f"{COST}=coarse",), 4)


def test_what_follows_moves_with_what_it_follows(build: Fixture) -> None:
    built = build(plant(), "moves")
    found = {d.knob.name: d for d in dependences(Asked(str(built.file)), built, "value_usd", jobs=1).found}
    base = 3600 * 10
    (coarse,) = found[NODE].trials[:1]
    assert coarse.label == "coarse"
    assert coarse.kpi == pytest.approx(0.4 * base, rel=0.02)
    assert {t.label: t.kpi for t in found[COST].trials}["subsidised"] == pytest.approx(0.7 * base, rel=0.02)


def test_a_reading_that_contradicts_the_rest_is_named(build: Fixture) -> None:
    """A cycle time below 0 is refused: the reading is listed, not run."""
    data = plant()
    data["figures"][NODE]["readings"]["broken"] = {"value": -1, "kind": "assumed", "source": "broken"}
    for name in (COST, WEIGHT):
        data["figures"][name]["readings"]["broken"] = {"value": 1, "kind": "assumed", "source": "broken"}
    built = build(data, "broken")
    found = dependences(Asked(str(built.file)), built, "value_usd", jobs=1)
    assert found.refused == (f"{NODE}=broken",)
    text = "\n".join(str(block) for block in moved_by(built, found, 20, 0, 1))
    assert f"not run, since they contradict the rest of the scenario: {NODE}=broken" in text


def test_combinations_hold_no_pair_that_cannot_be(build: Fixture) -> None:
    built = build(plant(), "pairs")
    assert dict(contested(built)) == {COST: (f"as {NODE}", "subsidised"), NODE: ("fine", "coarse")}
    pairs = {
        settled(built.ledger, {COST: cost, NODE: node})
        for cost in (f"as {NODE}", "subsidised") for node in ("fine", "coarse")
    }  # fmt: skip
    assert pairs == {
        (f"{COST}=fine", f"{NODE}=fine"), (f"{COST}=coarse", f"{NODE}=coarse"),
        (f"{COST}=subsidised", f"{NODE}=fine"), (f"{COST}=subsidised", f"{NODE}=coarse"),
    }  # fmt: skip


def test_the_spread_takes_every_pair_that_can_be(build: Fixture) -> None:
    built = build(plant(), "spread")
    found = disagreement(Asked(str(built.file)), built, "value_usd", jobs=1)
    assert found is not None
    means = {(s.figure, s.reading): s.mean / 3600 for s in found.sides}
    assert found.combinations == 4
    # By node: (10 + 7) / 2 and (4 + 7) / 2; by cost: (10 + 4) / 2 and 7.
    assert means == pytest.approx(
        {(NODE, "fine"): 8.5, (NODE, "coarse"): 5.5, (COST, f"as {NODE}"): 7, (COST, "subsidised"): 7}, rel=0.03
    )


def test_worlds_run_under_readings_that_can_be(build: Fixture) -> None:
    built = build(plant(), "worlds")
    found = worlds(Asked(str(built.file)), [str(built.file)], 16, 0, over_readings=True)
    rows = {row.readings for world in range(16) if (row := found.row(0, world)) is not None}
    assert len(rows) == 4
    assert {f"{COST}=fine", f"{NODE}=coarse"} not in [set(row) for row in rows]


def test_a_chain_of_figures_settles_from_its_end(build: Fixture) -> None:
    data = plant()
    data["figures"]["node.far"] = readings("USD", WEIGHT, fine=1, coarse=2, odd=3)
    data["demand"]["d"]["lost_cost"] = {"figure": "node.far"}
    data["demand"]["d"]["cancel_after"] = 0
    built = build(data, "chain")
    taken = {"node.far": f"as {WEIGHT}", NODE: "coarse"}
    assert settled(built.ledger, taken) == ("node.far=coarse", f"{NODE}=coarse")


@pytest.mark.parametrize(("chosen", "rest"), [({}, "subsidised: 7"), ({COST: "subsidised"}, "coarse: 4; fine: 10")])
def test_the_table_of_a_run_shows_what_else_could_be_taken(build: Fixture, chosen: dict[str, str], rest: str) -> None:
    """A figure without readings of its own is told by the one it follows."""
    block = table(build(plant(**chosen), "table"))
    assert block is not None
    assert {row[0]: row[3] for row in block.rows} == {NODE: "coarse: 1", COST: rest}
