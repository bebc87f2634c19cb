"""Words for what an option is worth: its plans, states, rules, and when a plan is best."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.chosen import at_gate
from sim.report.formats import about, dollars, plain, with_unit

if TYPE_CHECKING:
    from sim.flexibility.hindsight import Best, Limits
    from sim.flexibility.option import Flexibility
    from sim.options import Estimate, NodeRule

_NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]\d+)?")


def gate(found: Flexibility, place: int) -> str:
    """Return the title of a gate."""
    name = found.gates[place].name
    return found.scenario.document.decisions[name].title or name


def when(found: Flexibility, place: int) -> str:
    """Return when a gate is: its date, or its milestone and the lag after it."""
    return at_gate(found.scenario, found.gates[place].name)


def listed(choices: Sequence[str]) -> str:
    """Return choices in the order of their gates."""
    return ", ".join(choices)


def made(found: Flexibility, choices: Sequence[str]) -> str:
    """Return the choices of a sequence, each with the title of its gate."""
    return "; ".join(f"{gate(found, i)}: {choice}" for i, choice in enumerate(choices))


def node(found: Flexibility, name: str) -> str:
    """Return a node in words: its gate, and the choices made before it."""
    place, before = found.nodes[name]
    return f"{gate(found, place)}{f' after {listed(before)}' if before else ''}"


def rule(found: Flexibility, one: NodeRule) -> str:
    """Return the rule at a node in words, and how often it makes each choice."""
    shares = ", ".join(f"{choice} {about(share)}" for choice, share in one.shares.items())
    came = "" if math.isclose(one.reached, 1.0) else f"; {about(one.reached)} of paths come here"
    return f"{when(found, found.nodes[one.node][0])}, {node(found, one.node)}: {one.words} ({shares}{came})"


def sure(estimate: Estimate) -> str:
    """Return an amount in dollars with its standard error."""
    error = negligible(estimate)
    return f"{dollars(estimate.mean)} (+- {dollars(error)})" if error else dollars(estimate.mean)


def negligible(estimate: Estimate) -> float:
    """Return a standard error; 0 if it is due to rounding."""
    return estimate.error if estimate.error > 1e-9 * abs(estimate.mean) else 0.0


def most(found: Flexibility) -> float:
    """Return the upper bound of the option value, in dollars."""
    valuation = found.valuation
    assert valuation.upper.value is not None
    return max(valuation.upper.value.mean - valuation.fixed.mean, 0.0)


def answer(found: Flexibility) -> list[str]:
    """Return what an option is worth in a few sentences."""
    valuation = found.valuation
    return [
        f"The freedom to change course is worth {sure(valuation.gain)}, at most {dollars(most(found))}.",
        f"Best fixed plan: {made(found, found.plan)}. It is worth {sure(valuation.fixed)}, with the rule {sure(valuation.policy)}.",
        compared(found),
    ]


def compared(found: Flexibility) -> str:
    """Return how the rule compares with the best fixed plan."""
    valuation = found.valuation
    return (
        f"The rule is better than the best fixed plan on {about(valuation.better)} of paths, worse on {about(valuation.worse)}. "
        f"Mean of the worst 5 %: fixed {dollars(valuation.cvar_fixed)}, with the rule {dollars(valuation.cvar_policy)}."
    )


def hindsight(found: Flexibility, one: Best) -> str:
    """Return on how many paths a sequence is best with hindsight, and within which limits of the inputs."""
    told = f"{listed(one.sequence)}: best on {about(one.share.estimate)} of paths"
    if not one.limits:
        return told
    limits = " and ".join(limit(found, each) for each in one.limits)
    return f"{told}: on {about(one.density)} of those where {limits} ({about(one.coverage)} of all on which it is best)"


def limit(found: Flexibility, one: Limits) -> str:
    """Return limits of an input in its own unit."""
    unit = found.scenario.document.horizon.written(one.unit)
    low, high = (None if end is None else plain(float(f"{end:.4g}")) for end in (one.low, one.high))
    if low is not None and high is not None:
        return f"{one.input} is {with_unit(f'{low} to {high}', unit)}"
    return (
        f"{one.input} is at {f'least {with_unit(low, unit)}' if low is not None else f'most {with_unit(high, unit)}'}"
    )


def basis(found: Flexibility) -> list[str]:
    """Return what the numbers are means of, how they are discounted, and what was checked."""
    paths = f"{found.n:,} paths of {len(found.sequences)} sequences from seed {found.seed}"
    stated = found.valuation.basis
    named = f" Rules use only {', '.join(found.features)}." if found.features else ""
    return [
        f"Means over {found.valuation.fresh:,} of {paths}; the other paths trained the rule; +- is a standard error.{named}",
        f"{stated[:1].upper()}{stated[1:]}. Before each gate all sequences were the same to the bit, on every path.",
    ]


def warnings(found: Flexibility) -> list[str]:
    """Return the warnings on the valuation, their numbers as amounts of money."""
    told = (_NUMBER.sub(lambda number: dollars(float(number[0])), text) for text in found.valuation.warnings)
    return [f"Warning: {text}." for text in told]
