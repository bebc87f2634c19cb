"""Benchmarks: each beside its yardstick, in turn in the same run, medians of several rounds."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

ROUNDS = 9
STARTS = 15

Say = Callable[[str], None]


@dataclass(frozen=True)
class Measure:
    """A benchmark's value, and its ratio to each yardstick."""

    value: float
    unit: str
    versus: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The object that `bench --json` prints for it."""
        return {"value": self.value, "unit": self.unit, "versus": dict(self.versus)}


def benchmarks(say: Say = lambda _: None) -> dict[str, Measure]:
    """Run every benchmark that can run here; `say` hears what is done, and what is left out."""
    say("start of fabshift --help")
    results = start_time()
    say("as-announced")
    results |= as_announced()
    folder = benchmark_folder()
    if folder is None:
        say("line3 is left out: tests/benchmarks is only in a clone")
        return results
    say("line3")
    return results | line3(folder)


def benchmark_folder() -> Path | None:
    """`tests/benchmarks` of a clone, or None when installed from a wheel."""
    folder = Path(__file__).resolve().parents[1] / "tests" / "benchmarks"
    return folder if (folder / "line3.yaml").is_file() else None


def start_time() -> dict[str, Measure]:
    """Seconds until `fabshift --help` is done, against an interpreter that does nothing."""
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(STARTS):
        bare.append(seconds_of(["-c", "pass"]))
        ours.append(seconds_of(["-m", "sim", "--help"]))
    name = "python -c pass"
    return {
        "start.help": Measure(median(ours), "s", {name: median(ours) / median(bare)}),
        name: Measure(median(bare), "s"),
    }


def seconds_of(arguments: list[str]) -> float:
    """How long an interpreter with these arguments takes."""
    # From the package's own place, so that `-m sim` is this package.
    place = Path(__file__).resolve().parents[1]
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=place, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def as_announced() -> dict[str, Measure]:
    """Lots per second of the main scenario; reading the files is not counted."""
    from sim.scenario.loader import load_scenario

    scenario = load_scenario("as-announced")
    _lots_per_second(scenario, 0, "batch")  # compiles, or loads what was compiled
    events: list[float] = []
    batch: list[float] = []
    for seed in range(min(ROUNDS, 3)):
        events.append(_lots_per_second(scenario, seed))
        batch.append(_lots_per_second(scenario, seed, "batch"))
    ratio = median(b / e for b, e in zip(batch, events, strict=True))
    return {
        "events.as_announced": Measure(median(events), "lots/s"),
        "batch.as_announced": Measure(median(batch), "lots/s", {"events.as_announced": ratio}),
    }


def line3(folder: Path) -> dict[str, Measure]:
    """Lots per second through a line of three stations, against SimPy written by hand."""
    from sim.scenario.loader import load_scenario

    scenario = load_scenario(str(folder / "line3.yaml"))
    length = scenario.document.horizon.length
    assert length is not None
    yardstick = _module(folder / "line3_simpy.py")
    ours: list[float] = []
    batch: list[float] = []
    simpy: list[float] = []
    _lots_per_second(scenario, 0, "batch")
    for seed in range(ROUNDS):
        ours.append(_lots_per_second(scenario, seed))
        batch.append(_lots_per_second(scenario, seed, "batch"))
        began = time.perf_counter()
        done, _, _ = yardstick.run(length, seed)
        simpy.append(done / (time.perf_counter() - began))
    ratio = median(a / b for a, b in zip(ours, simpy, strict=True))
    compiled = {
        "events.line3": median(b / a for a, b in zip(ours, batch, strict=True)),
        "simpy.line3": median(b / a for a, b in zip(simpy, batch, strict=True)),
    }
    return {
        "batch.line3": Measure(median(batch), "lots/s", compiled),
        "events.line3": Measure(median(ours), "lots/s", {"simpy.line3": ratio}),
        "simpy.line3": Measure(median(simpy), "lots/s"),
    }


def _lots_per_second(scenario: Any, seed: int, engine: str = "events") -> float:
    """Lots through a bottleneck, by the time that drawing and the engine take."""
    from sim.api import engine_class
    from sim.compiler import compile_plan
    from sim.draws import draw

    plan, chosen = compile_plan(scenario), engine_class(engine)
    began = time.perf_counter()
    records = chosen(draw(plan, seed)).run()
    seconds = time.perf_counter() - began
    return int(records.site["lots"].sum()) / seconds


def _module(file: Path) -> Any:
    """The module in `file`, which is no part of a package."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
