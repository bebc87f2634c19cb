"""The gates of a scenario, every sequence of choices at them, and what planners know of a sequence."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

from sim.compiler import compile_plan
from sim.errors import InputError, Problem
from sim.plan import Plan
from sim.scenario.loader import Scenario

MOST_SEQUENCES = 512
"""Each is a run of its own on every path."""
Sequence = tuple[str, ...]
"""Choices at the gates, in their order; of a prefix, at the first gates."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A decision: its name, the day from the start, and its choices, the planned one first."""

    name: str
    day: float
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Tree:
    """All sequences of choices of a scenario, with a plan for each, compiled when it is first asked for.

    What choices bring after their gates comes `sooner` by so many days.
    """

    scenario: Scenario
    gates: tuple[Gate, ...]
    sooner: float = 0.0
    _plans: dict[Sequence, Plan] = field(default_factory=dict, repr=False)

    @property
    def planned(self) -> Sequence:
        """What the scenario's `plan` takes."""
        return tuple(gate.choices[0] for gate in self.gates)

    @property
    def sequences(self) -> list[Sequence]:
        """Every sequence of choices."""
        return list(product(*(gate.choices for gate in self.gates)))

    def prefixes(self, gate: int) -> list[Sequence]:
        """What may have been chosen before a gate."""
        return list(product(*(before.choices for before in self.gates[:gate])))

    def plan(self, sequence: Sequence) -> Plan:
        """The compiled scenario with these choices."""
        if sequence not in self._plans:
            chosen = {gate.name: choice for gate, choice in zip(self.gates, sequence, strict=True)}
            self._plans[sequence] = compile_plan(self.scenario, chosen, sooner=self.sooner)
        return self._plans[sequence]

    def foreseen(self, sequence: Sequence) -> list[tuple[float, Plan]]:
        """What planners expect until each gate: what was chosen before it, and then the plan."""
        return [(gate.day, self.plan(sequence[:i] + self.planned[i:])) for i, gate in enumerate(self.gates)]


def sells(scenario: Scenario) -> bool:
    """Whether a choice closes a site, which is then sold: what other choices keep is taken as sold at the end."""
    return any(choice.closes for d in scenario.document.decisions.values() for choice in d.choices.values())


def tree_of(scenario: Scenario) -> Tree:
    """The gates of a scenario by their dates, and the sequences of choices.

    Raises:
        InputError: it has no decisions, or too many sequences.
    """
    decisions, chosen = scenario.document.decisions, scenario.document.chosen
    days = {name: scenario.inputs.number(f"decisions.{name}.at") for name in decisions}
    gates = tuple(
        Gate(name, days[name], (chosen[name], *(c for c in decisions[name].choices if c != chosen[name])))
        for name in sorted(decisions, key=lambda name: days[name])
    )
    mark = scenario.mark("decisions")
    if not gates:
        message = "nothing can be chosen: the scenario has no decisions"
        raise InputError([Problem(mark, "decisions", message, expected="decisions at gates, each with its choices")])
    tree = Tree(scenario, gates)
    count = 1
    for gate in gates:
        count *= len(gate.choices)
    if count > MOST_SEQUENCES:
        message, most = "more sequences of choices than can be run", f"at most {MOST_SEQUENCES}"
        raise InputError([Problem(mark, "decisions", message, str(count), most)])
    return tree
