"""The order of what happens at one instant. Written down once, obeyed by every engine.

Events are ordered by (time, round, phase, priority, rank, sequence), never by who was inserted
first. An event created for the same instant in an earlier or in the current phase belongs to the
next round; RECORD comes last, after all rounds, once. Disruptions come before everything: a step
of a capacity curve is in force from its very tick.
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
