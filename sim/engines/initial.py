"""The state a run starts from: stock and evenly aged work in process, as a steady pipeline has them."""

from __future__ import annotations

import math

import numpy as np

from sim.draws import Draws
from sim.draws.curves import TICKS_PER_DAY
from sim.engines import rules
from sim.engines.positions import Memory, Position, expected_demand, multipliers
from sim.engines.sourcing import INFINITE
from sim.engines.tables import Tables
from sim.plan import FloatArray, IntArray


def pipeline(draws: Draws, t: Tables, m: Memory, good_per_start: FloatArray) -> tuple[IntArray, IntArray]:
    """Safety stock of each pool, and lots in process for its planned lead time, at the sources in use.

    Lots are rows of source, good units to deliver and the instant when, from work begun before the start; shape (lots, 3).

    What is due out of a pool on day d serves customers a downstream lead time later, so stock and
    work in process follow the forecast of that later time; at most what the source can make.
    """
    pools = len(t.order)
    nothing = np.zeros(pools)
    position = Position(
        nothing, nothing, nothing, np.zeros(len(t.source_pool)), np.zeros(len(t.source_pool)),
        np.zeros(len(t.source_pool)), np.zeros(len(draws.sites)), np.zeros(len(t.flow_pool)), good_per_start,
        np.ones(len(t.flow_pool)),
    )  # fmt: skip
    units, _ = multipliers(t, position, m.mix)
    stock, seeds = np.zeros(pools, dtype=np.int64), [np.zeros((0, 3), dtype=np.int64)]
    for q in range(pools):
        if not t.planned[q]:
            continue
        lead, safety = float(draws.lead[q]), float(draws.safety[q])
        stock[q] = math.floor(_served(t, units[q], q, -safety - lead, -lead))
        sources = t.pool_source[t.source_start[q] : t.source_start[q + 1]].tolist()
        total = sum(m.mix[r] for r in sources)
        for r in sources:
            if m.mix[r] > 0.0:
                own = draws.sources[r].lead_days
                needed = _served(t, units[q], q, -own, 0.0) * m.mix[r] / total
                seeds.append(_lots(draws, t, r, needed, float(good_per_start[r])))
    return stock, np.concatenate(seeds)


def _served(t: Tables, units: FloatArray, q: int, begin: float, end: float) -> float:
    """Units of pool `q` that the forecast needs in a window, in days from the end of its cover."""
    return sum(
        float(units[f]) * expected_demand(t, 0, f, max(t.cover[q, f] + begin, 0.0), t.cover[q, f] + end)
        for f in range(len(t.flow_pool))
        if units[f] > 0.0
    )


def _lots(draws: Draws, t: Tables, r: int, needed: float, good_per_start: float) -> IntArray:
    """Evenly aged lots of one source that together give the good units needed."""
    site, lead = int(t.source_site[r]), draws.sources[r].lead_days
    most = min(t.capacity[0, site] / max(t.load[r], 1e-300), t.allocation[0, site], INFINITE) * good_per_start
    units = math.floor(min(needed, most * lead))
    if units <= 0:
        return np.zeros((0, 3), dtype=np.int64)
    lot = max(round(draws.sources[r].lot_size * good_per_start), 1)
    end = math.ceil(lead * TICKS_PER_DAY)
    # What passes 64 bits on the way is counted in Python's own whole numbers.
    i = np.arange(rules.lot_count(units, lot), dtype=np.int64 if units * end < 2**63 else object)
    # As far from each other as `rules.release_time` would release them.
    rows = [np.full(i.shape, r), np.minimum(lot, units - i * lot), i * lot * end // units]
    return np.column_stack(rows).astype(np.int64)
