"""Variates of each source, one after the other: read from rows that were drawn before the run, and asked for beyond."""

from __future__ import annotations

from sim.draws.streams import BLOCK
from sim.engines.batch.compiling.addresses import ask
from sim.engines.batch.state import NOTHING, State


def variate(s: State, source: int, kind: int) -> float:
    """Return the next variate of a source; a new block is drawn when all are used."""
    n = s.noise[source, kind]
    if n.row == NOTHING:
        return float(n.typical)
    if n.at == n.end:
        ask(s.clock[0].callback, n.row)
        n.at, n.end = n.begin, n.begin + BLOCK
    n.at += 1
    return float(s.drawn[n.at - 1])
