"""Sites that begin and close, and what choices pay: all of it within the run, and of sites that can."""

from __future__ import annotations

from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

COURSE = f"""{SHOP}
decisions: {{course: {{at: 2026-07-01, choices: {{wait: {{}}, build: {{begins: {{fab: 0}}}}}}}}}}
"""
COURSE = COURSE.replace(
    "recipes:\n",
    """  fab:
    in_house: true
    construction: {stages: [{name: shell, duration: 90}]}
    ramp: {initial: 100, target: 300, months: 3}
recipes:
  built: {item: part, site: fab}
""",
).replace("[own, bought]", "[own, built, bought]")
"""The gate is on day 181 of 365; a fab is built if that is chosen there."""
AHEAD = "capex: {per_capacity: 10, life: 10, paid_ahead: {days: 90, share: 0.3}}"


def choice(text: str, option: str = "wait") -> str:
    """What a choice at the gate does."""
    return f"decisions:\n  course:\n    choices: {{{option}: {{{text}}}}}"


def test_somebody_decides_a_construction(refuses: Refuses) -> None:
    shed = "construction: {stages: [{name: shell, duration: 9}]}, ramp: {initial: 1, target: 3, months: 3}"
    change = f"sites:\n  shed: {{in_house: true, {shed}}}"
    refuses(change, "sites.shed.construction", 2, "it never begins", COURSE)


def test_what_is_paid_ahead_is_for_capacity_that_is_added(refuses: Refuses, accepts: Accepts) -> None:
    path = "sites.hall.capex.paid_ahead"
    refuses(f"sites: {{hall: {{{AHEAD}}}}}", path, 1, "no capacity is added here", COURSE)
    accepts(f"{choice('from_gate: {sites.hall.capacity: 700}')}\nsites: {{hall: {{{AHEAD}}}}}", COURSE)


def test_only_a_site_of_ours_with_capacity_that_ends_closes(refuses: Refuses) -> None:
    refuses("sites: {maker: {closes: 2026-05-01}}", "sites.maker.closes", 1, "a site of ours closes", COURSE)
    endless = "sites: {hall: {capacity: unlimited, closes: 2026-05-01}}"
    refuses(endless, "sites.hall.closes", 1, "has no effect on unlimited capacity", COURSE)
    refuses(choice("closes: {hal: 0}"), "decisions.course.choices.wait.closes.hal", 3, "there is no site 'hal'", COURSE)


def test_a_site_closes_within_the_run(refuses: Refuses, accepts: Accepts) -> None:
    for day in ("2026-01-01", "2027-01-01"):
        refuses(f"sites: {{hall: {{closes: {day}}}}}", "sites.hall.closes", 1, "a site closes within the run", COURSE)
    for day in ("2026-01-02", "2026-12-31"):
        accepts(f"sites: {{hall: {{closes: {day}}}}}", COURSE)


def test_a_site_opens_before_it_closes(refuses: Refuses, accepts: Accepts) -> None:
    """Decided on 1 March, built in 31 days: it opens on 1 April."""
    change = (
        "sites: {shed: {in_house: true, construction: {decision: 2026-03-01, stages: [{name: shell, duration: 31}]},\n"
        "  ramp: {initial: 1, target: 3, months: 3}, closes: %s}}"
    )
    problem = refuses(change % "2026-04-01", "sites.shed.closes", 2, "it closes before it opens", COURSE)
    assert problem.expected == "after 2026-04-01"
    accepts(change % "2026-04-02", COURSE)


def test_a_choice_begins_only_what_is_built_and_not_decided(refuses: Refuses) -> None:
    path = "decisions.course.choices.wait.begins"
    refuses(choice("begins: {hall: 0}"), f"{path}.hall", 3, "no construction that could begin", COURSE)
    decided = COURSE.replace(
        "{stages: [{name: shell, duration: 90}]}", "{decision: 2026-02-01, stages: [{name: s, duration: 9}]}"
    )
    decided = decided.replace("begins: {fab: 0}", "")
    refuses(choice("begins: {fab: 0}"), f"{path}.fab", 3, "decided by a date already", decided)


def test_what_a_choice_brings_comes_before_the_end(refuses: Refuses, accepts: Accepts) -> None:
    """184 days after day 181 the run is over."""
    for what, path, never in (
        ("begins: {fab: %d}", "begins.fab", "would never begin"),
        ("closes: {hall: %d}", "closes.hall", "would never happen"),
        ("payments: [{amount: 5, after: %d}]", "payments.0.after", "would never be paid"),
    ):
        refuses(choice(what % 184), f"decisions.course.choices.wait.{path}", 3, never, COURSE)
        accepts(choice(what % 183), COURSE)


def test_a_choice_closes_what_is_not_closed_by_then(refuses: Refuses) -> None:
    closed = COURSE.replace("hall: {in_house: true,", "hall: {in_house: true, closes: 2026-07-11,")
    path = "decisions.course.choices.wait.closes.hall"
    refuses(choice("closes: {hall: 10}"), path, 3, "the site is closed from 2026-07-11 on", closed)


def test_a_choice_closes_no_site_before_it_begins_it(refuses: Refuses, accepts: Accepts) -> None:
    path = "decisions.course.choices.build.closes.fab"
    said = "it closes before its construction begins"
    refuses(choice("begins: {fab: 20}, closes: {fab: 20}", "build"), path, 3, said, COURSE)
    accepts(choice("begins: {fab: 20}, closes: {fab: 21}", "build"), COURSE)


def test_a_choice_changes_nothing_of_what_it_has_closed(refuses: Refuses, accepts: Accepts) -> None:
    later = "closes: {hall: 30}, later: [{after: %d, values: {sites.hall.capacity: 10}}]"
    path = "decisions.course.choices.wait.later.0.values.sites.hall.capacity"
    refuses(choice(later % 30), path, 3, "this choice closes hall 30 days after the gate", COURSE)
    accepts(choice(later % 29), COURSE)
