"""`fabshift compare` and `fabshift sweep`: tables for people, one document for programs."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from sim.cli.main import main
from tests.docs.examples import example

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("starter")
    with pytest.MonkeyPatch.context() as there:
        there.chdir(folder)
        assert main(["new", "plant"]) == 0
    return str(folder / "plant.yaml")


def test_compare_tables(plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", plant, plant, "-n", "4", "--jobs", "1"]) == 0
    screen = capsys.readouterr().out
    assert "Difference from plant" in screen
    assert "are alike in all" not in screen
    assert len(screen.splitlines()) <= 45
    assert main(["compare", plant, plant, plant, "-n", "4", "--jobs", "1", "--all-pairs"]) == 0
    assert "Difference from plant (2)" in capsys.readouterr().out
    assert main(["compare", plant, plant, "-n", "4", "--jobs", "1", "--full"]) == 0
    out = capsys.readouterr().out
    assert "plant (2) against plant" in out
    assert "plant (2) minus plant, over 4 pairs" in out
    assert "Milestones: plant (2) against plant" in out
    assert "at different times" not in out


def test_compare_says_where_horizons_differ(plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", plant, "late-plan", "-n", "1", "--jobs", "1"]) == 0
    assert "They end at different times" in capsys.readouterr().out


def test_compare_json(plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", plant, plant, "-n", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told["scenarios"]) == ["plant", "plant (2)"]
    pair = told["against_first"]["plant (2)"]["fill_rate"]
    assert (pair["difference"], pair["ci95"], pair["better"]) == (0, [0, 0], "higher")
    assert pair["beats_first"]["probability"] == 0


@pytest.mark.parametrize(
    ("args", "word"),
    [(["{}"], "two scenarios or more"), (["{}", "as-anounced"], "as-announced"), (["{}", "{}", "--kpi", "x"], "x")],
)
def test_compare_wrong_input_exits_2(
    args: list[str], word: str, plant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", *(a.format(plant) for a in args), "-n", "1", "--jobs", "1"]) == 2
    assert word in capsys.readouterr().err


@pytest.mark.parametrize(
    ("vary", "words"),
    [
        (["horizon.end=2028-01-01,2029-01-01"], ["Means by horizon.end", "2028-01-01", "fill_rate [%]"]),
        (
            ["horizon.end=2028-01-01,2029-01-01", "yield_noise=off,binomial"],
            ["horizon.end down, yield_noise across", "binomial"],
        ),
        (["horizon.end=2028-01-01", "yield_noise=off", "report_every=month"], ["Means", "2028-01-01", "month"]),
    ],
)
def test_sweep_tables(vary: list[str], words: list[str], plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = [word for each in vary for word in ("--vary", each)]
    assert main(["sweep", plant, *options, "-n", "2", "--jobs", "1"]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in words)


def test_sweep_json_and_wrong_input(plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", plant, "--vary", "horizon.end=2028-01-01,2029-01-01", "-n", "2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [p["set"] for p in told["points"]] == [{"horizon.end": "2028-01-01"}, {"horizon.end": "2029-01-01"}]
    assert main(["sweep", plant, "--vary", "horizon.ned=1,2"]) == 2
    assert "did you mean 'horizon.end'" in capsys.readouterr().err
    assert main(["sweep", plant]) == 2
    assert "--vary" in capsys.readouterr().err


def test_the_session_prints_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    command = example("session", "sh").splitlines()[0].removeprefix("fabshift ")
    assert main(shlex.split(command)) == 0
    assert example("chances", "text") in capsys.readouterr().out


def test_a_milestone_can_be_asked_for_alone(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["as-announced", "late-plan", "--set", "lot_scale=40", "-n", "2"]
    for full, title in (
        ([], "Milestones: probability by the end [%]"),
        (["--full"], "Probability that a milestone is reached"),
    ):
        assert main(["compare", *asked, "--kpi", "own_wafer", *full]) == 0
        printed = capsys.readouterr().out
        assert title in printed
        assert "Means" not in printed
        assert "npv_usd" not in printed


def test_an_unknown_kpi_is_refused_before_anything_runs(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (
        ["montecarlo", "as-announced"],
        ["compare", "as-announced", "late-plan"],
        ["sweep", "as-announced", "--vary", "lot_scale=10,20"],
    ):
        assert main([*command, "-n", "1000000", "--kpi", "wafer10"]) == 2
        assert "did you mean 'wafer_10'?" in capsys.readouterr().err


def test_a_scenario_against_itself_is_the_same(plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", plant, plant, "-n", "4", "--jobs", "1", "--set", "lot_scale=2", "--full"]) == 0
    printed = capsys.readouterr().out
    assert "Changed in all: --set lot_scale=2." in printed
    against = printed[printed.index("plant (2) minus plant") : printed.index("difference: mean")]
    assert all(line.endswith("same") for line in against.splitlines()[2:])


def test_a_grid_of_too_many_points_is_refused_at_once(plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    grid = ["--vary", "lot_scale=1..90/90", "--vary", "horizon.warmup=1..90/90"]
    assert main(["sweep", plant, *grid]) == 2
    assert "too many points; found 8,100; allowed: 2,000 at most" in capsys.readouterr().err
