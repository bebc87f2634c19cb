"""Decisions: gates within the run, changes that are one after another, and values that change nothing before a gate."""

from __future__ import annotations

import pytest

from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

GATE = f"{SHOP}decisions: {{course: {{at: 2026-07-01, choices: {{wait: {{}}, grow: {{}}}}}}}}\n"
HERE = "decisions.course.choices.grow"


def grow(text: str) -> str:
    """What one of two choices does."""
    return f"decisions:\n  course: {{choices: {{grow: {{{text}}}}}}}"


def test_a_gate_lies_within_the_run(refuses: Refuses, accepts: Accepts) -> None:
    for day in ("2026-01-01", "2027-01-01"):
        refuses(f"decisions: {{course: {{at: {day}}}}}", "decisions.course.at", 1, "a gate lies within the run", GATE)
    for day in ("2026-01-02", "2026-12-31"):
        accepts(f"decisions: {{course: {{at: {day}}}}}", GATE)


def test_a_gate_is_one_day_for_all_replications(refuses: Refuses, accepts: Accepts) -> None:
    """A date that is worked out from months that are drawn is drawn itself."""
    months = "months: {statement: Months., value: 6, low: 5, high: 9, unit: month, kind: assumed, source: us}"
    day = "day: {statement: A day., unit: date, formula: 'add_months(begin, months)'}"
    begin = "begin: {statement: A day., value: 2026-01-01, unit: date, kind: assumed, source: us}"
    change = f"figures: {{{months}, {day}, {begin}}}\ndecisions: {{course: {{at: {{figure: day}}}}}}"
    accepts(change, GATE)
    drawn = f"{change}\nuncertainty: {{draw: {{months: uniform}}}}"
    refuses(drawn, "decisions.course.at", 2, "it is not drawn", GATE)


def test_a_gate_waits_for_a_milestone_that_is_watched(refuses: Refuses, accepts: Accepts) -> None:
    change = "milestones: {out: {rule: first_output, items: [part], sites: [hall]}}\ndecisions: {course: {at: {milestone: %s}}}"
    path = "decisions.course.at.milestone"
    assert refuses(change % "oot", path, 2, "there is no milestone 'oot'", GATE).nearest == "out"
    accepts(change % "out", GATE)


@pytest.mark.parametrize("name", ["a.b", "a=b", "'a,b'", "' '"])
def test_names_become_parts_of_paths(refuses: Refuses, name: str) -> None:
    change = f"decisions:\n  course:\n    choices: {{{name}: {{}}}}"
    refuses(change, f"decisions.course.choices.{name.strip(chr(39))}", 3, "since it becomes part of a path", GATE)


def test_a_rule_goes_by_what_is_seen_at_a_gate(refuses: Refuses, accepts: Accepts) -> None:
    change = "decisions: {course: {features: [demand, capacity of %s]}}"
    path = "decisions.course.features.1"
    assert refuses(change % "hal", path, 1, "nothing that is seen at a gate", GATE).nearest == "capacity of hall"
    accepts(change % "hall", GATE)


def test_what_comes_later_is_written_later(refuses: Refuses, accepts: Accepts) -> None:
    change = grow(
        "later: [{after: %d, values: {sites.hall.capacity: 600}}, {after: %d, values: {sites.hall.capacity: 700}}]"
    )
    path = f"{HERE}.later"
    assert refuses(change % (20, 20), f"{path}.1.after", 2, "no later", GATE).expected == "more than 20 days"
    assert "stands in from_gate" in str(refuses(change % (0, 20), f"{path}.0.after", 2, "no later", GATE).expected)
    accepts(change % (20, 21), GATE)


def test_only_a_path_over_time_changes_at_a_gate(refuses: Refuses) -> None:
    """What has no dates would change what was before the gate."""
    for path, said, allowed in (
        ("recipes.own.variable_cost", "has no dates: it holds for the whole run", "sites.hall.capacity"),
        ("sites.maker.contract", "is more than one value", "sites.maker.contract.allocation"),
        ("sites.hall.capcity", "the scenario has no path over time here", "sites.hall.capacity"),
    ):
        good = GATE.replace("capacity: 900}", "capacity: 900, contract: {allocation: 50}}")
        problem = refuses(grow(f"from_gate: {{{path}: 5}}"), f"{HERE}.from_gate.{path}", 2, said, good)
        assert allowed in str(problem.expected)


def test_a_choice_takes_no_reading_of_its_own(refuses: Refuses) -> None:
    readings = "{a: {value: 5, kind: assumed, source: us}, b: {value: 6, kind: assumed, source: us}}"
    figure = f"figures: {{size: {{statement: Size., unit: 1/month, default: a, readings: {readings}}}}}\n"
    change = figure + grow("from_gate: {sites.hall.capacity: {figure: size, reading: b}}")
    refuses(change, f"{HERE}.from_gate.sites.hall.capacity", 3, "a choice takes no reading of its own", GATE)


def test_two_decisions_on_one_date_change_different_paths(refuses: Refuses, accepts: Accepts) -> None:
    changes = "choices: {go: {from_gate: {sites.hall.capacity: 600}}, stay: {}}"
    two = f"decisions:\n  course: {{{changes}}}\n  other: {{at: %s, {changes}}}"
    path = "decisions.other.choices.go.from_gate.sites.hall.capacity"
    refuses(two % "2026-07-01", path, 3, "course changes it at the same gate", GATE)
    accepts(two % "2026-07-02", GATE)
