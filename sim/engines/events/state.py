"""What the desks may know of the engine that moves the lots."""

from __future__ import annotations

from typing import Protocol

from sim.draws import Draws
from sim.engines.events.calendar import Agenda
from sim.engines.events.demand import DemandDesk
from sim.engines.events.sites import Bottleneck, Route
from sim.engines.events.stock import Stockroom
from sim.engines.shared.records import Lot, Recorder, Rows
from sim.plan import Plan


class Floor(Protocol):
    """The shop floor in motion: its routes and bottlenecks, stock, queues of lots that wait for their
    inputs (by pool; behind pools the lines with a limit) and whether lots may pass in them, lots under way and all that are released (by number), units of each pool that waiting lots claim, and good units planted in
    process at the start."""

    draws: Draws
    plan: Plan
    agenda: Agenda
    recorder: Recorder
    rows: Rows
    stockroom: Stockroom
    demand_desk: DemandDesk
    bottlenecks: list[Bottleneck]
    routes: list[Route]
    lines: list[list[tuple[int, int, Lot]]]
    queues: list[list[tuple[int, int, int, Lot]]]
    may_pass: list[bool]
    waiting: list[int]
    live: dict[int, Lot]
    open_lots: dict[int, Lot]
    seeded_stock: list[int]
    planted: int

    def dispatch(self, pool: int) -> None:
        """Let waiting lots begin, in order, as far as inputs reach."""

    def order(self, source: int, starts: int) -> None:
        """Order starts of a source, to be released at once."""

    def book_order(self, source: int) -> None:
        """Book an order, and what it costs."""

    def order_evenly(self, source: int, starts: int, stage: int, begin: int, end: int, due: int) -> None:
        """Release starts of a source in lots spread evenly from `begin` to `end`, wanted by `due` (ticks)."""
