"""What the numbers of a study come from: the scenario with its ranges, and the code that plays it."""

from __future__ import annotations

import hashlib
import platform
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim.compiler import compile_plan
from sim.results.result import resolved, scenario_hash
from sim.scenario.loader import Scenario

NO_PART = ("bench", "claims", "cli", "linting", "options", "report", "study", "__main__.py")
"""Rooms that no number of a run passes through."""


@lru_cache(maxsize=1)
def made_by() -> dict[str, str]:
    """Version of the program, a hash of the sources that make numbers, and versions of what they call."""
    found = {"sources": _sources(), "machine": platform.machine()}
    for package in ("fabshift", "numpy", "scipy", "numba", "simpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _sources() -> str:
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        if (name := file.relative_to(root)).parts[0] not in NO_PART:
            digest.update(name.as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def fingerprint(scenario: Scenario) -> str:
    """SHA-256 of all that runs of a scenario depend on: what is resolved, and how it is drawn."""
    plan = compile_plan(scenario)
    drawn = repr((plan.dimensions, plan.correlations, plan.lineage))
    return hashlib.sha256(f"{scenario_hash(scenario)} {drawn}".encode()).hexdigest()


def told(scenario: Scenario) -> dict[str, Any]:
    """The same as plain data, for people, and to tell what changed: document, inputs, what is drawn."""
    ranges = {
        d.name: f"{d.low:g} to {d.mode:g} to {d.high:g} {d.unit}, {d.draw}" for d in compile_plan(scenario).dimensions
    }
    return {**resolved(scenario), "drawn": ranges}
