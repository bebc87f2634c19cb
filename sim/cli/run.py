"""`fabshift run`."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.books import EXCEL, INPUTS, refuse_no_workbook, with_inputs, write_book
from sim.cli.choices import ALLOW_OUTSIDE, AS_KNOWN, ENGINE, FULL, READINGS, SEED, SETS, WITHOUT, Engine
from sim.cli.output import emit_json
from sim.cli.plots import FIGURE, PLOT, target
from sim.cli.progress import Progress
from sim.errors import MOST_RUNS, visible
from sim.ledger import load_ledger
from sim.scenario.counterfactual import load_counterfactual
from sim.scenario.loader import Scenario, load_scenario
from sim.scenario.written import READING

if TYPE_CHECKING:
    from sim.api import Against, Result


def command(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A shipped name or a path.")],
    sets: SETS = None,
    inputs: INPUTS = None,
    readings: READINGS = None,
    without: WITHOUT = None,
    as_known: AS_KNOWN = None,
    allow_outside: ALLOW_OUTSIDE = False,
    seed: SEED = 0,
    replication: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=MOST_RUNS - 1,
            metavar="K",
            help="Draw the uncertain inputs as replication K of a study (default: typical).",
        ),
    ] = None,
    engine: ENGINE = Engine.EVENTS,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write manifest, KPIs and Parquet frames there.")
    ] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Record every lot (lots.parquet with --out).")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite other results in DIR.")] = False,
    plot: PLOT = None,
    figure: FIGURE = None,
    excel: EXCEL = None,
    no_against: Annotated[
        bool, typer.Option("--no-against", help="Leave out the counterfactual that the scenario names.")
    ] = False,
    full: FULL = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """Run a scenario once and show it."""
    picture = target(plot, figure, "run")
    refuse_no_workbook(excel)
    sets = with_inputs(inputs, [scenario], sets, readings, without, allow_outside=allow_outside)
    if as_known is not None:
        readings = [*(readings or ()), *_reported(as_known.date(), [*(readings or ()), *(sets or ())])]
    loaded = load_scenario(
        scenario, sets=sets or (), readings=readings or (), without=without or (), allow_outside=allow_outside
    )
    _idle_readings(loaded)
    from sim.api import run, run_against

    other = None if no_against else load_counterfactual(loaded)
    with Progress(loaded.name) as bar:
        result = run(loaded, seed=seed, replication=replication, engine=engine.value, trace=trace, progress=bar)
    with Progress(other.name if other is not None else "") as bar:
        against = run_against(result, other, progress=bar)
    if out is not None:
        result.save(out, force=force)
    if as_json:
        if other is not None and other.left_out:
            print(f"note: {other.no_place}", file=sys.stderr)
        emit_json(result.to_json() | ({} if against is None else {"against": against.to_json()}))
    else:
        _print(result, against, out, full=full, trace=trace)
    if picture is not None:
        picture.write(result.plot(picture.name), quiet=as_json)
    if excel is not None:
        from sim.report.book.of_run import run_book

        write_book(excel, run_book(result, against, sys.argv[1:]), quiet=as_json)


def _print(result: Result, against: Against | None, out: Path | None, *, full: bool, trace: bool) -> None:
    from sim.report.render import show
    from sim.report.run_report import run_report
    from sim.report.run_screen import run_screen

    show((run_report if full else run_screen)(result, against))
    if out is not None:
        print(f"\nwritten to {out}")
    elif trace:
        print("note: --trace without --out: the lots are written nowhere", file=sys.stderr)


def _reported(day: dt.date, chosen: Sequence[str]) -> list[str]:
    """The readings that reports up to `day` give of figures for which no reading is `chosen`, as `--reading` takes them."""
    from sim.claims.load import load_claims, shipped_claims
    from sim.claims.reports import load_reports, shipped_reports

    book = load_claims(shipped_claims(), load_ledger())
    taken = {text.partition("=")[0].strip().removeprefix("readings.") for text in chosen}
    found = {f: of for f, of in load_reports(shipped_reports(), book).until(day).readings.items() if f not in taken}
    for figure, (name, report) in found.items():
        print(f"note: {figure} is {name} as known on {day} ({report.source}, {report.when})", file=sys.stderr)
    if not found:
        print(f"note: no report up to {day} gives another reading", file=sys.stderr)
    return [f"{figure}={name}" for figure, (name, _) in found.items()]


def _idle_readings(scenario: Scenario) -> None:
    """Say of each figure that was given another reading or value, and on which nothing in the scenario rests, that it
    changes nothing."""
    chosen = [change.path for change in scenario.changes if change.origin == READING or change.path in scenario.ledger]
    if not chosen:
        return
    from sim.ledger import behind

    taken = [i.figure for i in scenario.inputs.values() if i.figure]
    part = behind([*taken, *scenario.switches], scenario.ledger)
    for figure in chosen:
        if figure not in part:
            print(f"note: {figure} plays no part in {visible(scenario.name)}", file=sys.stderr)
