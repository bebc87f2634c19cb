"""How a page was made: seed, engine, hash, versions, and the command that makes it again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from sim.report.page.markup import paragraphs, text
from sim.results.store import versions


def making_part(lines: Sequence[str], command: Sequence[str]) -> str:
    """Return these lines, the versions of what the numbers depend on, and the command, as HTML."""
    made = ", ".join(f"{name} {number}" for name, number in versions().items())
    return (
        paragraphs([*lines, f"Versions: {made}."])
        + f"\n<p>Made by <code>{text(shlex.join(['fabshift', *command]))}</code>.</p>\n"
    )
