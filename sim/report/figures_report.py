"""Tables of the ledger: all figures, or everything about one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from textwrap import shorten
from typing import Any

from sim.ledger import Figure, Ledger, Reading
from sim.report.formats import plain, with_unit
from sim.report.layout import GAP
from sim.report.render import WIDTH
from sim.report.tables import Block, Lines, Table, left, table

Uses = Mapping[str, tuple[str, ...]]
"""Scenario -> paths of the inputs that depend on a figure; kind of use -> names of figures or rules."""

_PATHS_SHOWN = 8
_VALUE_WIDTH = 20


def matching(
    ledger: Ledger, *, kind: str | None = None, article: str | None = None, contested: bool = False
) -> list[Figure]:
    """Return the figures of one kind, of one article (part of its name suffices), or with several readings."""
    return [
        figure
        for figure in ledger.figures.values()
        if (not contested or figure.readings)
        and (kind is None or kind in {r.kind for r in (figure.own, *figure.readings.values())})
        and (article is None or any(article in a for r in (figure.own, *figure.readings.values()) for a in r.articles))
    ]


def figures_table(figures: Iterable[Figure], ledger: Ledger, scenario: str | None = None) -> Table:
    """Return all figures, a line each; what does not fit is cut, since `fabshift figures ID` prints it in full.

    `scenario`: on the command line, the scenario whose figures they are.
    """
    rows = []
    for figure in figures:
        own = ledger.resolve(figure.id)
        value = shorten(with_unit(own.value, figure.unit), _VALUE_WIDTH, placeholder="...")
        rows.append((figure.id + ("*" if figure.readings else ""), value, own.kind.value, figure.statement))
    taken = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
    room = max(20, WIDTH - sum(taken) - 3 * len(GAP))
    cut = [(*row[:3], shorten(row[3], room, placeholder=" ...")) for row in rows]
    notes = [
        f"{len(rows)} figure{'s' if len(rows) != 1 else ''}; fabshift figures ID{f' --scenario {scenario}' if scenario else ''} "
        "tells everything about one",
        "* sources disagree, or it depends on the case: it has several readings",
    ]
    return table("", [left("figure"), left("value"), left("kind"), left("statement")], cut, notes)


def figure_report(figure: Figure, ledger: Ledger, uses: Uses) -> list[Block]:
    """Return everything about one figure."""
    own = ledger.resolve(figure.id)
    name = ledger.reading_name(figure.id)
    facts = [
        figure.statement,
        f"value:   {with_unit(own.value, figure.unit)}{_in_brackets(_range(own))}{_in_brackets(f'reading {name}' if name else '')}",
        f"kind:    {own.kind.value}",
        f"source:  {_origin(own)}",
    ]
    facts += [
        f"{word + ':':<8} {text}" for word, text in (("context", figure.context), ("follows", figure.follows)) if text
    ]
    if figure.fallback is not None:
        facts.append(f"without: {_fallback(figure)}")
    blocks: list[Block] = [Lines(figure.id, tuple(facts))]
    if figure.readings:
        blocks.append(_readings(figure, ledger))
    if figure.formula:
        blocks.append(_operands(figure, ledger))
    return [*blocks, _uses(uses)]


def _in_brackets(text: str) -> str:
    return f" ({text})" if text else ""


def _origin(reading: Reading) -> str:
    """Return source, article and note of a reading, each once."""
    also = f"also {', '.join(reading.also)}" if reading.also and reading.article else ""
    return "; ".join(dict.fromkeys(text for text in (reading.source, reading.article, also, reading.note) if text))


def _fallback(figure: Figure) -> str:
    """Return what replaces the figure if the articles it comes from are left out."""
    if isinstance(figure.fallback, Reading):
        return f"{with_unit(figure.fallback.value, figure.unit)}{_in_brackets(_range(figure.fallback))}; {_origin(figure.fallback)}"
    return f"the figure {figure.fallback}"


def _range(reading: Reading) -> str:
    if reading.low is None and reading.high is None:
        return ""
    return f"{plain(reading.low)} .. {plain(reading.high)}"


def _readings(figure: Figure, ledger: Ledger) -> Table:
    columns = [left("reading"), left("value"), left("range"), left("kind"), left("source")]
    rows = []
    for name in figure.readings:
        reading = ledger.resolve(figure.id, name)
        label = f"{name}*" if name == figure.default else name
        rows.append(
            (label, with_unit(reading.value, figure.unit), _range(reading), reading.kind.value, _origin(reading))
        )
    return table("Readings (* the default)", columns, rows)


def _operands(figure: Figure, ledger: Ledger) -> Table:
    columns = [left("operand"), left("value"), left("unit"), left("kind")]
    rows = []
    for name in figure.operands:
        own = ledger.resolve(name)
        rows.append((name, plain(own.value), ledger.figures[name].unit, own.kind.value))
    return table(f"Formula: {figure.formula}", columns, rows)


def _uses(uses: Uses) -> Lines:
    if not uses:
        return Lines("Used by", ("nothing",))
    lines = []
    for scenario, paths in uses.items():
        more = f" and {len(paths) - _PATHS_SHOWN} more" if len(paths) > _PATHS_SHOWN else ""
        lines.append(f"{scenario}: {', '.join(paths[:_PATHS_SHOWN])}{more}")
    return Lines("Used by", tuple(lines))


def as_json(figure: Figure, ledger: Ledger) -> dict[str, Any]:
    """Return one figure as a JSON object; dates in ISO form."""
    own = ledger.resolve(figure.id)
    return {
        "id": figure.id,
        "value": _scalar(own.value),
        "low": own.low,
        "high": own.high,
        "unit": figure.unit,
        "kind": own.kind.value,
        "source": own.source,
        "article": own.article,
        "statement": figure.statement,
        "readings": {name: _reading_json(ledger.resolve(figure.id, name)) for name in figure.readings},
        "default": figure.default,
        "formula": figure.formula,
        "context": figure.context,
    }


def _reading_json(reading: Reading) -> dict[str, Any]:
    return {
        "value": _scalar(reading.value),
        "low": reading.low,
        "high": reading.high,
        "kind": reading.kind.value,
        "source": reading.source,
        "article": reading.article,
    }


def _scalar(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
