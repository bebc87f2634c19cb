"""Conservation: at every period end each unit and each cent is accounted for, exactly.

Checked on the tables of a finished run.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    seeds = _to_date(source, ("seeded", "seeded_destroyed")).sum(axis=1) + s.under_way[:-1]
    gaps = (
        _to_date(source, ("starts", "sample_starts"), ("out", "scrapped")) - source["waiting"] - source["in_process"],
        _to_date(source, ("good",), ("received",)) - source["in_transit"],
        (s.clock[0]["planted"] - seeds)[:, None],
        _stock(draws, s, source, item, flow),
        _to_date(flow, ("demanded",), ("served", "lost", "cancelled")) - flow["backlog"],
    )
    return np.asarray(np.abs(np.hstack(gaps)).max(axis=1))


def _to_date(rows: Any, came: Sequence[str], gone: Sequence[str] = ()) -> IntArray:
    """Return some counters less others, each added up from the start to each period end, shape (periods, entities)."""
    each = rows[came[0]].copy()
    for name in came[1:]:
        each += rows[name]
    for name in gone:
        each -= rows[name]
    return np.asarray(each.cumsum(axis=0))


def _stock(draws: Draws, s: State, source: Any, item: Any, flow: Any) -> IntArray:
    """Return seeded + received - consumed - destroyed - served - in stock, by period and pool."""
    plan = draws.plan
    came = _to_date(source, ("received", "seeded"))
    gone = _to_date(item, ("consumed", "destroyed")) + item["stock"] - s.seeded_stock
    left = np.zeros((len(source), len(plan.pools)), dtype=np.int64)
    for amounts, pools in (
        (came, s.sources["pool"]),
        (-gone, plan.item_pool),
        (-_to_date(flow, ("served",)), s.flows["pool"]),
    ):
        # By pool, not by item: its members stand in for each other.
        np.add.at(left.T, pools, amounts.T)
    return left


def _cents(s: State) -> IntArray:
    """Return the gap between the cents of all tables and the journal, by period."""
    tables = (s.by_source, s.by_item, s.by_site, s.by_flow)
    booked = [rows[name][:-1] for rows in tables for name in rows.dtype.names if name.endswith("_cents")]
    return np.asarray(np.abs(np.hstack(booked).sum(axis=1) - s.journal[:-1]))
