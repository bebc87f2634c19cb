"""fabshift: scenarios of chip capacity moving in-house, simulated.

    import sim
    scenario = sim.load_scenario("as-announced")
    result = sim.run(scenario, seed=1)
    result.frames["monthly"]
    result.plot("share")

Names are imported when first used, so that the command line starts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import options
    from sim.api import Result, run
    from sim.errors import InputError, LostError, ModelError
    from sim.report.figures.catalogue import plot
    from sim.scenario.loader import Scenario, list_shipped, load_scenario
    from sim.study.compare import compare
    from sim.study.discover import discover
    from sim.study.montecarlo import monte_carlo
    from sim.study.plans import regret
    from sim.study.sensitivity import sensitivity
    from sim.study.sweep import sweep

_HOMES = {
    "InputError": "sim.errors",
    "LostError": "sim.errors",
    "ModelError": "sim.errors",
    "Result": "sim.api",
    "Scenario": "sim.scenario.loader",
    "compare": "sim.study.compare",
    "discover": "sim.study.discover",
    "list_shipped": "sim.scenario.loader",
    "load_scenario": "sim.scenario.loader",
    "monte_carlo": "sim.study.montecarlo",
    "plot": "sim.report.figures.catalogue",
    "regret": "sim.study.plans",
    "run": "sim.api",
    "sensitivity": "sim.study.sensitivity",
    "sweep": "sim.study.sweep",
}

__all__ = [
    "InputError", "LostError", "ModelError", "Result", "Scenario", "compare", "discover", "list_shipped",
    "load_scenario", "monte_carlo", "options", "plot", "regret", "run", "sensitivity", "sweep",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "options":
        return import_module("sim.options")
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
