"""Which of the things that are seen at gates a rule may use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sim.errors import InputError, Problem, argument, nearest
from sim.scenario.loader import Scenario
from sim.scenario.seen import KINDS, allowed, seen_at_gates

FLAG = "--feature"


def refuse_unknown(scenario: Scenario, words: Iterable[str]) -> None:
    """Refuse words that name nothing that can be seen of a scenario.

    Raises:
        InputError: every such word, with the nearest that there is.
    """
    full = seen_at_gates(scenario.document)
    known = [*KINDS, *full]
    problems = [
        Problem(argument(FLAG), "", "nothing that is seen at a gate", repr(word), allowed(full), nearest(word, known))
        for word in words
        if word not in known
    ]
    if problems:
        raise InputError(problems)


def relevant(words: Sequence[str], features: Collection[str]) -> list[str] | None:
    """The features that words name, by their full names or by their kinds; None for all where there are no words."""
    if not words:
        return None
    return [name for name in features if name in words or name.partition(" of ")[0] in words]
