"""Options that several commands share, one by one and in groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar

import typer

from sim.cli.books import INPUTS, with_inputs
from sim.cli.studies import asked
from sim.errors import MOST_SEED
from sim.remembered import remembered

if TYPE_CHECKING:
    from sim.draws.tabulated import QuantileTable
    from sim.linting.findings import Finding
    from sim.plan import Plan
    from sim.scenario.counterfactual import Counterfactual
    from sim.scenario.loader import Scenario
    from sim.scenario.override import Asked
    from sim.vocabulary import Shape

T = TypeVar("T")


class Engine(StrEnum):
    """Which engine plays the plan out."""

    EVENTS = "events"
    BATCH = "batch"


SCENARIO = Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a path.")]
SETS = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Override an input (sites.fab.ramp.months=30), or a figure by its id; may be repeated.",
    ),
]
READINGS = Annotated[
    list[str] | None,
    typer.Option("--reading", metavar="FIGURE=NAME", help="Choose a reading of a contested figure; may be repeated."),
]
WITHOUT = Annotated[
    list[str] | None,
    typer.Option(
        "--without",
        metavar="ARTICLE",
        help="Leave an article out: other readings or fallbacks take its place; may be repeated.",
    ),
]
AS_KNOWN = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-known", metavar="DATE", formats=["%Y-%m-%d"], help="Take what was reported up to this day (2026-04-30)."
    ),
]
ALLOW_OUTSIDE = Annotated[
    bool,
    typer.Option(
        "--allow-outside",
        help="Let scenarios extend files outside this folder, that of the scenario named, and what is shipped.",
    ),
]
JOBS = Annotated[
    int, typer.Option("--jobs", min=0, help="Runs at a time (0: one for each core); no result depends on it.")
]
SEED = Annotated[int, typer.Option(min=0, max=MOST_SEED, help="Random seed; the same seed repeats the run.")]
ENGINE = Annotated[Engine, typer.Option(help="events: the readable reference; batch: compiled, with the same numbers.")]
OUT = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Keep the study there; the same command resumes it."),
]
LOT_SCALE = Annotated[
    str,
    typer.Option("--lot-scale", metavar="K", help="Lots K times as large, or auto; the resulting bias is reported."),
]
KPIS = Annotated[list[str] | None, typer.Option("--kpi", metavar="NAME", help="Show this KPI; may be repeated.")]
OUTPUTS = Annotated[
    list[str] | None,
    typer.Option(
        "--kpi",
        metavar="NAME",
        help="A KPI, a milestone (its date) or 'MILESTONE reached'; may be repeated (default: a share and the NPV).",
    ),
]
ALL = Annotated[bool, typer.Option("--all", help="Show all KPIs.")]
FULL = Annotated[bool, typer.Option("--full", help="Print every table, not one screen.")]
CLUSTER = Annotated[
    str | None,
    typer.Option(
        "--cluster", metavar="ADDRESS", help="Run on the workers of this Dask scheduler (tcp://host:8786) instead."
    ),
]
JSON = Annotated[bool, typer.Option("--json", help="One JSON document.")]


@dataclass(frozen=True)
class Overrides:
    """What is changed about scenarios before they are run."""

    sets: SETS = None
    inputs: INPUTS = None
    readings: READINGS = None
    allow_outside: ALLOW_OUTSIDE = False

    def given(self, scenarios: Sequence[str]) -> Self:
        """Return these options with the changes of --inputs among those of --set.

        Raises:
            InputError: the file is wrong, or does not fit the scenarios.
        """
        return replace(self, sets=with_inputs(self.inputs, scenarios, **self.keywords), inputs=None)

    @property
    def keywords(self) -> dict[str, Any]:
        """As functions of the library take them; --inputs is not among them."""
        return {"sets": self.sets or (), "readings": self.readings or (), "allow_outside": self.allow_outside}

    def load(self, scenario: str) -> Scenario:
        """Load a scenario with these changes.

        Raises:
            InputError: the scenario is wrong, or what is changed about it.
        """
        return self.remembered("scenario", scenario, lambda: self._load(scenario))

    def against(self, scenario: str) -> Counterfactual | None:
        """Load the counterfactual of a scenario with these changes; None where it names none."""
        from sim.scenario.counterfactual import load_counterfactual

        # The scenario is loaded within, so that its files are among those that the counterfactual depends on.
        return self.remembered("counterfactual", scenario, lambda: load_counterfactual(self.load(scenario)))

    def plan(self, scenario: str) -> Plan:
        """Compile the plan of a scenario with these changes."""
        from sim.compiler import compile_plan

        return self.remembered("plan", scenario, lambda: compile_plan(self.load(scenario)))

    def plan_against(self, scenario: str) -> Plan | None:
        """Compile the plan of its counterfactual."""
        from sim.compiler import compile_plan

        def made() -> Plan | None:
            other = self.against(scenario)
            return None if other is None else compile_plan(other.scenario)

        return self.remembered("plan of the counterfactual", scenario, made)

    def noise_tables(self, scenario: str) -> dict[tuple[Shape, float], QuantileTable]:
        """Return the tables that the noise of a scenario with these changes is drawn through."""
        from sim.draws.prepared import tables_of

        return self.remembered("quantile tables", scenario, lambda: tables_of(self.plan(scenario)))

    def beyond(self, scenario: str) -> list[Finding]:
        """Return the inputs of a scenario with these changes that go beyond precedent or physics."""
        from sim.linting.findings import lint

        return self.remembered("lint", scenario, lambda: list(lint(self.load(scenario))))

    def remembered(self, purpose: str, scenario: str, make: Callable[[], T]) -> T:
        """Return what was worked out before from a scenario so changed, or work it out.

        `make` calls `load` itself: what it computes from a scenario that was loaded outside does not depend on its files.
        """
        return remembered(purpose, (scenario, sorted(self.keywords.items())), make)

    def _load(self, scenario: str) -> Scenario:
        from sim.scenario.loader import load_scenario

        return load_scenario(scenario, **self.keywords)


@dataclass(frozen=True)
class Changes(Overrides):
    """The same where articles can be left out too."""

    without: WITHOUT = None

    @property
    def keywords(self) -> dict[str, Any]:
        """As functions of the library take them; --inputs is not among them."""
        return {**super().keywords, "without": self.without or ()}

    def base(self, scenario: str) -> Asked:
        """Return the scenario with these changes, as a study takes it."""
        return asked(scenario, self.sets, self.readings, self.without, self.allow_outside)


@dataclass(frozen=True)
class RunOptions:
    """How the runs of a study are made, and where they are kept."""

    seed: SEED = 0
    jobs: JOBS = 0
    lot_scale: LOT_SCALE = "1"
    out: OUT = None
    cluster: CLUSTER = None

    @property
    def keywords(self) -> dict[str, Any]:
        """As the studies take them."""
        return {
            "seed": self.seed, "jobs": self.jobs, "lot_scale": self.lot_scale, "out": self.out, "cluster": self.cluster,
        }  # fmt: skip


@dataclass(frozen=True)
class Execution(RunOptions):
    """The same where either engine can make them."""

    engine: ENGINE = Engine.BATCH

    @property
    def keywords(self) -> dict[str, Any]:
        """As the studies take them."""
        return {**super().keywords, "engine": self.engine.value}


# Defaults of the groups: a command that names one takes these values where its options are not given.
NO_OVERRIDES, NO_CHANGES = Overrides(), Changes()
OWN_RUNS, OWN_LOTS, LARGER_LOTS = RunOptions(), Execution(), Execution(lot_scale="auto")
