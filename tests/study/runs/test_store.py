"""A study on disk: killed at any moment it goes on to the same bits, and never mixes with another."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.errors import InputError
from sim.scenario.loader import Scenario, load_scenario
from sim.scenario.override import Asked
from sim.study.compare import compare
from sim.study.montecarlo import MonteCarlo, monte_carlo
from sim.study.runs.design import Design, Row
from sim.study.runs.run import run_design

N = 120
FILES = ("runs.parquet", "kpis.json", "study.json")


def command(scenario: Scenario, out: Path, n: int = N) -> list[str]:
    options = ["-n", str(n), "--jobs", "2", "--out", str(out), "--json"]
    return [sys.executable, "-m", "sim", "montecarlo", str(scenario.file), *options]


def study(scenario: Scenario, out: Path, n: int = 40, **options: object) -> MonteCarlo:
    return monte_carlo(scenario, n, jobs=1, out=out, **options)  # type: ignore[arg-type]


def contents(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in FILES}


def blocks(out: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted((out / "blocks").glob("*.npz"))}


@pytest.mark.skipif(os.name != "posix", reason="kills as a POSIX system does")
def test_killed_at_any_moment_it_completes_to_the_same_bytes(uncertain: Scenario, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    study(uncertain, whole, N)
    generator = random.Random(5)
    killed = 0
    for wanted in (1, 6):
        running = subprocess.Popen(command(uncertain, cut), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while running.poll() is None and len(list((cut / "blocks").glob("*.npz"))) < wanted:
            time.sleep(0.002)
        time.sleep(generator.random() * 0.05)
        running.send_signal(signal.SIGKILL)
        killed += running.wait() == -signal.SIGKILL
    assert killed == 2
    done = subprocess.run(command(uncertain, cut), check=True, capture_output=True, text=True)
    assert contents(cut) == contents(whole)
    assert json.loads(done.stdout)["n"] == N


def test_blocks_that_are_there_are_not_run_again(uncertain: Scenario, tmp_path: Path) -> None:
    first = study(uncertain, tmp_path / "s")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "s" / "blocks").iterdir()}
    done: list[float] = []
    again = study(uncertain, tmp_path / "s", progress=done.append)
    assert again.outcomes.table.tobytes() == first.outcomes.table.tobytes()
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "s" / "blocks").iterdir()} == before
    assert done == [1.0]


@pytest.mark.parametrize(("few", "many"), [(13, 40), (16, 21)])
def test_more_runs_extend_a_study_and_fewer_take_a_part(
    uncertain: Scenario, tmp_path: Path, few: int, many: int
) -> None:
    study(uncertain, tmp_path / "s", few)
    extended = study(uncertain, tmp_path / "s", many)
    straight = study(uncertain, tmp_path / "t", many)
    assert extended.outcomes.table.tobytes() == straight.outcomes.table.tobytes()
    assert contents(tmp_path / "s") == contents(tmp_path / "t")
    part = study(uncertain, tmp_path / "s", few)
    assert part.outcomes.table.tobytes() == straight.outcomes.table[:few].tobytes()
    assert len(pd.read_parquet(tmp_path / "s" / "runs.parquet")) == few


@pytest.mark.parametrize("damage", ["truncated", "turned", "foreign", "empty"])
def test_a_damaged_block_is_told_and_run_again(
    uncertain: Scenario, tmp_path: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = study(uncertain, tmp_path / "s")
    study(uncertain, tmp_path / "other", seed=9)
    block = tmp_path / "s" / "blocks" / "0000001.npz"
    data = block.read_bytes()
    middle = len(data) // 2
    block.write_bytes(
        {
            "truncated": data[:middle],
            "turned": data[:middle] + bytes([data[middle] ^ 255]) + data[middle + 1 :],
            "foreign": (tmp_path / "other" / "blocks" / block.name).read_bytes(),
            "empty": b"",
        }[damage]
    )
    capsys.readouterr()
    after = study(uncertain, tmp_path / "s")
    assert f"{block}: not a whole block of this study" in capsys.readouterr().err
    assert after.outcomes.table.tobytes() == before.outcomes.table.tobytes()
    study(uncertain, tmp_path / "s")
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name are of POSIX systems")
@pytest.mark.parametrize("tampered", ["fifo", "table", "valid", "scalar", "dtype"])
def test_a_block_that_was_tampered_with_is_told_and_run_again(
    uncertain: Scenario, tmp_path: Path, tampered: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = study(uncertain, tmp_path / "s")
    block = tmp_path / "s" / "blocks" / "0000001.npz"
    arrays = dict(np.load(block))
    block.unlink()
    if tampered == "fifo":
        os.mkfifo(block)
    else:
        changed = {
            "table": {"table": arrays["table"][:, :, None]},
            "valid": {"valid": arrays["valid"][:-1]},
            "scalar": {"rows": np.array(3)},
            "dtype": {"table": arrays["table"].astype(np.str_)},
        }[tampered]
        np.savez(block, **(arrays | changed))
    capsys.readouterr()
    after = study(uncertain, tmp_path / "s")
    assert f"{block}: not a whole block of this study" in capsys.readouterr().err
    assert after.outcomes.table.tobytes() == before.outcomes.table.tobytes()


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name are of POSIX systems")
def test_a_manifest_that_is_a_pipe_is_refused(uncertain: Scenario, tmp_path: Path) -> None:
    study(uncertain, tmp_path / "s", 8)
    (tmp_path / "s" / "study.json").unlink()
    os.mkfifo(tmp_path / "s" / "study.json")
    with pytest.raises(InputError, match=r"study\.json:1:1: is no regular file"):
        study(uncertain, tmp_path / "s", 8)


@pytest.mark.skipif(os.name != "posix", reason="asks for processes as a POSIX system does")
def test_what_killed_runs_left_is_removed_by_the_next(uncertain: Scenario, tmp_path: Path) -> None:
    study(uncertain, tmp_path / "s", 8)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = [tmp_path / "s" / f".kpis.json.{gone.pid}", tmp_path / "s" / "blocks" / f".0000001.npz.{gone.pid}"]
    kept = [tmp_path / "s" / f".kpis.json.{os.getppid()}", tmp_path / "s" / ".hidden"]
    for file in (*left, *kept):
        file.write_bytes(b"part")
    study(uncertain, tmp_path / "s", 8)
    assert [file.exists() for file in (*left, *kept)] == [False, False, True, True]


def test_a_directory_too_deep_is_refused(uncertain: Scenario, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the study cannot be written here"):
        study(uncertain, tmp_path.joinpath(*["d" * 200] * 30), 2)


def refused(scenario: Scenario | Path, out: Path, **options: object) -> str:
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    with pytest.raises(InputError) as error:
        monte_carlo(scenario, 8, jobs=1, out=out, **options)  # type: ignore[arg-type]
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before
    return str(error.value)


def test_another_study_is_refused_with_what_differs(uncertain: Scenario, tmp_path: Path) -> None:
    out = tmp_path / "s"
    study(uncertain, out, 8)
    assert "seed: another study is kept here: 0 -> 3" in refused(uncertain, out, seed=3)
    assert "engine: another study is kept here: batch -> events" in refused(uncertain, out, engine="events")
    changed = load_scenario(uncertain.file, sets=["sites.maker.capacity=800", "horizon.end=2027-03-01"])
    told = refused(changed, out)
    assert "sites.maker.capacity: another study is kept here: 900.0 1/month -> 800.0 1/month" in told
    assert "horizon.end: another study is kept here: 2027-01-01 -> 2027-03-01" in told
    assert len(told.splitlines()) == 2
    wider = load_scenario(uncertain.file, sets=["recipes.bought.price.high=30"])
    assert "recipes.bought.price is drawn: another study is kept here: 8 to 12 to 20" in refused(wider, out)


def test_a_study_of_another_kind_is_refused_by_what_it_is(uncertain: Scenario, tmp_path: Path) -> None:
    study(uncertain, tmp_path / "s", 8)
    with pytest.raises(InputError) as error:
        compare([uncertain.file, uncertain.file], 2, jobs=1, out=tmp_path / "s")
    title = uncertain.document.title
    assert f"study: another study is kept here: montecarlo ({title}) -> compare ({title})" in str(error.value)
    assert len(error.value.problems) == 1


def test_another_version_of_the_program_is_refused(
    uncertain: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study(uncertain, tmp_path / "s", 8)
    monkeypatch.setattr("sim.study.runs.store.made_by", lambda: {"sources": "other"})
    assert "made_by.sources: another study is kept here" in refused(uncertain, tmp_path / "s")


def test_a_directory_with_other_files_is_left_alone(uncertain: Scenario, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    assert "holds other files" in refused(uncertain, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file"):
        study(uncertain, tmp_path / "file")
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "study.json").write_text('{"seed": ')
    assert "is not one of ours" in refused(uncertain, tmp_path / "s")


def test_what_a_finished_study_leaves(uncertain: Scenario, tmp_path: Path) -> None:
    found = study(uncertain, tmp_path / "s", 10, seed=4)
    runs = pd.read_parquet(tmp_path / "s" / "runs.parquet")
    assert list(runs.columns[:3]) == ["replication", "seed", "valid"]
    assert runs["replication"].tolist() == list(range(10))
    assert set(runs["seed"]) == {4}
    np.testing.assert_array_equal(runs["capex_usd"], found.outcomes.column("capex_usd"))
    told = json.loads((tmp_path / "s" / "kpis.json").read_text())
    assert told == {k: v for k, v in found.to_json().items() if k != "seconds"}
    manifest = json.loads((tmp_path / "s" / "study.json").read_text())
    assert (manifest["study"], manifest["runs"], manifest["seed"], manifest["engine"]) == ("montecarlo", 10, 4, "batch")
    assert manifest["resolved"]["scenario"]["inputs"]["sites.maker.capacity"]["value"] == 900


def test_any_design_can_be_kept(uncertain: Scenario, tmp_path: Path) -> None:
    rows = [Row(seed=s) for s in range(10)]
    design = Design(Asked(str(uncertain.file)), rows)
    first = run_design(design, jobs=1, out=tmp_path / "s")
    kept = blocks(tmp_path / "s")
    assert len(kept) == 2
    assert run_design(design, jobs=1, out=tmp_path / "s").table.tobytes() == first.table.tobytes()
    assert blocks(tmp_path / "s") == kept
    with pytest.raises(InputError, match="rows: another study"):
        run_design(Design(design.base, rows[1:]), jobs=1, out=tmp_path / "s")


def test_fewer_runs_in_the_same_place_are_told(
    uncertain: Scenario, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for n in (12, 4):
        study(uncertain, tmp_path / "study", n)
    assert "had results of 12 runs, now of 4; all finished blocks are kept" in capsys.readouterr().err
