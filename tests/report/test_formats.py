"""Numbers as people read them, and tables as text."""

from __future__ import annotations

import datetime as dt
import io

import pytest

from sim.report.formats import about, count, dollars, percent, plain, power, when
from sim.report.layout import wrap
from sim.report.render import as_text, show
from sim.report.tables import Lines, left, right, spread, table


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (float("nan"), "-"), (0, "0"), (0.25, "0.25"), (950, "950"), (12.34, "12.3"), (1200, "1.2k"),
     (999_960, "1.0M"), (17e6, "17.0M"), (-2500, "-2.5k"), (1.1e9, "1.1bn"), (999.96, "1.0k"), (2.5e12, "2.5tn"), (3e17, "3.0e17")],
)  # fmt: skip
def test_count(value: float | None, text: str) -> None:
    assert count(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0, "$0"),
        (0.31, "$0.31"),
        (45.0, "$45.00"),
        (120, "$120"),
        (-120_000, "-$120.0k"),
        (3.4e9, "$3.4bn"),
        (5.6e12, "$5.6tn"),
    ],
)
def test_dollars(value: float | None, text: str) -> None:
    assert dollars(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0.0, "0"), (0.123, "12.3"), (1.0, "100"), (0.9999, "100.0"), (1e-5, "0.0")]
)
def test_percent(value: float | None, text: str) -> None:
    assert percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0 %"),
        (0.0587, "5.9 %"),
        (0.667, "67 %"),
        (0.998, "99.8 %"),
        (0.9999, "over 99.9 %"),
        (1.0, "100 %"),
        (1e-5, "less than 0.1 %"),
    ],
)
def test_about(value: float, text: str) -> None:
    assert about(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0, "0"),
        (700, "700 W"),
        (9.2e6, "9.2 MW"),
        (999.97e6, "1.0 GW"),
        (1.2e9, "1.2 GW"),
        (3e12, "3.0k GW"),
    ],
)
def test_power(value: float | None, text: str) -> None:
    assert power(value) == text


def test_when() -> None:
    assert when(dt.date(2027, 3, 1), "2029-01-01") == "2027-03-01"
    assert when(None, "2029-01-01") == "not by 2029-01-01"
    assert when(12.5, "100", "hour") == "12.5 hour"


@pytest.mark.parametrize(
    ("value", "text"), [(2027, "2027"), (100_000, "100,000"), (0.05, "0.05"), (True, "yes"), ("N3", "N3"), (None, "-")]
)
def test_plain(value: object, text: str) -> None:
    assert plain(value) == text


def test_plain_text_is_aligned_without_trailing_blanks() -> None:
    text = as_text(table("T", [left("name"), right("amount", "unit")], [["a", "1"], ["longer", "1,000"]], ["a note"]))
    assert text == "T\nname    amount [unit]\na                   1\nlonger          1,000\na note"


def test_long_words_wrap_within_the_width_and_numbers_stay_whole() -> None:
    text = as_text(table("", [left("what"), right("n")], [["word " * 40, "123,456"]]))
    assert max(map(len, text.splitlines())) <= 100
    assert "123,456" in text


def test_words_are_broken_at_spaces_and_underscores_only() -> None:
    assert wrap("terminal_board_bought by us", 10) == ["terminal_", "board_", "bought by", "us"]
    assert wrap("indivisible", 4) == ["indivisible"]
    assert wrap("", 4) == [""]


def test_quarters_that_do_not_fit_are_split_between_years() -> None:
    labels = [f"{year}Q{q}" for year in (26, 27, 28) for q in (1, 2, 3, 4)]
    block = table("T", [left("share"), *spread(labels)], [["package_rf_power*", *["10.0"] * 12]], ["a note"])
    assert len(as_text(block, 100).splitlines()) == 4
    lines = as_text(block, 80).splitlines()
    assert lines[1].split() == ["share", *labels[:8]]
    assert lines[4].split() == ["share", *labels[8:]]
    assert lines[-1] == "a note"
    assert max(map(len, lines)) <= 80


def test_a_pipe_gets_no_escapes_and_no_boxes() -> None:
    out = io.StringIO()
    show([Lines("Head", ("one", "two")), table("", [left("a")], [["b"]])], out)
    assert out.getvalue() == "Head\none\ntwo\n\na\nb\n"


def test_a_terminal_gets_a_table_and_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    out = Terminal()
    show([table("T", [left("a"), right("n")], [["[red]b[/red]", "1"]])], out)
    assert "[red]b[/red]" in out.getvalue()
    assert "\x1b[3" not in out.getvalue()
