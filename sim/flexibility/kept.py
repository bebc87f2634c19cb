"""An option in the directory that keeps its paths: what is written at the end, and the option opened again, nothing run."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.errors import InputError, problem
from sim.flexibility.frames import BETWEEN
from sim.flexibility.played import Played, from_table
from sim.flexibility.sequences import Tree, tree_of
from sim.study.reopen import asked_of, changed_since, kept_bias, moved, read_json
from sim.study.runs.outcomes import Outcomes
from sim.study.runs.provenance import fingerprint
from sim.study.runs.store import BLOCKS, MANIFEST, publish

if TYPE_CHECKING:
    from sim.flexibility.option import Flexibility

STUDY, SCENARIO = "option", "scenario"
DOCUMENT = "kpis.json"


def keep(found: Flexibility, directory: Path) -> None:
    """Write what a finished option says beside its paths: `runs.parquet` (NPV by path and sequence) and `kpis.json`."""
    runs = pd.DataFrame(found.npv, columns=[BETWEEN.join(sequence) for sequence in found.sequences])
    runs.insert(0, "replication", range(found.n))
    asked = {"contested": found.contested, "sooner_days": found.sooner.days if found.sooner else 0.0}
    told = {key: value for key, value in found.to_json().items() if key != "seconds"}
    publish(directory, runs, {**told, "asked": asked}, {SCENARIO: found.scenario})


def is_option(directory: Path) -> bool:
    """Whether a directory keeps an option."""
    manifest = directory / MANIFEST
    return manifest.is_file() and read_json(manifest).get("study") == STUDY


def reopened(directory: Path) -> Flexibility:
    """The option that `--out` kept in a directory; its paths are valued again, and none is run.

    Raises:
        InputError: it is not finished, a block is missing or damaged, or its scenario says something else by now.
    """
    from sim.flexibility.option import valued

    manifest = read_json(directory / MANIFEST)
    if "asked" not in manifest:
        message = "its paths are not all run yet: the command that began it goes on from here"
        raise InputError([problem(directory / MANIFEST, message)])
    scenario = asked_of(manifest["asked"][SCENARIO], directory, MANIFEST)
    if fingerprint(scenario) != manifest["scenarios"][SCENARIO]:
        raise InputError(moved(directory / MANIFEST, changed_since(manifest["resolved"].get(SCENARIO), scenario)))
    told = read_json(directory / DOCUMENT)

    def paths_of(_: Tree, part: str, count: int) -> list[Played]:
        return _paths(directory / part, count)

    found = valued(
        tree_of(scenario), told["n"], told["seed"], paths_of, features=tuple(told["features"]),
        contested=told["asked"]["contested"], sooner=told["asked"]["sooner_days"],
    )  # fmt: skip
    return replace(found, lot_scale=told["lot_scale"], bias=kept_bias(told["lot_bias"], told["lot_scale"]))


def _paths(directory: Path, count: int) -> list[Played]:
    """The first paths that the blocks of a directory hold."""
    found: list[Played] = []
    for file in sorted((directory / BLOCKS).glob("*.npz")):
        if len(found) >= count:
            break
        try:
            with np.load(file, allow_pickle=False) as block:
                found += from_table(Outcomes(tuple(block["names"].tolist()), block["table"], block["valid"]))
        except (OSError, ValueError, KeyError, TypeError, EOFError, MemoryError, zipfile.BadZipFile):
            raise InputError([problem(file, "cannot be read: the command that made it runs it again")]) from None
    if len(found) < count:
        raise InputError([problem(directory, "not all paths are here: the command that made them runs the others")])
    return found[:count]
