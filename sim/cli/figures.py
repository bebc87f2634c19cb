"""`fabshift figures`."""

from __future__ import annotations

import csv
import json
import sys
from typing import Annotated, Any

import typer

from sim.cli.output import emit_json
from sim.errors import InputError, Mark, Problem, nearest
from sim.ledger import Kind, Ledger, LedgerError, load_ledger
from sim.report.figures_report import as_json, figure_report, figures_table, matching
from sim.report.render import show

_CSV = ("id", "value", "low", "high", "unit", "kind", "source", "article", "statement", "readings", "context")


def command(
    figure: Annotated[str | None, typer.Argument(metavar="[ID]", help="Everything about one figure.")] = None,
    kind: Annotated[Kind | None, typer.Option(help="Figures of this kind only.")] = None,
    article: Annotated[
        str | None, typer.Option(metavar="FILE", help="Figures of this article (part of its name).")
    ] = None,
    contested: Annotated[bool, typer.Option("--contested", help="Figures on which sources disagree.")] = False,
    as_json_: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
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
        ledger = load_ledger()
        if figure is not None and figure not in ledger.figures:
            near = nearest(figure, ledger.figures)
            raise InputError([Problem(Mark("figures"), "", "no such figure", repr(figure), nearest=near)])
        if article is not None:
            _check_article(article, ledger)
        if figure is not None and not (as_json_ or as_csv):
            show(figure_report(ledger.figures[figure], ledger, _uses(figure, ledger)))
            return
        found = matching(ledger, kind=kind, article=article, contested=contested)
        chosen = [f for f in found if figure is None or f.id == figure]
        if as_json_ or as_csv:
            _emit([as_json(f, ledger) for f in chosen], as_csv=as_csv)
        else:
            show([figures_table(chosen, ledger)])
    except LedgerError as error:
        raise InputError([Problem(Mark("figures"), "", str(error))]) from error


def _check_article(article: str, ledger: Ledger) -> None:
    """An article is named by its file, or by a part of that name."""
    files = ledger.articles
    if not any(article in file for file in files):
        near = nearest(article, files)
        raise InputError(
            [Problem(Mark("--article"), "", "no figure is from such an article", repr(article), ", ".join(files), near)]
        )


def _emit(rows: list[dict[str, Any]], *, as_csv: bool) -> None:
    if not as_csv:
        emit_json(rows)
        return
    out = csv.DictWriter(sys.stdout, _CSV, extrasaction="ignore", lineterminator="\n")
    out.writeheader()
    for row in rows:
        out.writerow(row | {"readings": json.dumps(row["readings"], ensure_ascii=False)})


def _uses(figure: str, ledger: Ledger) -> dict[str, tuple[str, ...]]:
    """Shipped scenario -> paths of the inputs that rest on `figure`; and where the ledger and bounds name it."""
    from sim.report.ledger_uses import uses_in_ledger
    from sim.scenario.catalogue import shipped_scenarios
    from sim.scenario.lineage import uses
    from sim.scenario.loader import load_scenario

    found = {name: uses(load_scenario(name), figure) for name in shipped_scenarios()}
    return {name: paths for name, paths in found.items() if paths} | uses_in_ledger(figure, ledger)
