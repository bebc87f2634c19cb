"""What a replication drew: the uncertain inputs, those furthest out in their range first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.formats import plain, with_unit
from sim.report.tables import Lines, Table, left, right, table

if TYPE_CHECKING:
    from sim.results.result import DrawnInput, Result

MOST = 12


def drawn_inputs(result: Result) -> Table | Lines | None:
    """(b) Typical value, value drawn and range of what was drawn; None of a run at typical values."""
    if result.drawn is None:
        return None
    title = f"Uncertain inputs as replication {result.replication} draws them"
    if not result.drawn:
        return Lines(title, ("no input is uncertain; uncertainty: in a scenario file says what is drawn",))
    furthest = sorted(result.drawn, key=lambda d: -abs(d.probability - 0.5))
    rows = [_row(d) for d in furthest[:MOST]]
    columns = [left("input"), right("typical"), right("drawn"), left("range"), right("below", "%")]
    return table(title, columns, rows, _notes(len(result.drawn)))


def _row(one: DrawnInput) -> list[str]:
    of = one.dimension
    span = f"{plain(of.low)} to {with_unit(of.high, of.unit)}"
    return [of.name, plain(of.mode), plain(float(f"{one.value:.4g}")), span, f"{100 * one.probability:.1f}"]


def _notes(n: int) -> list[str]:
    notes = ["below: the probability of a lower draw"]
    if n > MOST:
        notes.append(f"those farthest from their median; {n - MOST} more with --json, under inputs")
    return notes
