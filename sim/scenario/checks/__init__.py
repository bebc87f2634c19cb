"""Checks of what a scenario means: references, numbers, graph, dates, dies, sites, demand."""

from __future__ import annotations

from sim.scenario.checks import dates, demand, dies, graph, numbers, references, sites, sourcing
from sim.scenario.checks.context import Context

__all__ = ["Context", "check"]

ALWAYS = (references.check, numbers.check)
ONLY_WHOLE = (sourcing.check, graph.check, dates.check, dies.check, sites.check, demand.check)


def check(context: Context) -> None:
    """Run every check; those that look across entries only if none is missing."""
    for one in (*ALWAYS, *(ONLY_WHOLE if context.whole else ())):
        one(context)
