"""What the desks may know of the engine that moves the lots."""

from __future__ import annotations

from typing import Protocol

from sim.draws import Draws
from sim.engines.agenda import Agenda
from sim.engines.demand_desk import DemandDesk
from sim.engines.recorder import Lot, Recorder, Rows
from sim.engines.shop import Bottleneck, Route
from sim.engines.stockroom import Stockroom
from sim.plan import Plan


class Floor(Protocol):
    """The shop floor in motion: its routes and bottlenecks, stock, queues of lots that wait for their
    inputs (by pool), lots under way (by number), units of each pool that waiting lots claim, and good units planted in
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
    queues: list[list[tuple[int, int, int, Lot]]]
    waiting: list[int]
    live: dict[int, Lot]
    seeded_stock: list[int]
    planted: int

    def order(self, source: int, starts: int) -> None:
        """Order starts of a source, to be released at once."""

    def order_evenly(self, source: int, starts: int, stage: int, begin: int, end: int) -> None:
        """Order starts of a source, to be released in lots spread evenly from `begin` to `end` (ticks)."""
