"""The result of an option study as tidy frames: values by path, choices and states by gate, options, readings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sim.options import NodeRule, cvar
from sim.study.runs.documents import date

if TYPE_CHECKING:
    from sim.flexibility.option import Flexibility
    from sim.options import Estimate

BETWEEN = " > "
"""Separates the choices of a state, which are in the order of their gates."""


def frames(found: Flexibility) -> dict[str, pd.DataFrame]:
    """Return every frame that has rows by its name; money in dollars of NPV, shares from 0 to 1."""
    named = {
        "values": _values(found), "sequences": _sequences(found), "choices": choices(found), "states": states(found),
        "rules": _rules(found), "options": options(found), "best": _best(found), "readings": _readings(found),
    }  # fmt: skip
    return {name: frame for name, frame in named.items() if len(frame)}


def _values(found: Flexibility) -> pd.DataFrame:
    """Return a row for each fresh path: its weight, and the NPV of the best fixed plan and with the rule."""
    valuation = found.valuation
    return pd.DataFrame(
        {"weight": valuation.weights, "fixed": valuation.fixed_values, "with_rule": valuation.policy_values}
    )


def _sequences(found: Flexibility) -> pd.DataFrame:
    """Return a row for each sequence, the best first: its choices, mean NPV, percentiles, mean of the worst 5 %."""
    rows = [
        (*sequence, values.mean(), *np.quantile(values, [0.05, 0.95]), cvar(values))
        for sequence, values in zip(found.sequences, found.npv.T, strict=True)
    ]
    columns = [*(gate.name for gate in found.gates), "mean", "p5", "p95", "worst_5_percent"]
    return pd.DataFrame(rows, columns=columns).sort_values("mean", ascending=False, ignore_index=True, kind="stable")


def choices(found: Flexibility) -> pd.DataFrame:
    """Return a row for each gate and choice: the probability that the rule makes it, and if the fixed plan does.

    Columns: date, gate, choice, probability, in_fixed_plan.
    """
    shares = courses(found)
    rows = [
        (
            *_at(found, i), choice, sum(share for course, share in shares.items() if course[i] == choice),
            found.plan[i] == choice,
        )
        for i, gate in enumerate(found.gates)
        for choice in gate.choices
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["date", "gate", "choice", "probability", "in_fixed_plan"])


def states(found: Flexibility) -> pd.DataFrame:
    """Return a row for each gate and each state after it, which is the choices made so far, most frequent first.

    Columns: date, gate, state, share (of the fresh paths).
    """
    rows = []
    for i in range(len(found.gates)):
        after: dict[tuple[str, ...], float] = {}
        for course, share in courses(found).items():
            after[course[: i + 1]] = after.get(course[: i + 1], 0.0) + share
        ranked = sorted(after.items(), key=lambda pair: -pair[1])
        rows += [(*_at(found, i), BETWEEN.join(state), share) for state, share in ranked]
    return pd.DataFrame(rows, columns=["date", "gate", "state", "share"])


def courses(found: Flexibility) -> dict[tuple[str, ...], float]:
    """Return the share of fresh paths on which the rule takes each sequence of choices, if it takes it at all."""
    shares: dict[tuple[str, ...], float] = {}
    befores = {before for _, before in found.nodes.values()}
    for rule, (_, before) in _reached(found):
        for choice, share in rule.shares.items():
            made = (*before, choice)
            # A course is counted once, at its last decision: where another one follows, its rule has the shares.
            if share > 0.0 and not any(later[: len(made)] == made for later in befores):
                shares[found.sequence(made)] = rule.reached * share
    return shares


def _at(found: Flexibility, gate: int) -> tuple[Any, str]:
    """Return the date of a gate and its name; the date is None for a gate on a milestone."""
    day = found.gates[gate].day
    return date(found.scenario, day) if np.isfinite(day) else None, found.gates[gate].name


def _rules(found: Flexibility) -> pd.DataFrame:
    """Return a row for each node that is reached: the choices before it, its share of the paths, the rule in words."""
    rows = [
        (*_at(found, gate), BETWEEN.join(before), rule.reached, rule.words) for rule, (gate, before) in _reached(found)
    ]
    return pd.DataFrame(rows, columns=["date", "gate", "before", "reached", "rule"])


def _reached(found: Flexibility) -> list[tuple[NodeRule, tuple[int, tuple[str, ...]]]]:
    """Return the rules of the nodes that are reached, each with its gate (from 0) and the choices before it."""
    return [(rule, found.nodes[rule.node]) for rule in found.valuation.rules if rule.reached]


def options(found: Flexibility) -> pd.DataFrame:
    """Return a row for each option: what it adds to the best fixed plan alone, and what its removal changes.

    Columns: option, alone, removed, and the standard error of each.
    """
    rows = [
        {"option": part.option, **_estimate("alone", part.alone), **_estimate("removed", part.removed)}
        for part in found.valuation.parts
    ]
    return pd.DataFrame(rows)


def _estimate(name: str, one: Estimate | None) -> Mapping[str, float]:
    """Return the columns of an estimate and its standard error; NaN where there is none."""
    return {name: np.nan if one is None else one.mean, f"{name}_error": np.nan if one is None else one.error}


def _best(found: Flexibility) -> pd.DataFrame:
    """Return a row for each sequence that is best with hindsight, and for each input that describes where it is.

    Columns: the share of paths with its 95 % confidence interval, the limits of the input, density and coverage.
    """
    rows = [
        (
            BETWEEN.join(best.sequence), best.share.estimate, best.share.low, best.share.high,
            *((None, None, None, None) if one is None else (one.input, one.low, one.high, one.unit)),
            *((None, None) if one is None else (best.density, best.coverage)),
        )
        for best in found.best
        for one in (best.limits or (None,))
    ]  # fmt: skip
    columns = ["sequence", "share", "share_low", "share_high", "input", "low", "high", "unit", "density", "coverage"]
    return pd.DataFrame(rows, columns=columns)


def _readings(found: Flexibility) -> pd.DataFrame:
    """Return a row for each reading: the best fixed plan under it, and the regret of the plan chosen without it."""
    rows = [
        {
            "figure": under.figure or "", "reading": under.reading,
            "best": None if under.best is None else BETWEEN.join(under.best),
            **_estimate("fixed", under.fixed), **_estimate("regret", under.regret),
        }
        for under in found.readings
    ]  # fmt: skip
    return pd.DataFrame(rows)
