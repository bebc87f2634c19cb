"""Progress of a command on stderr: how much is done, how fast, how long yet."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

SHOWN_AFTER = 1.0
"""Seconds before which nothing is shown: most work is done by then."""
EVERY = 10.0
"""Seconds between lines where stderr is no terminal."""
_SETTLED = 1.0
"""Seconds of running from which on a rate says something."""
_LEFT_OUT = 2
"""Calls before a rate is measured: what was kept before the first is no work done, and the first runs load and compile."""
_SURE = 8
"""Calls before the time of all the work is said: first runs of other processes load too, and come one by one."""
_MOST_CALLS = 256
"""Calls that are remembered; of more, every second one."""


class Progress:
    """A bar on a terminal, elsewhere a line now and then, also while its progress is not known.

    `what` says whose progress it is. With a `total` of runs these are counted, else the work is told in per cent. With
    `foretold`, the first line says how long all of it will take.
    """

    def __init__(self, what: str = "", total: int = 0, *, foretold: bool = False) -> None:
        self.what, self.total, self.done = what, total, 0
        self._share, self._foretold = 0.0, not foretold
        self._began = time.monotonic()
        self._calls: list[tuple[float, float]] = []
        self._bar: Bar | None = None
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._show, daemon=True)

    def __enter__(self) -> Progress:
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        if self._watch.ident is not None:
            self._watch.join()
        if self._bar is not None:
            self._bar.stop()

    def expect(self, total: int) -> None:
        """Set how many runs there will be, where that is known only after the start."""
        self.total = total

    def __call__(self, share: float) -> None:
        """Note that a share of the work, from 0 to 1, is done."""
        self._share, self.done = share, round(share * self.total)
        self._calls.append((time.monotonic(), share))
        if len(self._calls) > _MOST_CALLS:
            del self._calls[::2]
        if self._bar is not None:
            self._bar.update(self._task, completed=share, text=self._text())
        if (
            not self._foretold
            and len(self._calls) >= _SURE
            and self._rate()
            and time.monotonic() - self._began >= SHOWN_AFTER
        ):
            self._foretell()

    def _show(self) -> None:
        """Wait until the work has taken a while, then keep a bar or lines up to date until it ends."""
        if self._ended.wait(SHOWN_AFTER):
            return
        if sys.stderr.isatty():
            self._bar = bar = _bar()
            self._task = bar.add_task("", total=1.0, text=self._text())
            bar.start()
            # The work may be silent for long: the time so far goes on all the same.
            while not self._ended.wait(SHOWN_AFTER):
                bar.update(self._task, completed=self._share, text=self._text())
            return
        # The first line comes EVERY seconds after the beginning, some of which have been waited for.
        pause = EVERY - SHOWN_AFTER
        while not self._ended.wait(pause):
            self._say(self._text())
            pause = EVERY

    def _foretell(self) -> None:
        """Say once how long all of the work will take, unless little is left."""
        self._foretold = True
        left = self._left()
        if left >= SHOWN_AFTER:
            counted = f" for {self.total:,} runs" if self.total else ""
            self._say(f"{self._named()}takes about {_minutes(time.monotonic() - self._began + left)}{counted}")

    def _say(self, line: str) -> None:
        """Print a line above the bar, or to stderr."""
        if self._bar is not None:
            self._bar.console.print(line, highlight=False)
        else:
            print(line, file=sys.stderr, flush=True)

    def _named(self) -> str:
        """Return whose progress it is, as the beginning of a line."""
        return f"{self.what}: " if self.what else ""

    def _text(self) -> str:
        """Return how much is done, how fast, and the time left, or so far where no rate is known."""
        rate = self._rate()
        done = f"{self.done:,} of {self.total:,} runs" if self.total else f"{100 * self._share:.0f} %"
        speed = f", {rate * self.total:,.3g} runs/s" if rate and self.total else ""
        seconds = f"{_minutes(self._left())} left" if rate else f"{_minutes(time.monotonic() - self._began)} so far"
        return f"{self._named()}{done}{speed}, {seconds}"

    def _left(self) -> float:
        """Return the seconds left at the rate so far."""
        rate = self._rate()
        return (1 - self._share) / rate if rate else 0.0

    def _rate(self) -> float:
        """Return the share of the work done in a second; 0 where that is not known yet.

        The later half of the calls counts: the first runs load and compile, here and in each process.
        """
        if len(self._calls) < _LEFT_OUT:
            return 0.0
        began, share = self._calls[max(len(self._calls) // 2, _LEFT_OUT - 1)]
        seconds = time.monotonic() - began
        return (self._share - share) / seconds if seconds >= _SETTLED else 0.0


def _minutes(seconds: float) -> str:
    """Return seconds as hours and minutes, minutes and seconds, or seconds."""
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s" if rest >= 60 else f"{rest} s"


def _bar() -> Bar:
    """Return a bar on stderr that disappears when it is stopped."""
    # Imported when it is first needed: most commands end before a bar is shown.
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    return Bar(
        BarColumn(), TextColumn("{task.fields[text]}", markup=False), console=Console(stderr=True), transient=True
    )
