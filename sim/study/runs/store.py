"""A study on disk: finished blocks, each written atomically, and a manifest of all that their numbers depend on.

`study.json` identifies the study; blocks of different studies are never mixed. If the program is killed, the directory
contains complete blocks and perhaps a temporary file, which is not read. `runs.parquet` and `kpis.json` are written at
the end.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.errors import InputError, Mark, Problem, problem
from sim.scenario.again import asked_json
from sim.study.runs.design import Blocks, Row
from sim.study.runs.outcomes import Outcomes
from sim.study.runs.provenance import made_by

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.loader import Scenario

MANIFEST, BLOCKS = "study.json", "blocks"
MOST_DIFFERENCES = 8
_NO_PART = ("resolved", "runs", "asked")
"""Entries of a manifest that do not identify a study."""
Difference = tuple[str, str, str]
"""Path, value in the study that is kept, value in this one."""


class Store:
    """The blocks of one study in a directory.

    Raises:
        InputError: the directory contains another study (the differences are listed) or other files, or cannot be
            written.
    """

    def __init__(self, directory: Path, design: Blocks, engine: str) -> None:
        self.directory = directory
        told: dict[str, Any] = {**design.identity(), "engine": engine, "made_by": made_by()}
        self.key = _digest(told)
        whole = {**told, "resolved": design.resolved()}
        with writing(directory):
            _refuse_others(directory, whole)
            (directory / BLOCKS).mkdir(parents=True, exist_ok=True)
            _sweep(directory, directory / BLOCKS)
            if not (directory / MANIFEST).exists():
                write_whole(directory / MANIFEST, _json(whole))

    def read(self, index: int, rows: Sequence[Row]) -> Outcomes | None:
        """Return the outcomes of these rows if their block is kept, else None; a damaged block is reported."""
        path = self._path(index)
        # Unlike `exists`, this finds a broken link too, which is then reported.
        if not os.path.lexists(path):
            return None
        try:
            if not path.is_file():
                raise ValueError("no regular file")
            with np.load(path, allow_pickle=False) as block:
                names, told = block["names"].tolist(), block["rows"].tolist()
                found = Outcomes(tuple(names), block["table"], block["valid"])
                key = str(block["key"])
            if key != self.key:
                raise ValueError("of another study")
            _refuse_misshapen(found, len(told))
        except (OSError, ValueError, KeyError, TypeError, EOFError, MemoryError, zipfile.BadZipFile) as error:
            print(f"{path}: not a whole block of this study ({error}); it is run again", file=sys.stderr)
            return None
        # A block may have fewer rows if it was the last one of fewer replications, and is then run again; or more,
        # of which the first are taken.
        return found.rows(np.arange(len(rows))) if told[: len(rows)] == [_digest_row(r) for r in rows] else None

    def write(self, index: int, rows: Sequence[Row], outcomes: Outcomes) -> None:
        """Write a finished block."""
        data = io.BytesIO()
        np.savez(
            data, table=outcomes.table, valid=outcomes.valid, names=np.array(outcomes.names, dtype=np.str_),
            rows=np.array([_digest_row(row) for row in rows]), key=np.array(self.key),
        )  # fmt: skip
        with writing(self.directory):
            write_whole(self._path(index), data.getvalue())

    def _path(self, index: int) -> Path:
        """Return the file of a block."""
        # Leading zeros, so that files sorted by name are in the order of the blocks.
        return self.directory / BLOCKS / f"{index:07d}.npz"


def _refuse_misshapen(found: Outcomes, rows: int) -> None:
    """Check that the arrays of a block have the shapes and types of `rows` rows.

    Raises:
        ValueError: they do not.
    """
    shapes = (found.table.shape, found.valid.shape)
    if shapes != ((rows, len(found.names)), (rows,)):
        raise ValueError(f"arrays of the shapes {shapes[0]} and {shapes[1]} for {rows} rows")
    if found.table.dtype != np.float64 or found.valid.dtype != np.bool_:
        raise ValueError(f"arrays of {found.table.dtype} and {found.valid.dtype}")


def publish(
    directory: Path,
    runs: pd.DataFrame,
    document: Mapping[str, Any],
    scenarios: Mapping[str, Scenario] = MappingProxyType({}),
) -> None:
    """Write the results of a finished study: `runs.parquet`, `kpis.json` and two entries of `study.json`.

    The entries are the number of runs, and how each scenario was asked for, by its label in `scenarios`.
    """
    data = io.BytesIO()
    runs.to_parquet(data, index=False)
    before = json.loads((directory / MANIFEST).read_text(encoding="utf-8")).get("runs", 0)
    if before > len(runs):
        print(
            f"{directory} had results of {before:,} runs, now of {len(runs):,}; all finished blocks are kept",
            file=sys.stderr,
        )
    with writing(directory):
        write_whole(directory / "runs.parquet", data.getvalue())
        write_whole(directory / "kpis.json", _json(document))
        # The manifest comes last: if it has the entry `asked`, the other two files are complete.
        told = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        asked = {label: asked_json(scenario.asked, directory) for label, scenario in scenarios.items()}
        now = {"runs": len(runs), "asked": asked}
        write_whole(directory / MANIFEST, _json({**now, **{k: v for k, v in told.items() if k not in now}}))


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """Turn errors of the file system into InputError, since the user chose the directory."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError([problem(str(directory), f"the study cannot be written here: {reason}")]) from None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file atomically: at any time it is complete or absent, also if the machine stops."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    with scratch.open("wb") as file:
        file.write(data)
        file.flush()
        # The data must be on disk before the name: otherwise a file could be empty after a power failure.
        os.fsync(file.fileno())
    scratch.replace(path)
    _sync(path.parent)


def _sweep(*directories: Path) -> None:
    """Remove scratch files of writers that were killed: of processes that no longer run."""
    for directory in directories:
        for file in directory.glob(".*"):
            owner = file.name.rpartition(".")[2]
            if owner.isdecimal() and file.is_file() and not _runs(int(owner)):
                file.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    """Return whether a process with this id runs on this machine."""
    # On Windows `os.kill` with signal 0 ends the process.
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        # It exists, but belongs to another user.
        return True
    return True


def _sync(directory: Path) -> None:
    """Write a directory to disk, and with it the new name of a file, where the system allows it."""
    if os.name == "posix":
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _json(data: Mapping[str, Any]) -> bytes:
    """Return plain data as JSON; raise ValueError for NaN, which is not valid JSON."""
    return (json.dumps(data, indent=2, default=str, allow_nan=False) + "\n").encode()


def _digest(data: Mapping[str, Any]) -> str:
    """Return a SHA-256 of plain data, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()


def _digest_row(row: Row) -> str:
    """Return a hash of a row; 128 bits are enough to tell rows apart."""
    return hashlib.sha256(repr(row).encode()).hexdigest()[:32]


def _refuse_others(directory: Path, ours: dict[str, Any]) -> None:
    """Check that the directory is new, or contains this study."""
    if directory.exists() and not directory.is_dir():
        raise InputError([problem(str(directory), "is a file; --out needs a directory")])
    path = directory / MANIFEST
    if not path.exists():
        if directory.exists() and any(f.name != BLOCKS and not f.name.startswith(".") for f in directory.iterdir()):
            message = f"holds other files and no {MANIFEST}; choose another directory"
            raise InputError([problem(str(directory), message)])
        return
    if not path.is_file():
        raise InputError([problem(str(path), "is no regular file; choose another directory")])
    try:
        found = differences(dict(json.loads(path.read_text(encoding="utf-8"))), json.loads(_json(ours)))
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        raise InputError([problem(str(path), "is not one of ours; choose another directory")]) from None
    if found:
        raise InputError(_told(path, found))


def _told(path: Path, found: Sequence[Difference]) -> Iterator[Problem]:
    """Yield a problem for each difference, up to MOST_DIFFERENCES, then the number of the others."""
    for line, (name, old, new) in enumerate(found[:MOST_DIFFERENCES], 1):
        message = f"another study is kept here: {old} -> {new}"
        yield Problem(Mark(str(path), line), name, message)
    if len(found) > MOST_DIFFERENCES:
        yield Problem(
            Mark(str(path), MOST_DIFFERENCES + 1), "", f"and {len(found) - MOST_DIFFERENCES} more differences"
        )


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Return the differences between two manifests, with inputs by their paths rather than by a hash.

    Of studies of different kinds only the kinds and titles are compared.
    """
    if old["study"] != new["study"]:
        return [("study", _described(old), _described(new))]
    # Hashes of scenarios always differ if inputs do; the inputs say more.
    plain = _changed(*(_leaves({k: v for k, v in told.items() if k not in _NO_PART}) for told in (old, new)))
    both = [name for name in new["resolved"] if name in old["resolved"]]
    inputs = [
        difference for name in both for difference in changed_inputs(old["resolved"][name], new["resolved"][name])
    ]
    return [*(difference for difference in plain if not (inputs and difference[0].startswith("scenarios."))), *inputs]


def _described(told: Mapping[str, Any]) -> str:
    """Return the kind of a study and the titles of its scenarios."""
    titles = dict.fromkeys(str(scenario["document"]["title"]) for scenario in told["resolved"].values())
    return f"{told['study']} ({'; '.join(titles)})"


def changed_inputs(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Return the differences between inputs with their units, between drawn ranges, and in the rest of the document."""
    values = _changed(
        *({path: f"{entry['value']} {entry['unit']}" for path, entry in told["inputs"].items()} for told in (old, new))
    )
    drawn = [(f"{name} is drawn", before, now) for name, before, now in _changed(old["drawn"], new["drawn"])]
    # The document repeats inputs as they are written; these are listed already, with their values in units.
    named = tuple(f"{name}." for name, _, _ in values)
    rest = _changed(_leaves(old["document"]), _leaves(new["document"]))
    return [*values, *drawn, *(entry for entry in rest if not f"{entry[0]}.".startswith(named))]


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Return the entries in which two mappings differ; `nothing` stands for one that is missing."""
    names = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    return [(name, str(old.get(name, "nothing")), str(new.get(name, "nothing"))) for name in names]


def _leaves(data: Any, path: str = "") -> dict[str, Any]:
    """Return the leaves of nested mappings and lists, by their dotted path."""
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else None
    if parts is None:
        return {path: data}
    return {name: leaf for key, part in parts for name, leaf in _leaves(part, f"{path}.{key}".lstrip(".")).items()}
