"""A study on disk: finished blocks, each written whole, under what their numbers depend on.

`study.json` says what the study is of; blocks of another are never mixed with its own. Killed at any
moment, a directory holds whole blocks and perhaps a temporary file, which nothing reads. `runs.parquet`
and `kpis.json` are written at the end.
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
"""What a manifest says that two of the same study need not share."""
Difference = tuple[str, str, str]
"""Path, what the study there has, what this one has."""


class Store:
    """The blocks of one study in a directory.

    Raises:
        InputError: the directory holds another study, with what differs, or other files, or cannot be
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
        """The outcomes of these rows, if the block is there; one that is damaged is told, and as good as none."""
        path = self._path(index)
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
        # A block of fewer rows was the last one when fewer replications were asked for.
        return found.rows(np.arange(len(rows))) if told[: len(rows)] == [_digest_row(r) for r in rows] else None

    def write(self, index: int, rows: Sequence[Row], outcomes: Outcomes) -> None:
        """Keep a finished block."""
        data = io.BytesIO()
        np.savez(
            data, table=outcomes.table, valid=outcomes.valid, names=np.array(outcomes.names, dtype=np.str_),
            rows=np.array([_digest_row(row) for row in rows]), key=np.array(self.key),
        )  # fmt: skip
        with writing(self.directory):
            write_whole(self._path(index), data.getvalue())

    def _path(self, index: int) -> Path:
        return self.directory / BLOCKS / f"{index:07d}.npz"


def _refuse_misshapen(found: Outcomes, rows: int) -> None:
    """Raise ValueError where the arrays of a block are not those of so many rows."""
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
    """Write what a finished study says: `runs.parquet`, `kpis.json`, and in `study.json` its number of runs and how each of
    its scenarios was asked for, by label."""
    data = io.BytesIO()
    runs.to_parquet(data, index=False)
    before = json.loads((directory / MANIFEST).read_text(encoding="utf-8")).get("runs", 0)
    if before > len(runs):
        print(f"{directory} told of {before:,} runs, and now of {len(runs):,}; their blocks are kept", file=sys.stderr)
    with writing(directory):
        write_whole(directory / "runs.parquet", data.getvalue())
        write_whole(directory / "kpis.json", _json(document))
        told = json.loads((directory / MANIFEST).read_text(encoding="utf-8"))
        asked = {label: asked_json(scenario.asked, directory) for label, scenario in scenarios.items()}
        now = {"runs": len(runs), "asked": asked}
        write_whole(directory / MANIFEST, _json({**now, **{k: v for k, v in told.items() if k not in now}}))


@contextmanager
def writing(directory: Path) -> Iterator[None]:
    """Turn errors of the file system into wrong input: the directory was asked for by the user."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError([problem(str(directory), f"the study cannot be written here: {reason}")]) from None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all, whenever the machine stops."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    with scratch.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
    _sync(path.parent)


def _sweep(*directories: Path) -> None:
    """Remove what writers that were killed left behind: scratch files of processes that no longer run."""
    for directory in directories:
        for file in directory.glob(".*"):
            owner = file.name.rpartition(".")[2]
            if owner.isdecimal() and file.is_file() and not _runs(int(owner)):
                file.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    """Whether a process of this id runs on this machine."""
    if os.name != "posix":
        return True  # asking would end it
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True  # of another user
    return True


def _sync(directory: Path) -> None:
    """Make the new name last too, where the system lets a directory be synchronised."""
    if os.name == "posix":
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _json(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, indent=2, default=str, allow_nan=False) + "\n").encode()


def _digest(data: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()


def _digest_row(row: Row) -> str:
    return hashlib.sha256(repr(row).encode()).hexdigest()[:32]


def _refuse_others(directory: Path, ours: dict[str, Any]) -> None:
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
    for line, (name, old, new) in enumerate(found[:MOST_DIFFERENCES], 1):
        message = f"another study is kept here: {old} -> {new}"
        yield Problem(Mark(str(path), line), name, message)
    if len(found) > MOST_DIFFERENCES:
        yield Problem(
            Mark(str(path), MOST_DIFFERENCES + 1), "", f"and {len(found) - MOST_DIFFERENCES} more differences"
        )


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """What differs between two manifests: inputs by their paths rather than by their hash. Of studies of another
    kind only which they are: nothing else in them can be compared."""
    if old["study"] != new["study"]:
        return [("study", _described(old), _described(new))]
    plain = _changed(*(_leaves({k: v for k, v in told.items() if k not in _NO_PART}) for told in (old, new)))
    both = [name for name in new["resolved"] if name in old["resolved"]]
    inputs = [d for name in both for d in changed_inputs(old["resolved"][name], new["resolved"][name])]
    return [*(d for d in plain if not (inputs and d[0].startswith("scenarios."))), *inputs]


def _described(told: Mapping[str, Any]) -> str:
    """A study's kind and the titles of its scenarios."""
    titles = dict.fromkeys(str(scenario["document"]["title"]) for scenario in told["resolved"].values())
    return f"{told['study']} ({'; '.join(titles)})"


def changed_inputs(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Inputs with their units, what is drawn, and what else the document says."""
    values = _changed(
        *({path: f"{i['value']} {i['unit']}" for path, i in told["inputs"].items()} for told in (old, new))
    )
    drawn = [(f"{name} is drawn", a, b) for name, a, b in _changed(old["drawn"], new["drawn"])]
    named = tuple(f"{name}." for name, _, _ in values)
    rest = _changed(_leaves(old["document"]), _leaves(new["document"]))
    return [*values, *drawn, *(d for d in rest if not f"{d[0]}.".startswith(named))]


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    names = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    return [(name, str(old.get(name, "nothing")), str(new.get(name, "nothing"))) for name in names]


def _leaves(data: Any, path: str = "") -> dict[str, Any]:
    """Everything in nested data that is no mapping or list itself, by its dotted path."""
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else None
    if parts is None:
        return {path: data}
    return {name: leaf for key, part in parts for name, leaf in _leaves(part, f"{path}.{key}".lstrip(".")).items()}
