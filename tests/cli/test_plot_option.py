"""`--plot FILE`: a figure is written beside what is printed; what cannot be is refused before anything runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli.main import main


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("starter")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["new", "plant"]) == 0
    return str(folder / "plant.yaml")


def test_a_run_writes_its_most_telling_figure_and_says_so(
    plant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.svg"
    assert main(["run", plant, "--plot", str(file)]) == 0
    assert file.read_text(encoding="utf-8").startswith("<?xml")
    assert capsys.readouterr().out.endswith(f"figure share written to {file}\n")


def test_beside_json_nothing_is_said(plant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "demand.png"
    assert main(["run", plant, "--json", "--plot", str(file), "--figure", "demand"]) == 0
    assert json.loads(capsys.readouterr().out)["scenario"] == "plant"
    assert file.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--plot", "share.jpg"], "--plot: the ending of the file decides its format; found 'share.jpg'; allowed: .svg, .png, .pdf"),
        (["--plot", "nowhere/share.svg"], "--plot: there is no such directory; found 'nowhere'"),
        (["--plot", "share.svg", "--figure", "shar"], "--figure: no such figure; found 'shar'; allowed: share, capacity"),
        (["--figure", "share"], "--figure: can only be used with --plot FILE; found 'share'"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused_before_anything_runs(
    asked: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    # There is no such scenario: it is not even looked for.
    assert main(["run", "no-such-scenario", *asked]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["montecarlo", "compare", "sweep", "sensitivity", "explain"])
def test_every_study_refuses_a_wrong_ending(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    more = {"compare": ["b"], "sweep": ["--vary", "x=1"], "explain": ["npv_usd"]}
    assert main([command, "a", *more.get(command, []), "--plot", "x.gif"]) == 2
    assert "'x.gif'; allowed: .svg, .png, .pdf" in capsys.readouterr().err


def test_explain_has_no_figure_of_a_spread(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "a", "npv_usd", "--spread", "--plot", "x.svg"]) == 2
    assert "--plot: can only be used without --spread" in capsys.readouterr().err
