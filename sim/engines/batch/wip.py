"""Free places of lines with a limit on work in process: who takes them, and when they are free again."""

from __future__ import annotations

from sim.engines.batch.calendar import follow_up
from sim.engines.batch.state import NOTHING, UNDER_WAY, State
from sim.engines.shared.phases import DISPATCH, PLAN, QualificationPhase

SAMPLES = int(QualificationPhase.SAMPLES)


def fill_lines(s: State) -> None:
    """Take places for all that is in a line at the start; there may be more units than places."""
    for item in range(len(s.items)):
        if s.items[item].line != NOTHING:
            s.pools[s.items[item].line].places -= s.items[item].units
    for slot in range(s.clock[0].lots_used):
        lot = s.lots[slot]
        if lot.where == UNDER_WAY and s.sources[lot.source].limit != NOTHING:
            s.pools[s.sources[lot.source].limit].places -= lot.good


def units_joined(s: State, source: int, starts: int) -> None:
    """Free the places of several units that go into one."""
    if s.sources[source].freed > 0:
        _free(s, s.sources[source].limit, s.sources[source].freed * starts)


def lot_arrived(s: State, slot: int) -> None:
    """Free the places of what leaves the line with a lot: finished units, samples and scrap."""
    lot = s.lots[slot]
    r = s.sources[lot.source]
    if r.limit == NOTHING:
        return
    units = lot.good if lot.seeded else lot.starts
    if r.stays and lot.stage != SAMPLES:
        units -= lot.good
    _free(s, r.limit, units)


def stock_destroyed(s: State, item: int, units: int) -> None:
    """Free the places of destroyed stock."""
    if s.items[item].line != NOTHING:
        _free(s, s.items[item].line, units)


def lot_shrunk(s: State, source: int, units: int) -> None:
    """Free the places of units destroyed in process."""
    if s.sources[source].limit != NOTHING:
        _free(s, s.sources[source].limit, units)


def _free(s: State, pool: int, units: int) -> None:
    """Free places of a line."""
    s.pools[pool].places += units
    # Who takes the places is decided once all of this instant's receipts are known.
    if units and s.pools[pool].head != NOTHING:
        follow_up(s, PLAN, 0, pool, 1, DISPATCH, pool)
