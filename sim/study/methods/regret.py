"""Regret: how much worse a plan does, in each state of the world, than the best plan for that world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.plan import BoolArray, FloatArray
from sim.study.methods.intervals import Interval, mean_interval


@dataclass(frozen=True, slots=True)
class Regret:
    """One plan over all worlds, in the unit of the KPI; `best` is the share of worlds in which none is better."""

    plan: str
    value: Interval
    mean: Interval
    p95: float
    most: float
    worst_world: int
    best: float


@dataclass(frozen=True, slots=True)
class Regrets:
    """All plans, and the one whose greatest regret is least (Savage 1951).

    Of `worlds`, `left_out` are those in which a plan had no value.
    """

    plans: tuple[Regret, ...]
    minimax: str
    worlds: int
    left_out: int


def regrets(
    names: Sequence[str], values: FloatArray, *, least: bool = False, scrambled: bool = False
) -> Regrets | None:
    """Return the regret of every plan from its `values`, shape (worlds, plans), and the minimax-regret plan.

    Large values are good, or with `least` small ones. With `scrambled` the worlds are replications at points, and the
    intervals of means use the means of the scrambles. Returns None where no world has a value of every plan.
    """
    whole: BoolArray = np.invert(np.isnan(values).any(axis=1))
    if not whole.any():
        return None
    # Plans must be compared over the same worlds: where one plan has no value, the world is left out for all.
    kept = np.where(whole[:, None], values, np.nan)
    good = -kept if least else kept
    table = good.max(axis=1, keepdims=True) - good
    plans = [_regret(name, kept[:, plan], table[:, plan], scrambled) for plan, name in enumerate(names)]
    # Ties of the greatest regret occur: several plans may share a bad world. The mean decides between them.
    choice = min(plans, key=lambda plan: (plan.most, plan.mean.estimate))
    return Regrets(tuple(plans), choice.plan, len(values), int((~whole).sum()))


def _regret(name: str, values: FloatArray, regret: FloatArray, scrambled: bool) -> Regret:
    """Summarise the value and the regret of one plan over all worlds, each of shape (worlds,)."""
    worst, there = int(np.nanargmax(regret)), regret[~np.isnan(regret)]
    return Regret(
        plan=name,
        value=mean_interval(values, scrambled=scrambled),
        mean=mean_interval(regret, scrambled=scrambled),
        p95=float(np.quantile(there, 0.95)),
        most=float(regret[worst]),
        worst_world=worst,
        best=float((there == 0.0).mean()),
    )
