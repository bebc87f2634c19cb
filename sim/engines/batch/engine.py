"""The compiled engine: the same plan, draws and rules as the reference, and the same records to the bit."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.draws import Draws
from sim.draws.curves import NEVER, TICKS_PER_DAY
from sim.draws.streams import Noise
from sim.engines.batch.audit import audit
from sim.engines.batch.compiling import compiled
from sim.engines.batch.foreign import CALLBACK
from sim.engines.batch.layout import lay_out, noises
from sim.engines.batch.room import give_back
from sim.engines.batch.state import CYCLE, ENDLESS, FULL, LUCK, NOTHING, State
from sim.engines.phases import MOST_ROUNDS
from sim.engines.positions import Memory, Position, memory
from sim.engines.recorder import Lot, Records
from sim.engines.tables import Tables, tables
from sim.errors import ModelError
from sim.plan import FloatArray
from sim.scenario.schema.document import YieldNoise

Progress = Callable[[float], None]


class BatchEngine:
    """One replication, run in compiled code."""

    slots = 4096
    """Lots that may be on order at once. A run that needs more begins again with more, and so do those after it."""

    def __init__(self, draws: Draws, *, trace: bool = False) -> None:
        self.draws, self.trace = draws, trace
        self._sources = _variates(draws)
        self._blocks: list[list[FloatArray]] = [[] for _ in self._sources]

    def run(self, progress: Progress | None = None) -> Records:
        """Run the replication to its end and return what it left behind."""
        while True:
            t = _owned(tables(self.draws))
            m = _owned(memory(t))
            supply = _Supply(self._sources, self._blocks, self.draws, progress)
            s = lay_out(
                self.draws, t, m, slots=self.slots, trace=self.trace, callback=supply.address, told=progress is not None
            )
            supply.serve(s)
            fault = compiled()(s, t, _position(s), m)
            if fault == ENDLESS:
                raise ModelError(
                    f"more than {MOST_ROUNDS} rounds at one instant (tick {s.clock[0]['now']}): an endless loop"
                )
            if fault != FULL:
                records = _records(self.draws, s, t, m)
                give_back(s)
                return records
            BatchEngine.slots = self.slots * 4


class _Supply:
    """Draws blocks of variates when compiled code asks for them, and passes on how far it is."""

    def __init__(
        self, sources: list[Callable[[], list[FloatArray]] | None], blocks: list[list[FloatArray]], draws: Draws,
        progress: Progress | None,
    ) -> None:  # fmt: skip
        self.drawn = np.zeros((0, 0))
        self._sources, self._blocks, self._used = sources, blocks, [0] * len(sources)
        self._draws, self._progress = draws, progress
        self._called = CALLBACK(self._ask)

    @property
    def address(self) -> int:
        """Where compiled code finds this."""
        import ctypes

        return int(ctypes.cast(self._called, ctypes.c_void_p).value or 0)

    def serve(self, s: State) -> None:
        """Fill the first block of each row, and those that the run asks for later."""
        self.drawn = s.drawn
        for row, source in enumerate(self._sources):
            # What compiled code asks for has to wait for Python's lock: most rows need no more than this.
            if source is not None:
                self._ask(row)
        s.noise["at"][s.noise["row"] != NOTHING] = 0

    def _ask(self, number: int) -> None:
        if number < 0:
            if self._progress:
                self._progress(float(self._draws.periods[-number]) / self._draws.end)
            return
        # A run that begins again uses the same variates.
        used, blocks, source = self._used[number], self._blocks[number], self._sources[number]
        if used == len(blocks) and source is not None:
            for row, block in enumerate(source(), number):
                self._blocks[row].append(block)
        for row in (number, number + 1):
            if row == number or (row < len(self._sources) and self._sources[row] is None):
                self.drawn[row] = self._blocks[row][used]
        self._used[number] += 1


def _variates(draws: Draws) -> list[Callable[[], list[FloatArray]] | None]:
    """What fills each row of variates; a row of None is filled by the one before it."""
    rows: list[Callable[[], list[FloatArray]] | None] = []
    for _, kind, noise in noises(draws):
        if kind == LUCK:
            rows += [_lucky(noise, draws.plan.yield_noise), None]
        else:
            rows.append(_durations(noise) if kind == CYCLE else lambda noise=noise: [noise.block()])  # type: ignore[misc]
    return rows


def _durations(noise: Noise) -> Callable[[], list[FloatArray]]:
    return lambda: [np.ceil(noise.block() * TICKS_PER_DAY)]


def _lucky(noise: Noise, kind: YieldNoise) -> Callable[[], list[FloatArray]]:
    """Luck, and the normal quantiles of luck that is uniform."""

    def draw() -> list[FloatArray]:
        from scipy import special

        luck = noise.block()
        return [luck, np.asarray(special.ndtri(luck)) if kind is YieldNoise.BINOMIAL else luck]

    return draw


def _owned(arrays: Any) -> Any:
    """The same named tuple with arrays of one kind: contiguous, and free to be written."""
    return type(arrays)(*(np.array(array, order="C") for array in arrays))


def _position(s: State) -> Position:
    """Room for what the planner sees."""
    pools, sources, flows = np.zeros((3, len(s.pools))), np.zeros((4, len(s.sources))), np.zeros((2, len(s.flows)))
    return Position(
        stock=pools[0], waiting=pools[1], due=pools[2], on_order=sources[0], on_order_risk=sources[1],
        in_process=sources[2], committed=np.zeros(len(s.sites)), backlog=flows[0], good_per_start=sources[3],
        correction=flows[1] + 1.0,
    )  # fmt: skip


def _records(draws: Draws, s: State, t: Tables, m: Memory) -> Records:
    units, cents = audit(draws, s)

    def by_name(rows: Any) -> dict[str, Any]:
        return {name: np.ascontiguousarray(rows[name][:-1]) for name in rows.dtype.names}

    def by_period(by_review: FloatArray) -> FloatArray:
        total = np.zeros((len(s.edges) - 1, *by_review.shape[1:]))
        for k, instant in enumerate(s.reviews[:-1].tolist()):
            total[bisect_right(s.edges.tolist(), instant) - 1] += by_review[k]
        return total

    site = by_name(s.by_site)
    ended = (s.first_good < draws.end) | draws.plan.calendar.drain
    days = np.diff(s.reviews)[:, None] / TICKS_PER_DAY
    return Records(
        source=by_name(s.by_source),
        item=by_name(s.by_item),
        load=site.pop("load"),
        site=site,
        flow=by_name(s.by_flow),
        cut=by_period(s.cut),
        short=by_period(s.short),
        need=by_period(s.need),
        released=by_period(s.planned_output),
        promised=by_period((m.promised if t.planned.any() else t.commitment) * days),
        seeded_stock=s.seeded_stock,
        first_good=np.where(ended, s.first_good, NEVER),
        worst_units=units,
        worst_cents=cents,
        until=int(s.clock[0]["now"]),
        lots=[_lot(row) for row in s.arrivals[: s.clock[0]["arrived"]]],
    )


def _lot(row: Any) -> Lot:
    """A lot that arrived, as the reference engine leaves it."""
    lot = Lot(*(int(row[name]) for name in ("source", "number", "starts", "stage", "ordered", "due")))
    for name in ("released", "begin", "leave", "ready", "arrive", "out", "good"):
        setattr(lot, name, int(row[name]))
    lot.expected = float(row["expected"])
    return lot
