"""Larger lots, to save time, and what they do to the KPIs: paired runs with both sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.api import play
from sim.errors import InputError, Mark, Problem
from sim.study.design import Base, Row, coarser
from sim.study.documents import ci95, number
from sim.study.intervals import Interval, mean_interval
from sim.study.replicated import Replicated, Variant, variants
from sim.study.run import run_design

AUTO = "auto"
RUNS = 20
"""Replications in which both sizes are run."""


@dataclass(frozen=True, slots=True)
class Bias:
    """What lots `factor` times as large do: each KPI's mean with the scenario's own lots over `n` runs,
    and the mean of the paired difference to it; of a milestone, in days, where both reach it."""

    factor: int
    n: int
    own: dict[str, float]
    difference: dict[str, Interval]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "n": self.n,
            "kpis": {
                name: {"own_lots": number(self.own[name]), "difference": number(d.estimate), "ci95": ci95(d)}
                for name, d in self.difference.items()
            },
        }


def scaled(base: Base, own: Variant, wanted: int | str, engine: str) -> tuple[Base, int]:
    """The base with lots `wanted` times as large, or as large as leaves enough of them (`auto`), and the factor.

    Raises:
        InputError: `wanted` is neither `auto` nor a whole number from 1 on.
    """
    if wanted != AUTO and not (str(wanted).isdecimal() and int(wanted) >= 1):
        allowed = f"{AUTO}, or a whole number from 1 on"
        raise InputError([Problem(Mark("--lot-scale"), "", "no such size of lots", repr(wanted), allowed)])
    if str(wanted) == "1":
        return base, 1
    typical = play(own.scenario, own.plan, engine=engine)
    return coarser(base, typical, None if wanted == AUTO else int(wanted))


def lot_bias(base: Base, row: Row, factor: int, *, seed: int, engine: str, **how: Any) -> Bias:
    """Run the base and the row of larger lots on common random numbers; `how` is for `run_design`."""
    design = Replicated("lots", base, variants(base, [("own lots", Row()), ("larger lots", row)]), RUNS, seed)
    own, larger = design.parts(run_design(design, engine=engine, **how))
    names = own.names
    return Bias(
        factor,
        RUNS,
        {name: mean_interval(own.column(name), scrambled=design.scrambled).estimate for name in names},
        {
            name: mean_interval(larger.column(name) - own.column(name), scrambled=design.scrambled)
            for name in names
        },
    )  # fmt: skip
