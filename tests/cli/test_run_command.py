"""`fabshift run`, and the way from `new` and from the README to a run."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.engines.batch.engine import BatchEngine
from sim.ledger import load_ledger
from tests.docs.examples import example

ROOT = Path(__file__).resolve().parents[2]
KPIS = ("fill_rate", "served_by_end", "backlog_end", "h100e_delivered", "capex_usd", "npv_usd")


@pytest.fixture
def chargers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The README's scenario as a file in the working directory."""
    monkeypatch.chdir(tmp_path)
    Path("chargers.yaml").write_text(example("scenario", "yaml"), encoding="utf-8")
    return "chargers.yaml"


def test_the_readme_scenario_runs_and_shows_the_story(chargers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", chargers]) == 0
    out = capsys.readouterr().out
    assert "In-house share [%]  by quarter" in out
    assert main(["run", chargers, "--full"]) == 0
    full = capsys.readouterr().out
    assert "In-house share by quarter" in full
    for text in (out, full):
        assert "\x1b" not in text
        assert "\u2500" not in text
        assert all(len(line) <= 100 for line in text.splitlines())


def test_the_order_book_goes_over_its_scenario(chargers: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("orders.yaml").write_text(example("orders", "yaml"), encoding="utf-8")
    assert main(["validate", "orders.yaml", chargers]) == 0
    assert main(["run", "orders.yaml", "--json"]) == 0
    out = capsys.readouterr().out
    assert json.loads(out[out.index("{") :])["conservation"] == {"worst_units": 0, "worst_usd": 0}


def test_run_json_is_one_document(chargers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", chargers, "--json", "--set", "sites.hall.ramp.months=6", "--seed", "0"]) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert captured.err == ""
    assert {"scenario", "seed", "engine", "horizon", "kpis", "milestones", "conservation", "hash"} <= set(document)
    assert document["horizon"] == {"start": "2026-01-01", "end": "2028-01-01"}
    assert document["conservation"] == {"worst_units": 0, "worst_usd": 0}
    assert set(KPIS) <= set(document["kpis"])


def test_the_engine_is_the_compiled_one_once_it_is_compiled(
    chargers: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --engine; the output names it and is the same otherwise."""
    found = []
    for compiled, options, name in (
        (False, (), "events"),
        (True, (), "batch"),
        (True, ("--engine", "events"), "events"),
        (False, ("--engine", "batch"), "batch"),
    ):
        monkeypatch.setattr(BatchEngine, "is_compiled", staticmethod(lambda compiled=compiled: compiled))
        assert main(["run", chargers, "--json", *options]) == 0
        found.append(json.loads(capsys.readouterr().out))
        assert found[-1].pop("engine") == name
    assert all(document == found[0] for document in found)


def test_an_override_is_shown_old_to_new(chargers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", chargers, "--set", "sites.hall.ramp.months=6"]) == 0
    assert re.search(r"^sites\.hall\.ramp\.months: 12.* -> 6", capsys.readouterr().out, re.MULTILINE)


def test_a_figure_left_out_is_shown_old_to_new(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "as-announced", "--set", "lot_scale=40", "--without", "003_d649b6dd3a06dc4f.txt"]) == 0
    assert re.search(
        r"^x1\.first_batch: 300 k chip \(stated: 003_\w+\.txt\) -> 0 k chip \(assumed",
        capsys.readouterr().out,
        re.MULTILINE,
    )


def test_a_replication_shows_what_it_drew(chargers: str, capsys: pytest.CaptureFixture[str]) -> None:
    ranged = "recipes.own.variable_cost={assumed: 310, low: 250, high: 400, source: x}"
    asked = ["run", chargers, "--set", ranged, "--set", "uncertainty.ranges=triangular", "--replication", "5"]
    assert main([*asked, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (drawn,) = document["inputs"]
    assert document["replication"] == 5
    assert drawn.keys() == {"name", "unit", "low", "typical", "high", "draw", "drawn", "probability"}
    assert 250 < drawn["drawn"] < 400
    assert drawn["drawn"] != 310
    assert main(asked) == 0
    assert "Its 1 uncertain input is as replication 5 draws it (--full)." in capsys.readouterr().out
    assert main([*asked, "--full"]) == 0
    out = capsys.readouterr().out
    assert "Uncertain inputs as replication 5 draws them" in out
    assert f"{drawn['drawn']:.1f}" in out
    assert main(["run", chargers, "--replication", "5", "--full"]) == 0
    assert "no input is uncertain" in capsys.readouterr().out


def test_results_of_another_replication_are_kept(
    chargers: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "results")
    assert main(["run", chargers, "--replication", "1", "--out", out]) == 0
    assert main(["run", chargers, "--replication", "2", "--out", out]) == 2
    assert "holds the results of chargers, seed 0, replication 1" in capsys.readouterr().err
    assert main(["run", chargers, "--replication", "1", "--out", out]) == 0


def test_an_unknown_path_is_told_with_the_nearest(chargers: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", chargers, "--set", "sites.hal.ramp.months=6"]) == 2
    assert "hall" in capsys.readouterr().err


@pytest.mark.parametrize("article", load_ledger().articles)
def test_a_run_without_an_article_tells_what_took_its_place(article: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "as-announced", "--set", "lot_scale=40", "--without", article, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["conservation"] == {"worst_units": 0, "worst_usd": 0}
    assert main(["lint", "as-announced", "--without", article, "--json"]) == 1
    assert main(["run", "as-announced", "--without", article.replace("_", "-")]) == 2
    assert article in capsys.readouterr().err


def test_out_holds_what_was_promised(chargers: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results"
    assert main(["run", chargers, "--out", str(out), "--trace"]) == 0
    assert {"manifest.json", "kpis.json", "monthly.parquet", "milestones.parquet", "cash.parquet", "lots.parquet"} <= {
        f.name for f in out.iterdir()
    }
    assert str(out) in capsys.readouterr().out


def test_new_validate_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "mine"]) == 0
    assert main(["validate", "mine.yaml"]) == 0
    assert "ok mine:" in capsys.readouterr().out
    assert main(["run", "mine.yaml"]) == 0
    out = capsys.readouterr().out
    assert "first good cell of our own 2026" in out
    assert "cells.own.target" in out


def test_new_keeps_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text("mine", encoding="utf-8")
    assert main(["new", "mine"]) == 2
    assert "--force" in capsys.readouterr().err
    assert Path("mine.yaml").read_text(encoding="utf-8") == "mine"
    assert main(["new", "mine", "--force"]) == 0
    assert Path("mine.yaml").read_text(encoding="utf-8") != "mine"


def test_the_python_example_runs() -> None:
    text = example("python", "python")
    assert text.count("n=64") == 1
    exec(compile(text.replace("n=64", "n=4"), "use-python.md", "exec"), {})


def test_bench_names_what_it_measures(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sim.bench.suite.ROUNDS", 1)
    monkeypatch.setattr("sim.bench.suite.STARTS", 1)
    monkeypatch.setattr("sim.bench.suite.REPLICATIONS", 2)
    assert main(["bench", "--json"]) == 0
    results = json.loads(capsys.readouterr().out)
    names = {"events.as_announced", "batch.as_announced", "events.line3", "batch.line3", "simpy.line3", "start.help"}
    assert names <= set(results)
    assert all(set(r) == {"value", "unit", "versus"} and r["value"] > 0 for r in results.values())
    assert set(results["events.line3"]["versus"]) == {"simpy.line3"}
    assert set(results["batch.as_announced"]["versus"]) == {"events.as_announced"}
    parts = [results[f"batch.as_announced.{part}"] for part in ("run", "planner", "replication")]
    assert {part["unit"] for part in parts} == {"ms"}
    if shutil.which("cc"):
        assert [set(part["versus"]) for part in parts] == [{"c.as_announced"}, set(), {"c.as_announced"}]


def test_the_readme_shows_two_set_up_lines() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for marker in ("setup:run", "setup:test"):
        assert re.search(rf"<!-- {marker} -->\n```sh\n[^\n]+\n```\n", text)
