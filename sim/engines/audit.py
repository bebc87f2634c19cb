"""Conservation: at every period end each unit and each cent is accounted for, exactly."""

from __future__ import annotations

from sim.engines.floor import Floor
from sim.engines.shared.phases import QualificationPhase
from sim.engines.shared.recorder import MEASURES, Rows
from sim.errors import ModelError


class Auditor:
    """Takes stock at the end of each period: counts lots in queues, lots under way and units in stock
    afresh, and compares them with the running totals of what was booked."""

    def __init__(self, engine: Floor) -> None:
        self._engine = engine
        # mypy cannot see that MEASURES are the names of the fields.
        self._totals = Rows(**{name: [0] * len(getattr(engine.rows, name)) for name in MEASURES})  # type: ignore[arg-type]

    def audit(self, rows: Rows, edge: int) -> None:
        """Book the levels found at `edge`; raises ModelError where they differ from the books."""
        self._count(rows, edge)
        for name in MEASURES:
            total, period = getattr(self._totals, name), getattr(rows, name)
            for i, amount in enumerate(period):
                total[i] += amount
        units = max(self._starts(rows), self._goods(rows), self._seeds(), self._stock(), self._demand(rows))
        booked = sum(sum(getattr(rows, name)) for name in MEASURES if name.endswith("_cents"))
        cents = abs(booked - rows.journal)
        recorder = self._engine.recorder
        recorder.worst_units = max(recorder.worst_units, units)
        recorder.worst_cents = max(recorder.worst_cents, cents)
        if units or cents:
            raise ModelError(f"at tick {edge}: {units} units and {cents} cents are not accounted for")

    def _count(self, rows: Rows, edge: int) -> None:
        counted: set[int] = set()
        for queue in self._engine.queues:
            for _, _, _, lot in queue:
                # A lot with several inputs stands in several queues.
                if lot.number not in counted:
                    counted.add(lot.number)
                    rows.waiting[lot.source] += lot.starts
        for lot in self._engine.live.values():
            if lot.seeded:
                continue
            if lot.ready >= edge:
                rows.in_process[lot.source] += lot.starts
            elif lot.stage != QualificationPhase.SAMPLES:
                rows.in_transit[lot.source] += lot.good

    def _starts(self, rows: Rows) -> int:
        """Starts released = out + scrapped + in process + waiting for inputs."""
        t = self._totals
        return max(
            abs(t.starts[r] + t.sample_starts[r] - t.out[r] - t.scrapped[r] - rows.waiting[r] - rows.in_process[r])
            for r in range(len(t.starts))
        )

    def _goods(self, rows: Rows) -> int:
        """Good units made = received + in transit to stock."""
        t = self._totals
        return max(abs(t.good[r] - t.received[r] - rows.in_transit[r]) for r in range(len(t.good)))

    def _seeds(self) -> int:
        """Planted in process at the start = arrived + destroyed + still under way."""
        under_way = sum(lot.good for lot in self._engine.live.values() if lot.seeded)
        gone = sum(self._totals.seeded) + sum(self._totals.seeded_destroyed)
        return abs(self._engine.planted - gone - under_way)

    def _stock(self) -> int:
        """Seeded + received = consumed + destroyed + served + in stock, for each pool (members stand in for each other)."""
        engine, t, worst = self._engine, self._totals, 0
        for p, pool in enumerate(engine.plan.pools):
            came = sum(engine.seeded_stock[i] for i in pool.members)
            came += sum(t.received[r.source] + t.seeded[r.source] for r in engine.routes if r.pool == p)
            gone = sum(t.consumed[i] + t.destroyed[i] + engine.stockroom.units[i] for i in pool.members)
            gone += sum(t.served[counter.flow] for counter in engine.demand_desk.of_pool[p])
            worst = max(worst, abs(came - gone))
        return worst

    def _demand(self, rows: Rows) -> int:
        """Demanded = served + lost + cancelled + waiting."""
        t = self._totals
        gaps = (
            abs(t.demanded[f] - t.served[f] - t.lost[f] - t.cancelled[f] - rows.backlog[f])
            for f in range(len(t.demanded))
        )
        return max(gaps, default=0)
