"""The event calendar: SimPy's, with the order of simultaneous events that `phases` defines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NoReturn

import simpy

from sim.engines.shared.phases import AFTER_ALL, BEFORE_ALL, MOST_ROUNDS, RECORD, STOP
from sim.errors import ModelError

Callbacks = list[Callable[[Any], None]]
Key = tuple[int, int, int, int, int]
"""Round, phase, priority, rank and sequence within an instant. SimPy ends ties by the order of scheduling."""
BEFORE_START: Key = (0, -1, 0, 0, 0)
"""Key of no event: none has been performed yet."""


class Event(simpy.Event):
    """Something to be done at an instant: its kind, and of what."""

    # It succeeds whatever comes, and has no value that anybody waits for.
    _ok, _value = True, None

    def __init__(self, callbacks: Callbacks, time: int, key: Key, kind: int, what: Any) -> None:
        self.callbacks, self.time, self.key = callbacks, time, key
        self.kind, self.what = kind, what


class _Stopped(Exception):  # noqa: N818
    """The run is over; raised by an event, it ends SimPy's loop."""


class EventCalendar:
    """Future events, in order."""

    def __init__(self) -> None:
        self.env = simpy.Environment()
        self.now = 0
        """This instant, in ticks."""
        # SimPy orders events of one time by priority and only compares it, so a tuple serves as one.
        self._schedule: Callable[[Event, Key, int], None] = self.env.schedule  # type: ignore[assignment]
        # All events share them: SimPy only reads them.
        self._callbacks: Callbacks = [self.due]
        self._key: Key = BEFORE_START
        """Key of the event that is performed."""
        self._actions: Mapping[int, Callable[..., object]] = {}
        self._subject: object = None

    def at(self, time: int, phase: int, priority: int, rank: int, sequence: int, kind: int, what: Any) -> None:
        """Schedule an event at an instant, now or later."""
        # Before the first event nothing is under way: what is due at once is no follow-up.
        if time > self.now or self._key is BEFORE_START:
            key = (0 if phase < RECORD else AFTER_ALL, phase, priority, rank, sequence)
            self._schedule(Event(self._callbacks, time, key, kind, what), key, time - self.now)
        else:
            self.follow_up(phase, priority, rank, sequence, kind, what)

    def follow_up(self, phase: int, priority: int, rank: int, sequence: int, kind: int, what: Any) -> None:
        """Schedule an event later at this instant: in this round if its phase is still to come, else in the next."""
        # Phases of a round only go forward. What a phase sets off in itself or in an earlier one waits for the next
        # round, so that the order does not depend on who came first.
        turn, current = self._key[0], self._key[1]
        if phase <= current:
            turn += 1
            if turn > MOST_ROUNDS:
                raise ModelError(f"more than {MOST_ROUNDS} rounds at one instant (tick {self.now}): an endless loop")
        key = (turn, phase, priority, rank, sequence)
        self._schedule(Event(self._callbacks, self.now, key, kind, what), key, 0)

    def stop_at(self, time: int) -> None:
        """Schedule the end of the run, before anything else that is due then: that instant is no part of the run."""
        key = (BEFORE_ALL, 0, 0, 0, 0)
        self._schedule(Event(self._callbacks, time, key, STOP, None), key, time - self.now)

    def due(self, event: Any) -> None:
        """Perform an event; SimPy calls this when it is due."""
        # Its round and phase decide where its follow-ups belong.
        self.now, self._key = event.time, event.key
        self._actions[event.kind](self._subject, event.what)

    def run(self, actions: Mapping[int, Callable[..., object]], subject: object) -> None:
        """Perform events in order until none is left or one of them calls `stop`.

        `actions` holds the function of each kind of event, which is called with the subject and with what the event
        is of.
        """
        self._actions, self._subject = actions, subject
        with suppress(_Stopped):
            self.env.run()

    def stop(self) -> NoReturn:
        """End the run: no further event is performed."""
        # Not SimPy's own exception: on that it puts back the event at hand, with a priority that is no tuple.
        raise _Stopped
