"""What a run leaves behind: whole numbers by period, the same from every engine."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Annotated, get_origin, get_type_hints

import numpy as np

from sim.clock import NEVER
from sim.draws import Draws
from sim.engines.shared.rules import unit_days
from sim.plan import FloatArray, IntArray


class Lot:
    """A lot and its instants (ticks): `due` is the date for which it is wanted, `promised` that for which it was
    promised at its release, when `expected` was the good output counted on."""

    source: int
    number: int
    starts: int
    stage: int
    ordered: int
    due: int
    seeded: bool
    expected: float
    promised: int
    released: int
    begin: int
    leave: int
    ready: int
    arrive: int
    out: int
    good: int

    __slots__ = (
        "arrive", "begin", "due", "expected", "good", "leave", "number", "ordered", "out", "promised", "ready", "released",
        "seeded", "source", "stage", "starts",
    )  # fmt: skip

    def __init__(self, source: int, number: int, starts: int, stage: int, ordered: int, due: int) -> None:
        # The other fields are set when they are known: at release, begin and arrival.
        self.source, self.number, self.starts, self.stage = source, number, starts, stage
        self.ordered, self.due, self.seeded = ordered, due, False


BySource = Annotated[list[int], "source"]
ByItem = Annotated[list[int], "item"]
BySite = Annotated[list[int], "site"]
ByFlow = Annotated[list[int], "flow"]
UnitDaysByItem = Annotated[list[float], "item"]
WaitedByFlow = Annotated[list[float], "flow"]


@dataclass(slots=True)
class Rows:
    """Counters of one period, a list over sources, items, sites or flows each. Levels are those at
    its end; `delayed` are lots that waited at a bottleneck; `transit` are unit-days in transit of what
    costs something there; waits are in ticks, money in cents, load in units of bottleneck load."""

    starts: BySource
    sample_starts: BySource
    out: BySource
    scrapped: BySource
    good: BySource
    samples: BySource
    received: BySource
    seeded: BySource
    seeded_destroyed: BySource
    orders: BySource
    shipments: BySource
    purchase_cents: BySource
    variable_cents: BySource
    order_cents: BySource
    shipment_cents: BySource
    waiting: BySource
    in_process: BySource
    in_transit: BySource
    consumed: ByItem
    destroyed: ByItem
    holding_cents: ByItem
    transit: UnitDaysByItem
    stock: ByItem
    lots: BySite
    delayed: BySite
    wait: BySite
    time_in_system: BySite
    load: Annotated[list[float], "site"]
    demanded: ByFlow
    from_stock: ByFlow
    served: ByFlow
    delivered: ByFlow
    lost: ByFlow
    cancelled: ByFlow
    waited: WaitedByFlow
    deliveries: ByFlow
    delivery_cents: ByFlow
    shortage_cents: ByFlow
    lost_cents: ByFlow
    backlog: ByFlow
    journal: int = 0
    """Cents booked in the period, kept apart for the check of conservation."""

    def shipped(self, source: int, shipments: int, cents: int) -> None:
        """Shipments leave, at so much each; fewer than none: what was booked ahead does not leave."""
        self.shipments[source] += shipments
        if cents:
            self.shipment_cents[source] += shipments * cents
            self.journal += shipments * cents

    def queued(self, site: int, came: int, lot: Lot) -> None:
        """A lot that came to a bottleneck takes a line: whether and how long it waits, and when it arrives."""
        self.lots[site] += 1
        self.delayed[site] += lot.begin > came
        self.wait[site] += lot.begin - came
        if lot.arrive < NEVER:
            self.time_in_system[site] += lot.arrive - came


MEASURES: dict[str, str] = {
    name: hint.__metadata__[0]
    for name, hint in get_type_hints(Rows, include_extras=True).items()
    if get_origin(hint) is Annotated
}
"""Each counter, and over what it runs."""
REALS = frozenset({"load", "transit", "waited"})
"""Counters of amounts that need not be whole."""


def dtype_of(measure: str) -> type:
    """How a counter is kept."""
    return np.float64 if measure in REALS else np.int64


@dataclass(slots=True, repr=False)
class Records:
    """Tables by period: `source["good"][period, source]`, and so on for items, sites and flows (one
    per demand line and generation). `load[period, site]` is bottleneck load worked off;
    `cut[period, source, cause]`, `short` (the part of it that no source made up for), `need` and
    `released` are in good units, as is `starved[period, pool, cause]` (what a lack of that pool kept from being made,
    by the cause of the lack); `promised[period, site]` in
    starts that commitments asked for; `first_good` is the instant
    of each source's first good unit, samples included, or NEVER; `until` is the last instant.
    `worst_units` and `worst_cents` are the largest breaches of conservation at any period end.
    """

    source: dict[str, IntArray]
    item: dict[str, IntArray]
    site: dict[str, IntArray]
    flow: dict[str, IntArray]
    load: FloatArray
    cut: FloatArray
    short: FloatArray
    starved: FloatArray
    need: FloatArray
    released: FloatArray
    promised: FloatArray
    seeded_stock: IntArray
    first_good: IntArray
    worst_units: int
    worst_cents: int
    until: int
    lots: list[Lot]


class Recorder:
    """Collects a run. Amounts are booked in the period of their instant, which may lie ahead; what
    lies beyond the end goes to counters nobody reads (with a drain, to the last period)."""

    def __init__(self, draws: Draws) -> None:
        plan = draws.plan
        sizes = {
            "source": len(plan.sources),
            "item": len(plan.items),
            "site": len(plan.sites),
            "flow": len(draws.flows),
        }
        self.edges: list[int] = draws.periods.tolist()

        def rows() -> Rows:
            return Rows(**{name: [0.0 if name in REALS else 0] * sizes[by] for name, by in MEASURES.items()})  # type: ignore[arg-type]

        self.rows = [rows() for _ in self.edges[:-1]]
        self._beyond = rows()
        self.first_good = [NEVER] * len(plan.sources)
        self.lots: list[Lot] = []
        self.worst_units = self.worst_cents = 0
        self._reviews: list[int] = draws.reviews[:-1].tolist()
        self._end, self._drain = draws.end, plan.calendar.drain

    def at(self, instant: int) -> Rows:
        """The counters of the period of an instant."""
        if instant >= self._end:
            return self.rows[-1] if self._drain and instant < NEVER else self._beyond
        return self.rows[bisect_right(self.edges, instant) - 1]

    def in_transit(self, item: int, units: int, leave: int, arrive: int) -> None:
        """Book units that are on their way between two instants, in each period for the part that lies in it."""
        last, edges = len(self.rows) - 1, self.edges
        stop = arrive if self._drain and arrive < NEVER else min(arrive, self._end)
        period, at = min(bisect_right(edges, leave) - 1, last), leave
        while at < stop and period <= last:
            until = stop if period == last else min(stop, edges[period + 1])
            self.rows[period].transit[item] += unit_days(units, until - at)
            at, period = until, period + 1

    def records(
        self, cut: FloatArray, short: FloatArray, starved: FloatArray, need: FloatArray, released: FloatArray,
        promised: FloatArray, seeded_stock: list[int], until: int,
    ) -> Records:  # fmt: skip
        """Everything collected, as arrays; plans are given by review and booked by period."""

        def tables(entity: str) -> dict[str, IntArray]:
            names = [name for name, by in MEASURES.items() if by == entity and name != "load"]
            return {
                name: np.array([getattr(rows, name) for rows in self.rows], dtype=dtype_of(name)).reshape(
                    len(self.rows), -1
                )
                for name in names
            }

        return Records(
            source=tables("source"),
            item=tables("item"),
            site=tables("site"),
            flow=tables("flow"),
            load=np.array([rows.load for rows in self.rows]),
            cut=self._by_period(cut),
            short=self._by_period(short),
            starved=self._by_period(starved),
            need=self._by_period(need),
            released=self._by_period(released),
            promised=self._by_period(promised),
            seeded_stock=np.array(seeded_stock, dtype=np.int64),
            first_good=np.array(
                [t if t < self._end or self._drain else NEVER for t in self.first_good], dtype=np.int64
            ),
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
