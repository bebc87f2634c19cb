"""The order in which the gates of a scenario come."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sim.scenario.schema.decisions import Decision


def in_order(decisions: Mapping[str, Decision], day: Callable[[str], float]) -> list[str]:
    """Return the names of decisions in the order of their gates.

    `day` returns the number at a path of the scenario. Earlier dates come first. A gate on a milestone comes after all
    gates listed before it. Of gates that may fall on one day the one that is listed first comes first.
    """
    found: dict[str, float] = {}
    latest = float("-inf")
    for name, decision in decisions.items():
        # The day of a milestone is known only within a run: the gate takes the latest day so far, and the sort, which
        # is stable, keeps it after the gates listed before.
        found[name] = latest if decision.at.milestone is not None else day(f"decisions.{name}.at")
        latest = max(latest, found[name])
    return sorted(decisions, key=found.__getitem__)
