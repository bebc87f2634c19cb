"""Results on disk: written beside the target directory and then moved there, so that none is ever half written."""

from __future__ import annotations

import json
import platform
import shutil
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import InputError, problem

if TYPE_CHECKING:
    import pandas as pd

ASKED = "asked.json"
"""How the scenario was requested. Its path to the scenario file is relative to the directory of the results, so this
file alone depends on where they are."""
FILES = ("manifest.json", ASKED, "kpis.json", "monthly.parquet", "milestones.parquet", "cash.parquet", "lots.parquet")


def save(
    directory: Path, manifest: dict[str, Any], asked: dict[str, Any], indicators: dict[str, Any],
    frames: dict[str, pd.DataFrame], *, force: bool = False,
) -> None:  # fmt: skip
    """Write a result to a directory; the engine does not matter, as both give the same numbers.

    Raises:
        InputError: the directory cannot be written, or contains something else than results of the same scenario, seed
            and replication, and `force` is not set.
    """
    try:
        _check(directory, manifest, force)
        directory.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{directory.name}.") as scratch:
            fresh = Path(scratch) / "results"
            fresh.mkdir()
            _json(fresh / "manifest.json", manifest)
            _json(fresh / ASKED, asked)
            _json(fresh / "kpis.json", indicators)
            for name, frame in frames.items():
                frame.to_parquet(fresh / f"{name}.parquet", index=False)
            _replace(fresh, directory)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError([problem(str(directory), f"results cannot be written here: {reason}")]) from None


def _check(directory: Path, ours: dict[str, Any], force: bool) -> None:
    if directory.exists() and not directory.is_dir():
        raise InputError([problem(str(directory), "is a file; --out needs a directory")])
    if directory.exists() and directory.samefile(Path.cwd()):
        raise InputError([problem(str(directory), "is the directory you are in; choose one below it")])
    manifest = directory / "manifest.json"
    if force or not directory.exists() or not any(directory.iterdir()):
        return
    if not manifest.exists():
        raise InputError([problem(str(directory), "holds other files; choose another directory or add --force")])
    try:
        there = json.loads(manifest.read_text(encoding="utf-8"))
        same = all(there.get(key) == ours[key] for key in ("hash", "seed", "replication"))
    except (ValueError, AttributeError):
        raise InputError(
            [problem(str(directory), "its manifest.json is not one of ours; choose another directory or add --force")]
        ) from None
    if not same:
        raise InputError(
            [
                problem(
                    str(directory),
                    f"holds the results of {_named(there, ours)}; choose another directory or add --force",
                )
            ]
        )


def _named(there: dict[str, Any], ours: dict[str, Any]) -> str:
    """Return the name of the results in a directory, with what distinguishes them from ours."""
    other = (
        " with other inputs" if there.get("hash") != ours["hash"] and there.get("scenario") == ours["scenario"] else ""
    )
    drawn = f", replication {there['replication']}" if there.get("replication") is not None else ""
    return f"{there.get('scenario')}{other}, seed {there.get('seed')}{drawn}"


def versions() -> dict[str, str]:
    """Return the versions of the packages that the numbers depend on."""
    found = {"python": platform.python_version()}
    for package in ("fabshift", "simpy", "numpy", "scipy", "pandas"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _json(path: Path, data: dict[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=2, sort_keys=False, default=str) + "\n", encoding="utf-8")


def _replace(fresh: Path, directory: Path) -> None:
    """Replace a directory by a fresh one and keep the files in it that are not results.

    If the process is killed in between, the old results are complete in the scratch directory beside it.
    """
    if not directory.exists():
        fresh.rename(directory)
        return
    for file in directory.iterdir():
        if file.name not in FILES:
            (shutil.copytree if file.is_dir() else shutil.copy2)(file, fresh / file.name)
    before = fresh.parent / "before"
    directory.rename(before)
    try:
        fresh.rename(directory)
    except OSError:
        before.rename(directory)
        raise
