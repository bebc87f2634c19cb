"""From a scenario to a plan: the only place that knows both."""

from sim.compiler.compile import compile_plan, renumbered

__all__ = ["compile_plan", "renumbered"]
