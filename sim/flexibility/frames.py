"""What an option is worth as tidy frames: values by path, sequences, choices and states by gate, options, readings."""

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
"""Stands between the choices of a state, in the order of their gates."""


def frames(found: Flexibility) -> dict[str, pd.DataFrame]:
    """Every frame by its name; money in dollars of NPV, shares from 0 to 1."""
    named = {
        "values": _values(found), "sequences": _sequences(found), "choices": choices(found), "states": states(found),
        "rules": _rules(found), "options": options(found), "best": _best(found), "readings": _readings(found),
    }  # fmt: skip
    return {name: frame for name, frame in named.items() if len(frame)}


def _values(found: Flexibility) -> pd.DataFrame:
    """A row for each fresh path: its weight, the NPV of the best fixed plan and that with the rule."""
    v = found.valuation
    return pd.DataFrame({"weight": v.weights, "fixed": v.fixed_values, "with_rule": v.policy_values})


def _sequences(found: Flexibility) -> pd.DataFrame:
    """A row for each sequence of choices, the best first: its choices, mean, 5th and 95th percentile, mean of the worst 5 %."""
    rows = [
        (*sequence, values.mean(), *np.quantile(values, [0.05, 0.95]), cvar(values))
        for sequence, values in zip(found.sequences, found.npv.T, strict=True)
    ]
    columns = [*(gate.name for gate in found.gates), "mean", "p5", "p95", "worst_5_percent"]
    return pd.DataFrame(rows, columns=columns).sort_values("mean", ascending=False, ignore_index=True, kind="stable")


def choices(found: Flexibility) -> pd.DataFrame:
    """A row for each gate and choice: how probably the rule makes it, by the gate's date, and whether the best fixed plan does."""
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
    """A row for each gate and each state that paths are in after it (the choices so far): the share of paths, the greatest first."""
    rows = []
    for i in range(len(found.gates)):
        after: dict[tuple[str, ...], float] = {}
        for course, share in courses(found).items():
            after[course[: i + 1]] = after.get(course[: i + 1], 0.0) + share
        ranked = sorted(after.items(), key=lambda pair: -pair[1])
        rows += [(*_at(found, i), BETWEEN.join(state), share) for state, share in ranked]
    return pd.DataFrame(rows, columns=["date", "gate", "state", "share"])


def courses(found: Flexibility) -> dict[tuple[str, ...], float]:
    """The share of fresh paths on which the rule takes each sequence of choices, of those that it takes."""
    shares: dict[tuple[str, ...], float] = {}
    befores = {before for _, before in found.nodes.values()}
    for rule, (_, before) in _reached(found):
        for choice, share in rule.shares.items():
            made = (*before, choice)
            # Where another decision follows, that one says how it goes on.
            if share > 0.0 and not any(later[: len(made)] == made for later in befores):
                shares[found.sequence(made)] = rule.reached * share
    return shares


def _at(found: Flexibility, gate: int) -> tuple[Any, str]:
    """The date of a gate, none where it has no date of its own, and its name."""
    day = found.gates[gate].day
    return date(found.scenario, day) if np.isfinite(day) else None, found.gates[gate].name


def _rules(found: Flexibility) -> pd.DataFrame:
    """A row for each node that paths come to: what was chosen before, the share of paths, the rule in words."""
    rows = [
        (*_at(found, gate), BETWEEN.join(before), rule.reached, rule.words) for rule, (gate, before) in _reached(found)
    ]
    return pd.DataFrame(rows, columns=["date", "gate", "before", "reached", "rule"])


def _reached(found: Flexibility) -> list[tuple[NodeRule, tuple[int, tuple[str, ...]]]]:
    return [(rule, found.nodes[rule.node]) for rule in found.valuation.rules if rule.reached]


def options(found: Flexibility) -> pd.DataFrame:
    """A row for each option: what it adds to the best fixed plan alone, what the whole loses without it, standard errors."""
    rows = [
        {"option": part.option, **_estimate("alone", part.alone), **_estimate("removed", part.removed)}
        for part in found.valuation.parts
    ]
    return pd.DataFrame(rows)


def _estimate(name: str, one: Estimate | None) -> Mapping[str, float]:
    return {name: np.nan if one is None else one.mean, f"{name}_error": np.nan if one is None else one.error}


def _best(found: Flexibility) -> pd.DataFrame:
    """A row for each sequence that is best on some path with hindsight, and for each input that limits it there: the share
    of paths with its 95 % interval, the limits, and how dense they are and how much they cover."""
    rows = [
        (
            BETWEEN.join(b.sequence), b.share.estimate, b.share.low, b.share.high,
            *((None, None, None, None) if one is None else (one.input, one.low, one.high, one.unit)),
            *((None, None) if one is None else (b.density, b.coverage)),
        )
        for b in found.best
        for one in (b.limits or (None,))
    ]  # fmt: skip
    columns = ["sequence", "share", "share_low", "share_high", "input", "low", "high", "unit", "density", "coverage"]
    return pd.DataFrame(rows, columns=columns)


def _readings(found: Flexibility) -> pd.DataFrame:
    """A row for each reading: the fixed plan that is best under it, and the regret of the one chosen without it."""
    rows = [
        {
            "figure": r.figure or "", "reading": r.reading, "best": None if r.best is None else BETWEEN.join(r.best),
            **_estimate("fixed", r.fixed), **_estimate("regret", r.regret),
        }
        for r in found.readings
    ]  # fmt: skip
    return pd.DataFrame(rows)
