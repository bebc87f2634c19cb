"""What a run leaves behind: whole numbers by period, the same from every engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, get_origin, get_type_hints

import numpy as np

from sim.plan import FloatArray, IntArray


class Lot:
    """A lot and its instants, in ticks.

    `due` is the date by which it is required, `promised` the date promised at its release, and `expected` the good
    output expected then.
    """

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
    """Counters of one period, each a list over sources, items, sites or flows.

    Levels are those at its end. `delayed` are lots that waited at a bottleneck. `transit` are unit-days in transit of
    items with a cost there. Waits are in ticks, money in cents, load in units of bottleneck load.
    """

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


MEASURES: dict[str, str] = {
    name: hint.__metadata__[0]
    for name, hint in get_type_hints(Rows, include_extras=True).items()
    if get_origin(hint) is Annotated
}
"""Each counter, and over what it runs."""
REALS = frozenset({"load", "transit", "waited"})
"""Counters of amounts that need not be whole."""


def dtype_of(measure: str) -> type:
    """Return the type in which a counter is kept."""
    return np.float64 if measure in REALS else np.int64


@dataclass(slots=True, repr=False)
class Records:
    """Tables by period: `source["good"][period, source]`, and so on for items, sites and flows.

    A flow is a generation of a demand line. `load[period, site]` is bottleneck load processed. In good units are
    `cut[period, source, cause]`, `short` (the part of it that no source made up for), `need`, `released` and
    `starved[period, pool, cause]` (what was not made for lack of that pool, by the cause of the lack).
    `promised[period, site]` are the starts of commitments. `first_good` is the instant of each source's first good unit,
    samples included, or NEVER; `until` is the last instant.
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
