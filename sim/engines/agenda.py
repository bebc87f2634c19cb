"""SimPy's calendar, with the order of simultaneous events that `phases` lays down."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import simpy

from sim.engines.shared.phases import MOST_ROUNDS, EventPhase
from sim.errors import ModelError

_RECORD = int(EventPhase.RECORD)
MOST_NESTED = 20
"""Rounds that may be done one inside the other before follow-ups go through the queue."""
Action = Callable[[Any], None]
Key = tuple[int, int, int, int, int, int]
"""Round, phase, priority, rank and sequence within an instant, and a count that ends all ties."""


class Appointment(simpy.Event):
    """An action due at an instant; its key is the priority by which SimPy orders equal times."""

    __slots__ = ("action", "argument", "key", "time")
    # An appointment never fails and returns nothing.
    _ok, _value = True, None

    def __init__(self, agenda: Agenda, time: int, key: Key, action: Action, argument: Any) -> None:
        self.env = agenda.env
        # SimPy takes the list away from the event and leaves it as it is: one serves all.
        self.callbacks = agenda.callbacks
        self.time, self.key, self.action, self.argument = time, key, action, argument
        # SimPy only compares priorities, so a tuple serves as one.
        agenda.env.schedule(self, key, time - agenda.now)  # type: ignore[arg-type]


class Agenda:
    """Future actions on SimPy's calendar, follow-ups of this instant in order behind them.

    A follow-up joins the current round if its phase is still to come, else the next. While no other
    appointment is due at the instant, follow-ups run without a detour through the calendar; that
    changes nothing in the order.
    """

    def __init__(self) -> None:
        self.env = simpy.Environment()
        self.callbacks: list[Callable[[Any], None]] = [self.perform]
        self.now = 0
        self._alone = False
        self._round = 0
        self._phase = -1
        self._soon: list[tuple[Key, Action, Any]] = []
        self._count = 0
        self._running = False

    def at(self, time: int, phase: int, priority: int, rank: int, sequence: int, action: Action, argument: Any) -> None:
        """Do something at an instant, now or later."""
        if time > self.now or self._phase < 0:
            # Records wait until all rounds of their instant are over.
            turn = 0 if phase < _RECORD else MOST_ROUNDS + 1
            Appointment(self, time, (turn, phase, priority, rank, sequence, 0), action, argument)
        else:
            self.follow_up(phase, priority, rank, sequence, action, argument)

    def follow_up(self, phase: int, priority: int, rank: int, sequence: int, action: Action, argument: Any) -> None:
        """Do something later at this instant."""
        turn = self._round if phase > self._phase else self._round + 1
        if turn > MOST_ROUNDS:
            raise ModelError(f"more than {MOST_ROUNDS} rounds at one instant (tick {self.now}): an endless loop")
        self._count += 1
        entry = ((turn, phase, priority, rank, sequence, self._count), action, argument)
        if self._soon:
            heappush(self._soon, entry)
        else:
            self._soon.append(entry)

    def last(self, phase: int, priority: int, rank: int, sequence: int, action: Action, argument: Any) -> None:
        """A follow-up behind which the action only adds later ones: where nothing can come between, it
        is done at once, which spares the queue and changes nothing in the order."""
        turn = self._round if phase > self._phase else self._round + 1
        if self._alone and not self._soon and turn <= MOST_NESTED:
            self._round, self._phase = turn, phase
            action(argument)
        else:
            self.follow_up(phase, priority, rank, sequence, action, argument)

    def perform(self, appointment: Any) -> None:
        """Run an appointment and the follow-ups that may come before the calendar's next one."""
        self.now = now = appointment.time
        # While this instant lasts, nothing new comes onto the calendar for it: one look is enough.
        self._alone = self.env.peek() > now
        key = appointment.key
        self._round, self._phase = key[0], key[1]
        appointment.action(appointment.argument)
        soon = self._soon
        if not soon:
            return
        if not self._alone:
            self._hand_over()
            return
        while soon:
            key, action, argument = heappop(soon) if len(soon) > 1 else soon.pop()
            self._round, self._phase = key[0], key[1]
            action(argument)

    def _hand_over(self) -> None:
        """Others are due at this instant: let the calendar merge the follow-ups among them."""
        for key, action, argument in sorted(self._soon, key=lambda entry: entry[0]):
            Appointment(self, self.now, key, action, argument)
        self._soon.clear()

    def run(self, end: int | None) -> None:
        """Run all actions before `end`; without an end, until none is left."""
        self._running, step = True, self.env.step
        if end is not None:
            # Before anything else that is due at the end.
            Appointment(self, end, (-1, 0, 0, 0, 0, 0), self._stop, None)
        try:
            while self._running:
                step()
        except simpy.core.EmptySchedule:
            return

    def _stop(self, _: None) -> None:
        self._running = False
