"""Shares drawn with block characters inside a cell: a bar, and a line of marks over time."""

from __future__ import annotations

import math
from collections.abc import Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEVELS = "▁▂▃▄▅▆▇█"
NONE = "·"
"""The mark of a time in which the share is zero or of nothing."""
KEY = f"{_LEVELS[0]} little to {_LEVELS[-1]} all, {NONE} none"
_PLAIN = str.maketrans("▏▎▍▌▋▊▉" + _LEVELS + NONE, "...====" + ".:-=+*%#" + "_")


def bar(share: float, width: int = 8) -> str:
    """Return a bar of `width` columns filled by `share` (0 to 1), to an eighth of a column; blanks fill the rest."""
    eighths = math.floor(min(max(share, 0.0), 1.0) * width * 8 + 0.5)
    # A share above zero is never drawn as nothing.
    if share > 0:
        eighths = max(eighths, 1)
    whole, part = divmod(eighths, 8)
    return f"{_EIGHTHS[8] * whole}{_EIGHTHS[part] if part else ''}".ljust(width)


def spark(shares: Sequence[float | None]) -> str:
    """Return a mark for each share (0 to 1), the higher the larger it is."""
    return "".join(_LEVELS[min(math.floor(s * len(_LEVELS)), len(_LEVELS) - 1)] if s else NONE for s in shares)


def in_ascii(text: str) -> str:
    """Return the text with the marks and bars of this module in ASCII."""
    return text.translate(_PLAIN)


__all__ = ["KEY", "NONE", "bar", "in_ascii", "spark"]
