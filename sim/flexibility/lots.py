"""Larger lots for the runs of an option study, to save time, and the resulting bias of the scenario's plan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.flexibility.running import ENGINE
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.runs.design import Row, based
from sim.study.runs.lots import RUNS, Bias, factor_of, lot_bias, wanted_factor, with_lots
from sim.study.runs.replicated import Variant, variants


@dataclass(frozen=True, slots=True)
class Lots:
    """A scenario with lots `factor` times as large as its own; `own` is the variant with its own, None for factor 1."""

    scenario: Scenario
    factor: int
    base: Asked
    own: Variant | None

    @property
    def runs(self) -> int:
        """The number of runs, in pairs, that estimate the bias."""
        return 0 if self.own is None else 2 * RUNS

    def bias(self, *, seed: int, out: Path | None, **how: Any) -> Bias | None:
        """Return the bias of each KPI of the scenario's plan by the larger lots; None where lots are its own."""
        if self.own is None:
            return None
        there = None if out is None else out / "lots"
        return lot_bias(self.base, self.own, self.factor, seed=seed, engine=ENGINE, out=there, **how)


def lots_of(scenario: Scenario, wanted: int | str) -> Lots:
    """Return the scenario with lots of the size that is wanted.

    Raises:
        InputError: `wanted` is neither `auto` nor a whole number from 1 on.
    """
    base = based(scenario)
    if wanted_factor(wanted) == 1:
        return Lots(scenario, 1, base, None)
    (own,) = variants(base, [("own lots", Row())])
    factor = factor_of(base, [own], wanted, ENGINE)
    if factor == 1:
        return Lots(scenario, 1, base, None)
    (larger,) = variants(base, [("larger lots", with_lots(own, factor))])
    return Lots(larger.scenario, factor, base, own)
