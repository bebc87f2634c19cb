"""Conservation: at every period end each unit and each cent is accounted for, exactly.

Checked on the tables of a finished run.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.draws import Draws
from sim.engines.batch.state import State
from sim.errors import ModelError
from sim.plan import IntArray


def audit(draws: Draws, s: State) -> tuple[int, int]:
    """Return the largest breach of conservation in units and in cents.

    Raises:
        ModelError: units or cents are not accounted for, at the first such period end.
    """
    units, cents = _units(draws, s), _cents(s)
    bad = np.flatnonzero((units > 0) | (cents > 0))
    if bad.size:
        first = int(bad[0])
        raise ModelError(
            f"at tick {s.edges[first + 1]}: {units[first]} units and {cents[first]} cents are not accounted for"
        )
    return int(units.max(initial=0)), int(cents.max(initial=0))


def _units(draws: Draws, s: State) -> IntArray:
    """Return the largest breach in units at each period end."""
    source, item, flow = s.by_source[:-1], s.by_item[:-1], s.by_flow[:-1]
    released = _sum(source, "starts", "sample_starts") - _sum(source, "out", "scrapped")
    gaps = [
        released - source["waiting"] - source["in_process"],
        _sum(source, "good") - _sum(source, "received") - source["in_transit"],
        (s.clock[0]["planted"] - _sum(source, "seeded", "seeded_destroyed").sum(axis=1) - s.under_way[:-1])[:, None],
        _stock(draws, s, source, item, flow),
        _sum(flow, "demanded") - _sum(flow, "served", "lost", "cancelled") - flow["backlog"],
    ]
    return np.asarray(np.max([np.abs(gap).max(axis=1, initial=0) for gap in gaps], axis=0))


def _sum(rows: Any, *names: str) -> IntArray:
    """Return counters added up from the start to each period end."""
    return np.asarray(np.cumsum(np.sum([rows[name] for name in names], axis=0), axis=0))


def _stock(draws: Draws, s: State, source: Any, item: Any, flow: Any) -> IntArray:
    """Return seeded + received - consumed - destroyed - served - in stock, by period and pool."""
    plan, pools = draws.plan, np.arange(len(draws.plan.pools))
    came, gone = (
        _sum(source, "received", "seeded"),
        _sum(item, "consumed", "destroyed") + item["stock"] - s.seeded_stock,
    )
    served = _sum(flow, "served")
    belongs = ((of[:, None] == pools).astype(np.int64) for of in (s.sources["pool"], plan.item_pool, s.flows["pool"]))
    by_source, by_item, by_flow = belongs
    return np.asarray(came @ by_source - gone @ by_item - served @ by_flow)


def _cents(s: State) -> IntArray:
    """Return the gap between the cents of all tables and the journal, by period."""
    booked = np.zeros(len(s.journal) - 1, dtype=np.int64)
    for rows in (s.by_source, s.by_item, s.by_site, s.by_flow):
        for name in rows.dtype.names:
            if name.endswith("_cents"):
                booked += rows[name][:-1].sum(axis=1)
    return np.asarray(np.abs(booked - s.journal[:-1]))
