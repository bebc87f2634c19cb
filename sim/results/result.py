"""The result of one replication."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.dimensions import Dimension
from sim.display import Named
from sim.draws import Draws
from sim.draws.gates import taken_from
from sim.draws.inputs import input_quantile, probabilities
from sim.engines.shared.records import Records
from sim.plan import FloatArray, Plan
from sim.plotting import Plotted
from sim.results import frames, store
from sim.results.books import CashEntry
from sim.results.frames import Booked, Observed, date_of
from sim.results.kpis import kpis
from sim.results.milestones import find
from sim.results.requirements import Shortfall, owed, shortfalls
from sim.scenario.again import asked_json
from sim.scenario.loader import Scenario

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class DrawnInput:
    """An uncertain number as drawn: its value in the dimension's unit, and the probability of a lower one."""

    dimension: Dimension
    value: float
    probability: float

    def to_json(self) -> dict[str, Any]:
        """Return one of the `inputs` that `fabshift run --replication K --json` prints."""
        of = self.dimension
        return {
            "name": of.name, "unit": of.unit, "low": of.low, "typical": of.mode, "high": of.high,
            "draw": str(of.draw), "drawn": self.value, "probability": self.probability,
        }  # fmt: skip


@dataclass(frozen=True, repr=False)
class Result(Plotted):
    """One replication: its draws and records, and what is computed from them on demand.

    `conservation` is the worst breach in units and in dollars, always 0. `point` is the point of the unit cube at which
    the inputs of the `replication` were drawn, None of a run at typical values. KPIs and frames are computed only when
    read, since studies of many runs read KPIs alone and frames take longer.
    """

    scenario: Scenario
    draws: Draws
    records: Records
    money: list[CashEntry]
    engine: str
    conservation: dict[str, float]
    point: FloatArray | None = None
    traced: bool = False

    @property
    def plan(self) -> Plan:
        """The compiled scenario."""
        return self.draws.plan

    @property
    def seed(self) -> int:
        """The random seed."""
        return self.draws.seed

    @property
    def replication(self) -> int:
        """The index of the replication in its study."""
        return self.draws.replication

    @cached_property
    def kpis(self) -> dict[str, float | None]:
        """The KPIs by name; None where a denominator is empty."""
        return Named(kpis(self.draws, self.records, self.money))

    @cached_property
    def milestone_days(self) -> dict[str, float | None]:
        """Days from the start (or time units) at which milestones are reached; None if they are not."""
        return Named({one.name: find(self.draws, self.records, one) for one in self.plan.milestones})

    @cached_property
    def milestones(self) -> dict[str, dt.date | float | None]:
        """The dates of milestones by name, in an abstract model times; None if they are not reached."""
        days = self.milestone_days.items()
        return Named({name: None if day is None else date_of(self.draws, day) for name, day in days})

    @cached_property
    def gates(self) -> dict[str, dt.date | float | None]:
        """The dates from which on the choice at each gate is in force, in the order of gates.

        None where it is not: the milestone that the gate waits for is not reached in time, or an earlier choice that it
        requires was not taken.
        """
        days = zip(self.plan.gates, taken_from(self.plan, self.draws.gates), strict=True)
        return Named({gate.name: None if day == inf else date_of(self.draws, day) for gate, day in days})

    @cached_property
    def period_starts(self) -> list[Any]:
        """The first day of each reporting period, in an abstract model its time."""
        return frames.period_starts(self.draws)

    @cached_property
    def observed(self) -> tuple[Observed, ...]:
        """All measures by reporting period; `frames` has them as `monthly`."""
        return frames.observed(self.draws, self.records)

    @cached_property
    def booked(self) -> list[Booked]:
        """The cash entries by reporting period; `frames` has them as `cash`."""
        return frames.booked(self.draws, self.money)

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Tidy tables: `monthly`, `milestones`, `cash` and, with a trace, `lots`."""
        tables: Named[str, pd.DataFrame] = Named(
            {
                "monthly": frames.monthly(self.period_starts, self.observed),
                "milestones": frames.milestones(self.plan, self.milestones, self.milestone_days),
                "cash": frames.cash(self.booked),
            }
        )
        if self.traced:
            tables["lots"] = frames.lots(self.draws, self.records)
        return tables

    @cached_property
    def shortfalls(self) -> list[Shortfall]:
        """The pools of which demand requires far more than their sources could make."""
        return shortfalls(self.draws)

    @cached_property
    def owed(self) -> list[str]:
        """The names of the pools of which the backlog at the end requires units."""
        return owed(self.draws, self.records)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the resolved scenario."""
        return scenario_hash(self.scenario)

    @cached_property
    def drawn(self) -> tuple[DrawnInput, ...] | None:
        """The drawn value of each dimension of the plan, in their order; None of a run at typical values."""
        if self.point is None:
            return None
        found = zip(self.plan.dimensions, probabilities(self.plan, self.point).tolist(), strict=True)
        return tuple(DrawnInput(dimension, input_quantile(dimension, at), at) for dimension, at in found)

    @property
    def horizon(self) -> dict[str, str | float]:
        """The first day and the day after the last (time units in an abstract model)."""
        horizon = self.scenario.document.horizon
        if horizon.start is None or horizon.end is None:
            return {"start": 0.0, "end": float(horizon.length or 0.0)}
        return {"start": horizon.start.isoformat(), "end": horizon.end.isoformat()}

    def to_json(self) -> dict[str, Any]:
        """Return the document that `fabshift run --json` prints."""
        return {
            "scenario": self.scenario.name,
            "seed": self.seed,
            "engine": self.engine,
            "horizon": self.horizon,
            "kpis": self.kpis,
            "milestones": {
                name: day.isoformat() if isinstance(day, dt.date) else day for name, day in self.milestones.items()
            },
            **self._decisions(),
            "conservation": self.conservation,
            "hash": self.hash,
            **self._inputs(),
        }

    def _decisions(self) -> dict[str, Any]:
        """Return the choice at each gate and its date, as `fabshift run --json` prints them."""
        chosen = {gate.name: gate.choice for gate in self.plan.gates}
        found = {
            name: {"choice": chosen[name], "from": day.isoformat() if isinstance(day, dt.date) else day}
            for name, day in self.gates.items()
        }
        return {"decisions": found} if found else {}

    def _inputs(self) -> dict[str, Any]:
        if self.drawn is None:
            return {}
        return {"replication": self.replication, "inputs": [one.to_json() for one in self.drawn]}

    def save(self, directory: Path, *, force: bool = False) -> None:
        """Write manifest, KPIs and frames to a directory, all or none of them.

        Raises:
            InputError: the directory contains results of another scenario, seed or engine and `force` is not set, or
                it cannot be written.
        """
        asked = asked_json(self.scenario.asked, directory)
        store.save(directory, self._manifest(), asked, self.to_json(), self.frames, force=force)

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
    """Return the resolved scenario as plain data: the document, and each number with its origin.

    `extends` and `against` are left out: they are names of files and change no number.
    """
    inputs = {
        path: {"value": one.value, "unit": one.unit, "kind": one.kind, "figure": one.figure, "source": one.source}
        for path, one in sorted(scenario.inputs.items())
    }
    return {
        "document": scenario.document.model_dump(mode="json", by_alias=True, exclude={"extends", "against"}),
        "inputs": inputs,
        "uncertain": {
            name: (one.draw, one.low, one.mode, one.high, one.unit) for name, one in sorted(scenario.uncertain.items())
        },
    }


def scenario_hash(scenario: Scenario) -> str:
    """Return the SHA-256 of the resolved scenario: equal for equal inputs, wherever the file is."""
    text = json.dumps(resolved(scenario), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
