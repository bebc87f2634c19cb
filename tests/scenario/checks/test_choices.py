"""Choices at gates: rules name earlier gates, every choice can be made, and the plan keeps to the rules."""

from __future__ import annotations

from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

GATES = f"""{SHOP}
decisions:
  first: {{at: 2026-04-01, choices: {{go: {{}}, stay: {{}}}}}}
  second: {{at: 2026-07-01, choices: {{more: {{after: {{first: [go]}}}}, none: {{}}}}}}
"""
EARLIER = "a choice can depend on what was chosen at an earlier gate"


def test_a_choice_rests_on_no_later_gate(refuses: Refuses) -> None:
    change = "decisions: {first: {choices: {go: {after: {second: [none]}}}}}"
    problem = refuses(change, "decisions.first.choices.go.after.second", 1, EARLIER, GATES)
    assert problem.expected == "none: its gate is the first"


def test_of_two_gates_on_one_date_neither_is_earlier(refuses: Refuses) -> None:
    change = "decisions:\n  second: {at: 2026-04-01, choices: {more: {unless: {first: [stay]}, after: null}}}"
    refuses(change, "decisions.second.choices.more.unless.first", 2, EARLIER, GATES)


def test_a_rule_names_a_decision_that_there_is(refuses: Refuses) -> None:
    change = "decisions: {second: {choices: {none: {after: {frist: [go]}}}}}"
    path = "decisions.second.choices.none.after.frist"
    assert refuses(change, path, 1, "there is no decision 'frist'", GATES).nearest == "first"


def test_a_rule_names_a_choice_that_there_is(refuses: Refuses) -> None:
    change = "decisions: {second: {choices: {more: {after: {first: [stay, went]}}}}}"
    refuses(change, "decisions.second.choices.more.after.first.1", 1, "there is no choice at first: 'went'", GATES)


def test_a_choice_that_no_earlier_choice_leads_to_is_refused(refuses: Refuses) -> None:
    change = "decisions: {second: {choices: {more: {after: {first: [go]}, unless: {first: [go]}}}}}"
    refuses(change, "decisions.second.choices.more.after", 1, "it can never be chosen", GATES)


def test_after_every_earlier_choice_something_can_be_chosen(refuses: Refuses) -> None:
    change = "decisions:\n  second:\n    choices: {none: {unless: {first: [stay]}}}"
    refuses(change, "decisions.second.choices", 3, "nothing can be chosen here after first: stay", GATES)


def test_choices_are_followed_through_gates_between_which_nothing_is_remembered(accepts: Accepts) -> None:
    """What was chosen first matters at the third gate, whatever comes between them."""
    third = "third: {at: 2026-10-01, choices: {now: {after: {first: [go]}}, never: {unless: {first: [go]}}}}"
    document = accepts(f"decisions: {{{third}}}", GATES).document
    assert document.decisions["third"].open_after({"first": "stay"}) == ["never"]


def test_the_plan_names_decisions_and_choices_that_there_are(refuses: Refuses) -> None:
    refuses("plan:\n  first: go\n  third: go", "plan.third", 3, "there is no decision 'third'", GATES)
    refuses("plan: {first: goes}", "plan.first", 1, "there is no choice at first: 'goes'", GATES)


def test_the_plan_keeps_to_the_rules(refuses: Refuses, accepts: Accepts) -> None:
    said = "'more' cannot be chosen after first: stay"
    problem = refuses("plan: {first: stay, second: more}", "plan.second", 1, said, GATES)
    assert problem.expected == "none"
    assert accepts("plan: {first: go, second: more}", GATES).document.plan == {"first": "go", "second": "more"}
