"""The result of one replication."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.dimensions import Dimension
from sim.lint import Finding, lint
from sim.plan import Plan
from sim.results import store
from sim.results.requirements import Shortfall
from sim.scenario.loader import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Drawn:
    """An uncertain number as it was drawn: its value in the dimension's unit, and how much of the
    distribution lies below it."""

    dimension: Dimension
    value: float
    probability: float

    def to_json(self) -> dict[str, Any]:
        """One of the `inputs` that `fabshift run --replication K --json` prints."""
        of = self.dimension
        return {
            "name": of.name, "unit": of.unit, "low": of.low, "typical": of.mode, "high": of.high,
            "draw": str(of.draw), "drawn": self.value, "probability": self.probability,
        }  # fmt: skip


@dataclass(frozen=True)
class Result:
    """One replication: indicators, dates, frames.

    `kpis` maps names to numbers (None where a denominator is empty); `milestones` maps names to
    dates (numbers of time units in an abstract model) or None; `conservation` holds the worst
    breach in units and dollars, which is always 0; `shortfalls` lists pools of which the demand
    requires more than any source could make; `frames` holds `monthly`, `cash`, `milestones`
    and, with a trace, `lots`. `drawn` is what `replication` drew, in the order of the plan's
    dimensions; None of a run at typical values.
    """

    scenario: Scenario
    plan: Plan
    seed: int
    engine: str
    kpis: dict[str, float | None]
    milestones: dict[str, dt.date | float | None]
    conservation: dict[str, float]
    frames: dict[str, pd.DataFrame]
    shortfalls: list[Shortfall]
    hash: str
    replication: int = 0
    drawn: tuple[Drawn, ...] | None = None

    @property
    def horizon(self) -> dict[str, str | float]:
        """First day and the day after the last (time units in an abstract model)."""
        horizon = self.scenario.document.horizon
        if horizon.start is None or horizon.end is None:
            return {"start": 0.0, "end": float(horizon.length or 0.0)}
        return {"start": horizon.start.isoformat(), "end": horizon.end.isoformat()}

    @cached_property
    def findings(self) -> list[Finding]:
        """Inputs of the scenario beyond precedent or physics."""
        return lint(self.scenario)

    def to_json(self) -> dict[str, Any]:
        """The document that `fabshift run --json` prints."""
        return {
            "scenario": self.scenario.name,
            "seed": self.seed,
            "engine": self.engine,
            "horizon": self.horizon,
            "kpis": self.kpis,
            "milestones": {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in self.milestones.items()},
            "conservation": self.conservation,
            "hash": self.hash,
            **self._inputs(),
        }

    def _inputs(self) -> dict[str, Any]:
        if self.drawn is None:
            return {}
        return {"replication": self.replication, "inputs": [one.to_json() for one in self.drawn]}

    def save(self, directory: Path, *, force: bool = False) -> None:
        """Write manifest, indicators and frames; whole or not at all.

        Raises:
            InputError: the directory holds results of another scenario, seed or engine and `force`
                is not set, or cannot be written.
        """
        store.save(directory, self._manifest(), self.to_json(), self.frames, force=force)

    def _manifest(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario.name,
            "title": self.scenario.document.title,
            "hash": self.hash,
            "seed": self.seed,
            "engine": self.engine,
            "replication": None if self.drawn is None else self.replication,
            "horizon": self.horizon,
            "versions": store.versions(),
            "resolved": resolved(self.scenario),
        }


def resolved(scenario: Scenario) -> dict[str, Any]:
    """The whole resolved scenario as plain data: the document, and each number with its origin.

    The name of the file plays no part in it.
    """
    inputs = {
        path: {"value": i.value, "unit": i.unit, "kind": i.kind, "figure": i.figure, "source": i.source}
        for path, i in sorted(scenario.inputs.items())
    }
    return {
        "document": scenario.document.model_dump(mode="json", by_alias=True, exclude={"extends"}),
        "inputs": inputs,
        "uncertain": {name: (u.draw, u.low, u.mode, u.high, u.unit) for name, u in sorted(scenario.uncertain.items())},
    }


def scenario_hash(scenario: Scenario) -> str:
    """SHA-256 of the resolved scenario: equal for equal inputs, wherever the file lies."""
    text = json.dumps(resolved(scenario), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
