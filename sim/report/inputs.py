"""The inputs of a scenario: as a frame that can be edited and given back, and on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from sim.report.formats import NOTHING, count, plain, with_unit
from sim.report.tables import Block, Column, Lines, left, table
from sim.scenario.listing import READING, ListedInput
from sim.scenario.sheets import WRITTEN, quoted

if TYPE_CHECKING:
    import pandas as pd

    from sim.ledger import Scalar

COLUMNS = ("path", "value", "low", "high", "unit", "kind", "figure", "source")
"""Columns of an input that come first."""
_MORE = ("title", "statement", "rests_on", "derived", "feeds")
IN_FULL = 12
"""So many inputs or fewer are printed in full."""
_PATHS_SHOWN = 8
_VALUE_WIDTH = 20
_LARGE = 100_000


def inputs_frame(inputs: Sequence[ListedInput]) -> pd.DataFrame:
    """Return the inputs, a row each, with numbers as they are.

    Columns: COLUMNS, then what else is known of an input, then value, low and high once more, as they were when
    written: a file given back is compared with these.
    """
    import pandas as pd

    rows = [
        [
            entry.path, cell(entry.value), cell(entry.low), cell(entry.high), entry.unit, entry.kind, entry.figure or "", entry.source, entry.title, entry.statement,
            *(", ".join(names) for names in (entry.rests_on, entry.derived, entry.feeds)), *map(cell, (entry.value, entry.low, entry.high)),
        ]
        for entry in inputs
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*COLUMNS, *_MORE, *WRITTEN.values()], dtype=object)


def cell(value: Scalar | None) -> Scalar | None:
    """Return a value for a cell of a sheet: truth values as words, whole numbers without a fraction."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def inputs_csv(inputs: Sequence[ListedInput]) -> str:
    """Return the inputs as comma-separated values; text that looks like a formula gets an apostrophe."""
    return str(inputs_frame(inputs).map(quoted).to_csv(index=False, lineterminator="\n"))


def inputs_json(inputs: Sequence[ListedInput]) -> list[dict[str, Any]]:
    """Return the inputs as plain data; dates in ISO form."""
    names = [*COLUMNS, *_MORE]
    found = []
    for entry in inputs:
        one = {name: getattr(entry, name) for name in names}
        for name in ("value", "low", "high"):
            one[name] = one[name] if one[name] is None or isinstance(one[name], (int, float, str)) else str(one[name])
        found.append(one | {"words": list(entry.words)})
    return found


def inputs_report(inputs: Sequence[ListedInput], name: str) -> list[Block]:
    """Return a line for each input, or everything about each where they are few."""
    if len(inputs) <= IN_FULL:
        return [_in_full(i) for i in inputs]
    rows = [
        [i.path, shorten(_value(i), _VALUE_WIDTH, placeholder="..."), _range(i), i.kind, _figure(i)] for i in inputs
    ]
    columns = [left("input"), left("value"), left("range"), left("kind"), Column("figure", align="left", optional=True)]
    notes = [
        f"{len(rows):,} inputs, any of which --set PATH=VALUE changes; fabshift inputs {name} WORD picks some: "
        f"{IN_FULL} or fewer are printed in full",
        "--csv FILE writes all of them; run --inputs FILE takes those that were changed there",
    ]
    return [table("", columns, rows, notes)]


def _value(entry: ListedInput) -> str:
    """Return the value with its unit; a truth value as it is written in a scenario."""
    if isinstance(entry.value, bool):
        return str(cell(entry.value))
    large = isinstance(entry.value, float) and abs(entry.value) >= _LARGE
    return with_unit(round(entry.value) if large and isinstance(entry.value, float) else entry.value, entry.unit)


def _range(entry: ListedInput) -> str:
    return "" if entry.low is None and entry.high is None else f"{_short(entry.low)}..{_short(entry.high)}"


def _short(value: Scalar | None) -> str:
    """Return an end of a range in few digits."""
    if isinstance(value, float) and (abs(value) >= _LARGE or not value.is_integer()):
        return count(value) if abs(value) >= _LARGE else f"{value:.4g}"
    return plain(value)


def _figure(entry: ListedInput) -> str:
    """Return the figure that an input takes; empty for a reading, whose path names it already."""
    return "" if entry.kind == READING else entry.figure or ""


def _in_full(entry: ListedInput) -> Lines:
    """Return everything about one input."""
    span = f" ({_range(entry)})" if _range(entry) else ""
    told = [
        ("of", entry.title),
        ("value", _value(entry) + span),
        ("choices", ", ".join(entry.words)),
        ("kind", entry.kind),
        ("source", entry.source),
        ("figure", f"{entry.figure}: {entry.statement}" if entry.figure else ""),
        ("from", ", ".join(entry.rests_on)),
        ("behind", _some(entry.derived)),
        ("feeds", _some(entry.feeds)),
    ]
    return Lines(entry.path, tuple(f"{word + ':':<8} {text}" for word, text in told if text and text != NOTHING))


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _PATHS_SHOWN} more" if len(names) > _PATHS_SHOWN else ""
    return ", ".join(names[:_PATHS_SHOWN]) + more
