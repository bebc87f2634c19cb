"""The order of what happens at one instant. Written down once, obeyed by every engine.

Events are ordered by (time, round, phase, priority, rank, sequence), never by who was inserted
first. An event created for the same instant in an earlier or in the current phase belongs to the
next round, so each round goes through its phases once, in order. RECORD comes last, after all rounds, once.
Disruptions come before everything: a step of a capacity curve is in force from its very tick.
"""

from __future__ import annotations

from enum import IntEnum

MOST_ROUNDS = 1000
"""More rounds than this at one instant are taken for an endless loop."""


class EventPhase(IntEnum):
    """Phases within a round, in order."""

    DISRUPT = 0
    RECEIVE = 1
    SERVE = 2
    PLAN = 3
    RECORD = 4


class EventKind(IntEnum):
    """Kinds of events: what is done when one is due. Each engine's `loop` names the function that does it."""

    DEMANDED = 0
    CANCEL = 1
    SERVED = 2
    RECEIVED = 3
    RELEASED = 4
    REVIEW = 5
    PERIODIC = 6
    REPLENISH = 7
    DISPATCH = 8
    CLOSE = 9
    STOP = 10
    LINE_FREE = 11
    LOST = 12


# Plain integers, in the order of the members: compiled code takes no enumeration, and in plain Python
# to look one up costs as much as a comparison of events.
DISRUPT, RECEIVE, SERVE, PLAN, RECORD = (int(phase) for phase in EventPhase)
DEMANDED, CANCEL, SERVED, RECEIVED, RELEASED, REVIEW, PERIODIC, REPLENISH, DISPATCH, CLOSE, STOP, LINE_FREE, LOST = (
    int(kind) for kind in EventKind
)
BEFORE_ALL = -1
"""Round of what comes before anything else that is due at its instant: the end of the run."""
AFTER_ALL = MOST_ROUNDS + 1
"""Round of RECORD: a period closes when all rounds of its last instant are over."""
CANCELS_LAST = 10**6
"""Priority of cancellations: who is still waiting at the end of his patience was not served at that instant before."""
LINES_LAST = 10**6
"""Priority of lines that take their next lot: the most urgent one is known when all orders of the instant are."""


class QualificationPhase(IntEnum):
    """Qualification of a source at an instant."""

    CLOSED = 0
    SAMPLES = 1
    RISK = 2
    VOLUME = 3


class Cause(IntEnum):
    """What cut a release below what was wanted."""

    CAPACITY = 0
    QUALIFICATION = 1
    CONTRACT = 2
    INPUTS = 3
    LEAD_TIME = 4
    STOCK_LEVEL = 5


CAUSES = len(Cause)
