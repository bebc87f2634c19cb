"""Which figures there are of a run or a study, and one of them by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, Problem, argument, nearest
from sim.flexibility.option import Flexibility
from sim.report.figures import of_montecarlo, of_option, of_run, of_studies
from sim.report.figures.difference import NAME as DIFFERENCE
from sim.report.figures.ranking import NAME as RANKING
from sim.report.figures.side_by_side import NAME as SPREAD
from sim.report.figures.swept import NAME as SWEEP
from sim.report.figures.tornado import NAME as TORNADO
from sim.results.result import Result
from sim.study.compare import Comparison
from sim.study.explain import Explanation
from sim.study.montecarlo import MonteCarlo
from sim.study.sensitivity import Sensitivity
from sim.study.sweep import Sweep

if TYPE_CHECKING:
    from sim.report.figures.figure import Chart

Maker = Callable[..., "Chart | None"]


NAMES: dict[str, tuple[str, ...]] = {
    "run": tuple(of_run.FIGURES), "montecarlo": tuple(of_montecarlo.FIGURES), "compare": (DIFFERENCE, SPREAD), "sweep": (SWEEP,),
    "explain": (TORNADO,), "tornado": (TORNADO,), "morris": (RANKING,), "sobol": (RANKING,),
    "option": tuple(of_option.FIGURES),
}  # fmt: skip
"""Figures of what a command or a method of `sensitivity` finds, the most telling first."""


def _makers(subject: object) -> Mapping[str, Maker]:
    if isinstance(subject, Result):
        return of_run.FIGURES
    if isinstance(subject, MonteCarlo):
        return of_montecarlo.FIGURES
    if isinstance(subject, Flexibility):
        return of_option.FIGURES
    if isinstance(subject, Comparison):
        return {DIFFERENCE: of_studies.of_comparison, SPREAD: of_studies.of_scenarios}
    if isinstance(subject, Sweep):
        return {SWEEP: of_studies.of_sweep}
    if isinstance(subject, Explanation):
        return {TORNADO: of_studies.of_explanation}
    if isinstance(subject, Sensitivity):
        return dict.fromkeys(NAMES[subject.method], of_studies.of_sensitivity)
    raise TypeError(f"no figures of a {type(subject).__name__}")


def plot(subject: object, name: str | None = None, *, kpis: Sequence[str] = ()) -> Chart:
    """Draw a chart of a run or a study.

    Args:
        subject: a Result, MonteCarlo, Comparison, Sweep, Sensitivity, Explanation or Flexibility.
        name: the chart: of a run `share`, `capacity`, `milestones`, `money`, `compute` or `demand`; None for the first.
        kpis: the KPIs that a comparison or a sweep shows; the first ones if none are given.

    Returns:
        A Chart, which a notebook shows; `table` has its numbers (pandas), `save("share.svg")` writes it.

    Raises:
        InputError: it has no chart of that name, or nothing to show in it.
        TypeError: the subject is neither a run nor a study.
    """
    makers = _makers(subject)
    chosen = named(name, tuple(makers), "figure")
    options: dict[str, Any] = {"wished": kpis} if isinstance(subject, (Comparison, Sweep)) else {}
    return shown(makers[chosen](subject, **options), chosen)


def all_figures(subject: object) -> list[Chart]:
    """Return every chart of a run or a study that has something to show."""
    return [figure for make in _makers(subject).values() if (figure := make(subject)) is not None]


def named(name: str | None, names: Sequence[str], flag: str) -> str:
    """Return `name` if it is one of `names`; the first of them if it is None.

    Raises:
        InputError: there is none of that name.
    """
    if name is None:
        return names[0]
    if name not in names:
        raise InputError([_unknown(flag, name, names)])
    return name


def _unknown(flag: str, name: str, names: Iterable[str]) -> Problem:
    known = list(names)
    return Problem(argument(flag), "", "no such figure", repr(name), ", ".join(known), nearest(name, known))


def shown(figure: Chart | None, name: str) -> Chart:
    """Return a chart that has something to show.

    Raises:
        InputError: it has not.
    """
    if figure is None:
        raise InputError([Problem(argument("figure"), "", "has nothing to show here", repr(name))])
    return figure
