"""fabshift: scenarios of chip capacity moving in-house, simulated.

    import sim
    scenario = sim.load_scenario("as-announced")
    result = sim.run(scenario, seed=1)
    result.frames["monthly"]
    result.plot("share")

Scenarios: list_shipped, load_scenario, lint.
One run: run. Many: monte_carlo, compare, sweep.
What drives a KPI: explain, decompose, sensitivity, discover, regret.
Announcements: judge, scorecard.
Figures and text: plot, summary.

Every function takes the name of a shipped scenario, a path or what `load_scenario` returns. Wrong input raises
InputError, which lists every problem with its place in the file.

Names are imported when first used, so that the command line starts at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import options
    from sim.api import Result, run
    from sim.claims.judging import judge
    from sim.claims.scorecard import scorecard
    from sim.errors import InputError, LostError, ModelError
    from sim.flexibility.option import option
    from sim.linting.findings import lint
    from sim.report.figures.catalogue import plot
    from sim.report.summaries import summary
    from sim.scenario.loader import Scenario, list_shipped, load_scenario
    from sim.study.compare import compare
    from sim.study.discover import discover
    from sim.study.explain import decompose, explain
    from sim.study.montecarlo import monte_carlo
    from sim.study.regret import regret
    from sim.study.sensitivity import sensitivity
    from sim.study.sweep import sweep

_HOMES = {
    "InputError": "sim.errors",
    "LostError": "sim.errors",
    "ModelError": "sim.errors",
    "Result": "sim.api",
    "Scenario": "sim.scenario.loader",
    "compare": "sim.study.compare",
    "decompose": "sim.study.explain",
    "discover": "sim.study.discover",
    "explain": "sim.study.explain",
    "judge": "sim.claims.judging",
    "lint": "sim.linting.findings",
    "list_shipped": "sim.scenario.loader",
    "load_scenario": "sim.scenario.loader",
    "monte_carlo": "sim.study.montecarlo",
    "option": "sim.flexibility.option",
    "plot": "sim.report.figures.catalogue",
    "regret": "sim.study.regret",
    "run": "sim.api",
    "scorecard": "sim.claims.scorecard",
    "sensitivity": "sim.study.sensitivity",
    "summary": "sim.report.summaries",
    "sweep": "sim.study.sweep",
}

__all__ = [
    "InputError", "LostError", "ModelError", "Result", "Scenario", "compare", "decompose", "discover", "explain", "judge",
    "lint", "list_shipped", "load_scenario", "monte_carlo", "option", "options", "plot", "regret", "run", "scorecard",
    "sensitivity", "summary", "sweep",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "options":
        return import_module("sim.options")
    if name not in _HOMES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
