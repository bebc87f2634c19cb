"""The shipped scenarios by name and title, and the files that names and paths resolve to."""

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
    """Return the file of every shipped scenario by name: those that have a title and no `_` before their name."""
    files = sorted(shipped_root().glob("*.yaml"))
    return {f.stem: f for f in files if _TITLE.search(f.read_text(encoding="utf-8")) and not f.stem.startswith("_")}


def shipped_titles() -> dict[str, str]:
    """Return the title of every shipped scenario by name.

    Only that line is parsed: reading whole scenarios would take seconds.
    """
    return {name: _title(file.read_text(encoding="utf-8")) for name, file in shipped_scenarios().items()}


def _title(text: str) -> str:
    found = _TITLE.search(text)
    return str(YAML(typ="safe", pure=True).load(found.group(0))["title"]) if found else ""


def starter() -> str:
    """Return the commented starter scenario that `fabshift new` writes."""
    return (shipped_root() / "_starter.yaml").read_text(encoding="utf-8")


def typed(name: str, file: Path) -> str:
    """Return the argument that names a scenario on the command line: a shipped name, else its file."""
    return name if name in shipped_scenarios() else str(file)


def locate(name_or_path: str | Path) -> Path:
    """Return the file of a scenario, given a shipped name or a path.

    Raises:
        InputError: there is no such scenario or file.
    """
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
    """Return the file that `extends` or `against` of `file` names: a shipped one, or one relative to `file`.

    A relative path must be below one of the `folders`, unless there are none.

    Raises:
        InputError: there is no such file, or it is outside the folders; the error, at `mark`, does not reveal whether a
            file outside them exists.
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
    """Return the path as a user would type it: relative to the working directory if it is inside."""
    try:
        return file.relative_to(Path.cwd())
    except ValueError:
        return file
