"""The tutorials, played in order: every command works, and prints what the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.tutorial import PAGES, blocks, played, renewed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_tutorial_prints_what_it_shows(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    for block, printed in played(page.read_text(encoding="utf-8")):
        assert block.text == printed, "python -m tests.docs.tutorial writes it again"


def test_there_is_one() -> None:
    assert [page.stem for page in PAGES] == ["battery-plant"]


def test_files_commands_and_python_are_played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = (
        "<!-- file: note.txt -->\n```yaml\nhello\n```\nThen\n```python\nprint(open('note.txt').read(), end='')\n```\n"
        "```text\nbye\n```\n```sh\nfabshift --version  # which\n```\n```text\n```\n"
    )
    assert [block.kind for block in blocks(page)] == ["yaml", "python", "text", "sh", "text"]
    told = [(block.text, printed) for block, printed in played(page)]
    assert told[0] == ("bye\n", "hello\n")
    assert told[1][1].startswith("fabshift ")
    assert "```text\nhello\n```" in renewed(page)


def test_a_command_that_fails_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssertionError, match="validate"):
        list(played("```sh\nfabshift validate none.yaml\n```\n"))
