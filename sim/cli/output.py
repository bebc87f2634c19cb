"""What commands print besides tables: one JSON document, and a progress bar on stderr."""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def emit_json(document: Any) -> None:
    """Print one JSON document (RFC 8259: no NaN) to stdout."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    print(json.dumps(document, indent=2, ensure_ascii=not utf8, allow_nan=False))


class Progress:
    """A bar on stderr, from the second second on, and only on a terminal."""

    width = 40

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._shown = -1
        self._on = sys.stderr.isatty()

    def __call__(self, done: float) -> None:
        """Say that the share `done` of the work is done."""
        if not self._on or time.monotonic() - self._began < 1:
            return
        percent = int(100 * min(max(done, 0.0), 1.0))
        if percent == self._shown:
            return
        self._shown = percent
        bar = "#" * (percent * self.width // 100)
        print(f"\r[{bar:<{self.width}}] {percent:3d} %", end="", file=sys.stderr, flush=True)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Wipe the bar."""
        if self._shown >= 0:
            print("\r" + " " * (self.width + 8) + "\r", end="", file=sys.stderr, flush=True)
