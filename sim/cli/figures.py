"""`fabshift figures`."""

from __future__ import annotations

import csv
import json
import sys
from typing import Annotated, Any

import typer

from sim.cli.choices import ALLOW_OUTSIDE, JSON
from sim.cli.output import emit_json
from sim.cli.progress import Progress
from sim.errors import InputError, Problem, argument, nearest
from sim.ledger import Kind, Ledger, LedgerError, load_ledger
from sim.report.figures_report import as_json, figure_report, figures_table, matching
from sim.report.render import show
from sim.scenario.loader import Scenario, load_scenario

_CSV = ("id", "value", "low", "high", "unit", "kind", "source", "article", "statement", "readings", "context")


def command(
    figure: Annotated[str | None, typer.Argument(metavar="[ID]", help="Everything about one figure.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Figures of this kind only.")] = None,
    article: Annotated[
        str | None, typer.Option(metavar="FILE", help="Figures of this article (part of its name).")
    ] = None,
    contested: Annotated[bool, typer.Option("--contested", help="Figures on which sources disagree.")] = False,
    scenario: Annotated[
        str | None,
        typer.Option("--scenario", metavar="SCENARIO", help="As this scenario takes them, its own figures included."),
    ] = None,
    allow_outside: ALLOW_OUTSIDE = False,
    as_json_: JSON = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values.")] = False,
) -> None:
    """Show the figures, or one of them."""
    if as_json_ and as_csv:
        raise typer.BadParameter("give --json or --csv, not both")
    if figure is not None and (kind is not None or article is not None or contested):
        raise typer.BadParameter(
            "--kind, --article and --contested are filters for the list; leave them out with an ID"
        )
    try:
        loaded = load_scenario(scenario, allow_outside=allow_outside) if scenario is not None else None
        ledger = load_ledger() if loaded is None else loaded.ledger
        if figure is not None and figure not in ledger.figures:
            raise _unknown(figure, ledger, loaded)
        if article is not None:
            _check_article(article, ledger)
        if figure is not None and not (as_json_ or as_csv):
            show(figure_report(ledger.figures[figure], ledger, _uses(figure, ledger, loaded)))
            return
        found = matching(ledger, kind=kind, article=article, contested=contested)
        part = None if loaded is None else {*loaded.fed, *loaded.document.figures}
        chosen = [one for one in found if (one.id == figure if figure is not None else part is None or one.id in part)]
        if as_json_ or as_csv:
            _emit([as_json(one, ledger) for one in chosen], as_csv=as_csv)
        else:
            show([figures_table(chosen, ledger, scenario)])
    except LedgerError as error:
        raise InputError([Problem(argument("figures"), "", str(error))]) from error


def _check_article(article: str, ledger: Ledger) -> None:
    """Check that an article is named by its file, or by a part of that name.

    Raises:
        InputError: no article has this in its name.
    """
    files = ledger.articles
    if not any(article in file for file in files):
        near = nearest(article, files)
        raise InputError(
            [
                Problem(
                    argument("--article"),
                    "",
                    "no figure is from such an article",
                    repr(article),
                    ", ".join(files),
                    near,
                )
            ]
        )


def _emit(rows: list[dict[str, Any]], *, as_csv: bool) -> None:
    """Print figures as JSON or as comma-separated values."""
    if not as_csv:
        emit_json(rows)
        return
    out = csv.DictWriter(sys.stdout, _CSV, extrasaction="ignore", lineterminator="\n")
    out.writeheader()
    for row in rows:
        out.writerow(row | {"readings": json.dumps(row["readings"], ensure_ascii=False)})


def _unknown(figure: str, ledger: Ledger, scenario: Scenario | None) -> InputError:
    """Return the error that there is no such figure; without a scenario it may be one of a file's own."""
    hint = None if scenario is not None else "a figure of the ledger; one of a scenario's own with --scenario FILE"
    problem = Problem(argument("figures"), "", "no such figure", repr(figure), hint, nearest(figure, ledger.figures))
    return InputError([problem])


def _uses(figure: str, ledger: Ledger, scenario: Scenario | None) -> dict[str, tuple[str, ...]]:
    """Return the paths of the inputs that depend on `figure`, by scenario, and where the ledger and the bounds name it.

    The scenarios are the one asked for, else all that are shipped.
    """
    from sim.report.ledger_uses import uses_in_ledger
    from sim.scenario.catalogue import shipped_scenarios
    from sim.scenario.lineage import uses

    if scenario is not None:
        found = {scenario.name: uses(scenario, figure)}
    else:
        found, names = {}, list(shipped_scenarios())
        with Progress("looking through the shipped scenarios") as bar:
            for done, name in enumerate(names, 1):
                found[name] = uses(load_scenario(name), figure)
                bar(done / len(names))
    return {name: paths for name, paths in found.items() if paths} | uses_in_ledger(figure, ledger)
