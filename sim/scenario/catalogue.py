"""The shipped scenarios by name and title."""

from __future__ import annotations

import re
from pathlib import Path

from ruamel.yaml import YAML

from sim.shipped import shipped_root

_TITLE = re.compile(r"^title:.*$", re.MULTILINE)


def shipped_scenarios() -> dict[str, Path]:
    """Name -> file of every shipped scenario; the claims and what begins with `_` are none."""
    files = sorted(shipped_root().glob("*.yaml"))
    return {f.stem: f for f in files if _TITLE.search(f.read_text(encoding="utf-8")) and not f.stem.startswith("_")}


def shipped_titles() -> dict[str, str]:
    """Name -> title. Only that line is parsed: reading whole scenarios would take seconds."""
    return {name: _title(file.read_text(encoding="utf-8")) for name, file in shipped_scenarios().items()}


def _title(text: str) -> str:
    found = _TITLE.search(text)
    return str(YAML(typ="safe", pure=True).load(found.group(0))["title"]) if found else ""


def starter() -> str:
    """The commented starter scenario that `fabshift new` writes."""
    return (shipped_root() / "_starter.yaml").read_text(encoding="utf-8")


def typed(name: str, file: Path) -> str:
    """What names a scenario on the command line: a shipped name, else its file."""
    return name if name in shipped_scenarios() else str(file)
