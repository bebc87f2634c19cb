"""What a run leaves behind: whole numbers by period, the same from every engine."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, fields

import numpy as np

from sim.draws import Draws
from sim.draws.curves import NEVER
from sim.plan import FloatArray, IntArray


class Lot:
    """A lot and its instants (ticks); `expected` is the good output counted on at its release."""

    __slots__ = (
        "arrive", "begin", "due", "expected", "good", "leave", "number", "ordered", "out", "ready", "released",
        "seeded", "source", "stage", "starts",
    )  # fmt: skip

    def __init__(self, source: int, number: int, starts: int, stage: int, ordered: int, due: int) -> None:
        self.source, self.number, self.starts, self.stage = source, number, starts, stage
        self.ordered, self.due, self.expected, self.seeded = ordered, due, 0.0, False
        self.released = self.begin = self.leave = self.ready = self.arrive = -1
        self.out = self.good = 0


def _by(entity: str) -> list[int]:
    counts: list[int] = field(default_factory=list, metadata={"by": entity})
    return counts


@dataclass(slots=True)
class Rows:
    """Counters of one period, a list over sources, items, sites or flows each. Levels are those at
    its end; waits are in ticks, money in cents, load in units of bottleneck load."""

    starts: list[int] = _by("source")
    sample_starts: list[int] = _by("source")
    out: list[int] = _by("source")
    scrapped: list[int] = _by("source")
    good: list[int] = _by("source")
    samples: list[int] = _by("source")
    received: list[int] = _by("source")
    seeded: list[int] = _by("source")
    orders: list[int] = _by("source")
    shipments: list[int] = _by("source")
    purchase_cents: list[int] = _by("source")
    variable_cents: list[int] = _by("source")
    order_cents: list[int] = _by("source")
    shipment_cents: list[int] = _by("source")
    waiting: list[int] = _by("source")
    in_process: list[int] = _by("source")
    in_transit: list[int] = _by("source")
    consumed: list[int] = _by("item")
    holding_cents: list[int] = _by("item")
    stock: list[int] = _by("item")
    lots: list[int] = _by("site")
    wait: list[int] = _by("site")
    time_in_system: list[int] = _by("site")
    load: list[float] = field(default_factory=list, metadata={"by": "site"})
    demanded: list[int] = _by("flow")
    from_stock: list[int] = _by("flow")
    served: list[int] = _by("flow")
    delivered: list[int] = _by("flow")
    lost: list[int] = _by("flow")
    cancelled: list[int] = _by("flow")
    waited: list[int] = _by("flow")
    deliveries: list[int] = _by("flow")
    delivery_cents: list[int] = _by("flow")
    value_cents: list[int] = _by("flow")
    shortage_cents: list[int] = _by("flow")
    backlog: list[int] = _by("flow")
    journal: int = 0
    """Cents booked in the period, kept apart for the check of conservation."""


MEASURES: dict[str, str] = {f.name: f.metadata["by"] for f in fields(Rows) if "by" in f.metadata}
"""Each counter, and over what it runs."""


@dataclass(slots=True)
class Records:
    """Tables by period: `source["good"][period, source]`, and so on for items, sites and flows (one
    per demand line and generation). `load[period, site]` is bottleneck load worked off;
    `cut[period, source, cause]`, `need` and `released` are in good units; `first_good` is the instant
    of each source's first good unit, samples included, or -1; `until` is the last instant.
    `worst_units` and `worst_cents` are the largest breaches of conservation at any period end.
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


class Recorder:
    """Collects a run. Amounts are booked in the period of their instant, which may lie ahead; what
    lies beyond the end is not booked (with a drain, it belongs to the last period)."""

    def __init__(self, draws: Draws) -> None:
        plan = draws.plan
        sizes = {"source": len(plan.sources), "item": len(plan.items), "site": len(plan.sites), "flow": len(draws.flows)}
        self.edges: list[int] = draws.periods.tolist()
        self.rows = [
            Rows(**{name: [0.0 if name == "load" else 0] * sizes[by] for name, by in MEASURES.items()})  # type: ignore[arg-type]
            for _ in self.edges[:-1]
        ]
        self.first_good = [-1] * len(plan.sources)
        self.lots: list[Lot] = []
        self.worst_units = self.worst_cents = 0
        self._reviews: list[int] = draws.reviews[:-1].tolist()
        self._end, self._drain = draws.end, plan.calendar.drain

    def at(self, instant: int) -> Rows | None:
        """The counters of the period of an instant; None when nothing is to be booked then."""
        if instant >= self._end:
            return self.rows[-1] if self._drain and instant < NEVER else None
        return self.rows[bisect_right(self.edges, instant) - 1]

    def records(
        self, cut: FloatArray, need: FloatArray, released: FloatArray, seeded_stock: list[int], until: int
    ) -> Records:
        """Everything collected, as arrays; plans are given by review and booked by period."""

        def tables(entity: str) -> dict[str, IntArray]:
            names = [name for name, by in MEASURES.items() if by == entity and name != "load"]
            return {
                name: np.array([getattr(rows, name) for rows in self.rows], dtype=np.int64).reshape(len(self.rows), -1)
                for name in names
            }

        return Records(
            source=tables("source"),
            item=tables("item"),
            site=tables("site"),
            flow=tables("flow"),
            load=np.array([rows.load for rows in self.rows]),
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
        total = np.zeros((len(self.rows), *by_review.shape[1:]))
        for k, instant in enumerate(self._reviews):
            total[bisect_right(self.edges, instant) - 1] += by_review[k]
        return total
