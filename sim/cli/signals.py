"""Being told to end: what SIGTERM and SIGHUP do is what Ctrl-C does, with an exit code of their own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class EndedError(KeyboardInterrupt):
    """A signal asked the process to end; `code` is the exit code by which a shell knows it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.code = 128 + number


@contextmanager
def ending_like_an_interrupt() -> Iterator[None]:
    """Raise EndedError where a signal asks the process to end; one that is ignored (nohup) stays ignored."""
    # Python sets signal handlers in the main thread only.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _ENDING}
    caught = {number: handler for number, handler in before.items() if handler is signal.SIG_DFL}
    for number in caught:
        signal.signal(number, _end)
    try:
        yield
    finally:
        for number, handler in caught.items():
            signal.signal(number, handler)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    """Raise the error that ends the process."""
    raise EndedError(number)


def exit_code(interrupt: KeyboardInterrupt) -> int:
    """Return the exit code of an interrupt: 130 for Ctrl-C, for another signal 128 and its number."""
    return interrupt.code if isinstance(interrupt, EndedError) else 128 + signal.SIGINT
