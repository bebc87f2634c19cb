"""Larger lots, which save time, and the resulting bias of the KPIs from paired runs with both sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.api import play
from sim.display import Displayed
from sim.errors import InputError, Problem, argument
from sim.scenario.override import Asked
from sim.study.methods.intervals import Interval, mean_interval
from sim.study.runs.design import Row, with_larger_lots
from sim.study.runs.documents import ci95, number
from sim.study.runs.replicated import Replicated, Variant, variants
from sim.study.runs.run import run_design

AUTO = "auto"
RUNS = 20
"""Replications in which both sizes are run."""


@dataclass(frozen=True, slots=True, repr=False)
class Bias(Displayed):
    """The bias by lots `factor` times as large: each KPI's mean with the scenario's own lots over `n` runs (`own`).

    `difference` is the mean of the paired differences to it; for a milestone in days, over runs in which both reach it.
    """

    factor: int
    n: int
    own: dict[str, float]
    difference: dict[str, Interval]

    def to_json(self) -> dict[str, Any]:
        """Return the bias as plain data."""
        return {
            "n": self.n,
            "kpis": {
                name: {
                    "own_lots": number(self.own[name]),
                    "difference": number(difference.estimate),
                    "ci95": ci95(difference),
                }
                for name, difference in self.difference.items()
            },
        }


def factor_of(base: Asked, own: Sequence[Variant], wanted: int | str, engine: str) -> int:
    """Return the factor of lot sizes: `wanted`, or for `auto` the greatest that leaves enough lots in every variant.

    It is 1 where a variant sets the lot scale itself, or has no lots.

    Raises:
        InputError: `wanted` is neither `auto` nor a whole number from 1 on.
    """
    factor = wanted_factor(wanted)
    return 1 if factor == 1 else min(_factor(base, variant, factor, engine) for variant in own)


def wanted_factor(wanted: int | str) -> int | None:
    """Return the factor of lot sizes that is asked for; None for `auto`.

    Raises:
        InputError: `wanted` is neither `auto` nor a whole number from 1 on.
    """
    if wanted == AUTO:
        return None
    if not (str(wanted).isdecimal() and int(wanted) >= 1):
        allowed = f"{AUTO}, or a whole number from 1 on"
        raise InputError([Problem(argument("--lot-scale"), "", "no such size of lots", repr(wanted), allowed)])
    return int(wanted)


def _factor(base: Asked, own: Variant, wanted: int | None, engine: str) -> int:
    """Return the factor for one variant, from the number of lots in a run at typical inputs."""
    typical = play(own.scenario, own.plan, engine=engine)
    return with_larger_lots(replace(base, sets=(*base.sets, *own.row.sets)), typical, wanted)[1]


def with_lots(own: Variant, factor: int) -> Row:
    """Return the row of a variant with lots `factor` times as large."""
    if factor == 1:
        return own.row
    return replace(own.row, sets=(*own.row.sets, f"lot_scale={own.scenario.document.lot_scale * factor}"))


def lot_bias(base: Asked, own: Variant, factor: int, *, seed: int, engine: str, **how: Any) -> Bias | None:
    """Run a variant with its own and with larger lots, on common random numbers; None for a factor of 1.

    `how` is passed to `run_design`.
    """
    if factor == 1:
        return None
    rows = [("own lots", own.row), ("larger lots", with_lots(own, factor))]
    design = Replicated("lots", base, variants(base, rows), RUNS, seed)
    small, large = design.parts(run_design(design, engine=engine, **how))
    pairs = {name: large.column(name) - small.column(name) for name in small.names}
    return Bias(
        factor,
        RUNS,
        {name: mean_interval(small.column(name), scrambled=design.scrambled).estimate for name in pairs},
        {name: mean_interval(pair, scrambled=design.scrambled) for name, pair in pairs.items()},
    )
