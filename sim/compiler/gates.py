"""Gates lie on reviews, where planners learn what was chosen."""

from __future__ import annotations

from sim.errors import InputError, Problem
from sim.plan import Plan
from sim.scenario.loader import Scenario


def refuse_gates_between_reviews(plan: Plan, scenario: Scenario) -> None:
    """Check that gates lie on reviews.

    Raises:
        InputError: decisions lie between reviews; it names the reviews around each.
    """
    problems = []
    reviews = plan.calendar.reviews[:-1]
    for gate in plan.gates:
        path = f"decisions.{gate.name}.at"
        at = plan.inputs[gate.day].value
        if gate.waits and len(reviews) == 1:
            message = "no gate can follow a milestone, for planners review at the start alone"
            problems.append(
                Problem(scenario.mark(path), path, message, None, "a planned item, whose orders are reviewed")
            )
        if gate.waits or at in reviews:
            continue
        around = [max((r for r in reviews if r < at), default=None), min((r for r in reviews if r > at), default=None)]
        told = " or ".join(_shown(plan, day) for day in around if day)
        message = "a gate is a day on which planners review"
        problems.append(Problem(scenario.mark(path), path, message, _shown(plan, at), told or "a date on a review"))
    if problems:
        raise InputError(problems)


def _shown(plan: Plan, day: float) -> str:
    """Return a day as it is written: a date, or a number in an abstract model."""
    start = plan.calendar.start
    return f"{day:g}" if start is None else str(start + int(day))
