"""The compiled engine watched from outside: how long it runs, and how much of that is the planner's."""

from __future__ import annotations

import ctypes
import inspect
from collections.abc import Callable
from time import process_time
from typing import Any, Self

from sim.engines.batch import engine
from sim.engines.batch.compiling.calling import load_or_compile
from sim.engines.batch.compiling.native import prototype
from sim.engines.batch.compiling.program import Program
from sim.engines.batch.state import State
from sim.engines.shared import reviews
from sim.engines.shared.tables import Tables

_NAMES = vars(engine)
"""Where the engine finds the compiled program that it is to call."""
_ADDRESSES = len(inspect.signature(reviews.decide).parameters) - 1
_DECIDE = prototype(_ADDRESSES)


class Watch:
    """A context in which runs of the compiled engine are timed, in seconds of processor time.

    The engine calls its planner by address. Here it gets the address of a Python function that calls the planner and
    takes the time: some microseconds for each of the few dozen reviews, which count as the engine's. For one thread at a
    time.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        """What the last run took, its planner included; laying it out and reading it are not part of it."""
        self.reviews: list[float] = []
        """What each review of that run took, the one before the start included."""
        self._compiled = _NAMES["compiled"]
        self._planner: Any = None
        self._timed = _DECIDE(self._decide)

    def __enter__(self) -> Self:
        _NAMES["compiled"] = self._watched
        return self

    def __exit__(self, *_: object) -> None:
        _NAMES["compiled"] = self._compiled

    @property
    def planner(self) -> float:
        """Seconds of the last run that were the planner's."""
        return sum(self.reviews)

    @property
    def alone(self) -> float:
        """Seconds of the last run without the planner's."""
        return self.seconds - self.planner

    def begin(self, state: State, tables: Tables) -> None:
        """See a run before its first event."""

    def look(self, review: int) -> None:
        """See what there is when the planner is asked; `review` is `reviews.BEFORE` before the start."""

    def end(self, state: State) -> None:
        """See a run after its last event."""

    def _watched(self, program: Program) -> Callable[..., int]:
        """Return the program that the engine calls in place of that of `calling.compiled`."""

        def play(state: State, tables: Tables, *others: Any) -> int:
            arguments = (state, tables, *others)
            ready, timed = (
                load_or_compile(program, arguments),
                int(ctypes.cast(self._timed, ctypes.c_void_p).value or 0),
            )
            self._planner = _DECIDE(ready.apart.address)
            self.begin(state, tables)
            self.reviews.clear()
            began = process_time()
            fault = ready.main(*arguments, timed)
            self.seconds = process_time() - began
            self.end(state)
            return fault

        return play

    def _decide(self, *arguments: Any) -> int:
        self.look(arguments[-1])
        began = process_time()
        failed = int(self._planner(*arguments))
        self.reviews.append(process_time() - began)
        return failed
