"""How a scenario was asked for, as plain data kept beside its results, and the scenario loaded again from it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.scenario.catalogue import shipped_scenarios
from sim.scenario.loader import load_scenario

if TYPE_CHECKING:
    from sim.scenario.loader import Scenario
    from sim.scenario.override import Asked

NAME, FILE = "shipped", "file"
_TEXTS = ("sets", "readings", "without")


def asked_json(asked: Asked, directory: Path) -> dict[str, Any]:
    """Return the arguments that loaded a scenario, as plain data.

    A file is named by its path from the directory, so that both can be moved together.
    """
    if asked.scenario in shipped_scenarios():
        named = {NAME: asked.scenario}
    else:
        named = {FILE: os.path.relpath(asked.scenario, directory)}
    return {
        **named,
        **{name: list(getattr(asked, name)) for name in _TEXTS},
        "values": dict(asked.values),
        "allow_outside": asked.allow_outside,
    }


def asked_again(kept: Mapping[str, Any], directory: Path) -> Scenario:
    """Return the scenario that was asked for, as its files say it today.

    Raises:
        InputError: a file is gone, or something is wrong with it.
        KeyError, TypeError: this is not what `asked_json` returns.
    """
    name = kept[NAME] if NAME in kept else Path(os.path.normpath(directory / kept[FILE]))
    texts = {name: tuple(map(str, kept[name])) for name in _TEXTS}
    return load_scenario(name, **texts, values=dict(kept["values"]), allow_outside=bool(kept["allow_outside"]))
