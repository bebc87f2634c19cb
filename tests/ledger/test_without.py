"""A ledger without an article: other readings, fallbacks, what follows, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.ledger import Kind, Ledger, behind, load_ledger
from sim.ledger.load import read_ledger
from sim.scenario.loader import list_shipped, load_scenario

FIGURES = """\
node:
  statement: Process.
  unit: text
  default: fine
  readings:
    fine: {value: fine, kind: stated, article: a.txt}
    report: {value: finest, kind: later_report, source: r}
    guess: {value: guess, kind: assumed, source: g}
    coarse: {value: coarse, kind: stated, article: b.txt}
cost:
  statement: Follows the process.
  unit: USD
  default: fine
  follows: node
  readings:
    fine: {value: 9, kind: assumed, source: s}
    coarse: {value: 3, kind: assumed, source: s}
    guess: {value: 5, kind: assumed, source: s}
    report: {value: 6, kind: assumed, source: s}
both:
  statement: Stated twice.
  value: 1
  unit: "1"
  kind: stated
  article: a.txt
  also: [b.txt]
once:
  statement: Stated once, and worth a figure else.
  value: 10
  unit: day
  kind: stated
  article: a.txt
  fallback: {figure: usual}
usual:
  statement: As usual.
  value: 40
  low: 30
  high: 60
  unit: day
  kind: assumed
  source: s
drawn:
  statement: Worked out from an article.
  value: 7
  unit: day
  kind: assumed
  source: s
  rests_on: [a.txt]
  fallback: {value: 8, low: 7, high: 9, source: t}
twice:
  statement: Calculated.
  unit: day
  formula: 2 * once
alone:
  statement: Stated by nobody else.
  value: 5
  unit: day
  kind: stated
  article: a.txt
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    file = tmp_path / "figures.yaml"
    file.write_text(FIGURES, encoding="utf-8")
    return read_ledger([file])


def test_another_articles_reading_is_taken_and_followers_follow(ledger: Ledger) -> None:
    less = ledger.without(["a.txt"])
    assert (less.resolve("node").value, less.reading_name("node")) == ("coarse", "coarse")
    assert less.resolve("cost").value == 3
    none = ledger.without(["a.txt", "b.txt"])
    assert (none.resolve("node").value, none.resolve("cost").value) == ("guess", 5)
    assert "fine" not in less["node"].readings
    # Where it is asked for by name, what stands in its place is taken.
    assert less.resolve("node", "fine").value == "coarse"


def test_a_reading_chosen_before_is_given_up_with_its_article(ledger: Ledger) -> None:
    assert ledger.choose({"node": "fine"}).without(["a.txt"]).resolve("cost").value == 3
    assert ledger.choose({"node": "coarse"}).without(["a.txt"]).resolve("cost").value == 3
    assert ledger.choose({"node": "coarse"}).without(["b.txt"]).resolve("cost").value == 9


def test_what_two_articles_state_stays_until_both_are_gone(ledger: Ledger) -> None:
    less = ledger.without(["a.txt"]).resolve("both")
    assert (less.value, less.kind, less.article) == (1, Kind.STATED, "b.txt")
    assert not ledger.without(["a.txt"])["both"].unsupported
    assert ledger.without(["a.txt", "b.txt"])["both"].unsupported


def test_fallbacks_carry_through_formulas(ledger: Ledger) -> None:
    less = ledger.without(["a.txt"])
    found = less.resolve("once")
    assert (found.value, found.low, found.high, found.kind) == (40, 30, 60, Kind.DERIVED)
    assert less.resolve("twice").value == 80
    assert set(behind(["twice"], less)) == {"twice", "once", "usual"}
    drawn = less.resolve("drawn")
    assert (drawn.value, drawn.low, drawn.kind, drawn.source) == (8, 7, Kind.ASSUMED, "t")
    assert ledger.resolve("once").value == 10


def test_what_has_no_fallback_is_marked(ledger: Ledger) -> None:
    less = ledger.without(["a.txt"])
    assert {id for id in less if less[id].unsupported} == {"alone"}
    assert ledger.articles == ("a.txt", "b.txt")


@pytest.mark.parametrize(
    ("fallback", "message"),
    [
        ("{figure: usul}", "usul"),
        ("{figure: both}", "unit"),
        ("{value: 3}", "source"),
        ("{value: soon, source: s}", "does not fit the unit"),
        ("{value: 3, source: s, figure: usual}", "either"),
        ("{valu: 3, source: s}", "unknown key"),
    ],
)
def test_a_wrong_fallback_is_refused(tmp_path: Path, fallback: str, message: str) -> None:
    file = tmp_path / "figures.yaml"
    file.write_text(FIGURES.replace("{figure: usual}", fallback), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_ledger([file])


ARTICLES = load_ledger().articles


@pytest.mark.parametrize("article", ARTICLES)
@pytest.mark.parametrize("name", [name for name, _ in list_shipped()])
def test_every_article_can_be_left_out_of_every_shipped_scenario(name: str, article: str) -> None:
    if (name, article[:3]) == ("nine-month-cadence", "001"):
        # Without its article the fab is of the other node, on which these chips can't be made.
        with pytest.raises(InputError, match="no die_area for 14nm"):
            load_scenario(name, without=[article])
        return
    scenario = load_scenario(name, without=[article])
    taken = [i.figure for i in scenario.inputs.values() if i.figure]
    for id in behind([*scenario.switches, *taken], scenario.ledger):
        assert article not in scenario.ledger.resolve(id).articles, id


def test_all_articles_can_be_left_out_together() -> None:
    scenario = load_scenario("as-announced", without=ARTICLES)
    taken = [i.figure for i in scenario.inputs.values() if i.figure]
    assert not [id for id in behind(taken, scenario.ledger) if scenario.ledger.resolve(id).kind is Kind.STATED]


def test_what_changes_is_told_old_to_new() -> None:
    changes = {
        change.path: change for change in load_scenario("as-announced", without=["001_a9e6d48dc95cab93.txt"]).changes
    }
    assert (changes["fab.node"].old[:3], changes["fab.node"].new[:4]) == ("2nm", "14nm")
    assert changes["fab.node"].origin == "--without 001_a9e6d48dc95cab93.txt"
    assert changes["terafab.capex"].origin == "follows fab.node"
    assert "fab.max" not in changes


def test_a_reading_asked_for_cannot_be_left_out() -> None:
    with pytest.raises(InputError, match="left out"):
        load_scenario("as-announced", readings=["fab.node=2nm"], without=["001_a9e6d48dc95cab93.txt"])


def test_an_unknown_article_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"did you mean '001_a9e6d48dc95cab93\.txt'"):
        load_scenario("as-announced", without=["001_a9e6d48dc95cab9.txt"])


def test_a_part_of_an_articles_name_is_enough_if_no_other_has_it() -> None:
    assert any(change.path == "fab.node" for change in load_scenario("as-announced", without=["001"]).changes)
    for vague in ("txt", ""):
        with pytest.raises(InputError, match="article"):
            load_scenario("as-announced", without=[vague])


def test_a_scenario_without_a_fallback_is_refused_with_every_such_figure(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "extends: as-announced\ntitle: mine\nfigures:\n"
        "  mine.a: {statement: a, value: 3, unit: month, kind: stated, article: memo.txt}\n"
        "  mine.b: {statement: b, value: 4, unit: month, kind: stated, article: memo.txt}\n"
        "  mine.c: {statement: c, unit: month, formula: 2 * mine.b}\n"
        "sites:\n  foplp_plant: {ramp: {months: {figure: mine.a}}}\n  pcb_texas: {ramp: {months: {figure: mine.c}}}\n",
        encoding="utf-8",
    )
    assert load_scenario(file).inputs["sites.pcb_texas.ramp.months"].value == 8
    with pytest.raises(InputError) as error:
        load_scenario(file, without=["memo.txt"])
    assert [(p.mark.line, p.path) for p in error.value.problems] == [(4, "mine.a"), (5, "mine.b")]
