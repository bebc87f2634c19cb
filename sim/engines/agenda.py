"""SimPy's calendar, with the order of simultaneous events that `phases` lays down."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

import simpy

from sim.engines.phases import MOST_ROUNDS, Phase
from sim.errors import ModelError

_RECORD = int(Phase.RECORD)
Action = Callable[[Any], None]
Key = tuple[int, int, int, int, int, int]
"""Round, phase, priority, rank and sequence within an instant, and a count that ends all ties."""


class Appointment(simpy.Event):
    """An action due at an instant; its key is the priority by which SimPy orders equal times."""

    __slots__ = ("action", "argument", "key")

    def __init__(self, agenda: Agenda, delay: int, key: Key, action: Action, argument: Any) -> None:
        self.env = agenda.env
        self.callbacks = [agenda.perform]
        self._value = None
        self._ok = True
        self.action, self.argument, self.key = action, argument, key
        # SimPy only compares priorities, so a tuple serves as one.
        agenda.env.schedule(self, key, delay)  # type: ignore[arg-type]


class Agenda:
    """Future actions on SimPy's calendar, follow-ups of this instant in order behind them.

    A follow-up joins the current round if its phase is still to come, else the next. While no other
    appointment is due at the instant, follow-ups run without a detour through the calendar; that
    changes nothing in the order.
    """

    def __init__(self) -> None:
        self.env = simpy.Environment()
        self.now = 0
        self._round = 0
        self._phase = -1
        self._soon: list[tuple[Key, Action, Any]] = []
        self._count = 0

    def at(self, time: int, phase: int, priority: int, rank: int, sequence: int, action: Action, argument: Any) -> None:
        """Do something at an instant, now or later."""
        if time > self.now or self._phase < 0:
            # Records wait until all rounds of their instant are over.
            turn = 0 if phase < _RECORD else MOST_ROUNDS + 1
            Appointment(self, time - self.now, (turn, phase, priority, rank, sequence, 0), action, argument)
        else:
            self.follow_up(phase, priority, rank, sequence, action, argument)

    def follow_up(self, phase: int, priority: int, rank: int, sequence: int, action: Action, argument: Any) -> None:
        """Do something later at this instant."""
        turn = self._round if phase > self._phase else self._round + 1
        if turn > MOST_ROUNDS:
            raise ModelError(f"more than {MOST_ROUNDS} rounds at one instant (tick {self.now}): an endless loop")
        self._count += 1
        heappush(self._soon, ((turn, phase, priority, rank, sequence, self._count), action, argument))

    def perform(self, appointment: Any) -> None:
        """Run an appointment and the follow-ups that may come before the calendar's next one."""
        key, soon = appointment.key, self._soon
        self.now = now = self.env.now  # type: ignore[assignment]
        self._round, self._phase = key[0], key[1]
        appointment.action(appointment.argument)
        while soon:
            if self.env.peek() <= now:
                self._hand_over()
                return
            key, action, argument = heappop(soon)
            self._round, self._phase = key[0], key[1]
            action(argument)

    def _hand_over(self) -> None:
        """Others are due at this instant: let the calendar merge the follow-ups among them."""
        for key, action, argument in sorted(self._soon, key=lambda entry: entry[0]):
            Appointment(self, 0, key, action, argument)
        self._soon.clear()

    def run(self, end: int, every: Callable[[int], None] | None = None) -> None:
        """Run all actions before `end`; `every` is told the time now and then."""
        peek, step, steps = self.env.peek, self.env.step, 0
        while peek() < end:
            step()
            steps += 1
            if every is not None and steps % 4096 == 0:
                every(self.now)
