"""Checks of what a scenario means: names lead somewhere, numbers make sense, and every field has an effect."""

from __future__ import annotations

from sim.scenario.checks import (
    courses,
    dates,
    decisions,
    demand,
    dies,
    disruptions,
    graph,
    noise,
    numbers,
    paths,
    policies,
    processes,
    recipes,
    references,
    sites,
    sourcing,
    uncertainty,
    wip,
)
from sim.scenario.checks.context import Context

__all__ = ["Context", "check", "check_numbers"]

STRUCTURE = (references.check, numbers.check_origins)
NUMBERS = (numbers.check, uncertainty.check)
ONLY_WHOLE = (
    sourcing.check, graph.check, dates.check, paths.check, dies.check, recipes.check, noise.check, sites.check,
    disruptions.check, demand.check, policies.check, wip.check, decisions.check, courses.check, processes.check,
)  # fmt: skip


def check(context: Context) -> None:
    """Run every check; those that look across entries run only if the schema refused no part."""
    # A check across entries would miss what was refused, and report that instead of the cause.
    for one in (*STRUCTURE, *NUMBERS, *(ONLY_WHOLE if context.refused.whole else ())):
        one(context)


def check_numbers(context: Context) -> None:
    """Run the checks that read numbers: enough for a scenario that differs in its numbers alone from a checked one."""
    for one in (*NUMBERS, *ONLY_WHOLE):
        one(context)
