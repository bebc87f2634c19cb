"""A replication of as-announced for the C program: what it was given, what the planner released, and what came out.

The batch engine plays the replication once, watched. What it was given and the orders that its planner released at each
review are written to a file; `announced_c.c` plays them again and writes its counters, which `differences` compares
with the engine's: every counter of every month.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.bench.watch import Watch
from sim.clock import TICKS_PER_DAY
from sim.draws import Draws, draw
from sim.draws.points import point
from sim.draws.streams import BLOCK
from sim.engines.batch.engine import BatchEngine
from sim.engines.batch.state import CYCLE, NOTHING, State
from sim.engines.shared.records import MEASURES, Records, dtype_of
from sim.engines.shared.tables import Tables
from sim.plan import Plan

FLAGS = ("-O2", "-ffp-contract=off")
"""Without the second, compilers for some processors round products differently, and counters differ."""
KINDS = 3
COUNTERS = {
    "source": "starts sample_starts out scrapped good samples received seeded orders shipments purchase_cents variable_cents order_cents "
    "shipment_cents waiting in_process in_transit",
    "item": "consumed holding_cents stock",
    "site": "lots delayed wait time_in_system load",
    "flow": "demanded from_stock served delivered lost deliveries delivery_cents shortage_cents backlog waited",
}
"""What the C program counts, in the order of its fields. Whatever else the engine counts must be zero."""
SOURCE = (
    "makes pool site priority lot_size shipped_lot shipping order_cents shipment_cents priced has_fixed perfect learns inherits "
    "take_begin take_end survival expected variable_cents fixed share_fixed line gross scale keep"
)
POOL = "member_begin member_end counter_begin counter_end"
FLOW = "pool priority backlogs shipment_cents begin end shortage_cents"


def compile_c(folder: Path, compiler: str, build: Path) -> Path:
    """Compile the C program and return where it lies."""
    program = build / "announced"
    subprocess.run([compiler, *FLAGS, "-o", str(program), str(folder / "announced_c.c"), "-lm"], check=True)
    return program


@dataclass(frozen=True, slots=True)
class Replayed:
    """What one call of the C program printed: events and lots of a run, medians of its seconds, and its counters."""

    events: int
    lots: int
    wall: float
    cpu: float
    counters: bytes


def replay(program: Path, given: Path, repeats: int) -> Replayed:
    """Let the C program play a replication so many times."""
    left = given.with_suffix(".out")
    command = [str(program), str(given), str(left), str(repeats)]
    events, lots, wall, cpu = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return Replayed(int(events), int(lots), float(wall), float(cpu), left.read_bytes())


class Recorder(Watch):
    """Keeps what a run was given, and what the planner released at each review."""

    def begin(self, state: State, tables: Tables) -> None:
        """Copy what the run is about to change."""
        self.state, self.tables = state, tables
        self.sources, self.pools, self.flows = (getattr(state, n).copy() for n in ("sources", "pools", "flows"))
        self.orders: list[tuple[int, ...]] = []
        self.seeded: list[tuple[int, ...]] = []

    def look(self, review: int) -> None:
        """Note the lots begun before the start, or what the last review released."""
        if review == 0:
            lots = self.state.lots[: self.state.clock[0]["lots_used"]]
            self.seeded = [
                tuple(int(lot[n]) for n in ("source", "good", "ready", "arrive"))
                for lot in np.sort(lots, order="number")
            ]
        elif review > 0:
            self._note(review - 1)

    def end(self, state: State) -> None:
        """Note what the last review released, and how many events there were."""
        clock = state.clock[0]
        self._note(len(state.reviews) - 2)
        unused, free = clock["free_event"], 0
        while unused != NOTHING:
            unused, free = state.links[unused], free + 1
        self.events = int(clock["count"] - (clock["events_used"] - free))

    def _note(self, review: int) -> None:
        orders, entries = self.state.orders, int(self.state.clock[0]["entries"])
        new = np.flatnonzero((orders["ordered"] == self.state.reviews[review]) & (orders["starts"] > 0))
        for place in new[np.argsort(orders["first"][new])].tolist():
            row = (int(orders[place][name]) for name in ("starts", "stage", "begin", "end"))
            self.orders.append((review, place // entries, place % entries, *row))


@dataclass(frozen=True, slots=True)
class Announced:
    """A replication as the batch engine played it: its records, and how many events it took."""

    records: Records
    events: int

    def differences(self, replayed: Replayed) -> list[str]:
        """Counters that the C program and the engine do not agree on; none if it did the same work."""
        found = [] if replayed.events == self.events else [f"events: {replayed.events}, {self.events} here"]
        tables = list(_tables(self.records, replayed.counters))
        found += [f"{name}: differs" for name, ours, theirs in tables if not np.array_equal(ours, theirs)]
        known = {name.partition(".")[2] for name, _, _ in tables}
        others = ((name, getattr(self.records, by).get(name)) for name, by in MEASURES.items() if name not in known)
        return found + [f"{name}: not counted in C" for name, table in others if table is not None and table.any()]


def _tables(records: Records, counters: bytes) -> Iterator[tuple[str, Any, Any]]:
    """Name, table of the engine and table of the C program, of everything that both count."""
    place = 0
    for entity, names in COUNTERS.items():
        ours = getattr(records, entity) | ({"load": records.load} if entity == "site" else {})
        rows, count = next(iter(ours.values())).shape
        dtype = np.dtype([(name, dtype_of(name)) for name in names.split()])
        theirs = np.frombuffer(counters, dtype, (rows + 1) * count, place).reshape(rows + 1, count)
        place += theirs.nbytes
        # The last row takes what lies beyond the end.
        yield from ((f"{entity}.{name}", ours[name], theirs[name][:-1]) for name in names.split())
    first = np.frombuffer(counters, np.int64, -1, place)
    reached = first < records.until
    yield "source.first_good", records.first_good[reached], first[reached]


def write_given(plan: Plan, replication: int, file: Path) -> Announced:
    """Play a replication as a study draws it, with the random seed 0, and write what the C program is given.

    Raises:
        ValueError: the replication has something that the C program does not know.
    """
    at = point(plan.dimensions, 0, replication)
    with Recorder() as recorder:
        records = BatchEngine(draw(plan, 0, replication, at)).run()
    # Drawn again, for the run has used up its random streams.
    draws = draw(plan, 0, replication, at)
    _refuse(draws, recorder)
    with file.open("wb") as stream:
        for array in _given(draws, recorder, records):
            stream.write(np.int64(len(array)).tobytes())
            stream.write(np.ascontiguousarray(array).tobytes())
    return Announced(records, recorder.events)


def _refuse(draws: Draws, of: Recorder) -> None:
    s, sources, flows = of.state, of.sources, of.flows
    unknown = {
        "disruptions that destroy": len(s.losses), "held shipments": len(s.held), "open orders": len(s.open_orders),
        "limits on work in process": len(draws.plan.wip_limits), "sites shared by priority": s.sites["ranked"].any(),
        "stock policies": not of.pools["planned"].all(), "lots that may pass": s.clock[0]["may_pass"],
        "binomial yields": s.clock[0]["binomial"], "a drain": s.clock[0]["drain"], "parts of lots": sources["partial"].any(),
        "learning by starts": (sources["learns"] == 1).any(), "costs in transit": s.items["costly_on_way"].any(),
        "cancelled demand": (flows["patience"] >= 0).any(), "delivery times": flows["delivery"].any(),
        "costs of lost demand": flows["lost_cents"].any(),
    }  # fmt: skip
    found = [name for name, there in unknown.items() if there]
    if found:
        raise ValueError(f"the C program does not know {', '.join(found)}")


def _given(draws: Draws, of: Recorder, records: Records) -> Iterator[Any]:
    """Arrays of the file, in their order."""
    s = of.state
    yield [draws.end]
    yield s.edges
    yield s.reviews
    yield _rows(of.sources, SOURCE)
    yield of.tables.phases.ravel()
    yield s.input_pool
    yield s.takes
    items = s.items.copy()
    items["units"] = s.seeded_stock
    yield _rows(items, "units costly rate")
    yield _rows(of.pools, POOL)
    yield s.members
    yield s.counters
    yield _rows(of.flows, FLOW)
    yield s.times
    yield s.units
    lines = np.array([s.sites["line_begin"], s.sites["line_end"]])
    curves = np.array([s.curves["begin"], s.curves["end"]])
    yield np.ascontiguousarray(np.vstack([lines, s.sites["closes"]]).T)
    yield np.ascontiguousarray(curves.T)
    yield s.knots
    yield s.values
    yield s.defects.ravel()
    yield s.assembly.ravel()
    yield np.array([s.survival.shape[1]])
    yield s.survival.ravel()
    yield from _variates(draws, of, records)
    yield np.array(of.seeded, dtype=np.int64).reshape(-1, 4)
    yield np.array(of.orders, dtype=np.int64).reshape(-1, 7)


def _rows(records: Any, names: str) -> Any:
    """Some fields of records, eight bytes each, in this order."""
    packed = np.empty(len(records), [(name, records.dtype[name]) for name in names.split()])
    for name in names.split():
        packed[name] = records[name]
    return packed


def _variates(draws: Draws, of: Recorder, records: Records) -> Iterator[Any]:
    """Where the variates of each source and kind lie (before 0: all are typical), and the variates, end to end."""
    ranges = np.zeros(len(draws.sources) * KINDS, [("begin", np.int64), ("end", np.int64), ("typical", np.float64)])
    ranges["begin"] = NOTHING
    typical = of.state.noise["typical"].copy()
    typical[:, CYCLE] = np.ceil(typical[:, CYCLE] * TICKS_PER_DAY)
    ranges["typical"] = typical.ravel()
    lots, parts, place = records.site["lots"].sum(axis=0), [], 0
    for r, source in enumerate(draws.sources):
        for kind, noise in enumerate((source.load, source.cycle, source.yield_noise)):
            if noise is None or noise.constant:
                continue
            # No more than lots that its site took.
            part = noise.variates().blocks(int(lots[of.sources["site"][r]]) // BLOCK + 1)
            if kind == CYCLE:
                part = np.ceil(part * TICKS_PER_DAY)
            row = ranges[r * KINDS + kind]
            row["begin"], row["end"] = place, place + len(part)
            place += len(part)
            parts.append(part)
    yield ranges
    yield np.concatenate(parts)
