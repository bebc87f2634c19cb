"""Conservation: at every period end each unit and each cent is accounted for, exactly.

Lots under way and stock are counted afresh, and compared with the running totals of what was booked.
"""

from __future__ import annotations

from sim.engines.events.state import State
from sim.engines.shared.records import MEASURES, Rows
from sim.errors import ModelError


def audit(s: State, edge: int) -> None:
    """Compare what is there at the end of a period with the books.

    Raises:
        ModelError: units or cents are not accounted for.
    """
    rows = s.rows
    for name in MEASURES:
        total = getattr(s.totals, name)
        for i, amount in enumerate(getattr(rows, name)):
            total[i] += amount
    units = max(_starts(s, rows), _goods(s, rows), _seeds(s), _stock(s), _demand(s, rows))
    cents = abs(sum(sum(getattr(rows, name)) for name in MEASURES if name.endswith("_cents")) - rows.journal)
    s.worst_units, s.worst_cents = max(s.worst_units, units), max(s.worst_cents, cents)
    if units or cents:
        raise ModelError(f"at tick {edge}: {units} units and {cents} cents are not accounted for")


def _starts(s: State, rows: Rows) -> int:
    """Return the largest gap: starts released = out + scrapped + in process + waiting for inputs."""
    t = s.totals
    return max(
        abs(t.starts[r] + t.sample_starts[r] - t.out[r] - t.scrapped[r] - rows.waiting[r] - rows.in_process[r])
        for r in range(len(s.sources))
    )


def _goods(s: State, rows: Rows) -> int:
    """Return the largest gap: good units made = received + in transit to stock."""
    t = s.totals
    return max(abs(t.good[r] - t.received[r] - rows.in_transit[r]) for r in range(len(s.sources)))


def _seeds(s: State) -> int:
    """Return the gap: seeded in process at the start = arrived + destroyed + still in process."""
    under_way = sum(lot.good for lot in s.open_lots.values() if lot.seeded)
    return abs(s.planted - sum(s.totals.seeded) - sum(s.totals.seeded_destroyed) - under_way)


def _stock(s: State) -> int:
    """Return the largest gap: seeded + received = consumed + destroyed + served + in stock, for each pool."""
    t, worst = s.totals, 0
    # By pool, not by item: its members stand in for each other.
    for p, pool in enumerate(s.plan.pools):
        came = sum(s.seeded_stock[i] for i in pool.members)
        came += sum(t.received[r] + t.seeded[r] for r, source in enumerate(s.sources) if source.pool == p)
        gone = sum(t.consumed[i] + t.destroyed[i] + s.items[i].units for i in pool.members)
        gone += sum(t.served[f] for flows in s.pools[p].counters.values() for f in flows)
        worst = max(worst, abs(came - gone))
    return worst


def _demand(s: State, rows: Rows) -> int:
    """Return the largest gap: demanded = served + lost + cancelled + waiting."""
    t, flows = s.totals, range(len(s.flows))
    gaps = (abs(t.demanded[f] - t.served[f] - t.lost[f] - t.cancelled[f] - rows.backlog[f]) for f in flows)
    return max(gaps, default=0)
