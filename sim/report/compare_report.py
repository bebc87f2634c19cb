"""What `fabshift compare` prints."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

from sim.report import horizons
from sim.report.chain import titled
from sim.report.formats import NOTHING
from sim.report.indicators import alike, chosen, named
from sim.report.output_words import counted
from sim.report.periods import share_span
from sim.report.study_tables import chance, changed_in_all, lot_bias
from sim.report.tables import Block, Column, Lines, Table, left, right, table
from sim.scenario.loader import Scenario
from sim.study.compare import Comparison, Paired
from sim.study.runs.summary import SHARE, Replications

TENTH = 0.1
SAME = "same"
"""Where neither is ever better."""


def compare_report(
    found: Comparison, wished: Sequence[str] = (), *, everything: bool = False, all_pairs: bool = False
) -> list[Block]:
    """Return the scenarios side by side, then each against the first; with `all_pairs` against every earlier one."""
    kpis = list(dict.fromkeys(name for f in found.found.values() for name in f.kpis))
    milestones = list(dict.fromkeys(name for f in found.found.values() for name in f.milestones))
    shown, dates = chosen(
        kpis, wished, [f.scenario for f in found.found.values()], milestones=milestones, everything=everything
    )
    blocks: list[Block | None] = [
        heading(found),
        means_table(found, shown),
        _tenth(found, shown),
        _reached(found, dates),
    ]
    for first, label in [
        pair for pair in combinations(found.found, 2) if all_pairs or pair[0] == next(iter(found.found))
    ]:
        pairs = found.against(first, label)
        blocks.append(_against(found, first, label, {name: pairs[name] for name in shown if name in pairs}))
        blocks.append(_dates(found, first, label, dates))
    for label, bias in found.bias.items():
        titles = {name: _title(found.found[label], name) for name in dates if name in found.found[label].milestones}
        blocks.append(lot_bias(bias, shown, of=label, dates=titles))
    return [block for block in blocks if block is not None]


def heading(found: Comparison) -> Lines:
    """Return what was compared: runs, random numbers, changes, and in which respects the scenarios differ."""
    ends = {
        label: str(f.scenario.document.horizon.end or f.scenario.document.horizon.length)
        for label, f in found.found.items()
    }
    drawn = ", ".join(f"{number:,} ({label})" for label, number in found.dimensions.items())
    lines = [
        f"{counted(found.n, 'run')} of each from seed {found.seed}, engine {found.engine}, all with common random numbers.",
        f"Uncertain inputs drawn: {drawn}.",
        *changed_in_all([f.scenario for f in found.found.values()]),
        *(f"{label}: {f.dropped:,} runs drew inputs that make the scenario invalid and are left out."
          for label, f in found.found.items() if f.dropped),
    ]  # fmt: skip
    if 0 in found.dimensions.values() and any(found.dimensions.values()):
        still = ", ".join(label for label, number in found.dimensions.items() if not number)
        lines.append(f"{still}: runs at typical inputs while others draw theirs, which is part of any difference.")
    if len(set(ends.values())) > 1:
        lines.append(
            f"They end at different times, which affects totals: {', '.join(f'{label} at {end}' for label, end in ends.items())}."
        )
    lines += horizons.told(_compared(found))
    first, *others = found.found
    return Lines(f"{', '.join(others)} against {first}", tuple(lines))


def _compared(found: Comparison) -> list[Scenario]:
    return [f.scenario for f in found.found.values()]


def means_table(found: Comparison, names: Sequence[str]) -> Table | None:
    """Return the mean of each KPI in every scenario."""
    rows, scenarios = [], _compared(found)
    for name in names:
        means = [f.kpis[name].mean if name in f.kpis else None for f in found.found.values()]
        numbers = [math.nan if m is None else m.estimate for m in means]
        widths = [math.nan if m is None else m.half_width for m in means]
        numbers, widths = (horizons.spread_out(name, each, scenarios) for each in (numbers, widths))
        known = [width for width in widths if math.isfinite(width)]
        # The narrowest interval sets the digits: a row must show differences that are significant.
        rows.append([horizons.headed(name, scenarios), *alike(name, numbers, min(known, default=0.0))])
    return table("Means", [left("KPI"), *scenario_columns(list(found.found))], rows) if rows else None


def scenario_columns(labels: Sequence[str]) -> list[Column]:
    """Return a column for each scenario."""
    return [Column(label, group=label) for label in labels]


def _tenth(found: Comparison, names: Sequence[str]) -> Table | None:
    """Return the probability that a tenth or more is in-house, for each share among these KPIs."""
    every = dict.fromkeys(name for f in found.found.values() for name in f.passed)
    shares = [share for share in every if f"{SHARE}{share}" in names]
    if not shares:
        return None
    rows = [
        [share, *(chance(f.passed[share][TENTH]) if share in f.passed else NOTHING for f in found.found.values())]
        for share in shares
    ]
    columns = [left("share"), *scenario_columns(list(found.found))]
    return table(
        f"Probability that 10 % or more is in-house {share_span(next(iter(found.found.values())).scenario)} [%]",
        columns,
        rows,
    )


def _reached(found: Comparison, names: Sequence[str]) -> Table | None:
    """Return the probability that each milestone is reached, for every scenario that has it."""
    rows = [
        [
            next(_title(f, name) for f in found.found.values() if name in f.milestones),
            *(
                chance(f.milestones[name].probability) if name in f.milestones else NOTHING
                for f in found.found.values()
            ),
        ]
        for name in names
    ]
    columns, notes = [left("milestone"), *scenario_columns(list(found.found))], []
    if any(NOTHING in row for row in rows):
        notes.append(f"{NOTHING}: the scenario has no such milestone")
    return table("Probability that a milestone is reached by the end [%]", columns, rows, notes) if rows else None


def _against(found: Comparison, first: str, label: str, pairs: Mapping[str, Paired]) -> Table | None:
    apart = horizons.differ([found.found[first].scenario, found.found[label].scenario])
    left_out = [name for name in pairs if apart and horizons.is_bound(name)]
    rows = [[named(name), *_difference(name, p), _wins(p)] for name, p in pairs.items() if name not in left_out]
    if not rows:
        return None
    columns = [left("KPI"), right("difference"), right("+-"), right(f"{label} better", "%")]
    notes = [
        "difference: mean over common random numbers; +-: half-width of its 95 % confidence interval",
        *(["*: neither direction is better; probability that it is higher"] if any(p.higher_is_better is None for p in pairs.values()) else []),
        *([f"left out, since horizons differ: {', '.join(left_out)}"] if left_out else []),
    ]  # fmt: skip
    return table(f"{label} minus {first}, over {found.n:,} pairs", columns, rows, notes)


def _difference(name: str, pair: Paired) -> list[str]:
    return alike(name, [pair.difference.estimate, pair.difference.half_width], pair.difference.half_width)


def _wins(pair: Paired) -> str:
    return SAME if pair.same else chance(pair.beats) + ("*" if pair.higher_is_better is None else "")


def _dates(found: Comparison, first: str, label: str, wished: Sequence[str]) -> Table | None:
    """Return the difference in days of milestones that both have, and the probability that the second is earlier."""
    a, b = found.found[first], found.found[label]
    pairs = found.against(first, label)
    names = [name for name in wished if name in a.milestones and name in b.milestones]
    if not names:
        return None
    rows = [
        [_title(a, name), *_days(p), f"{p.pairs:,}", SAME if p.same else chance(p.beats)]
        for name, p in ((name, pairs[name]) for name in names)
    ]
    columns = [left("milestone"), right("days later"), right("+-"), right("in pairs"), right(f"{label} earlier", "%")]
    notes = [
        f"days later: mean over the pairs of {found.n:,} in which both reach it, and over no others; in %: not reached is "
        "later than any date"
    ]
    return table(f"Milestones: {label} against {first}", columns, rows, notes)


def _title(found: Replications, name: str) -> str:
    return titled(found.scenario.document.milestones, name)


def _days(pair: Paired) -> list[str]:
    return [
        NOTHING if math.isnan(days) else f"{days:.1f}"
        for days in (pair.difference.estimate, pair.difference.half_width)
    ]
