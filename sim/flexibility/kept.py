"""An option study in the directory that keeps its paths: the results written at the end, and the study reopened."""

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
    """Write the results of a finished study beside its paths: `runs.parquet` and `kpis.json`.

    `runs.parquet` has a row for each path: the replication, and the NPV in dollars of each sequence.
    """
    runs = pd.DataFrame(found.npv, columns=[BETWEEN.join(sequence) for sequence in found.sequences])
    runs.insert(0, "replication", range(found.n))
    asked = {"contested": found.contested, "sooner_days": found.sooner.days if found.sooner else 0.0}
    # The time it took is left out, so that the same study always writes the same files.
    told = {key: value for key, value in found.to_json().items() if key != "seconds"}
    publish(directory, runs, {**told, "asked": asked}, {SCENARIO: found.scenario})


def is_option(directory: Path) -> bool:
    """Return whether a directory keeps an option study."""
    manifest = directory / MANIFEST
    return manifest.is_file() and read_json(manifest).get("study") == STUDY


def reopened(directory: Path) -> Flexibility:
    """Return the option study that `--out` kept in a directory; its paths are valued again, and none is run.

    Raises:
        InputError: it is not finished, a block is missing or damaged, or its scenario has changed since.
    """
    from sim.flexibility.option import valued

    manifest = read_json(directory / MANIFEST)
    # This key is written last, with the results: without it paths may be missing.
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
    """Return the first `count` paths from the blocks of a directory."""
    found: list[Played] = []
    # Names of blocks contain their number with leading zeros: in this order paths are replications 0, 1, 2, ...
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
