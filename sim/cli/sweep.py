"""`fabshift sweep`."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.choices import ALL, JSON, KPIS, NO_CHANGES, OWN_LOTS, SCENARIO, Changes, Execution
from sim.cli.grouped import grouped
from sim.cli.output import emit_json
from sim.cli.plots import NO_PICTURE, Picture
from sim.cli.studies import progress_of, refuse_unknown_kpis, tell_kept
from sim.errors import MOST_RUNS


@grouped
def command(
    scenario: SCENARIO,
    vary: Annotated[
        list[str],
        typer.Option(
            "--vary",
            metavar="PATH=a,b,c",
            help="Values of an input (12,24 or 12..36/5), or of a figure by its id, readings by name; may be repeated.",
        ),
    ],
    n: Annotated[int, typer.Option("-n", min=1, max=MOST_RUNS, help="Runs at each point.")] = 32,
    changes: Changes = NO_CHANGES,
    how: Execution = OWN_LOTS,
    kpi: KPIS = None,
    everything: ALL = False,
    picture: Picture = NO_PICTURE,
    as_json: JSON = False,
) -> None:
    """Run a grid of inputs with common random numbers."""
    wanted = picture.of("sweep")
    from math import prod

    from sim.study.sweep import sweep
    from sim.study.vary import read_varies

    base = changes.given([scenario]).base(scenario)
    refuse_unknown_kpis([base], kpi or ())
    points = prod(len(axis.values) for axis in read_varies(vary))
    with progress_of(n * points, how.out) as bar:
        found = sweep(base, vary, n, progress=bar, **how.keywords)
    if as_json:
        emit_json(found.to_json())
    else:
        from sim.report.render import show
        from sim.report.sweep_report import sweep_report

        show(sweep_report(found, kpi or (), everything=everything))
        tell_kept(how.out)
    if wanted is not None:
        wanted.write(found.plot(wanted.name, kpis=kpi or ()), quiet=as_json)
