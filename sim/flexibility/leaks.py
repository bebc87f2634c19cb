"""The values of choices that change what happens before their gate: each is tested alone against none of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sim.api import play
from sim.flexibility.observe import history
from sim.flexibility.sequences import Sequence as Choices
from sim.flexibility.sequences import Tree


def leaking(tree: Tree, sequence: Choices, gate: int, days: Sequence[float], until: float, **drawn: Any) -> list[str]:
    """Return the values chosen at a gate or later, each of which alone changes what happens before the gate.

    Values are named by their path in the scenario. `days` are those of the gates, `until` is the day up to which
    nothing may change, and `drawn` is the replication, as `play` takes it.
    """
    values = frozenset(_values(tree, sequence, gate))

    def seen(left_out: frozenset[str]) -> bytes:
        plan = tree.compiled(sequence, left_out)
        foreseen = tree.foreseen(sequence)
        return history(play(tree.scenario, plan, foreseen=foreseen, gates=days, **drawn), until)

    without = seen(values)
    # Sorted, since the order of a set of strings differs between processes.
    return [value for value in sorted(values) if seen(values - {value}) != without]


def _values(tree: Tree, sequence: Choices, first: int) -> Iterator[str]:
    """Yield the paths in the scenario of the values of the choices from gate number `first` on."""
    for gate, option in zip(tree.gates[first:], sequence[first:], strict=True):
        here, choice = (
            f"decisions.{gate.name}.choices.{option}",
            tree.scenario.document.decisions[gate.name].choices[option],
        )
        yield from (f"{here}.from_gate.{path}" for path in choice.from_gate)
        for i, later in enumerate(choice.later):
            yield from (f"{here}.later.{i}.values.{path}" for path in later.values)
        yield from (f"{here}.begins.{site}" for site in choice.begins)
        yield from (f"{here}.closes.{site}" for site in choice.closes)
        yield from (f"{here}.payments.{i}" for i in range(len(choice.payments)))
