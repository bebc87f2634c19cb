"""Files that are not there, not files, not readable or too large."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError
from sim.scenario.loader import load_scenario

pytestmark = pytest.mark.usefixtures("in_inputs")


def refusal(name: str | Path) -> str:
    with pytest.raises(InputError) as error:
        load_scenario(name)
    return str(error.value)


def test_a_missing_file_names_its_neighbour() -> None:
    text = refusal("good/bse.yaml")
    assert text.startswith("good/bse.yaml: there is no such scenario or file; allowed: ")
    assert text.endswith("did you mean 'good/base.yaml'?")


def test_a_misspelt_shipped_name_lists_the_shipped_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.scenario.catalogue.shipped_scenarios", lambda: {"as-announced": Path("x.yaml")})
    assert refusal("as-anounced") == (
        "as-anounced: there is no such scenario or file; "
        "allowed: a shipped scenario (as-announced) or the path of a .yaml file; did you mean 'as-announced'?"
    )


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 5000, "no/such/folder/file.yaml"])
def test_impossible_names(name: str) -> None:
    text = refusal(name)
    assert "there is no such scenario or file" in text
    assert len(text) < 2000


def test_a_directory() -> None:
    assert refusal("good") == "good:1:1: this is a directory; name a .yaml file in it"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "this is not a regular file" in refusal(tmp_path / "pipe.yaml")


def test_a_dangling_link(tmp_path: Path) -> None:
    (tmp_path / "link.yaml").symlink_to(tmp_path / "gone.yaml")
    assert "there is no such file" in refusal(tmp_path / "link.yaml")


def test_a_file_nobody_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret.yaml"
    file.write_text("title: secret\n")

    really_open = Path.open

    def denied(path: Path, *args: Any, **kwargs: Any) -> Any:
        if path == file:
            raise PermissionError(13, "Permission denied")
        return really_open(path, *args, **kwargs)

    monkeypatch.setattr(Path, "open", denied)
    assert refusal(file) == f"{file}:1:1: the file cannot be read: permission denied"


def test_a_hundred_megabytes_are_not_read(tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    with file.open("wb") as stream:
        stream.truncate(100_000_000)
    began = time.process_time()
    assert refusal(file) == f"{file}:1:1: the file has 100.0 MB; a scenario may have 2 MB"
    assert time.process_time() - began < 1


def test_two_megabytes_of_list_do_not_hang(tmp_path: Path) -> None:
    file = tmp_path / "long.yaml"
    file.write_text("title: long\nnotes:\n" + "- x\n" * 400_000)
    assert "more than 60,000 values" in refusal(file)


@pytest.mark.parametrize("text", ["[" * 200_000, "{a: " * 100_000, "- " * 200_000, "a: " * 50_000, "? " * 50_000])
def test_endless_nesting_does_not_hang(tmp_path: Path, text: str) -> None:
    file = tmp_path / "deep.yaml"
    file.write_text(text)
    assert refusal(file)
