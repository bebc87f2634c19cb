"""fabshift: scenarios of chip capacity moving in-house, simulated.

    import sim
    scenario = sim.load_scenario("as-announced")
    result = sim.run(scenario, seed=1)
    result.frames["monthly"]

Names are imported when first used, so that the command line starts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.api import Result, run
    from sim.errors import InputError, ModelError
    from sim.scenario.loader import Scenario, list_shipped, load_scenario

_HOMES = {
    "InputError": "sim.errors",
    "ModelError": "sim.errors",
    "Result": "sim.api",
    "Scenario": "sim.scenario.loader",
    "list_shipped": "sim.scenario.loader",
    "load_scenario": "sim.scenario.loader",
    "run": "sim.api",
}

__all__ = ["InputError", "ModelError", "Result", "Scenario", "list_shipped", "load_scenario", "run"]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
