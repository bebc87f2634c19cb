"""The choices that a run takes at its gates."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from sim.draws.gates import taken_from
from sim.report.indicators import date
from sim.scenario.loader import Scenario

if TYPE_CHECKING:
    from sim.results.result import Result


def chosen(result: Result) -> list[str]:
    """Return one sentence with each decision, its choice, since when, and the alternatives; empty without decisions."""
    document = result.scenario.document
    if not document.decisions:
        return []
    plan, told = result.plan, []
    taken = {gate.name: gate.choice for gate in plan.gates}
    in_force = taken_from(plan, result.draws.gates)
    for gate, came, day in zip(plan.gates, result.draws.gates, in_force, strict=True):
        decision = document.decisions[gate.name]
        others = [decision.choices[c].title or c for c in decision.open_after(taken) if c != gate.choice]
        if not others and not gate.changes:
            continue  # nothing could be chosen there, and nothing was
        title, choice = decision.title or gate.name, decision.choices[gate.choice].title or gate.choice
        beside = f" (or {', '.join(others)})" if others else ""
        if day < inf:
            told.append(f"{title}: {choice} from {date(result.scenario, day)}{beside}")
        elif came < inf:
            missing = [document.decisions[plan.gates[k].name].title or plan.gates[k].name for k in gate.needs]
            told.append(f"{title}: not {choice}, for nothing was chosen before at {', '.join(missing)}")
        else:
            told.append(f"{title}: nothing chosen, {at_gate(result.scenario, gate.name)} does not come in time")
    return [f"Choices taken: {'; '.join(told)}."] if told else []


def at_gate(scenario: Scenario, name: str) -> str:
    """Return when the gate of a decision is: its date, or its milestone and the lag after it."""
    at = scenario.document.decisions[name].at
    if at.milestone is None:
        return date(scenario, scenario.inputs.number(f"decisions.{name}.at"))
    title = scenario.document.milestones[at.milestone].title or at.milestone
    lag = scenario.inputs.number(f"decisions.{name}.at.lag")
    return f"{title} and {lag:g} {scenario.document.horizon.written('day')}s" if lag else title
