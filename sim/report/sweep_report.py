"""What `fabshift sweep` prints: a table of one input, a matrix of two, a long table of more."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from sim.report.indicators import alike, chosen, named
from sim.report.tables import Block, Column, Lines, Table, left, table
from sim.study.sweep import Sweep


def sweep_report(found: Sweep, wished: Sequence[str] = (), *, everything: bool = False) -> list[Block]:
    """Means at every point; the KPIs that are wished for, or all, or the first ones."""
    names = chosen(list(dict.fromkeys(k for f in found.found for k in f.kpis)), wished, everything=everything)
    if len(found.varied) == 2:
        tables = [_matrix(found, name) for name in (names if wished or everything else names[:1])]
    else:
        tables = [_long(found, names)]
    return [_head(found), *tables]


def _head(found: Sweep) -> Lines:
    lines = [
        f"{found.n:,} runs at each of {len(found.points):,} points from seed {found.seed}, engine {found.engine}, all "
        "with the same luck; means (--json has intervals and percentiles).",
    ]
    dropped = sum(f.dropped for f in found.found)
    if dropped:
        lines.append(f"{dropped:,} runs drew inputs that make no valid scenario, and are left out.")
    return Lines(f"{found.name} over {' and '.join(v.path for v in found.varied)}", tuple(lines))


def _long(found: Sweep, names: Sequence[str]) -> Table:
    columns = {name: _cells(found, name) for name in names}
    rows = [[*point, *(columns[name][k] for name in names)] for k, point in enumerate(found.points)]
    heads = [*(left(v.path) for v in found.varied), *(Column(named(name), group=name) for name in names)]
    return table("Means", heads, rows)


def _matrix(found: Sweep, name: str) -> Table:
    down, across = found.varied
    cells = dict(zip(found.points, _cells(found, name), strict=True))
    rows = [[a, *(cells[a, b] for b in across.values)] for a in down.values]
    title = f"Mean of {named(name)}: {down.path} down, {across.path} across"
    return table(title, [left(down.path), *(Column(b, group=b) for b in across.values)], rows)


def _cells(found: Sweep, name: str) -> list[str]:
    """The mean at each point, with digits for the least difference between any two that differ."""
    means = [f.kpis[name].mean.estimate if name in f.kpis else float("nan") for f in found.found]
    steps = [abs(a - b) for a, b in product(means, means) if a != b and a == a and b == b]
    widest = max(steps, default=0.0)
    return alike(name, means, widest / 20)
