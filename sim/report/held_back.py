"""What held the shift back (own sources made less than planned) and what held supply back (unreleased need)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.report.chain import groups, of_share, own_recipes, titled
from sim.report.cost_tables import usable
from sim.report.formats import NOTHING, count
from sim.report.periods import by_quarter, is_dated, last_year_named
from sim.report.shift_tables import Cells, measures, sums, totals
from sim.report.tables import Table, left, right, spread, table

if TYPE_CHECKING:
    from sim.results.result import Result
    from sim.scenario.schema import Document

_CAUSES = {
    "capacity": "cap",
    "qualification": "qual",
    "inputs": "input",
    "contract": "contract",
    "lead_time": "lead",
    "stock_level": "stock",
}
"""Cause -> what stands in the table."""
_KEY = (
    "cap: capacity; qual: qualification; input: materials missing; contract: allocation or commitment; "
    "lead: too late to order; stock: level of a stock policy"
)
_MOST_INPUTS = 5
_FULL = 0.95
"""Sites used so far and more are called full."""
_GOOD_PART = 0.1
"""An input is short from when lots wait for this part of a period's need of it."""
_LEAST_SHARE = 0.05
"""Smaller causes are not named."""
_IN_WORDS = {"inputs": "materials", "lead_time": "lead time", "stock_level": "stock level"}


def own_output(result: Result) -> Table | None:
    """Return why in-house sites made less than planned."""
    document = result.scenario.document
    own, group = own_recipes(document), groups(document)
    stages = {r: group[document.recipes[r].item] for r in own}
    cuts = {key: v for key, v in _amounts(result, "recipe", "cut").items() if key[0] in stages}
    return _table(
        result, "What held the shift back: main cause of in-house shortfalls", cuts, stages,
        _in_order(stages.values(), group), lambda recipe: titled(document.sites, document.recipes[recipe].site),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """What held back the shift of one stage.

    Its main causes in words, each with the time for which it was the main one; the place where most was lost; and the
    loss as a share of what all sources made.
    """

    title: str
    spans: tuple[tuple[str, str], ...]
    place: str
    lost: float


def held_back(result: Result) -> list[Held]:
    """Return the main causes of each stage whose in-house sources made less than planned, in the order of the chain."""
    document, grouping = result.scenario.document, by_quarter(result)
    own, group = own_recipes(document), groups(document)
    stages = {r: group[document.recipes[r].item] for r in own}
    cuts = {key: v for key, v in _amounts(result, "recipe", "cut").items() if key[0] in stages}
    made: dict[str, float] = defaultdict(float)
    for (recipe, _, _), units in totals(measures(result, "recipe", "received"), grouping).items():
        made[group[document.recipes[recipe].item]] += units
    found = []
    for stage in _in_order(stages.values(), group):
        part = [(name, cause, c, v) for (name, cause, c), v in cuts.items() if stages[name] == stage]
        if not part:
            continue
        main = [_largest((cause, v) for _, cause, c, v in part if c == label) for label in grouping.labels]
        recipe = _largest((name, v) for name, _, _, v in part)
        place = titled(document.sites, document.recipes[recipe].site)
        lost = sum(v for *_, v in part) / max(made[stage], 1.0)
        found.append(Held(_stage_titled(document, stage, group), _spans(main, grouping.labels), place, lost))
    return found


def _stage_titled(document: Document, stage: str, group: dict[str, str]) -> str:
    """Return the title of the share that counts the same recipes as a stage, else the name of the stage."""
    recipes = {name for name, recipe in document.recipes.items() if group.get(recipe.item) == stage}
    shares = (share for share in document.shares if set(of_share(document, share)) == recipes)
    return next((titled(document.shares, share) for share in shares), stage)


def _spans(main: Sequence[str], labels: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return runs of columns with the same main cause, in words: until Q4 2026, Q1 to Q3 2027, from Q4 2027."""
    runs: list[tuple[str, int, int]] = []
    for place, cause in enumerate(main):
        if runs and runs[-1][0] == cause:
            runs[-1] = (cause, runs[-1][1], place)
        elif cause != NOTHING:
            runs.append((cause, place, place))
    return tuple((_IN_WORDS.get(cause, cause), _span(labels, first, last)) for cause, first, last in runs)


def _span(labels: Sequence[str], first: int, last: int) -> str:
    begin, end = _label(labels[first]), _label(labels[last])
    if last == len(labels) - 1:
        return "throughout" if first == 0 else f"from {begin}"
    if first == last:
        return f"in {begin}"
    if first == 0:
        return f"until {end}"
    # Quarters of one year name it once.
    return f"{begin[:2] if begin[2:] == end[2:] else begin} to {end}"


def _label(label: str) -> str:
    """Return a column as it is written in a sentence: Q3 2026 for 26Q3."""
    year, _, quarter = label.partition("Q")
    return f"Q{quarter} 20{year}" if quarter else label


def scarce_inputs(result: Result) -> list[tuple[str, str]]:
    """Return the materials for which most lots waited, the worst first, and the main cause of each."""
    document, sums = result.scenario.document, _starved(result)
    most = sorted(sums, key=lambda name: -sum(sums[name].values()))
    return [(_pool_titled(document, name), _word(max(sums[name], key=lambda c: sums[name][c]))) for name in most]


def _word(cause: str) -> str:
    return _IN_WORDS.get(cause, cause)


def supply(result: Result) -> Table | None:
    """Return why needs were not released."""
    document = result.scenario.document
    group = groups(document)
    short = {key: v for key, v in _amounts(result, "pool", "short").items() if key[0] in group}
    stages = {name: group[name] for name, _, _ in short}
    return _table(
        result, "What held supply back: main cause of unreleased need,", short, stages, _in_order(stages.values(), group),
        lambda pool: _pool_titled(document, pool),
    )  # fmt: skip


def inputs(result: Result) -> Table | None:
    """Return which materials kept lots waiting, and why there were no more of them."""
    document, sums = result.scenario.document, _starved(result)
    totals, reviews = {name: sum(by_cause.values()) for name, by_cause in sums.items()}, len(result.draws.reviews) - 1
    rows = [
        [_pool_titled(document, name), _shares(sums[name]), count(totals[name] / reviews)]
        for name in sorted(totals, key=lambda name: -totals[name])[:_MOST_INPUTS]
    ]
    columns = [left("input"), left("held back by"), right("units short, mean of reviews")]
    return table("Materials that held lots back, over the horizon", columns, rows) if rows else None


def _starved(result: Result) -> dict[str, dict[str, float]]:
    """Return the units missing as a material, summed over reviews: pool -> cause -> units."""
    sums: dict[str, dict[str, float]] = defaultdict(dict)
    for (name, cause, _), units in _amounts(result, "pool", "starved").items():
        sums[name][cause] = sums[name].get(cause, 0.0) + units
    return sums


def _pool_titled(document: Document, name: str) -> str:
    return titled(document.pools if name in document.pools else document.items, name)


def scarcest(result: Result) -> str:
    """Return the material of demand still owed that lots waited for most relative to its need, since when and why.

    Empty if nothing is owed, or if lots waited for nothing notable.
    """
    if not is_dated(result):
        return ""
    starved = _starved(result)
    need = {name: units for (name, _), units in sums(measures(result, "pool", "need")).items()}
    parts = {
        name: sum(starved[name].values()) / need[name] for name in result.owed if starved.get(name) and need.get(name)
    }
    name = max(parts, key=lambda n: parts[n], default="")
    if not name or parts[name] < _LEAST_SHARE:
        return ""
    document = result.scenario.document
    title = _pool_titled(document, name)
    full = _full(result, name)
    where = f"; full in {last_year_named(result)}: {' and '.join(full)}" if full else ""
    return f"What lots waited for longest: {title}, from {_since(result, name)}, held back by {_shares(starved[name])}{where}."


def _full(result: Result, pool: str) -> list[str]:
    """Return the sites that make a pool and had no capacity left in the last twelve months."""
    document = result.scenario.document
    members = document.pools[pool].members if pool in document.pools else [pool]
    makers = dict.fromkeys(recipe.site for recipe in document.recipes.values() if recipe.item in members)
    used = {site: use.used for site, use in usable(result).items()}
    return [titled(document.sites, site) for site in makers if (used.get(site) or 0.0) >= _FULL]


def _since(result: Result, pool: str) -> str:
    """Return the month in which a notable share of a pool's need first kept lots waiting."""
    need, short = (
        np.sum([one.values for one in measures(result, "pool", *names) if one.name == pool], axis=0)
        for names in (["need"], [f"starved.{cause}" for cause in _CAUSES])
    )
    return f"{result.period_starts[int((short > _GOOD_PART * need).argmax())]:%Y-%m}"


def _shares(by_cause: dict[str, float]) -> str:
    """Return causes in words, the largest first, each with its share of the total."""
    total = sum(by_cause.values())
    parts = {_IN_WORDS.get(c, c): by_cause[c] / total for c in sorted(by_cause, key=lambda c: -by_cause[c])}
    shown = {word: part for word, part in parts.items() if part >= _LEAST_SHARE}
    return (
        ", ".join(shown) if len(shown) == 1 else ", ".join(f"{word} {100 * part:.0f} %" for word, part in shown.items())
    )


def _amounts(result: Result, scope: str, prefix: str) -> Cells:
    """Return the units lost by name, cause and column, without zeros."""
    cells = totals(measures(result, scope, *(f"{prefix}.{cause}" for cause in _CAUSES)), by_quarter(result))
    return {
        (name, measure.removeprefix(f"{prefix}."), column): v for (name, measure, column), v in cells.items() if v > 0
    }


def _in_order(stages: Iterable[str], group: dict[str, str]) -> list[str]:
    """Return stages in the order of the chain, each once."""
    found = set(stages)
    return [stage for stage in dict.fromkeys(group.values()) if stage in found]


def _table(
    result: Result, title: str, amounts: Cells, stages: dict[str, str], order: list[str], place: Callable[[str], str]
) -> Table | None:
    """Return the largest cause by stage and column, and the place where most was lost."""
    grouping = by_quarter(result)
    if not order or not grouping.labels:
        return None
    rows, places = [], []
    for stage in order:
        part = [(name, cause, c, v) for (name, cause, c), v in amounts.items() if stages[name] == stage]
        causes = [_largest((cause, v) for _, cause, c, v in part if c == column) for column in grouping.labels]
        rows.append([stage, *(_CAUSES.get(c, NOTHING) for c in causes)])
        if part:
            places.append(f"{stage}: {_largest((place(name), v) for name, _, _, v in part)}")
    notes = [_KEY, f"Where most: {'; '.join(places)}"] if places else []
    columns = [left("stage"), *spread(grouping.labels)]
    return table(f"{title} by {grouping.unit} ({NOTHING}: none)", columns, rows, notes)


def _largest(amounts: Iterable[tuple[str, float]]) -> str:
    """Return the name with the largest sum."""
    sums: dict[str, float] = {}
    for name, value in amounts:
        sums[name] = sums.get(name, 0.0) + value
    return max(sums, key=lambda name: sums[name]) if sums else NOTHING
