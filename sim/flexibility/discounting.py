"""The discount rate, and the probabilities that belong to it, with which a scenario's decisions are valued."""

from __future__ import annotations

from sim import options
from sim.errors import InputError, Problem
from sim.plan import Plan
from sim.scenario.loader import Scenario
from sim.vocabulary import Discounting


def discounting_of(scenario: Scenario, rate: float) -> options.Discounting:
    """Return the basis that `money.discounting` names, at an effective rate a year."""
    if scenario.document.money.discounting is Discounting.RISK_NEUTRAL:
        return options.RiskNeutral(rate)
    return options.RealProbabilities(rate)


def refuse_random_rate(scenario: Scenario, plan: Plan) -> None:
    """Check that the discount rate is not drawn at random.

    A rate that differs between paths has no place in either basis of discounting: paths would be worth more because
    their rate is low.

    Raises:
        InputError: the rate is drawn at random.
    """
    drawn = {*(d.input for d in plan.lineage.direct), *(fed.input for fed in plan.lineage.fed)}
    if plan.discount_rate in drawn:
        path = scenario.document.money.rate
        message = "is drawn at random; options are valued at a rate that is known in advance"
        entry = scenario.inputs[path]
        fixed = f"uncertainty: {{draw: {{{entry.figure or path}: fixed}}}}, or another value"
        raise InputError([Problem(scenario.mark(path), path, message, f"{entry.low:g} to {entry.high:g}", fixed)])
