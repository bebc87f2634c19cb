"""The features seen at gates that a rule may use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sim.errors import InputError, Problem, argument, nearest
from sim.scenario.loader import Scenario
from sim.scenario.seen import KINDS, allowed, seen_at_gates

FLAG = "--feature"


def refuse_unknown(scenario: Scenario, words: Iterable[str]) -> None:
    """Check that every word names a feature, or a kind of features, that can be seen in a scenario.

    Raises:
        InputError: each word that names none, with the nearest name.
    """
    full = seen_at_gates(scenario.document, scenario.inputs)
    known = [*KINDS, *full]
    problems = [
        Problem(argument(FLAG), "", "nothing that is seen at a gate", repr(word), allowed(full), nearest(word, known))
        for word in words
        if word not in known
    ]
    if problems:
        raise InputError(problems)


def relevant(words: Sequence[str], features: Collection[str]) -> list[str] | None:
    """Return the features that `words` name, in full or by their kind; None, which means all, if there are no words."""
    if not words:
        return None
    return [name for name in features if name in words or name.partition(" of ")[0] in words]
