"""`fabshift explain`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.choices import JOBS, JSON, LOT_SCALE, NO_CHANGES, SCENARIO, SEED, Changes
from sim.cli.grouped import grouped
from sim.cli.output import emit_json
from sim.cli.plots import NO_PICTURE, Picture, Target
from sim.cli.progress import Progress
from sim.errors import InputError, Problem, argument

if TYPE_CHECKING:
    from sim.scenario.override import Asked
    from sim.study.explain import Explanation


@grouped
def command(
    scenario: SCENARIO,
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="A KPI or a milestone of the run.")],
    changes: Changes = NO_CHANGES,
    seed: SEED = 0,
    spread: Annotated[
        bool, typer.Option("--spread", help="Decompose its variance into disagreement, uncertainty and noise.")
    ] = False,
    n: Annotated[
        int, typer.Option("-n", min=2, help="With --spread: combinations of readings, at most; four runs each.")
    ] = 60,
    top: Annotated[int, typer.Option(min=1, help="Numbers shown.")] = 20,
    lot_scale: LOT_SCALE = "auto",
    jobs: JOBS = 0,
    picture: Picture = NO_PICTURE,
    as_json: JSON = False,
) -> None:
    """Show what a KPI depends on."""
    wanted = picture.of("explain")
    if spread and wanted is not None:
        raise InputError([Problem(argument("--plot"), "", "can only be used without --spread", repr(str(wanted.path)))])
    base = changes.given([scenario]).base(scenario)
    options: dict[str, Any] = {"seed": seed, "jobs": jobs, "lot_scale": lot_scale}
    if spread:
        _spread(base, kpi, as_json, {**options, "n": n})
    else:
        _dependences(base, kpi, as_json, top, options, wanted)


def explained(base: Asked, kpi: str, **options: Any) -> Explanation:
    """Return what a KPI depends on, and keep it for the screen and the page of later runs."""
    from sim.report.explain_report import movers
    from sim.report.figures.of_studies import trials_of
    from sim.study.explain import explain
    from sim.study.explained import Explained, remember

    with Progress("explain", foretold=True) as bar:
        found = explain(base, kpi, progress=bar, announce=bar.expect, **options)
    told, trials = movers(found.scenario, found.dependences), trials_of(found.dependences).to_dict("records")
    remember(found.result.hash, kpi, Explained(told, trials, found.result.seed, found.lot_scale))
    return found


def _dependences(
    base: Asked, kpi: str, as_json: bool, top: int, options: dict[str, Any], picture: Target | None
) -> None:
    """Print what a KPI depends on, and write the figure of it if one is asked for."""
    from sim.report.explain_report import chain, dependences_json, moved_by
    from sim.report.render import show

    found = explained(base, kpi, **options)
    scenario, rests_on = found.scenario, found.dependences
    if as_json:
        emit_json(dependences_json(scenario, rests_on, found.steps))
    else:
        came = [chain(scenario, kpi, found.steps)] if kpi in found.result.milestones else []
        show([*came, *moved_by(scenario, rests_on, top, found.result.seed, found.lot_scale)])
    if picture is not None:
        from sim.report.figures.catalogue import plot, shown

        picture.write(shown(plot(found, picture.name), picture.name), quiet=as_json)


def _spread(base: Asked, kpi: str, as_json: bool, options: dict[str, Any]) -> None:
    """Decompose the variance of a KPI, and print its parts."""
    from sim.report.explain_report import spread, spread_json
    from sim.report.render import show
    from sim.study.explain import decompose

    with Progress("explain", foretold=True) as bar:
        found = decompose(base, kpi, progress=bar, announce=bar.expect, **options)
    if as_json:
        emit_json(spread_json(found.result.scenario, found.disagreement))
    else:
        show(spread(found.result.scenario, found.disagreement, found.result.seed, found.lot_scale))
