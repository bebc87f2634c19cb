"""`fabshift claims`: the document, exit codes, and another company's scenario."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli.main import main
from tests.docs.examples import example

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"id", "article", "reading", "verdict", "probability", "ci95", "statement"}
VERDICTS = {"met", "missed", "contradicted", "untestable"}


@pytest.fixture
def chargers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The documents' scenario and claims as files in the working directory."""
    monkeypatch.chdir(tmp_path)
    for name, file in (("scenario", "chargers.yaml"), ("claims", "claims.yaml")):
        Path(file).write_text(example(name, "yaml"), encoding="utf-8")
    return "chargers.yaml"


def test_own_claims_on_an_own_scenario(chargers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", chargers, "--claims", "claims.yaml", "-n", "2"]) == 0
    assert "Claims that matter most" in capsys.readouterr().out
    assert main(["claims", chargers, "--claims", "claims.yaml", "-n", "2", "--full"]) == 0
    out = capsys.readouterr().out
    assert "1 claim: 0 met, 1 missed" in out
    assert "press.txt" in out
    assert "What would have to be true" in out
    assert all(len(line) <= 100 for line in out.splitlines())


def test_strict_fails_when_one_is_missed(chargers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", chargers, "--claims", "claims.yaml", "-n", "1", "--strict"]) == 1
    earlier = ["--set", "sites.hall.ramp.initial=600"]
    assert main(["claims", chargers, "--claims", "claims.yaml", "-n", "1", "--strict", *earlier]) == 0
    assert "sites.hall.ramp.initial: 200" in capsys.readouterr().out


def test_json_is_one_document(chargers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", chargers, "--claims", "shipped", "-n", "2", "--json"]) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert captured.err == ""
    assert (document["scenario"], document["n"]) == ("chargers", 2)
    assert len(document["claims"]) >= 40
    for claim in document["claims"]:
        assert set(claim) >= KEYS
        assert claim["verdict"] in VERDICTS
        assert claim["ci95"] is None or 0 <= claim["ci95"][0] <= claim["probability"] <= claim["ci95"][1] <= 1


def test_on_another_companys_scenario_claims_about_runs_are_untestable(
    chargers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["claims", chargers, "--claims", "shipped", "-n", "1", "--json"]) == 0
    found = {claim["id"]: claim for claim in json.loads(capsys.readouterr().out)["claims"]}
    assert found["ai5-samples-2026"]["verdict"] == "untestable"
    assert found["ai5-samples-2026"]["reason"] == "the scenario has no milestone 'ai5_samples'"
    # What runs show is never more than arithmetic here, and arithmetic has no interval.
    assert all(claim["ci95"] is None for claim in found.values())
    assert found["ai5-like-hopper"]["verdict"] == "met"


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["-n", "0"], "-n"),
        (["--jobs", "-1"], "--jobs"),
        ([], "chargers builds on no shipped scenario"),
        (["--claims", "nothing.yaml"], "there is no such file"),
        (["--claims", "chargers.yaml"], "unknown key 'title'"),
        (["--claims", "shipped", "--reading", "ai5.powr=about-250"], "did you mean 'ai5.power'"),
    ],
)
def test_wrong_input_exits_2(args: list[str], word: str, chargers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", chargers, *args]) == 2
    captured = capsys.readouterr()
    assert word in captured.err
    assert captured.out == ""
