"""What was learned: good units of a start, where yield is learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.chain import titled
from sim.report.formats import NOTHING
from sim.report.periods import by_quarter
from sim.report.shift_tables import measures, sums, totals
from sim.report.tables import Table, left, spread, table
from sim.scenario.schema.yields import Yield

if TYPE_CHECKING:
    from sim.results.result import Result


def yields(result: Result) -> Table | None:
    """Return good units per finished start by quarter, including samples, of each recipe that learns."""
    document, grouping = result.scenario.document, by_quarter(result)
    cells = totals(measures(result, "recipe", "good", "samples", "out", "scrapped"), grouping)

    def per_start(recipe: str, column: str) -> str:
        good, finished = (
            sum(cells.get((recipe, m, column), 0.0) for m in pair)
            for pair in (("good", "samples"), ("out", "scrapped"))
        )
        if not finished:
            return NOTHING
        return f"{good / finished:.2f}" if good < 10 * finished else f"{good / finished:.1f}"

    learning = [name for name, recipe in document.recipes.items() if _learns(recipe.yields)]
    rows = [[titled(document.recipes, n), *(per_start(n, c) for c in grouping.labels)] for n in learning]
    rows = [row for row in rows if any(cell != NOTHING for cell in row[1:])]
    title = f"Good units of a finished start by {grouping.unit}, where yield is learned ({NOTHING}: none finished)"
    return table(title, [left("recipe"), *spread(grouping.labels)], rows) if rows else None


def site_yields(result: Result) -> dict[str, tuple[float, int]]:
    """Return the yield over the run of each site that learns (0 to 1, including samples), and its number of recipes."""
    amounts = sums(measures(result, "recipe", "good", "samples", "out", "scrapped"))
    by_site: dict[str, list[float]] = {}
    for recipe, source in zip(result.plan.sources, result.draws.sources, strict=True):
        rule = result.scenario.document.recipes[recipe.name]
        good, finished = (
            sum(amounts.get((recipe.name, m), 0.0) for m in pair) for pair in (("good", "samples"), ("out", "scrapped"))
        )
        if _learns(rule.yields) and finished:
            site = by_site.setdefault(rule.site, [0.0, 0.0, 0.0])
            for k, amount in enumerate((good, finished * source.yields.gross, 1.0)):
                site[k] += amount
    return {site: (good / most, int(recipes)) for site, (good, most, recipes) in by_site.items()}


def _learns(rule: Yield) -> bool:
    return rule.defect_learning is not None or rule.assembly_learning is not None
