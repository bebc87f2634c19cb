"""What every command promises: exit codes, one JSON document, plain text in a pipe, no traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from sim.cli.commands import COMMANDS
from sim.cli.main import main
from sim.scenario.loader import load_scenario


@pytest.fixture(scope="module")
def loaded_once() -> Iterator[None]:
    """Each scenario that the command reads is read once for all tests: nothing changes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.cli.figures.load_scenario", cache(load_scenario))
        yield


HEAVY = ("joblib", "numpy", "pandas", "pint", "pydantic", "pyarrow", "rich", "ruamel", "scipy", "simpy", "typer")


def fabshift(*args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    env = os.environ | {"PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "sim", *args], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in COMMANDS)
    assert max(map(len, out.splitlines())) <= 100


def test_help_imports_nothing_heavy() -> None:
    code = (
        f"import sys; from sim.cli.main import main; main(['--help']); print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"


def test_help_starts_at_once() -> None:
    from sim.bench.suite import seconds_of

    rounds = [(seconds_of(["-c", "pass"]), seconds_of(["-m", "sim", "--help"])) for _ in range(9)]
    assert median(ours / bare for bare, ours in rounds) <= 6


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert f"fabshift {name}" in capsys.readouterr().out


def test_no_command_is_wrong_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "Commands:" in capsys.readouterr().err


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("fabshift ")


@pytest.mark.parametrize(
    ("args", "hint"),
    [
        (["rn"], "'run'"),
        (["--hlp"], "'--help'"),
        (["run", "as-announced", "--sed", "1"], "--seed"),
        (["run", "as-announced", "--engine", "event"], "events"),
        (["run", "as-announced", "--seed", "one"], "--seed"),
        (["run"], "SCENARIO"),
        (["run", "as-anounced"], "as-announced"),
        (["validate", "as-anounced"], "as-announced"),
        (["figures", "fab.stat"], "fab.start"),
        (["figures", "--json", "--csv"], "--csv"),
        (["new", "../up"], "letters"),
        (["new", "con"], "reserved"),
        (["new", "as-announced"], "shipped"),
    ],
)
def test_wrong_input_exits_2_with_a_hint(
    args: list[str], hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(args) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert hint in captured.err
    assert "Traceback" not in captured.err


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    shipped = json.loads(capsys.readouterr().out)
    assert all(set(entry) == {"name", "title"} and entry["title"] for entry in shipped)
    assert "as-announced" in {entry["name"] for entry in shipped}
    assert not any(entry["name"].startswith("_") for entry in shipped)
    assert main(["list"]) == 0
    assert "as-announced" in capsys.readouterr().out


def test_validate_reports_all_problems_of_all_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = "title: t\nbare_numbers: mine\nhorizon: {start: 2026-01-01, end: 2027-01-01}\nitems: {a: {stage: s}}\n"
    good += "sites: {here: {in_house: true, capacity: 9}}\nrecipes: {r: {item: a, site: here}}\ndemand: {d: {item: a, rate: 1}}\n"
    (tmp_path / "good.yaml").write_text(good)
    (tmp_path / "one.yaml").write_text(good.replace("site: here", "site: her"))
    (tmp_path / "two.yaml").write_text(good.replace("capacity: 9", "capacty: 9"))
    files = [str(tmp_path / f"{name}.yaml") for name in ("good", "one", "two")]
    assert main(["validate", *files]) == 2
    captured = capsys.readouterr()
    assert captured.out == "ok good: 1 item, 1 site, 1 recipe, 1 demand line, 0 figures used\n"
    lines = captured.err.splitlines()
    assert any(line.startswith(f"{files[1]}:6:") and "'here'" in line for line in lines)
    assert any(line.startswith(f"{files[2]}:5:") and "'capacity'" in line for line in lines)
    assert lines[-1] == f"{len(lines) - 1} problems"


def test_validate_says_what_is_listed_after_the_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "listed.yaml").write_text(
        "title: t\nbare_numbers: mine\nhorizon: {start: 2026-01-01, end: 2027-01-01}\nitems: {a: {stage: s}}\n"
        "sites: {here: {in_house: true, capacity: 9}}\nrecipes: {r: {item: a, site: here}}\n"
        "demand: {d: {item: a, orders: [{date: 2026-05-01, units: 5}, {date: 2027-01-01, units: 5}]}}\n"
    )
    remark = "demand.d: 1 of 2 orders falls after the end of the horizon; planners see them as far as lead times reach"
    assert main(["validate", str(tmp_path / "listed.yaml")]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == [f"note: {remark}"]
    assert main(["validate", "--json", str(tmp_path / "listed.yaml")]) == 0
    assert json.loads(capsys.readouterr().out)["scenarios"][0]["remarks"] == [remark]
    assert main(["run", str(tmp_path / "listed.yaml")]) == 0
    assert "1 of 2 orders falls after the end" in capsys.readouterr().out


def test_figures_json_and_csv(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    for figure in figures:
        assert {"id", "value", "low", "high", "unit", "kind", "source", "readings"} <= set(figure)
        assert figure["kind"] in ("stated", "derived", "assumed", "later_report")
    assert main(["figures", "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["id"] for row in rows] == [figure["id"] for figure in figures]


def test_figures_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--contested", "--json"]) == 0
    assert all(figure["readings"] for figure in json.loads(capsys.readouterr().out))
    assert main(["figures", "--kind", "derived", "--json"]) == 0
    assert {figure["kind"] for figure in json.loads(capsys.readouterr().out)} == {"derived"}


def test_figures_of_an_article_are_those_that_rest_on_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--article", "001", "--kind", "stated", "--json"]) == 0
    found = {figure["id"]: figure for figure in json.loads(capsys.readouterr().out)}
    # The article tells of the fab's node, and like another one of its output; not of the date of boards.
    assert {"fab.node", "fab.max"} <= set(found)
    assert "pcb.texas.on" not in found
    assert main(["figures", "--contested", "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert all(json.loads(row["readings"]) for row in rows)
    assert main(["figures", "--article", "009"]) == 2
    assert "001_a9e6d48dc95cab93.txt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("figure", "line"),
    [
        ("die.h100", "bounds: largest_die"),
        ("ref.world_doubling", "ref.compute.growth"),
        ("ref.fab.largest", "fallback of: fab.max"),
        ("fab.node", "process.cost.node, terafab.capex"),
        ("fab.max", "without: the figure ref.fab.largest"),
        ("dojo.leavers", "nothing"),
    ],
)
@pytest.mark.usefixtures("loaded_once")
def test_a_figure_tells_who_uses_it_and_what_takes_its_place(
    figure: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["figures", figure]) == 0
    assert line in capsys.readouterr().out


@pytest.mark.usefixtures("loaded_once")
def test_one_figure_shows_everything(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "fab.start"]) == 0
    out = capsys.readouterr().out
    assert all(word in out for word in ("fab.start", "value:", "kind:", "source:", "Used by"))


def test_a_reader_that_leaves_is_no_error() -> None:
    first = subprocess.Popen([sys.executable, "-m", "sim", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert first.stdout is not None
    assert first.stderr is not None
    first.stdout.readline()
    first.stdout.close()
    assert first.stderr.read() == b""
    assert first.wait() == 0


def test_an_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("sim.cli.list_scenarios.shipped_titles", stop)
    assert main(["list"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_broken_rule_of_the_model_exits_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sim.errors import ModelError

    def broken(*_: object) -> None:
        raise ModelError("a unit is missing")

    monkeypatch.setattr("sim.cli.list_scenarios.shipped_titles", broken)
    assert main(["list"]) == 1
    assert "a unit is missing" in capsys.readouterr().err


def test_output_that_cannot_be_written_is_wrong_input(tmp_path: Path) -> None:
    done = fabshift("schema", "--out", str(tmp_path / "no" / "such" / "schema.json"))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_narrow_encoding_is_no_traceback() -> None:
    for args in (["figures"], ["figures", "--json"]):
        env = os.environ | {"PYTHONIOENCODING": "ascii"}
        done = subprocess.run(
            [sys.executable, "-m", "sim", *args], env=env, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
        if "--json" in args:
            json.loads(done.stdout)
