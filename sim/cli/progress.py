"""Progress of a study on stderr: how much is done, how fast, how long yet."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

EVERY = 30.0
"""Seconds between lines where stderr is no terminal."""


class Runs:
    """A bar on a terminal, elsewhere a line now and then. What was there before the first run counts in no rate."""

    def __init__(self, total: int) -> None:
        self.total, self.done = total, 0
        self._began = self._told = time.monotonic()
        self._first: int | None = None
        self._bar: Progress | None = None

    def __enter__(self) -> Runs:
        if sys.stderr.isatty():
            self._bar = _bar()
            self._task = self._bar.add_task("", total=self.total, rate="", visible=False)
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def expect(self, total: int) -> None:
        """Say how many runs there are to be, where that is known only after the start."""
        self.total = total

    def __call__(self, share: float) -> None:
        """Say that a share of the runs is done."""
        self.done = round(share * self.total)
        if self._first is None:
            self._first = self.done
        if self._bar is not None:
            self._bar.update(self._task, total=self.total, completed=self.done, rate=self._rate(), visible=True)
        elif time.monotonic() - self._told >= EVERY:
            self._told = time.monotonic()
            print(f"{self.done:,} of {self.total:,} runs{self._rate()}", file=sys.stderr, flush=True)

    def _rate(self) -> str:
        """Runs a second, and the time left at that rate."""
        seconds = time.monotonic() - self._began
        runs = self.done - (self._first or 0)
        if not runs or not seconds:
            return ""
        left = (self.total - self.done) * seconds / runs
        return f", {runs / seconds:,.3g} runs/s, {_minutes(left)} left"


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s" if rest >= 60 else f"{rest} s"


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    text = TextColumn("{task.completed:,.0f} of {task.total:,.0f} runs{task.fields[rate]}")
    return Progress(BarColumn(), text, console=Console(stderr=True), transient=True)
