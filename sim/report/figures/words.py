"""Words that the titles of figures share."""

from __future__ import annotations

from collections.abc import Sequence


def within(title: str) -> str:
    """Return a title as it is written inside a sentence: wafers (AI chips), RF chips."""
    return title if title[:2].isupper() else lowered(title)


def lowered(text: str) -> str:
    """Return a sentence with a small initial, as a part of another."""
    return f"{text[:1].lower()}{text[1:]}"


def opened(text: str) -> str:
    """Return a sentence with a capital at its beginning."""
    return f"{text[:1].upper()}{text[1:]}"


def of_hundred(share: float | None) -> str:
    """Return a share beside a name: 74 %, 3.7 %; empty if there is none."""
    if share is None or share != share:
        return ""
    return f"{100 * share:.0f} %" if share == 0 or share >= 0.0995 else f"{100 * share:.1f} %"


def listed(parts: Sequence[str], most: int = 3) -> str:
    """Return parts joined by commas and a last `and`; more than `most` are counted instead."""
    shown = list(parts[:most])
    if len(parts) > most:
        shown.append(f"{len(parts) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""


def of_runs(n: int | None) -> str:
    """Return the beginning of a title whose numbers are medians over the runs of a study."""
    return f"Median of {n:,} runs: " if n else ""
