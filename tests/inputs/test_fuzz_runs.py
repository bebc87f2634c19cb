"""Whatever is done to a good file, it is refused in words or played to its end, in both engines alike, within bounded time
and memory."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import pickle
import resource
import signal
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sim.api import run
from sim.errors import InputError, ModelError
from sim.scenario.loader import load_scenario
from tests.conftest import examples

SECONDS, BYTES = 60, 4 << 30
"""What one mutant may take, in both engines, what has to be compiled for it included."""
SMALL: dict[str, Any] = {
    "title": "small", "bare_numbers": "made up for a test", "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2026, 4, 1)},
    "review_every": 7, "yield_noise": "binomial",
    "items": {
        "part": {"stage": "part", "policy": {"type": "min_max", "reorder": 40, "level": 90}, "holding_cost": 0.01},
        "board": {"stage": "board", "safety_stock": 3, "priority": 1},
        "car": {"stage": "car", "initial_stock": 5},
    },
    "sites": {
        "vendor": {"in_house": False, "capacity": 900, "contract": {"allocation": 700, "commitment": 50, "notice": 30, "take_or_pay": 0.5}},
        "hall": {"in_house": True, "ramp": {"start": dt.date(2026, 1, 20), "initial": 100, "target": 400, "months": 2}, "closed": ["sun"],
                 "capex": {"per_capacity": 50, "life": 10}},
        "shop": {"in_house": True, "capacity": {"points": [{"at": dt.date(2026, 1, 1), "value": 300}, {"at": dt.date(2026, 3, 1), "value": 500}]}},
    },
    "recipes": {
        "buy_part": {"item": "part", "site": "vendor", "cycle_time": {"shape": "gamma", "mean": 9, "cv": 0.4}, "price": 3, "lot_size": 20},
        "buy_board": {"item": "board", "site": "vendor", "cycle_time": 20, "price": 40, "minimum": 10, "shipping_time": 5},
        "own_board": {"item": "board", "site": "hall", "inputs": {"part": 2}, "lot_size": 10, "cycle_time": 6, "yield": {"line": 0.9},
                      "qualification": {"risk": {"days": 20, "starts": 60}}},
        "car": {"item": "car", "site": "shop", "inputs": {"board": 1, "part": 1}, "load": {"shape": "gamma", "mean": 1, "cv": 0.3}},
    },
    "sourcing": {"board": {"sources": ["own_board", "buy_board"], "policy": "in_house_first", "second_source_floor": 0.2}},
    "wip_limits": {"hall": {"sites": ["hall"], "limit": 60}},
    "payments": {"tool": {"amount": 900, "qualification": "own_board"}, "fee": {"amount": 40, "at": dt.date(2026, 2, 1), "every": 2}},
    "demand": {
        "cars": {"item": "car", "rate": 200, "value": 900, "shortage_cost": 1},
        "spares": {"item": "board", "pattern": "periodic", "every": 6, "quantity": {"shape": "poisson", "mean": 9}, "backlog": False, "lost_cost": 4},
    },
    "disruptions": {"strike": {"kind": "random", "sites": ["vendor"], "rate": 3, "duration": 12, "effects": {"capacity": 0.2, "scrap_stock": 0.5}}},
}  # fmt: skip
"""A small scenario with something of most kinds, in which mutants differ."""
NUMBERS = st.one_of(
    st.sampled_from([0, 1, -1, 0.5, 1e-9, 1e-3, 7, 365, 1000, 1e6, 1e9, 1e12, 1e19, 1e300, -1e9, 2**53, 2**63]),
    st.integers(-10, 10**4), st.floats(0, 100),
)  # fmt: skip
OTHERS = st.sampled_from(
    [None, "", "junk", [], {}, [None], {"a": 1}, True, dt.date(2026, 2, 1), dt.date(1900, 1, 1), "unlimited", "car", "events",
     {"assumed": 3, "low": 1, "high": 9, "draw": "uniform", "source": "x"}, {"points": [{"at": dt.date(2026, 1, 5), "value": 2}]},
     {"shape": "lognormal", "mean": 5, "cv": 2}, "1 / 0", "9**9**9"]
)  # fmt: skip


def places(node: Any, loc: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where anything stands in a document."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [found for key, part in inside for found in [(*loc, key), *places(part, (*loc, key))]]


Mutation = tuple[tuple[Any, ...], Any]
PLACES = [place for place in places(SMALL) if place != ("title",)]
MUTANTS = st.lists(st.tuples(st.sampled_from(PLACES), st.just("delete") | NUMBERS | OTHERS), min_size=1, max_size=3)


def mutated(mutations: list[Mutation]) -> dict[str, Any]:
    """The small scenario with some of it replaced or deleted."""
    data: dict[str, Any] = pickle.loads(pickle.dumps(SMALL))
    for loc, new in mutations:
        parent: Any = data
        try:
            for key in loc[:-1]:
                parent = parent[key]
            if isinstance(new, str) and new == "delete":
                del parent[loc[-1]]
            else:
                parent[loc[-1]] = new
        except (KeyError, IndexError, TypeError):
            # An earlier mutation took it away.
            continue
    return data


def play(file: Path, told: Connection) -> None:
    """Load and run a file in both engines within limits, and tell what came of it."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    said = []
    for engine in ("events", "batch"):
        try:
            result = run(load_scenario(file), seed=1, engine=engine)
            assert result.conservation == {"worst_units": 0, "worst_usd": 0}
            said.append(str(sorted(result.kpis.items())))
        except (InputError, ModelError) as refused:
            said.append(str(refused) or "BUG: refused without a word")
        except BaseException as error:
            said.append(f"BUG {type(error).__name__}: {error}")
    told.send(said)


def outcome(data: dict[str, Any], folder: Path) -> list[str]:
    """What both engines said of a scenario, in a process of its own; what ended it if nothing was said."""
    file = folder / "mutant.yaml"
    with file.open("w", encoding="utf-8") as stream:
        YAML(typ="safe", pure=True).dump(data, stream)
    fork = multiprocessing.get_context("fork")
    told, here = fork.Pipe(duplex=False)
    process = fork.Process(target=play, args=(file, here))
    process.start()
    here.close()
    try:
        return list(told.recv())
    except EOFError:
        process.join()
        return [f"BUG: ended by {process.exitcode}"]
    finally:
        process.join()


@pytest.fixture(scope="module")
def folder() -> Any:
    """A place for mutants, with both engines ready in this process, of which theirs are copies."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "good.yaml"
        with file.open("w", encoding="utf-8") as stream:
            YAML(typ="safe", pure=True).dump(SMALL, stream)
        for engine in ("events", "batch"):
            assert run(load_scenario(file), seed=1, engine=engine).kpis["served_by_end"] > 0
        yield Path(name)


# A third of a second each, in a process of its own. What changes the loader, an engine or its bounds is tried with `--fuzz 3000`.
@settings(
    max_examples=examples(80), deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(MUTANTS)
# Its need falls before the first bucket that the planner sees, and a part of the board is ordered later than the board is bought.
@example([(("items", "board", "priority"), "delete")])
def test_a_mutant_is_refused_or_played_alike(folder: Path, mutations: list[Mutation]) -> None:
    """No mutant ends in a traceback, in an engine that differs from the other, or in more time or memory than is bounded.

    A failing one is printed as what was changed of the small scenario.
    """
    said = outcome(mutated(mutations), folder)
    assert not any(what.startswith("BUG") for what in said), said
    assert said[0] == said[1]
