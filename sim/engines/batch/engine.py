"""The engine from outside: draws in, records out; this one is compiled, and leaves the same records to the bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from sim.clock import NEVER
from sim.draws import Draws
from sim.engines.batch.audit import audit
from sim.engines.batch.compiling.addresses import CALLBACK, address_of
from sim.engines.batch.compiling.calling import compiled, is_kept
from sim.engines.batch.compiling.tuples import alike
from sim.engines.batch.compiling.turns import TURN
from sim.engines.batch.layout import lay_out
from sim.engines.batch.program import PROGRAM
from sim.engines.batch.room import MOST_BUCKETS, give_back, give_back_sheet, sheet
from sim.engines.batch.state import ENDLESS, FULL, UNPLANNED, State
from sim.engines.shared.initial import show_start
from sim.engines.shared.phases import MOST_ROUNDS
from sim.engines.shared.planner import review
from sim.engines.shared.positions import Memory, Position, blank_position, memory
from sim.engines.shared.records import Lot, Records
from sim.engines.shared.tables import Tables, promised, tables
from sim.engines.shared.worksheet import REVIEW, Worksheet
from sim.errors import ModelError
from sim.plan import FloatArray, Plan


@dataclass(slots=True)
class _Learned:
    """What earlier runs of a plan have shown that the next will need."""

    slots: int = 0
    buckets: int = MOST_BUCKETS
    """An event or two in each: with few events they lie in a small part of memory, which is fast."""


@lru_cache(maxsize=16)
def _learned(_plan: Plan) -> _Learned:
    """Return what earlier runs of a plan have shown, for those after them to read and change."""
    return _Learned()


class BatchEngine:
    """One replication, run in compiled code."""

    slots = 4096
    """Lots that may be on order at once. A run that needs more begins again with more, and so do those of its plan
    after it."""

    def __init__(self, draws: Draws, *, trace: bool = False) -> None:
        self.draws, self.trace = draws, trace

    @staticmethod
    def is_compiled() -> bool:
        """Return whether a run begins at once because the engine was compiled before."""
        return is_kept(PROGRAM)

    def run(self, progress: Callable[[float], None] | None = None) -> Records:
        """Run the replication to its end and return its records."""
        learned, told = _learned(self.draws.plan), None if progress is None else _telling(self.draws, progress)
        while True:
            slots = max(self.slots, learned.slots)
            t = alike(tables(self.draws))
            m = alike(memory(t))
            s = lay_out(
                self.draws, t, slots=slots, buckets=learned.buckets, trace=self.trace, callback=address_of(told)
            )
            position, paper, play = _position(self.draws, s), sheet(t), compiled(PROGRAM)
            with TURN.aside():
                fault = play(s, t, position, m, paper)
            if fault == ENDLESS:
                raise ModelError(
                    f"more than {MOST_ROUNDS} rounds at one instant (tick {s.clock[0]['now']}): an endless loop"
                )
            if fault == UNPLANNED:
                raise _failure(s, t, position, m, paper.arrays)
            if fault != FULL:
                records = _records(self.draws, s, t, m)
                learned.buckets = min(1 << max(int(s.clock[0]["count"]).bit_length() - 1, 8), MOST_BUCKETS)
                give_back(s)
                give_back_sheet(t, paper)
                return records
            # No slot was free. Compiled code cannot make its arrays larger, so the run begins again with larger ones.
            learned.slots = slots * 4


def _telling(draws: Draws, progress: Callable[[float], None]) -> Any:
    """Return what compiled code calls when a period is over: it says which part of the horizon that was."""
    return CALLBACK(lambda periods: progress(float(draws.periods[periods]) / draws.end))


def _position(draws: Draws, s: State) -> Position:
    """Return the position that the planner sees first, with room for all lots."""
    position = blank_position(len(draws.plan.pools), len(s.sites), len(s.sources), len(s.flows), len(s.lots))
    show_start(draws, position)
    return position


def _failure(s: State, t: Tables, p: Position, m: Memory, w: Worksheet) -> ModelError:
    """Return the error of a review that compiled code could only give up.

    The same review runs as plain Python, which says what went wrong.
    """
    try:
        # Compiled code raises where numpy would go on with nan.
        with np.errstate(all="raise"):
            review(t, p, m, w, int(w.span[REVIEW]))
    except Exception as error:
        return ModelError(f"the planner failed at tick {s.clock[0]['now']}: {type(error).__name__}: {error}")
    return ModelError(f"the planner failed at tick {s.clock[0]['now']}")


def _records(draws: Draws, s: State, t: Tables, m: Memory) -> Records:
    """Check conservation and return everything collected, as arrays."""
    units, cents = audit(draws, s)

    def by_name(rows: Any) -> dict[str, Any]:
        return {name: np.ascontiguousarray(rows[name][:-1]) for name in rows.dtype.names}

    # Plans are made by review and booked by period: several reviews may fall into one.
    period = np.searchsorted(s.edges, s.reviews[:-1], side="right") - 1

    alone = len(period) < 2 or int(np.diff(period).min()) > 0

    def by_period(by_review: FloatArray) -> FloatArray:
        total = np.zeros((len(s.edges) - 1, *by_review.shape[1:]))
        if alone:
            total[period] = by_review
        else:
            np.add.at(total, period, by_review)
        return total

    site = by_name(s.by_site)
    ended = (s.first_good < draws.end) | draws.plan.calendar.drain
    asked = m.promised if t.planned.any() else promised(t)
    return Records(
        source=by_name(s.by_source),
        item=by_name(s.by_item),
        load=site.pop("load"),
        site=site,
        flow=by_name(s.by_flow),
        cut=by_period(s.cut),
        short=by_period(s.short),
        starved=by_period(s.starved),
        need=by_period(s.need),
        released=by_period(s.planned_output),
        promised=by_period(asked),
        seeded_stock=s.seeded_stock,
        first_good=np.where(ended, s.first_good, NEVER),
        worst_units=units,
        worst_cents=cents,
        until=int(s.clock[0]["now"]),
        lots=[_lot(row) for row in s.arrivals[: s.clock[0]["arrived"]]],
    )


def _lot(row: Any) -> Lot:
    """Return a lot that arrived, as the reference engine leaves it."""
    lot = Lot(*(int(row[name]) for name in ("source", "number", "starts", "stage", "ordered", "due")))
    for name in ("promised", "released", "begin", "leave", "ready", "arrive", "out", "good"):
        setattr(lot, name, int(row[name]))
    lot.expected = float(row["expected"])
    return lot
