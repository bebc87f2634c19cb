"""A study on a real Dask scheduler and two workers, each a process of its own, any of which may be killed."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from sim.cli.main import main
from sim.errors import InputError, LostError
from sim.flexibility.option import option
from sim.study.montecarlo import MonteCarlo, monte_carlo
from sim.study.runs.cluster import on_cluster

ROOT = Path(__file__).resolve().parents[2]
N = 160
"""Runs of a study that is disturbed: twenty blocks, of which the first few are done when it is."""
LONGEST = 300
"""Seconds after which a test gives up: nothing is late before, however slow the machine."""
PLANT = """
title: A shop that opens when it is built
bare_numbers: made up for a test
horizon: {start: 2026-01-01, end: 2027-01-01}
items: {part: {stage: board}}
sites:
  maker: {in_house: false, capacity: 900}
  shop:
    in_house: true
    construction:
      decision: 2026-01-01
      stages: [{name: all, duration: {assumed: 200, low: 60, high: 420, source: made up}}]
    ramp: {initial: 300, target: 600, months: 3}
recipes:
  bought: {item: part, site: maker, lot_size: 20, cycle_time: 5, price: {assumed: 12, low: 8, high: 20, source: made up}}
  own: {item: part, site: shop, lot_size: 20, cycle_time: 5, variable_cost: 9}
sourcing: {part: {sources: [own, bought], policy: in_house_first}}
demand: {customers: {item: part, pattern: poisson, rate: {assumed: 600, low: 400, high: 900, source: made up}}}
uncertainty: {ranges: triangular}
"""
GATES = """
title: A shop that opens when it is built, and whose supplier may be asked for more service
bare_numbers: made up for a test
demand: {customers: {value: 30}}
decisions:
  service:
    at: 2026-08-01
    choices: {plain: {}, better: {from_gate: {recipes.bought.price: 25, demand.customers.rate: 900}}}
"""


class Cluster:
    """A scheduler and its workers as processes; workers work elsewhere, where none of the files are."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.workers = folder, list[subprocess.Popen[bytes]]()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        self.scheduler = self._start("scheduler", "--host", self.address, "--no-dashboard", "--no-show")

    def work(self, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker."""
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
        self.workers.append(self._start("worker", self.address, *options, **environment))
        return self.workers[-1]

    def _start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        where = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
        with (self.folder / "log.txt").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *command], cwd=self.folder, env=where, stdout=log, stderr=log
            )

    def stop(self) -> None:
        """End every process that was started."""
        for process in (*self.workers, self.scheduler):
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    started = Cluster(folder)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster with a worker, for tests that end none of its processes."""
    started = Cluster(tmp_path_factory.mktemp("standing"))
    started.work()
    _until_there(started.address, 1)
    yield started.address
    started.stop()


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "plant.yaml").write_text(PLANT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return "plant.yaml"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> MonteCarlo:
    """The study that nothing disturbs, kept on disk; the disturbed ones are to be the same."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "plant.yaml").write_text(PLANT, encoding="utf-8")
    with pytest.MonkeyPatch.context() as here:
        here.chdir(folder)
        return monte_carlo("plant.yaml", N, jobs=1, out=folder / "here")


def test_a_worker_is_killed_and_the_bits_are_the_same(
    cluster: Cluster, plant: str, tmp_path: Path, undisturbed: MonteCarlo
) -> None:
    lost, _ = cluster.work(), cluster.work()
    _until_there(cluster.address, 2)
    done: list[float] = []

    def kill_in_the_middle(share: float) -> None:
        done.append(share)
        if share >= 0.25 and lost.poll() is None:
            lost.send_signal(signal.SIGKILL)
            lost.wait()

    there = monte_carlo(plant, N, cluster=cluster.address, out=tmp_path / "there", progress=kill_in_the_middle)
    assert lost.returncode == -signal.SIGKILL
    assert done[-1] == 1
    assert there.outcomes.names == undisturbed.outcomes.names
    assert there.outcomes.table.tobytes() == undisturbed.outcomes.table.tobytes()
    _refuse_differences(undisturbed, tmp_path)


def _until_there(address: str, workers: int) -> None:
    """Wait until a scheduler has so many workers, for which a study would wait less long."""
    from distributed import Client

    _until_up(address)
    with Client(address, timeout=LONGEST, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=LONGEST)


def _until_up(address: str) -> None:
    host, _, port = address.removeprefix("tcp://").partition(":")
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((host, int(port)), timeout=1):
            return
        time.sleep(0.1)


def test_the_command_and_both_engines(standing: str, plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    told: list[Any] = []
    for engine in ("batch", "events"):
        options = ["-n", "12", "--engine", engine, "--cluster", standing, "--json"]
        assert main(["montecarlo", plant, *options]) == 0
        told.append(json.loads(capsys.readouterr().out)["kpis"])
    assert main(["montecarlo", plant, "-n", "12", "--json"]) == 0
    assert told == [json.loads(capsys.readouterr().out)["kpis"]] * 2


def test_an_option_is_the_same_there(standing: str, plant: str, tmp_path: Path) -> None:
    """Workers know none of the files: gates and plans of all sequences come with the paths."""
    Path("gates.yaml").write_text(f"extends: {plant}\n{GATES}", encoding="utf-8")
    there = option("gates.yaml", 64, cluster=standing, out=tmp_path / "there")
    here = option("gates.yaml", 64, jobs=1)
    assert there.npv.tobytes() == here.npv.tobytes()
    assert here.npv.std() > 0.0
    assert there.to_json() | {"seconds": 0.0} == here.to_json() | {"seconds": 0.0}


def test_workers_of_another_version_are_refused(standing: str, plant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.runs.cluster.made_by", lambda: {"sources": "mine"})
    with pytest.raises(InputError, match="runs another version"):
        monte_carlo(plant, 2, cluster=standing)


def test_nobody_there(cluster: Cluster, plant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.study.runs.cluster.PATIENCE", 8)
    _until_up(cluster.address)
    with pytest.raises(InputError, match="the scheduler has no worker"):
        monte_carlo(plant, 2, cluster=cluster.address)
    cluster.stop()
    monkeypatch.setattr("sim.study.runs.cluster.PATIENCE", 1)
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        monte_carlo(plant, 2, cluster=cluster.address)


def test_a_killed_scheduler_leaves_a_study_that_goes_on_and_one_line(
    cluster: Cluster, plant: str, tmp_path: Path, undisturbed: MonteCarlo
) -> None:
    cluster.work()
    _until_there(cluster.address, 1)
    asked = ["montecarlo", plant, "-n", str(N), "--cluster", cluster.address, "--out", "there"]
    where = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = subprocess.Popen([sys.executable, "-m", "sim", *asked], stderr=subprocess.PIPE, env=where, text=True)
    _until(lambda: running.poll() is not None or _blocks("there") >= 2)
    cluster.scheduler.kill()
    _, err = running.communicate(timeout=LONGEST)
    runs = 8 * _blocks("there")
    assert running.returncode == 1
    assert 16 <= runs < N
    # A slow machine has lines of progress before it.
    *progress, last = err.splitlines()
    assert all(re.search(rf"\d+ of {N} runs, ", line) for line in progress)
    assert last == (
        f"--cluster {cluster.address}: the scheduler was lost or restarted after {runs} of {N} runs, which there keeps;"
        f" to resume once the cluster is back, or without --cluster: fabshift {' '.join(asked)}"
    )
    monte_carlo(plant, N, out=tmp_path / "there")
    _refuse_differences(undisturbed, tmp_path)


def test_lost_workers_end_a_study_which_goes_on_with_others(
    cluster: Cluster, plant: str, tmp_path: Path, undisturbed: MonteCarlo, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.work()
    _until_there(cluster.address, 1)

    with monkeypatch.context() as soon:

        def kill(share: float) -> None:
            if share >= 0.25:
                _soon(soon)
                cluster.workers[0].kill()

        with pytest.raises(LostError, match="all workers were lost"):
            monte_carlo(plant, N, cluster=cluster.address, out=tmp_path / "there", progress=kill)
    cluster.work()
    _until_there(cluster.address, 1)
    assert N // 32 <= _blocks("there") < N // 8
    monte_carlo(plant, N, cluster=cluster.address, out=tmp_path / "there")
    _refuse_differences(undisturbed, tmp_path)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes are stopped as POSIX does")
def test_a_scheduler_that_no_longer_answers_ends_a_study(
    cluster: Cluster, plant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.work()
    _until_there(cluster.address, 1)

    def stop(share: float) -> None:
        if share >= 0.25:
            _soon(monkeypatch)
            cluster.scheduler.send_signal(signal.SIGSTOP)

    with pytest.raises(LostError, match="the scheduler was lost or restarted"):
        monte_carlo(plant, N, cluster=cluster.address, progress=stop)


def test_a_scheduler_dies_before_the_first_block(
    cluster: Cluster, plant: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sim.study.runs.cluster import _ask_workers

    cluster.work()
    _until_there(cluster.address, 1)

    def ask_and_kill(address: str, client: Any) -> None:
        _ask_workers(address, client)
        cluster.scheduler.kill()

    monkeypatch.setattr("sim.study.runs.cluster._ask_workers", ask_and_kill)
    assert main(["montecarlo", plant, "-n", "32", "--cluster", cluster.address]) == 1
    lost = "the scheduler was lost or restarted after 0 of 32 runs; nothing is kept (--out DIR keeps finished runs)"
    assert capsys.readouterr().err == f"--cluster {cluster.address}: {lost}\n"


def test_a_scheduler_dies_while_a_study_is_not_connected(
    cluster: Cluster, plant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.work()
    _until_there(cluster.address, 1)

    def kill(share: float) -> None:
        if share >= 64 / 96:
            _soon(monkeypatch)
            cluster.scheduler.kill()

    with pytest.raises(LostError, match="no Dask scheduler answers there"):
        monte_carlo(plant, 96, until="fill_rate:1e-9", cluster=cluster.address, progress=kill)


def test_what_a_task_raises_is_not_taken_for_a_lost_scheduler(standing: str) -> None:
    for error in (FileNotFoundError, TimeoutError, KeyError):
        with pytest.raises(error):
            list(on_cluster(standing, [(exec, (f"raise {error.__name__}",))]))


def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less long for what does not come."""
    monkeypatch.setattr("sim.study.runs.cluster.PATIENCE", 8)
    monkeypatch.setattr("sim.study.runs.cluster.LOOK", 1)


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _blocks(folder: str) -> int:
    return len(list(Path(folder, "blocks").glob("*.npz")))


def _refuse_differences(undisturbed: MonteCarlo, folder: Path) -> None:
    """A study that was lost and went on is, to the bit, one that was never disturbed."""
    assert undisturbed.kept is not None
    for name in ("runs.parquet", "kpis.json", "study.json"):
        assert (folder / "there" / name).read_bytes() == (undisturbed.kept / name).read_bytes()


def test_a_missing_extra_is_told(
    plant: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["montecarlo", plant, "-n", "2", "--cluster", "tcp://127.0.0.1:1"]) == 2
    assert "pip install 'fabshift[cluster]'" in capsys.readouterr().err


def test_without_a_cluster_nothing_of_dask_is_imported(plant: str) -> None:
    code = (
        "import sys, sim\n"
        f"sim.monte_carlo({plant!r}, 4, jobs=2)\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('dask', 'distributed')))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "[]"
