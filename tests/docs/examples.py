"""Examples of the README and of docs/, by the marks that stand before them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def pages() -> list[Path]:
    """The pages at the top and every page of docs/."""
    return [
        *(ROOT / f"{name}.md" for name in ("README", "ARCHITECTURE", "CONTRIBUTING")),
        *sorted((ROOT / "docs").rglob("*.md")),
    ]


def example(name: str, language: str) -> str:
    """The block after `<!-- example:NAME -->`, which stands on one page alone."""
    mark = re.compile(rf"<!-- example:{name} -->\n```{language}\n(.*?)```", re.DOTALL)
    (found,) = [block for page in pages() for block in mark.findall(page.read_text(encoding="utf-8"))]
    return str(found)
