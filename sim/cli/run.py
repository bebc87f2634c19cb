"""`fabshift run`."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.books import EXCEL, refuse_no_workbook, write_book
from sim.cli.choices import AS_KNOWN, FULL, JSON, NO_CHANGES, SCENARIO, SEED, Changes, Engine
from sim.cli.grouped import grouped
from sim.cli.output import emit_json
from sim.cli.plots import NO_PICTURE, Picture
from sim.cli.progress import Progress
from sim.errors import MOST_RUNS, visible

if TYPE_CHECKING:
    from sim.api import Against, Result
    from sim.linting.findings import Finding
    from sim.scenario.loader import Scenario


@grouped
def command(
    scenario: SCENARIO,
    changes: Changes = NO_CHANGES,
    as_known: AS_KNOWN = None,
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
    engine: Annotated[
        Engine | None,
        typer.Option(
            help="events: the readable reference; batch: compiled, with the same numbers (default: batch once it is compiled)."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write manifest, KPIs and Parquet frames there.")
    ] = None,
    trace: Annotated[bool, typer.Option("--trace", help="Record every lot (lots.parquet with --out).")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite other results in DIR.")] = False,
    picture: Picture = NO_PICTURE,
    excel: EXCEL = None,
    no_against: Annotated[
        bool, typer.Option("--no-against", help="Leave out the counterfactual that the scenario names.")
    ] = False,
    full: FULL = False,
    as_json: JSON = False,
) -> None:
    """Run a scenario once and show it."""
    wanted = picture.of("run")
    refuse_no_workbook(excel)
    changes = changes.given([scenario])
    if as_known is not None:
        known = _reported(as_known.date(), [*(changes.readings or ()), *(changes.sets or ())])
        changes = replace(changes, readings=[*(changes.readings or ()), *known])
    loaded = changes.load(scenario)
    _idle_readings(loaded)
    from sim.api import run_against, run_plan
    from sim.draws.tabulated import prepare

    other = None if no_against else changes.against(scenario)
    with Progress(loaded.name) as bar:
        by = None if engine is None else engine.value
        plan = changes.plan(scenario)
        prepare(changes.noise_tables(scenario))
        result = run_plan(loaded, plan, seed=seed, replication=replication, engine=by, trace=trace, progress=bar)
    with Progress(other.name if other is not None else "") as bar:
        plan_against = None if other is None else changes.plan_against(scenario)
        against = run_against(result, other, progress=bar, plan=plan_against)
    if out is not None:
        result.save(out, force=force)
    if as_json:
        if other is not None and other.left_out:
            print(f"note: {other.not_applied}", file=sys.stderr)
        emit_json(result.to_json() | ({} if against is None else {"against": against.to_json()}))
    else:
        _print(result, against, None if full else changes.beyond(scenario))
        if out is not None:
            print(f"\nwritten to {out}")
        elif trace:
            print("note: --trace without --out: the lots are written nowhere", file=sys.stderr)
    if wanted is not None:
        wanted.write(result.plot(wanted.name), quiet=as_json)
    if excel is not None:
        from sim.report.book.of_run import run_book

        write_book(excel, run_book(result, against, sys.argv[1:]), quiet=as_json)


def _print(result: Result, against: Against | None, beyond: Sequence[Finding] | None) -> None:
    """Print one screen, with what goes `beyond` the bounds of inputs; every table where that is None."""
    from sim.report.render import show
    from sim.report.run_report import run_report
    from sim.report.run_screen import run_screen

    show(run_report(result, against) if beyond is None else run_screen(result, against, beyond))


def _reported(day: dt.date, chosen: Sequence[str]) -> list[str]:
    """Return readings from reports up to `day`, as `--reading` takes them, of figures without a `chosen` reading."""
    from sim.claims.load import load_claims, shipped_claims
    from sim.claims.reports import load_reports, shipped_reports
    from sim.ledger import load_ledger

    book = load_claims(shipped_claims(), load_ledger())
    taken = {text.partition("=")[0].strip().removeprefix("readings.") for text in chosen}
    found = {f: of for f, of in load_reports(shipped_reports(), book).until(day).readings.items() if f not in taken}
    for figure, (name, report) in found.items():
        print(f"note: {figure} is {name} as known on {day} ({report.source}, {report.when})", file=sys.stderr)
    if not found:
        print(f"note: no report up to {day} gives another reading", file=sys.stderr)
    return [f"{figure}={name}" for figure, (name, _) in found.items()]


def _idle_readings(scenario: Scenario) -> None:
    """Print a note on each figure that was given another reading or value, although no input depends on it."""
    from sim.scenario.written import READING

    chosen = [change.path for change in scenario.changes if change.origin == READING or change.path in scenario.ledger]
    if not chosen:
        return
    from sim.ledger import behind

    taken = [i.figure for i in scenario.inputs.values() if i.figure]
    part = behind([*taken, *scenario.switches], scenario.ledger)
    for figure in chosen:
        if figure not in part:
            print(f"note: {figure} has no effect in {visible(scenario.name)}", file=sys.stderr)
