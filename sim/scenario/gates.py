"""The order in which the gates of a scenario come."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sim.scenario.schema.decisions import Decision


def in_order(decisions: Mapping[str, Decision], day: Callable[[str], float]) -> list[str]:
    """The names of decisions in the order of their gates; `day` is the number at a path of the scenario.

    Dates come first that are earlier. A gate on a milestone comes after all gates listed before it, and of gates that
    may fall on one day that comes first which is listed first.
    """
    found: dict[str, float] = {}
    latest = float("-inf")
    for name, decision in decisions.items():
        found[name] = latest if decision.at.milestone is not None else day(f"decisions.{name}.at")
        latest = max(latest, found[name])
    return sorted(decisions, key=found.__getitem__)
