"""The engine from outside: draws in, records out; this one is SimPy, made to be read and traced."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.clock import NEVER
from sim.draws import Draws
from sim.engines.events.layout import lay_out
from sim.engines.events.loop import play
from sim.engines.events.state import State
from sim.engines.shared.records import MEASURES, Records, dtype_of
from sim.engines.shared.tables import promised
from sim.plan import FloatArray

Progress = Callable[[float], None]


class EventsEngine:
    """One replication in plain Python.

    A lot is released, waits for its inputs, queues at its site's bottleneck, spends its cycle time
    and arrives in stock. As disruptions are drawn beforehand, all its instants are known once it
    has its inputs: it needs a single event, for its arrival.
    """

    by_compiled = True
    """Whether reviews run compiled where there are many and the code lies in the cache; the decisions are the same."""

    def __init__(self, draws: Draws, *, trace: bool = False) -> None:
        self.draws, self.trace = draws, trace

    def run(self, progress: Progress | None = None) -> Records:
        """Run the replication to its end and return its records."""
        s = lay_out(self.draws, trace=self.trace, by_compiled=self.by_compiled, progress=progress)
        play(s)
        return _records(s)


def _records(s: State) -> Records:
    """Return everything collected, as arrays."""

    def by_name(entity: str) -> dict[str, Any]:
        names = [name for name, by in MEASURES.items() if by == entity]
        counters = {name: [getattr(rows, name) for rows in periods] for name in names}
        return {name: np.array(c, dtype=dtype_of(name)).reshape(len(periods), -1) for name, c in counters.items()}

    def by_period(by_review: FloatArray) -> FloatArray:
        total = np.zeros((len(periods), *by_review.shape[1:]))
        for k, instant in enumerate(s.reviews[:-1]):
            # Plans are made by review and booked by period: several reviews may fall into one.
            total[bisect_right(s.edges, instant) - 1] += by_review[k]
        return total

    # The last counters hold what lies beyond the end.
    periods, ended = s.by_period[:-1], NEVER if s.plan.calendar.drain else s.draws.end
    site = by_name("site")
    return Records(
        source=by_name("source"),
        item=by_name("item"),
        load=site.pop("load"),
        site=site,
        flow=by_name("flow"),
        cut=by_period(s.cut),
        short=by_period(s.short),
        starved=by_period(s.starved),
        need=by_period(s.need),
        released=by_period(s.planned_output),
        promised=by_period(s.memory.promised if s.tables.planned.any() else promised(s.tables)),
        seeded_stock=np.array(s.seeded_stock, dtype=np.int64),
        first_good=np.array([at if at < ended else NEVER for at in s.first_good], dtype=np.int64),
        worst_units=s.worst_units,
        worst_cents=s.worst_cents,
        until=s.until,
        lots=s.arrivals,
    )
