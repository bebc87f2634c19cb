"""The choices that a run takes at its gates."""

from __future__ import annotations

from sim.report.indicators import date
from sim.scenario.loader import Scenario


def chosen(scenario: Scenario) -> list[str]:
    """One sentence with each decision, the choice taken, its date and what else could be chosen; none without decisions."""
    document, told = scenario.document, []
    gates = sorted(document.chosen.items(), key=lambda pair: scenario.inputs.number(f"decisions.{pair[0]}.at"))
    for name, taken in gates:
        decision = document.decisions[name]
        others = [choice.title or key for key, choice in decision.choices.items() if key != taken]
        at = date(scenario, scenario.inputs.number(f"decisions.{name}.at"))
        title, choice = decision.title or name, decision.choices[taken].title or taken
        told.append(f"{title}: {choice} from {at} (or {', '.join(others)})")
    return [f"Choices taken: {'; '.join(told)}."] if told else []
