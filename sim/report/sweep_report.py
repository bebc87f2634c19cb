"""What `fabshift sweep` prints: a table of one input, a matrix of two, a long table of more."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.report import horizons
from sim.report.indicators import alike, chosen
from sim.report.output_words import counted
from sim.report.study_tables import changed_in_all, lot_bias
from sim.report.tables import Block, Column, Lines, Table, left, table
from sim.scenario.loader import Scenario
from sim.study.sweep import Sweep


def sweep_report(found: Sweep, wished: Sequence[str] = (), *, everything: bool = False) -> list[Block]:
    """Return means at every point, of the KPIs wished, of all, or of the default ones."""
    kpis = list(dict.fromkeys(k for f in found.found for k in f.kpis))
    names, _ = chosen(kpis, wished, _swept(found), everything=everything)
    if len(found.varied) == 2:
        tables = [_matrix(found, name) for name in (names if wished or everything else names[:1])]
    else:
        tables = [_line(found, names) if len(found.varied) == 1 else _long(found, names)]
    at = ", ".join(f"{v.path}={value}" for v, value in zip(found.varied, found.points[0], strict=True))
    told = lot_bias(found.bias, names, of=at) if found.bias else None
    return [_head(found), *tables, *([told] if told else [])]


def _head(found: Sweep) -> Lines:
    lines = [
        f"{counted(found.n, 'run')} at each of {counted(len(found.points), 'point')} from seed {found.seed}, engine {found.engine}, all "
        "with common random numbers; means (--json has intervals and percentiles).",
        *changed_in_all(_swept(found)),
        *horizons.told(_swept(found)),
    ]
    dropped = sum(f.dropped for f in found.found)
    if dropped:
        lines.append(f"{dropped:,} runs drew inputs that make the scenario invalid and are left out.")
    return Lines(f"{found.name} over {' and '.join(v.path for v in found.varied)}", tuple(lines))


def _swept(found: Sweep) -> list[Scenario]:
    return [f.scenario for f in found.found]


def _line(found: Sweep, names: Sequence[str]) -> Table:
    """Return a table with a column for each value."""
    (varied,) = found.varied
    rows = [[horizons.headed(name, _swept(found)), *_cells(found, name)] for name in names]
    return table(f"Means by {varied.path}", [left("KPI"), *(Column(v, group=v) for v in varied.values)], rows)


def _long(found: Sweep, names: Sequence[str]) -> Table:
    columns = {name: _cells(found, name) for name in names}
    rows = [[*point, *(columns[name][k] for name in names)] for k, point in enumerate(found.points)]
    heads = [
        *(left(v.path) for v in found.varied),
        *(Column(horizons.headed(name, _swept(found)), group=name) for name in names),
    ]
    return table("Means", heads, rows)


def _matrix(found: Sweep, name: str) -> Table:
    down, across = found.varied
    cells = dict(zip(found.points, _cells(found, name), strict=True))
    rows = [[a, *(cells[a, b] for b in across.values)] for a in down.values]
    title = f"Mean of {horizons.headed(name, _swept(found))}: {down.path} down, {across.path} across"
    return table(title, [left(down.path), *(Column(b, group=b) for b in across.values)], rows)


def _cells(found: Sweep, name: str) -> list[str]:
    """Return the mean at each point, to a twentieth of the range but no finer than a thousandth of the largest."""
    means = [f.kpis[name].mean.estimate if name in f.kpis else math.nan for f in found.found]
    means = horizons.spread_out(name, means, _swept(found))
    known = [m for m in means if not math.isnan(m)] or [0.0]
    return alike(name, means, max((max(known) - min(known)) / 20, max(map(abs, known)) / 1000))
