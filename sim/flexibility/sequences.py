"""The gates of a scenario, every sequence of choices at them, and the plan that planners expect at each gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from math import inf

from sim.compiler import compile_plan
from sim.errors import InputError, Problem
from sim.plan import Plan
from sim.scenario.gates import in_order
from sim.scenario.loader import Scenario

MOST_SEQUENCES = 512
"""Sequences that are accepted at most: each is a run of its own on every path."""
Sequence = tuple[str, ...]
"""Choices at the gates, in their order; a prefix has those at the first gates only."""


@dataclass(frozen=True, slots=True)
class TreeGate:
    """A decision: its name, its day from the start, and its choices, the planned one first.

    The day of a gate on a milestone is infinite here: it differs between paths.
    """

    name: str
    day: float
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Tree:
    """All sequences of choices of a scenario, with a plan for each, which is compiled at its first use.

    Lead times of choices after their gates are shorter by `sooner` days.
    """

    scenario: Scenario
    gates: tuple[TreeGate, ...]
    sooner: float = 0.0
    _plans: dict[Sequence, Plan] = field(default_factory=dict, repr=False)

    @cached_property
    def planned(self) -> Sequence:
        """The sequence of the scenario's `plan`."""
        return self.onward(())

    @cached_property
    def sequences(self) -> list[Sequence]:
        """Every sequence of choices that the rules allow."""
        return list(self._from(()))

    def _from(self, prefix: Sequence) -> Iterator[Sequence]:
        """Yield every sequence that begins with these choices."""
        if len(prefix) == len(self.gates):
            yield prefix
            return
        for choice in self.open_after(prefix):
            yield from self._from((*prefix, choice))

    def open_after(self, prefix: Sequence) -> list[str]:
        """Return the choices that are open at the gate after these, the planned choice first."""
        gate = self.gates[len(prefix)]
        found = self.scenario.document.decisions[gate.name].open_after(self._chosen(prefix))
        return [choice for choice in gate.choices if choice in found]

    def onward(self, prefix: Sequence) -> Sequence:
        """Return these choices continued as planned, or with the first open choice where the planned one is closed."""
        while len(prefix) < len(self.gates):
            prefix = (*prefix, self.open_after(prefix)[0])
        return prefix

    def decided(self, prefix: Sequence) -> Sequence:
        """Return these choices with all that follow without an alternative, up to the next decision or the end."""
        while len(prefix) < len(self.gates) and len(found := self.open_after(prefix)) == 1:
            prefix = (*prefix, *found)
        return prefix

    @cached_property
    def decisions(self) -> list[Sequence]:
        """The choices before each decision at which more than one choice is open, from the first gate on."""
        found: list[Sequence] = []
        waiting = [self.decided(())]
        while waiting:
            prefix = waiting.pop(0)
            if len(prefix) < len(self.gates):
                found.append(prefix)
                waiting += [self.decided((*prefix, choice)) for choice in self.open_after(prefix)]
        return found

    def plan(self, sequence: Sequence) -> Plan:
        """Return the compiled plan of a sequence."""
        if sequence not in self._plans:
            self._plans[sequence] = self.compiled(sequence)
        return self._plans[sequence]

    def compiled(self, sequence: Sequence, left_out: frozenset[str] = frozenset()) -> Plan:
        """Compile the scenario with these choices, without the values of choices named in `left_out`."""
        return compile_plan(self.scenario, self._chosen(sequence), left_out=left_out, sooner=self.sooner)

    def foreseen(self, sequence: Sequence) -> list[Plan]:
        """Return for each gate the plan that is expected before it: the choices made so far, continued as planned."""
        return [self.plan(self.onward(sequence[:i])) for i in range(len(self.gates))]

    def _chosen(self, prefix: Sequence) -> dict[str, str]:
        """Return the choices by gate."""
        return {gate.name: choice for gate, choice in zip(self.gates, prefix, strict=False)}


def sells(scenario: Scenario) -> bool:
    """Return whether a choice closes a site, which is then sold.

    If so, the NPV of every sequence includes salvage: what other choices keep is treated as sold at the end.
    """
    return any(choice.closes for d in scenario.document.decisions.values() for choice in d.choices.values())


def tree_of(scenario: Scenario) -> Tree:
    """Return the gates of a scenario in their order, and the sequences of choices.

    Raises:
        InputError: it has no decisions, or too many sequences.
    """
    decisions, chosen, number = scenario.document.decisions, scenario.document.chosen, scenario.inputs.number
    gates = tuple(
        TreeGate(
            name,
            inf if decisions[name].at.milestone is not None else number(f"decisions.{name}.at"),
            (chosen[name], *(c for c in decisions[name].choices if c != chosen[name])),
        )
        for name in in_order(decisions, number)
    )
    mark = scenario.mark("decisions")
    if not gates:
        message = "nothing can be chosen: the scenario has no decisions"
        raise InputError([Problem(mark, "decisions", message, expected="decisions at gates, each with its choices")])
    tree = Tree(scenario, gates)
    # Sequences are counted one past the limit only: their number grows exponentially with the gates.
    if len(list(islice(tree._from(()), MOST_SEQUENCES + 1))) > MOST_SEQUENCES:
        message, most = "more sequences of choices than can be run", f"at most {MOST_SEQUENCES}"
        raise InputError([Problem(mark, "decisions", message, None, most)])
    return tree
