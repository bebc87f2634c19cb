"""What a KPI depends on: the inputs that change it, the events behind a milestone, and the parts of its variance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.api import run
from sim.display import Displayed
from sim.errors import InputError, Problem, argument
from sim.plotting import Plotted
from sim.results.causes import CausalStep, causes
from sim.results.result import Result
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.study.dependence import Dependences, dependences
from sim.study.disagreement import Disagreement, disagreement
from sim.study.runs.design import Row, based, loaded, with_larger_lots
from sim.study.runs.lots import AUTO, wanted_factor
from sim.study.runs.outputs import refuse_missing
from sim.study.runs.run import Progress

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Explanation(Plotted):
    """What a KPI depends on: `dependences` by swing and, for a milestone, `steps` from its date back to its cause.

    `result` is the run at typical inputs. In the trials lots are `lot_scale` times as large as in the scenario.
    """

    result: Result
    kpi: str
    dependences: Dependences
    steps: tuple[CausalStep, ...]
    lot_scale: int

    @property
    def scenario(self) -> Scenario:
        """The scenario of the run."""
        return self.result.scenario

    @property
    def frame(self) -> pd.DataFrame:
        """A tidy frame: a row for each trial of each input, with the KPI and its swing, in the KPI's own unit."""
        import pandas as pd

        rows = [
            {"input": d.knob.name, "value": d.knob.value, "unit": d.knob.unit, "source": d.knob.source,
             "tried": trial.label, "at": trial.value, self.kpi: trial.kpi, "swing": d.swing}
            for d in self.dependences.found
            for trial in d.trials
        ]  # fmt: skip
        return pd.DataFrame(rows)


def explain(
    scenario: Scenario | Asked | str | Path,
    kpi: str,
    *,
    seed: int = 0,
    jobs: int = 0,
    lot_scale: int | str = AUTO,
    progress: Progress | None = None,
    announce: Callable[[int], None] | None = None,
) -> Explanation:
    """Change every number behind a scenario on its own, and return those that change a KPI.

    Each number is tried at the ends of its range and at its other readings; if it has neither, 10 % (dates: 91 days)
    below and above. All runs have common random numbers.

    Args:
        scenario: a shipped name, a path or a loaded scenario.
        kpi: a KPI or a milestone of the run.
        seed: the random seed of all runs.
        jobs: runs at a time; 0 for one on each core. The result does not depend on it.
        lot_scale: lots this many times as large as the scenario's, to save time; "auto" keeps enough of them.
        progress: called with the share of the work that is done, from 0 to 1.
        announce: called with the number of runs, before the first.

    Returns:
        An Explanation: `dependences`, `steps` of a milestone (days from the start), `frame`, `plot()`.

    Raises:
        InputError: the scenario, the KPI or `lot_scale` is wrong.
    """
    result, base, factor = _prepared(scenario, kpi, seed, lot_scale)
    steps = tuple(causes(result, kpi)) if kpi in result.milestones else ()
    found = dependences(base, result.scenario, kpi, seed=seed, jobs=jobs, progress=progress, announce=announce)
    return Explanation(result, kpi, found, steps, factor)


@dataclass(frozen=True, repr=False)
class Decomposition(Displayed):
    """The parts of the variance of a KPI: `disagreement` among sources, uncertainty and noise.

    `result` is the run at typical inputs. In the study lots are `lot_scale` times as large as in the scenario.
    """

    result: Result
    disagreement: Disagreement
    lot_scale: int


def decompose(
    scenario: Scenario | Asked | str | Path,
    kpi: str,
    *,
    n: int = 60,
    seed: int = 0,
    jobs: int = 0,
    lot_scale: int | str = AUTO,
    progress: Progress | None = None,
    announce: Callable[[int], None] | None = None,
) -> Decomposition:
    """Decompose the variance of a KPI into disagreement among sources, uncertainty of inputs and noise.

    Args:
        scenario: a shipped name, a path or a loaded scenario.
        kpi: a KPI or a milestone of the run.
        n: the most combinations of readings; each is run with two draws of all ranges, and two seeds in each draw.
        seed: the first random seed.
        jobs: runs at a time; 0 for one on each core. The result does not depend on it.
        lot_scale: lots this many times as large as the scenario's, to save time; "auto" keeps enough of them.
        progress: called with the share of the work that is done, from 0 to 1.
        announce: called with the number of runs, before the first.

    Returns:
        A Decomposition; its `disagreement` has the `parts` with 95 % confidence intervals, and the mean under each
        reading.

    Raises:
        InputError: the scenario, the KPI or `lot_scale` is wrong, or no combination gives the KPI a value.
    """
    result, base, factor = _prepared(scenario, kpi, seed, lot_scale)
    found = disagreement(base, result.scenario, kpi, most=n, seed=seed, jobs=jobs, progress=progress, announce=announce)
    if found is None:
        message = "no combination of readings gives it a value in every run: there is no variance to decompose"
        raise InputError([Problem(argument("KPI"), "", message, repr(kpi))])
    return Decomposition(result, found, factor)


def _prepared(
    scenario: Scenario | Asked | str | Path, kpi: str, seed: int, lot_scale: int | str
) -> tuple[Result, Asked, int]:
    """Return the run at typical inputs, the base with larger lots, and the factor by which they are larger."""
    base, wanted = based(scenario), wanted_factor(lot_scale)
    whole = scenario if isinstance(scenario, Scenario) else loaded(base, Row())
    result = run(whole, seed=seed, engine="batch", trace=kpi in whole.document.milestones)
    refuse_missing("KPI", [kpi], [*result.kpis, *result.milestones])
    larger, factor = with_larger_lots(base, result, wanted)
    return result, larger, factor


__all__ = ["Decomposition", "Explanation", "decompose", "explain"]
