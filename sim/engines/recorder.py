"""What a run leaves behind: whole numbers by period, the same from every engine."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np

from sim.draws import Draws
from sim.plan import FloatArray, IntArray

SOURCE_FLOWS = (
    "starts", "sample_starts", "out", "scrapped", "good", "samples", "received", "seeded", "orders", "shipments",
    "purchase_cents", "variable_cents", "order_cents", "shipment_cents",
)  # fmt: skip
SOURCE_LEVELS = ("waiting", "in_process", "in_transit")
ITEM_FLOWS = ("consumed", "holding_cents")
ITEM_LEVELS = ("stock",)
SITE_FLOWS = ("lots", "wait", "time_in_system")
LINE_FLOWS = (
    "demanded", "from_stock", "served", "delivered", "lost", "cancelled", "waited", "shipments",
    "shipment_cents", "value_cents", "shortage_cents",
)  # fmt: skip
LINE_LEVELS = ("backlog",)
Table = list[list[int]]


@dataclass(slots=True)
class Lot:
    """A lot and its instants (ticks); `expected` is the good output counted on at its release."""

    source: int
    number: int
    starts: int
    stage: int
    ordered: int
    expected: float
    due: int
    released: int = -1
    begin: int = -1
    leave: int = -1
    ready: int = -1
    arrive: int = -1
    out: int = 0
    good: int = 0
    seeded: bool = False


@dataclass(slots=True)
class Records:
    """Integer tables by period: `source["good"][period, source]`, and so on for items, sites and
    flows (one per demand line and generation). Waits are in ticks, money in cents. `load` is
    bottleneck load worked off; `cut[period, source, cause]`, `need` and `released` are in good
    units; `first_good` is the instant of each source's first good unit, samples included, or -1. `worst_units` and `worst_cents` are the largest breaches of conservation at any period end.
    """

    source: dict[str, IntArray]
    item: dict[str, IntArray]
    site: dict[str, IntArray]
    flow: dict[str, IntArray]
    load: FloatArray
    cut: FloatArray
    need: FloatArray
    released: FloatArray
    seeded_stock: IntArray
    first_good: IntArray
    worst_units: int
    worst_cents: int
    until: int
    lots: list[Lot]


@dataclass(slots=True)
class Recorder:
    """Collects a run. Amounts are booked in the period of their instant, which may lie ahead; what
    lies beyond the end is not booked (with a drain, it belongs to the last period)."""

    draws: Draws
    trace: bool
    source: dict[str, Table] = field(init=False)
    item: dict[str, Table] = field(init=False)
    site: dict[str, Table] = field(init=False)
    flow: dict[str, Table] = field(init=False)
    load: list[list[float]] = field(init=False)
    lots: list[Lot] = field(default_factory=list)
    worst_units: int = 0
    worst_cents: int = 0
    journal_cents: int = 0
    first_good: list[int] = field(init=False)
    _edges: list[int] = field(init=False)
    _last: int = field(init=False)
    _drain: bool = field(init=False)

    def __post_init__(self) -> None:
        plan, periods = self.draws.plan, len(self.draws.periods) - 1

        def tables(names: tuple[str, ...], n: int) -> dict[str, Table]:
            return {name: [[0] * n for _ in range(periods)] for name in names}

        self.source = tables((*SOURCE_FLOWS, *SOURCE_LEVELS), len(plan.sources))
        self.item = tables((*ITEM_FLOWS, *ITEM_LEVELS), len(plan.items))
        self.site = tables(SITE_FLOWS, len(plan.sites))
        self.flow = tables((*LINE_FLOWS, *LINE_LEVELS), len(self.draws.flows))
        self.load = [[0.0] * len(plan.sites) for _ in range(periods)]
        self.first_good = [-1] * len(plan.sources)
        self._edges = self.draws.periods.tolist()
        self._last = periods - 1
        self._drain = plan.calendar.drain

    def period(self, at: int) -> int:
        """The period of an instant; -1 when nothing is to be booked then."""
        if at >= self.draws.end:
            return self._last if self._drain and at < 2**62 else -1
        return bisect_right(self._edges, at) - 1

    def money(self, table: Table, period: int, index: int, cents: int) -> None:
        """Book cents, and keep them in a journal of their own for the check of conservation."""
        table[period][index] += cents
        self.journal_cents += cents

    def records(
        self, cut: FloatArray, need: FloatArray, released: FloatArray, seeded_stock: list[int], until: int
    ) -> Records:
        """Everything collected, as arrays; plans are given by review and booked by period."""

        def arrays(tables: dict[str, Table]) -> dict[str, IntArray]:
            return {name: np.array(table, dtype=np.int64).reshape(len(table), -1) for name, table in tables.items()}

        return Records(
            source=arrays(self.source),
            item=arrays(self.item),
            site=arrays(self.site),
            flow=arrays(self.flow),
            load=np.array(self.load),
            cut=self._by_period(cut),
            need=self._by_period(need),
            released=self._by_period(released),
            seeded_stock=np.array(seeded_stock, dtype=np.int64),
            first_good=np.array(self.first_good, dtype=np.int64),
            worst_units=self.worst_units,
            worst_cents=self.worst_cents,
            until=until,
            lots=self.lots,
        )

    def _by_period(self, by_review: FloatArray) -> FloatArray:
        total = np.zeros((len(self._edges) - 1, *by_review.shape[1:]))
        for k, at in enumerate(self.draws.reviews[:-1].tolist()):
            total[self.period(at)] += by_review[k]
        return total
