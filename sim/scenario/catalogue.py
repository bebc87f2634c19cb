"""The shipped scenarios by name and title, and the files that names and paths mean."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from ruamel.yaml import YAML

from sim.errors import InputError, Mark, Problem, argument, nearest
from sim.scenario.compose import repr_short
from sim.scenario.folders import OUTSIDE, is_below, neighbours
from sim.shipped import shipped_root

_PURPOSE = {"extends": "extend", "against": "compare with"}
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


def locate(name_or_path: str | Path) -> Path:
    """The file of a scenario: a shipped name, or a path; raises InputError."""
    text = str(name_or_path)
    shipped = shipped_scenarios()
    if text in shipped:
        return _shown(shipped[text])
    try:
        if text and os.path.lexists(text):
            return Path(text)
    except (OSError, ValueError):
        text = text.replace("\0", "\\0")
    near = [str(p) for p in neighbours(Path(text))]
    close = nearest(text, [*shipped, *near]) or nearest(Path(text).name, [*shipped, *near])
    allowed = (
        f"a shipped scenario ({', '.join(shipped)}) or the path of a .yaml file"
        if shipped
        else "the path of a .yaml file"
    )
    raise InputError(
        [
            Problem(
                argument(repr_short(text) or "''"),
                "",
                "there is no such scenario or file",
                expected=allowed,
                nearest=close,
            )
        ]
    )


def named(key: str, text: str, file: Path, mark: Mark, folders: Sequence[Path]) -> Path:
    """The file that `extends` or `against` of `file` names: beside it or shipped; below one of the folders (none: anywhere).

    Raises InputError at `mark`, which does not reveal whether a file outside the folders exists.
    """
    shipped = shipped_scenarios()
    if text in shipped:
        return _shown(shipped[text])
    try:
        target = Path(os.path.normpath(file.parent / text))
        if folders and not is_below(target, folders):
            raise InputError([Problem(mark, key, OUTSIDE, text, "--allow-outside reads it all the same")])
        found = target.exists()
    except (OSError, ValueError):
        found = False
    if found:
        return target
    beside = os.path.dirname(text)  # noqa: PTH120 - the text as written, to be given back as it was
    near = [os.path.join(beside, p.name) for p in neighbours(file.parent / text) if p != file]  # noqa: PTH118
    message = f"there is no such scenario to {_PURPOSE[key]}"
    allowed = "a shipped name or a path relative to this file"
    raise InputError([Problem(mark, key, message, text, allowed, nearest(text, [*shipped, *near]))])


def _shown(file: Path) -> Path:
    """The path as people would type it: relative to the working directory when inside it."""
    try:
        return file.relative_to(Path.cwd())
    except ValueError:
        return file
