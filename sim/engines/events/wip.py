"""Free places of lines with a limit on work in process: who takes them, and when they are free again."""

from __future__ import annotations

from sim.engines.events.state import UNDER_WAY, OpenLot, SourceState, State
from sim.engines.shared.phases import DISPATCH, PLAN, QualificationPhase
from sim.plan import NONE

SAMPLES = int(QualificationPhase.SAMPLES)


def fill_lines(s: State) -> None:
    """Take places for all that is in a line at the start; there may be more units than places."""
    for item in s.items:
        if item.line != NONE:
            s.pools[item.line].available -= item.units
    for lot in s.open_lots.values():
        limit = s.sources[lot.source].limit
        if lot.where == UNDER_WAY and limit != NONE:
            s.pools[limit].available -= lot.good


def units_joined(s: State, r: SourceState, starts: int) -> None:
    """Free the places of several units that go into one."""
    _free(s, r.limit, r.freed * starts)


def lot_arrived(s: State, r: SourceState, lot: OpenLot) -> None:
    """Free the places of what leaves the line with a lot: finished units, samples and scrap."""
    units = lot.good if lot.seeded else lot.starts
    if r.stays and lot.stage != SAMPLES:
        units -= lot.good
    _free(s, r.limit, units)


def stock_destroyed(s: State, item: int, units: int) -> None:
    """Free the places of destroyed stock."""
    if s.items[item].line != NONE:
        _free(s, s.items[item].line, units)


def lot_shrunk(s: State, source: int, units: int) -> None:
    """Free the places of units destroyed in process."""
    if s.sources[source].limit != NONE:
        _free(s, s.sources[source].limit, units)


def _free(s: State, pool: int, units: int) -> None:
    """Free places of a line."""
    s.pools[pool].available += units
    # Who takes the places is decided once all of this instant's receipts are known.
    if units and s.pools[pool].queue:
        s.calendar.follow_up(PLAN, 0, pool, 1, DISPATCH, pool)
