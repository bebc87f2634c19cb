"""`fabshift explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.choices import ALLOW_OUTSIDE, JOBS, READINGS, SEED, SETS, WITHOUT
from sim.cli.output import Progress, emit_json
from sim.cli.plots import FIGURE, PLOT, Target, target
from sim.cli.studies import asked
from sim.errors import InputError, Problem, argument
from sim.scenario.loader import load_scenario

if TYPE_CHECKING:
    from sim.results.result import Result


def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a path.")],
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="A KPI or a milestone of the run.")],
    sets: SETS = None,
    readings: READINGS = None,
    without: WITHOUT = None,
    allow_outside: ALLOW_OUTSIDE = False,
    seed: SEED = 0,
    spread: Annotated[
        bool, typer.Option("--spread", help="Part its spread into disagreement, uncertainty and noise.")
    ] = False,
    n: Annotated[
        int, typer.Option("-n", min=2, help="With --spread: combinations of readings, at most; four runs each.")
    ] = 60,
    top: Annotated[int, typer.Option(min=1, help="Numbers shown.")] = 20,
    coarse: Annotated[
        int | None, typer.Option(min=1, help="Lots so many times as large (default: by their number, up to 20).")
    ] = None,
    jobs: JOBS = 0,
    plot: PLOT = None,
    figure: FIGURE = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Show what a KPI rests on."""
    picture = target(plot, figure, "explain")
    if spread and picture is not None:
        raise InputError([Problem(argument("--plot"), "", "can only be used without --spread", repr(str(plot)))])
    from sim.api import run
    from sim.study.design import coarser
    from sim.study.outputs import refuse_missing

    loaded = load_scenario(
        scenario, sets=sets or (), readings=readings or (), without=without or (), allow_outside=allow_outside
    )
    whole = run(loaded, seed=seed, engine="batch", trace=kpi in loaded.document.milestones)
    refuse_missing("KPI", [kpi], [*whole.kpis, *whole.milestones])
    base, factor = coarser(asked(scenario, sets, readings, without, allow_outside), whole, coarse)
    options: dict[str, Any] = {"seed": seed, "jobs": jobs}
    if spread:
        _spread(whole, base, factor, kpi, as_json, {**options, "most": n})
    else:
        _dependences(whole, base, factor, kpi, as_json, top, options, picture)


def _dependences(
    whole: Result,
    base: Any,
    factor: int,
    kpi: str,
    as_json: bool,
    top: int,
    options: dict[str, Any],
    picture: Target | None,
) -> None:
    from sim.report.explain_report import chain, dependences_json, moved_by, movers
    from sim.report.figures.of_studies import trials_of
    from sim.report.render import show
    from sim.study.causes import causes
    from sim.study.dependence import dependences
    from sim.study.explained import Explained, remember

    scenario = whole.scenario
    steps = causes(whole, kpi) if kpi in whole.milestones else []
    with Progress() as bar:
        found = dependences(base, scenario, kpi, progress=bar, **options)
    trials = trials_of(found).to_dict("records")
    remember(whole.hash, kpi, Explained(movers(scenario, found), trials, whole.seed, factor))
    if as_json:
        emit_json(dependences_json(scenario, found, steps))
    else:
        came = [chain(scenario, kpi, steps)] if kpi in whole.milestones else []
        show([*came, *moved_by(scenario, found, top, whole.seed, factor)])
    if picture is not None:
        from sim.report.figures.catalogue import shown
        from sim.report.figures.of_studies import of_dependences

        picture.write(shown(of_dependences(scenario, found, whole.seed, factor), picture.name), quiet=as_json)


def _spread(whole: Result, base: Any, factor: int, kpi: str, as_json: bool, options: dict[str, Any]) -> None:
    from sim.report.explain_report import spread, spread_json
    from sim.report.render import show
    from sim.study.disagreement import disagreement

    with Progress() as bar:
        found = disagreement(base, whole.scenario, kpi, progress=bar, **options)
    if found is None:
        message = "no combination of readings gives it a value in every run, so it has no spread to part"
        raise InputError([Problem(argument("KPI"), "", message, repr(kpi))])
    if as_json:
        emit_json(spread_json(whole.scenario, found))
    else:
        show(spread(whole.scenario, found, whole.seed, factor))
