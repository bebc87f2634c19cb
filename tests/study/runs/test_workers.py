"""Tasks in threads and in processes: the same results in their order, and processes only where they repay their start."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator

import pytest

from sim.study.runs import workers
from sim.study.runs.workers import LEAST, Task, soonest


def told(number: int, seconds: float = 0.0) -> tuple[int, int, int]:
    """Return the number with the process and the thread that had it."""
    time.sleep(seconds)
    return number, os.getpid(), threading.get_ident()


def tasks(count: int, seconds: float = 0.0) -> Iterator[Task[tuple[int, int, int]]]:
    return ((told, (number, seconds)) for number in range(count))


@pytest.mark.parametrize("long", [0.0, 1e9])
def test_results_come_in_order_wherever_they_are_made(long: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "LONG", long)
    found = list(soonest(tasks(20), 20, jobs=2))
    assert [number for number, *_ in found] == list(range(20))
    # The first two are made here, and the others where the time of the second says.
    assert {process for _, process, _ in found[:2]} == {os.getpid()}
    assert ({process for _, process, _ in found[2:]} == {os.getpid()}) == (long > 0.0)


def test_long_work_goes_to_processes_and_short_work_to_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "LONG", 0.2)
    here = {os.getpid()}
    assert {process for _, process, _ in soonest(tasks(LEAST, 0.1), LEAST, jobs=2)} != here
    assert {process for _, process, _ in soonest(tasks(LEAST, 0.001), LEAST, jobs=2)} == here


def test_few_tasks_begin_in_threads_at_once_and_one_job_stays_here() -> None:
    few = list(soonest(tasks(LEAST - 1, 0.02), LEAST - 1, jobs=2))
    assert threading.get_ident() not in {thread for *_, thread in few}
    alone = list(soonest(tasks(LEAST, 0.001), LEAST, jobs=1))
    assert {thread for *_, thread in alone} == {threading.get_ident()}


def test_tasks_for_processes_are_packed_and_those_made_here_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "LONG", 0.0)
    packed: list[int] = []

    def pack(waiting: Iterator[Task[tuple[int, int, int]]]) -> Iterator[Task[tuple[int, int, int]]]:
        for function, arguments in waiting:
            packed.append(arguments[0])
            yield function, arguments

    assert len(list(soonest(tasks(10), 10, jobs=2, packed=pack))) == 10
    assert packed == list(range(2, 10))
