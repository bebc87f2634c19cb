"""Open lots, released and not yet arrived, in the order of their release: one array of slots.

A lot that arrives leaves its entry behind, which is skipped and goes when the array is read or full: to unlink it at once
would take two other lots from memory each time. An entry counts if its lot still names that place.
"""

from __future__ import annotations

from sim.engines.batch.compiling.addresses import prefetch
from sim.engines.batch.state import UNUSED, State

AHEAD = 8
"""Lots that are fetched from memory ahead of the one that is read."""


def open_lot(s: State, slot: int) -> None:
    """Add a lot that is released to those that are open."""
    c = s.clock[0]
    # There are twice as many entries as slots, so that few are read in vain.
    if c.open_entries == len(s.open_lots):
        forget_arrived(s)
    s.open_lots[c.open_entries], s.lots[slot].place = slot, c.open_entries
    c.open_entries += 1


def forget_arrived(s: State) -> int:
    """Keep the entries of lots that are open alone, and return their number."""
    c, kept = s.clock[0], 0
    for i in range(c.open_entries):
        fetch_ahead(s, i)
        slot = s.open_lots[i]
        if s.lots[slot].where != UNUSED and s.lots[slot].place == i:
            s.open_lots[kept], s.lots[slot].place = slot, kept
            kept += 1
    c.open_entries = kept
    return kept


def fetch_ahead(s: State, i: int) -> None:
    """Fetch a lot that comes some places after entry `i`."""
    if i + AHEAD < s.clock[0].open_entries:
        prefetch(s.lots, s.open_lots[i + AHEAD])
