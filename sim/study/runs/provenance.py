"""What the numbers of a study depend on: the scenario with its ranges, and the code that runs it."""

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
"""Packages that do not affect the numbers of a run."""


@lru_cache(maxsize=1)
def made_by() -> dict[str, str]:
    """Return the version of the program, a hash of the sources that affect numbers, and versions of what they call."""
    found = {"sources": _sources(), "machine": platform.machine()}
    for package in ("fabshift", "numpy", "scipy", "numba", "simpy"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _sources() -> str:
    """Return a hash of the sources that affect the numbers of a run."""
    root = Path(__file__).resolve().parents[2]
    digest = hashlib.sha256()
    # The order in which a file system lists files differs between machines.
    for file in sorted(root.rglob("*.py")):
        if (name := file.relative_to(root)).parts[0] not in NO_PART:
            digest.update(name.as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def fingerprint(scenario: Scenario) -> str:
    """Return the SHA-256 of all that the runs of a scenario depend on: the resolved inputs, and how they are drawn."""
    plan = compile_plan(scenario)
    drawn = repr((plan.dimensions, plan.correlations, plan.lineage))
    return hashlib.sha256(f"{scenario_hash(scenario)} {drawn}".encode()).hexdigest()


def told(scenario: Scenario) -> dict[str, Any]:
    """Return the same as plain data, to be read and compared: document, inputs, and the ranges that are drawn."""
    ranges = {
        dimension.name: (
            f"{dimension.low:g} to {dimension.mode:g} to {dimension.high:g} {dimension.unit}, {dimension.draw}"
        )
        for dimension in compile_plan(scenario).dimensions
    }
    return {**resolved(scenario), "drawn": ranges}
