"""`fabshift new`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.files import write_new
from sim.errors import InputError, Problem, argument, problem
from sim.scenario.catalogue import shipped_scenarios, starter

_GOOD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
_ALLOWED = "letters, digits, '.', '_' and '-', beginning with a letter or digit"


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="NAME.yaml is written here.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite NAME.yaml.")] = False,
) -> None:
    """Write the starter scenario to NAME.yaml."""
    stem = name.removesuffix(".yaml")
    _check(stem)
    path = Path(f"{stem}.yaml")
    write_new(path, starter().replace("NAME", stem), force=force)
    print(f"wrote {path}; next: fabshift validate {path}, then fabshift run {path}")


def _check(stem: str) -> None:
    """Refuse what is no plain file name, or would hide a shipped scenario.

    Raises:
        InputError: the name cannot be used.
    """
    if not _GOOD.fullmatch(stem) or stem.endswith("."):
        raise InputError([Problem(argument("NAME"), "", "is no name for a scenario", repr(stem), _ALLOWED)])
    # Windows takes such a name for a device, whatever its ending: refused everywhere, so that scenarios can be shared.
    if _DEVICES.fullmatch(stem):
        raise InputError([problem("NAME", "is reserved by the system", found=repr(stem))])
    if stem in shipped_scenarios():
        raise InputError([problem("NAME", "is a shipped scenario; choose another name", found=repr(stem))])
