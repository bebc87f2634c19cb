"""What several kinds of test need: a scenario from plain data."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sim import remembered
from sim.cli import progress
from sim.scenario.loader import Scenario, load_scenario

Build = Callable[..., Scenario]
INPUTS = Path(__file__).parent / "inputs"
"""Whole files: good, bad and hostile ones."""
# Threads of linear algebra would compete for the cores with the processes that pytest starts on each.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# The width of all that is printed. Where no test says it, readline, which pytest imports, hands 80 on to processes.
os.environ["COLUMNS"] = "100"
# A slow machine must add no lines of progress to what a test compares; tests of progress set their own.
progress.EVERY = 3600.0
# A test loads what it names: nothing that another one kept. Tests of what is kept set their own.
remembered.MOST_BYTES = 0
FUZZ = "FABSHIFT_FUZZ"
"""By this the option reaches tests when they are imported, in every worker."""
LONG = [
    f"test_{name}"
    for name in (
        "first_call", "prim", "scenarios", "good", "cluster", "montecarlo_command", "networks", "fuzz_runs", "hand_checks",
        "compare_and_sweep_commands", "store", "intervals",
    )
]  # fmt: skip
"""Files that take long, in the order in which they are given out. The first compiles the engine for all others; the second and the
fourth, which another process plays meanwhile, do not use it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--fuzz N` plays N generated networks and N mutated files instead of 60 and 80."""
    parser.addoption("--fuzz", type=int, default=None, metavar="N", help="generated networks and mutated files to play")


def pytest_configure(config: pytest.Config) -> None:
    """Tests read the number when they are imported."""
    if config.getoption("--fuzz") is not None:
        os.environ[FUZZ] = str(config.getoption("--fuzz"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files come first, so that no process is left with one when all else is done."""
    order = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path.stem, len(LONG)))


def examples(usual: int, share: float = 1.0) -> int:
    """Examples that a fuzz test plays: the usual number, or its share of what `--fuzz` says."""
    return max(int(int(os.environ[FUZZ]) * share), 1) if FUZZ in os.environ else usual


@pytest.fixture
def in_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in the folder of input files, so that problems name them as they are written in the test."""
    monkeypatch.chdir(INPUTS)


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Write plain data to a scenario file and load it; title and licence are filled in."""
    folder = tmp_path_factory.mktemp("scenarios")

    def scenario(data: dict[str, Any], name: str = "built") -> Scenario:
        file: Path = folder / f"{name}.yaml"
        with file.open("w", encoding="utf-8") as stream:
            YAML(typ="safe").dump({"title": name, "bare_numbers": "made up for a test", **data}, stream)
        return load_scenario(file)

    return scenario
