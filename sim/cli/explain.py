"""`fabshift explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.choices import READINGS, SETS
from sim.cli.output import Progress, emit_json
from sim.errors import InputError, Mark, Problem, nearest
from sim.scenario.loader import Scenario, load_scenario
from sim.study.design import COARSE, Base, Row, outcome

if TYPE_CHECKING:
    from sim.study.causes import Step


def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a path.")],
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="A KPI or a milestone of the run.")],
    sets: SETS = None,
    readings: READINGS = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of all luck.")] = 0,
    spread: Annotated[bool, typer.Option("--spread", help="Part its spread into disagreement, uncertainty and noise.")] = False,
    n: Annotated[int, typer.Option("-n", min=2, help="With --spread: combinations of readings, at most; four runs each.")] = 60,
    top: Annotated[int, typer.Option(min=1, help="Figures shown.")] = 20,
    coarse: Annotated[int, typer.Option(min=1, help="Lots this many times as large, to save time.")] = COARSE,
    jobs: Annotated[int, typer.Option(min=0, help="Processes (0: one for each core).")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show what a KPI rests on."""
    whole = load_scenario(scenario, sets=sets or (), readings=readings or ())
    base, said = _coarser(scenario, whole, tuple(sets or ()), tuple(readings or ()), coarse)
    _known(base, kpi, seed)
    bar = Progress()
    try:
        if spread:
            _spread(base, whole, kpi, n, seed, jobs, bar, said, as_json)
        else:
            _dependences(base, whole, kpi, seed, jobs, bar, said, top, as_json)
    finally:
        bar.close()


def _coarser(name: str, scenario: Scenario, sets: tuple[str, ...], readings: tuple[str, ...], factor: int) -> tuple[Base, str]:
    """The scenario with larger lots, where it has lots and nobody set them; and what to say of it."""
    document = scenario.document
    given = any(s.partition("=")[0].strip() == "lot_scale" for s in sets)
    if factor == 1 or given or not any(recipe.lot_size for recipe in document.recipes.values()):
        return Base(name, sets, readings), "lots as the scenario has them"
    return Base(name, (*sets, f"lot_scale={document.lot_scale * factor}"), readings), f"lots {factor} times as large"


def _known(base: Base, kpi: str, seed: int) -> None:
    """Refuse a KPI that a run does not have."""
    names = outcome(base, Row(seed=seed)) or {}
    if kpi not in names:
        close = nearest(kpi, names)
        raise InputError([Problem(Mark("KPI"), "", "the run has no such KPI or milestone", repr(kpi), "those of run --json", close)])


def _dependences(
    base: Base, whole: Scenario, kpi: str, seed: int, jobs: int, bar: Progress, said: str, top: int, as_json: bool
) -> None:
    from sim.report.explain_report import chain, dependences_json, moved_by
    from sim.report.render import show
    from sim.study.dependence import dependences

    milestone = kpi in whole.document.milestones
    steps = _chain(whole, kpi, seed) if milestone else []
    found = dependences(base, whole, kpi, seed=seed, jobs=jobs, progress=bar)
    bar.close()
    if as_json:
        emit_json(dependences_json(whole, found, steps))
        return
    show([*([chain(whole, kpi, steps)] if milestone else []), *moved_by(whole, found, top, seed, said)])


def _chain(scenario: Scenario, milestone: str, seed: int) -> list[Step]:
    from sim.api import run
    from sim.study.causes import causes

    return causes(run(scenario, seed=seed, trace=True), milestone)


def _spread(
    base: Base, whole: Scenario, kpi: str, n: int, seed: int, jobs: int, bar: Progress, said: str, as_json: bool
) -> None:
    from sim.report.explain_report import spread, spread_json
    from sim.report.render import show
    from sim.study.disagreement import disagreement

    found = disagreement(base, whole, kpi, most=n, seed=seed, jobs=jobs, progress=bar)
    bar.close()
    if found is None:
        message = "no combination of readings gives it a value in every run, so it has no spread to part"
        raise InputError([Problem(Mark("KPI"), "", message, repr(kpi))])
    if as_json:
        emit_json(spread_json(whole, found))
    else:
        show(spread(whole, found, seed, said))
