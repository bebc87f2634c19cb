"""Conservation: at every period end each unit and each cent is accounted for, exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.engines.phases import Stage
from sim.engines.recorder import Recorder, Table
from sim.errors import ModelError

if TYPE_CHECKING:
    from sim.engines.events import EventsEngine


def audit(engine: EventsEngine, period: int) -> None:
    """Take stock at the end of a period, book the levels found, and compare with what was booked.

    Counted afresh: lots in queues, lots under way, stock. Raises ModelError on a difference.
    """
    edge = engine.draws.periods[period + 1] if not engine.draining else engine.agenda.now + 1
    _count(engine, period, int(edge))
    recorder = engine.recorder
    worst = max(_starts(recorder, period), _stock(engine, period), _goods(engine, period), _demand(recorder, period))
    booked = sum(sum(map(sum, table)) for table in _money_tables(recorder))
    recorder.worst_units = max(recorder.worst_units, worst)
    recorder.worst_cents = max(recorder.worst_cents, abs(booked - recorder.journal_cents))
    if recorder.worst_units or recorder.worst_cents:
        raise ModelError(
            f"period {period}: {recorder.worst_units} units and {recorder.worst_cents} cents are not accounted for"
        )


def _count(engine: EventsEngine, period: int, edge: int) -> None:
    book, n = engine.recorder.source, len(engine.plan.sources)
    waiting, in_process, in_transit = [0] * n, [0] * n, [0] * n
    counted: set[int] = set()
    for queue in engine.queues:
        for _, _, lot in queue:
            # A lot with several inputs stands in several queues.
            if lot.number not in counted:
                counted.add(lot.number)
                waiting[lot.source] += lot.starts
    for lot in engine.live.values():
        if lot.seeded:
            continue
        if lot.ready >= edge:
            in_process[lot.source] += lot.starts
        elif lot.stage != Stage.SAMPLES:
            in_transit[lot.source] += lot.good
    book["waiting"][period], book["in_process"][period], book["in_transit"][period] = waiting, in_process, in_transit


def _total(table: Table, period: int, index: int) -> int:
    return sum(row[index] for row in table[: period + 1])


def _starts(recorder: Recorder, period: int) -> int:
    """Starts released = out + scrapped + in process + waiting for inputs."""
    book = recorder.source
    return max(
        abs(
            sum(_total(book[k], period, r) for k in ("starts", "sample_starts"))
            - sum(_total(book[k], period, r) for k in ("out", "scrapped"))
            - book["waiting"][period][r]
            - book["in_process"][period][r]
        )
        for r in range(len(book["starts"][0]))
    )


def _goods(engine: EventsEngine, period: int) -> int:
    """Good units made = received + in transit to stock."""
    book = engine.recorder.source
    return max(
        abs(_total(book["good"], period, r) - _total(book["received"], period, r) - book["in_transit"][period][r])
        for r in range(len(book["good"][0]))
    )


def _stock(engine: EventsEngine, period: int) -> int:
    """Seeded + received = consumed + served + in stock, for each pool (members stand in for each other)."""
    plan, recorder = engine.plan, engine.recorder
    worst = 0
    for p, pool in enumerate(plan.pools):
        came = sum(engine.seeded_stock[i] for i in pool.members)
        came += sum(_total(recorder.source[k], period, r) for k in ("received", "seeded") for r in _makers(engine, p))
        gone = sum(_total(recorder.item["consumed"], period, i) + engine.stockroom.units[i] for i in pool.members)
        gone += sum(_total(recorder.flow["served"], period, c.flow) for c in engine.demand_desk.of_pool[p])
        worst = max(worst, abs(came - gone))
    return worst


def _makers(engine: EventsEngine, pool: int) -> list[int]:
    return [r for r, p in enumerate(engine.pool_of) if p == pool]


def _demand(recorder: Recorder, period: int) -> int:
    """Demanded = served + lost + cancelled + waiting."""
    book = recorder.flow
    return max(
        (
            abs(
                _total(book["demanded"], period, f)
                - sum(_total(book[k], period, f) for k in ("served", "lost", "cancelled"))
                - book["backlog"][period][f]
            )
            for f in range(len(book["demanded"][0]))
        ),
        default=0,
    )


def _money_tables(recorder: Recorder) -> list[Table]:
    return [
        table
        for book in (recorder.source, recorder.item, recorder.flow)
        for name, table in book.items()
        if name.endswith("_cents")
    ]
