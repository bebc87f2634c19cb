"""Readings, `follows`, a scenario's own figures, and problems with their place."""

import pickle
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError
from sim.ledger import Kind, Ledger, LedgerError
from sim.ledger.load import read_ledger

GOOD = """\
fab.build:
  statement: Months to build.
  unit: month
  default: announced
  readings:
    announced: {value: 11, kind: stated, article: one.txt}
    precedent: {value: 38, low: 24, high: 60, kind: assumed, source: tables}
    rumour: {value: 90, kind: later_report, source: press}
fab.ramp:
  statement: Months to grow.
  unit: month
  default: announced
  follows: fab.build
  readings:
    announced: {value: 12, kind: assumed, source: phases}
    precedent: {value: 18, kind: assumed, source: ramps}
    rumour: {value: 30, kind: assumed, source: press}
fab.total:
  statement: Both.
  unit: month
  formula: fab.build + fab.ramp
"""


def ledger_of(tmp_path: Path, text: str, name: str = "test.yaml") -> Ledger:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return read_ledger([file])


def problem(tmp_path: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        ledger_of(tmp_path, text)
    return str(caught.value)


def test_default_reading(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, GOOD)
    assert (ledger.figures["fab.build"].value, ledger.figures["fab.build"].kind) == (11, Kind.STATED)
    assert ledger.resolve("fab.total").value == 23
    assert ledger.figures["fab.total"].kind is Kind.DERIVED


def test_choosing_moves_followers_and_formulas(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, GOOD)
    chosen = ledger.choose({"fab.build": "precedent"})
    assert chosen.resolve("fab.ramp").value == 18
    assert chosen.reading_name("fab.ramp") == "precedent"
    total = chosen.resolve("fab.total")
    assert (total.value, total.low, total.high) == (56, 42, 78)
    assert chosen.figures["fab.total"].value == 56
    assert ledger.resolve("fab.total").value == 23


def test_a_follower_may_be_chosen_on_its_own(tmp_path: Path) -> None:
    chosen = ledger_of(tmp_path, GOOD).choose({"fab.build": "precedent"}).choose({"fab.ramp": "announced"})
    assert chosen.resolve("fab.total").value == 50


def test_a_ledger_can_be_sent_to_another_process(tmp_path: Path) -> None:
    chosen = ledger_of(tmp_path, GOOD).choose({"fab.build": "precedent"})
    assert pickle.loads(pickle.dumps(chosen)).resolve("fab.total").value == 56


def test_figures_behave_as_a_mapping(tmp_path: Path) -> None:
    figures = ledger_of(tmp_path, GOOD).figures
    assert figures.get("fab.none") is None
    assert "fab.none" not in figures
    assert list(figures) == ["fab.build", "fab.ramp", "fab.total"]
    assert len(figures) == 3


def test_named_reading_overrides_the_choice(tmp_path: Path) -> None:
    assert ledger_of(tmp_path, GOOD).resolve("fab.build", "rumour").kind is Kind.LATER_REPORT


def test_choose_lists_all_that_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(LedgerError) as caught:
        ledger_of(tmp_path, GOOD).choose({"fab.biuld": "precedent", "fab.ramp": "precedents", "fab.total": "any"})
    assert [miss.nearest for miss in caught.value.misses] == ["fab.build", "precedent", None]
    assert "has no readings" in str(caught.value)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("  default: anounced", "test.yaml:1:1: fab.build: default must name a reading"),
        ("  default: rumour", "a later report is never the default"),
        ("  defualt: announced", "did you mean 'default'?"),
        ("  kind: stated", "kind, range, source and article stand in each reading"),
    ],
)
def test_problems_of_a_figure(tmp_path: Path, line: str, expected: str) -> None:
    assert expected in problem(tmp_path, GOOD.replace("  default: announced", line, 1))


def test_problem_gives_line_and_column(tmp_path: Path) -> None:
    assert "test.yaml:7:5: fab.build.readings.precedent" in problem(tmp_path, GOOD.replace("low: 24", "low: 40"))
    assert "test.yaml:6:28: fab.build.readings.announced.knd: unknown key" in problem(
        tmp_path, GOOD.replace("kind: stated", "knd: stated")
    )


def test_duplicate_key_and_id(tmp_path: Path) -> None:
    assert "test.yaml:5:3: fab.build.unit: this key stands here twice" in problem(
        tmp_path, GOOD.replace("  readings:", "  unit: day\n  readings:", 1)
    )
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    for file in (first, second):
        file.write_text(GOOD, encoding="utf-8")
    with pytest.raises(InputError, match=r"b\.yaml:1:1: fab\.build: already given at a\.yaml:1:1"):
        read_ledger([first, second])


def test_broken_yaml(tmp_path: Path) -> None:
    assert "test.yaml:3:1: a: not YAML" in problem(tmp_path, "a:\n  statement: [1\n")


@pytest.mark.parametrize("text", ["- a\n- b\n", "just a word\n", "{a: 1}\n"])
def test_a_file_must_map_ids_to_figures(tmp_path: Path, text: str) -> None:
    assert "test.yaml:1:1:" in problem(tmp_path, text)


def test_unreadable_file(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"a: \xff\n")
    with pytest.raises(InputError, match="can't be read"):
        read_ledger([tmp_path / "latin.yaml", tmp_path / "missing.yaml"])


def test_follower_must_have_the_readings(tmp_path: Path) -> None:
    lines = [line for line in GOOD.splitlines() if "value: 30" not in line]
    assert "fab.ramp: follows 'fab.build' but lacks its readings: rumour" in problem(tmp_path, "\n".join(lines))


def test_following_in_a_circle(tmp_path: Path) -> None:
    circle = GOOD.replace(
        "  default: announced\n  readings", "  default: announced\n  follows: fab.ramp\n  readings", 1
    )
    assert "follows itself" in problem(tmp_path, circle)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"value": 1, "unit": "1", "kind": "stated"}, "names its article"),
        ({"value": 1, "unit": "1", "kind": "assumed"}, "needs a source"),
        ({"value": 1, "unit": "1", "source": "x"}, "kind is missing"),
        ({"value": "2nm", "unit": "day", "kind": "assumed", "source": "x"}, "does not fit the unit"),
        ({"value": 1, "unit": "date", "kind": "assumed", "source": "x"}, "does not fit the unit"),
        ({"value": 1, "unit": "furlong", "kind": "assumed", "source": "x"}, "unknown unit"),
        ({"value": 1, "low": 2, "unit": "1", "kind": "assumed", "source": "x"}, "must not fall"),
        ({"value": float("nan"), "unit": "1", "kind": "assumed", "source": "x"}, "finite"),
        ({"value": True, "unit": "1", "kind": "assumed", "source": "x"}, "own.value"),
        ({"unit": "1"}, "exactly one of value, readings or formula"),
        ({"unit": "1", "formula": "1", "kind": "stated"}, "is derived"),
        ("a word", "dictionary"),
    ],
)
def test_own_figures_are_checked(entry: Any, expected: str) -> None:
    entry = {"statement": "A test.", **entry} if isinstance(entry, dict) else entry
    with pytest.raises(InputError, match=r"my\.yaml:1:1: own") as caught:
        Ledger({}).extended({"own": entry}, "my.yaml")
    assert expected in str(caught.value)


def test_own_figures_extend_and_do_not_replace(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, GOOD)
    own = {"statement": "Mine.", "value": 5, "unit": "month", "kind": "assumed", "source": "me"}
    larger = ledger.choose({"fab.build": "precedent"}).extended(
        {"my.delay": own, "my.total": {"statement": "All.", "unit": "month", "formula": "fab.total + my.delay"}},
        "my.yaml",
    )
    assert larger.resolve("my.total").value == 61
    assert "my.delay" not in ledger
    with pytest.raises(InputError, match="already has this figure"):
        ledger.extended({"fab.build": own}, "my.yaml")
    with pytest.raises(InputError, match="not a figure id"):
        ledger.extended({"My Figure": own}, "my.yaml")
