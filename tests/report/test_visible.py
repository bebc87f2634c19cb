"""What a text may do to a terminal: nothing."""

from __future__ import annotations

import io
import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cli.main import main
from sim.errors import Mark, Problem, invisible, visible
from sim.report.render import show
from sim.report.tables import Lines, left, table

HARMFUL = ("\x1b[2J", "\x1b]0;title\a", "\x9b31m", "\x7f", "\u202e", "\u2066", "\b", "\x00")


def unseen(text: str) -> list[str]:
    return [c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") and c != "\n"]


@given(st.text())
def test_nothing_unseen_is_left(text: str) -> None:
    shown = visible(text)
    assert unseen(shown) == []
    assert "\n" not in shown
    assert invisible(shown) is None
    assert visible(shown) == shown


@pytest.mark.parametrize("harm", HARMFUL)
def test_problems_and_tables_show_the_code_instead(harm: str) -> None:
    problem = str(Problem(Mark(f"{harm}.yaml"), harm, f"wrong {harm}", harm, harm, harm))
    stream = io.StringIO()
    show([Lines(harm, (harm,)), table(harm, [left(harm, harm)], [[harm]], [harm])], stream)
    for text in (problem, stream.getvalue()):
        assert unseen(text) == []
        assert harm not in text
        assert f"<U+{ord(harm[0]):04X}>" in text


@pytest.mark.parametrize("escape", [r"\e[31m", r"\a", r"\b", r"\x9b", r"\u202e", r"\0"])
@pytest.mark.parametrize("as_json", [True, False])
def test_escaped_control_characters_are_refused_with_their_place(
    escape: str, as_json: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "escaped.yaml"
    file.write_text(f'title: "{escape} title"\nitems: {{"{escape}": {{stage: s}}}}\n', encoding="utf-8")
    assert main(["validate", str(file), *["--json"] * as_json]) == 2
    captured = capsys.readouterr()
    assert unseen(captured.out + captured.err) == []
    if as_json:
        marks = {(p["line"], p["column"]) for p in json.loads(captured.out)["scenarios"][0]["problems"]}
        assert {(1, 8), (2, 9)} <= marks
    else:
        assert f"{file}:1:8: title: the escaped character U+" in captured.err
        assert f"{file}:2:9: items: the escaped character U+" in captured.err
