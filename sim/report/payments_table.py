"""Payments that depend on no volume: when each is due, what it comes to, and what that is for a good unit."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sim.report.chain import titled
from sim.report.formats import NOTHING, count, dollars
from sim.report.tables import Table, left, right, table
from sim.results.payments import due_days, each

if TYPE_CHECKING:
    from sim.results.result import Result


def payments(result: Result) -> Table | None:
    """Return each payment with its first date, number, total and amount per good unit; None without payments."""
    document, rows = result.scenario.document, []
    if not document.payments and not document.decisions:
        return None
    for payment in result.plan.payments:
        days = due_days(result.draws, payment).tolist()
        recipe = result.plan.sources[payment.source].name if payment.source >= 0 else None
        per_unit = result.kpis.get(f"one_off_cost.{recipe}") if days else None
        rows.append(
            [
                payment.title,
                _day(result, days[0]) if days else NOTHING,
                str(len(days)) if days else NOTHING,
                dollars(len(days) * each(result.draws, payment) / 100.0) if days else NOTHING,
                NOTHING if recipe is None else titled(document.recipes, recipe),
                dollars(per_unit),
            ]
        )
    if not rows:
        return None
    heads = [left("payment"), left("first"), right("times"), right("in all"), left("for"), right("of a good unit")]
    notes = ["of a good unit: all payments for that recipe over the good units of the run; part of no unit cost"]
    if any(row[1] == NOTHING for row in rows):
        notes.append(f"{NOTHING}: not due within the horizon")
    return table("One-off and yearly payments", heads, rows, notes)


def _day(result: Result, day: float) -> str:
    start = result.scenario.document.horizon.start
    return count(day) if start is None else str(start + dt.timedelta(days=int(day)))
