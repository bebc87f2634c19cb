"""`fabshift sensitivity`."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.choices import JSON, LARGER_LOTS, NO_CHANGES, OUTPUTS, SCENARIO, Changes, Execution
from sim.cli.grouped import grouped
from sim.cli.output import emit_json
from sim.cli.plots import NO_PICTURE, Picture
from sim.cli.studies import progress_of


@grouped
def command(
    scenario: SCENARIO,
    method: Annotated[
        str,
        typer.Option(
            metavar="METHOD",
            help="tornado: one input at a time; morris: screening; sobol: decomposition of the variance.",
        ),
    ] = "tornado",
    kpi: OUTPUTS = None,
    n: Annotated[
        int | None,
        typer.Option("-n", min=1, help="Runs behind each bar (1), trajectories (morris: 10), rows (sobol: 128)."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Inputs shown; of sobol: on their own, all others together.")] = 10,
    changes: Changes = NO_CHANGES,
    how: Execution = LARGER_LOTS,
    picture: Picture = NO_PICTURE,
    as_json: JSON = False,
) -> None:
    """Rank the uncertain inputs of a scenario by what they do to a KPI."""
    wanted = picture.of(method)
    from sim.study.sensitivity import sensitivity

    base = changes.given([scenario]).base(scenario)
    with progress_of(0, how.out) as bar:
        found = sensitivity(
            base, method=method, kpis=kpi or (), n=n, top=top, progress=bar, announce=bar.expect, **how.keywords
        )
    from sim.report.sensitivity_report import sensitivity_json, sensitivity_report

    if as_json:
        emit_json(sensitivity_json(found))
    else:
        from sim.report.render import show

        show(sensitivity_report(found, top))
    if wanted is not None:
        wanted.write(found.plot(wanted.name), quiet=as_json)
