"""Run a scenario from Python."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.compiler import compile_plan
from sim.draws import draw
from sim.engines.events import EventsEngine
from sim.errors import InputError, problem
from sim.plan import Plan
from sim.results import books, frames, milestones
from sim.results.kpis import kpis
from sim.scenario.loader import Scenario, load_scenario

if TYPE_CHECKING:
    import pandas as pd

ENGINES = ("events",)


@dataclass(frozen=True)
class Result:
    """One replication: indicators, dates, frames.

    `kpis` maps names to numbers (None where a denominator is empty); `milestones` maps names to
    dates (numbers of time units in an abstract model) or None; `conservation` holds the worst
    breach in units and dollars, which is always 0; `frames` holds `monthly`, `cash`, `milestones`
    and, with a trace, `lots`.
    """

    scenario: Scenario
    plan: Plan
    seed: int
    engine: str
    kpis: dict[str, float | None]
    milestones: dict[str, dt.date | float | None]
    conservation: dict[str, float]
    frames: dict[str, pd.DataFrame]
    hash: str

    @property
    def horizon(self) -> dict[str, str | float]:
        """First day and the day after the last (time units in an abstract model)."""
        horizon = self.scenario.document.horizon
        if horizon.start is None or horizon.end is None:
            return {"start": 0.0, "end": float(horizon.length or 0.0)}
        return {"start": horizon.start.isoformat(), "end": horizon.end.isoformat()}

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
        }

    def save(self, directory: Path, *, force: bool = False) -> None:
        """Write manifest, indicators and frames; whole or not at all.

        Raises:
            InputError: the directory holds results of another scenario and `force` is not set, or
                cannot be written.
        """
        from sim.results.store import save

        save(self, directory, force=force)


def run(
    scenario: Scenario | str | Path,
    *,
    seed: int = 0,
    engine: str = "events",
    trace: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Result:
    """Run one replication of a scenario.

    `progress` is called now and then with the share of the horizon that is done.

    Raises:
        InputError: the scenario is wrong, or the engine is not known.
        ModelError: the model broke a rule of its own, which no input should make it do.
    """
    if engine not in ENGINES:
        raise InputError([problem("--engine", "no such engine", found=engine)])
    loaded = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    plan = compile_plan(loaded)
    draws = draw(plan, seed)
    records = EventsEngine(draws, trace=trace).run(progress)
    money = books.entries(draws, records)
    dates = {m.name: milestones.find(draws, records, m) for m in plan.milestones}
    found: dict[str, dt.date | float | None] = {
        name: None if days is None else frames.date_of(draws, days) for name, days in dates.items()
    }
    tables = {
        "monthly": frames.monthly(draws, records),
        "milestones": _milestone_frame(plan, found, dates),
        "cash": frames.cash(draws, money),
    }
    if trace:
        tables["lots"] = frames.lots(draws, records)
    return Result(
        scenario=loaded,
        plan=plan,
        seed=seed,
        engine=engine,
        kpis=kpis(draws, records, money),
        milestones=found,
        conservation={"worst_units": float(records.worst_units), "worst_usd": records.worst_cents / 100},
        frames=tables,
        hash=scenario_hash(loaded),
    )


def _milestone_frame(
    plan: Plan, found: dict[str, dt.date | float | None], days: dict[str, float | None]
) -> pd.DataFrame:
    import pandas as pd

    titles = {m.name: m.title for m in plan.milestones}
    rows = [(name, titles[name], date, days[name]) for name, date in found.items()]
    return pd.DataFrame(rows, columns=["name", "title", "date", "time"])


def resolved(scenario: Scenario) -> dict[str, Any]:
    """The whole resolved scenario as plain data: the document, and each number with its origin.

    The name of the file plays no part in it.
    """
    inputs = {
        path: {"value": i.value, "unit": i.unit, "kind": i.kind, "figure": i.figure, "source": i.source}
        for path, i in sorted(scenario.inputs.items())
    }
    return {"document": scenario.document.model_dump(mode="json", by_alias=True, exclude={"extends"}), "inputs": inputs}


def scenario_hash(scenario: Scenario) -> str:
    """SHA-256 of the resolved scenario: equal for equal inputs, wherever the file lies."""
    text = json.dumps(resolved(scenario), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
