"""Results on disk: written beside the target and moved there, whole or not at all."""

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
"""How the scenario was asked for: with the path to its file, the one thing that depends on where the results lie."""
FILES = ("manifest.json", ASKED, "kpis.json", "monthly.parquet", "milestones.parquet", "cash.parquet", "lots.parquet")


def save(
    directory: Path, manifest: dict[str, Any], asked: dict[str, Any], indicators: dict[str, Any],
    frames: dict[str, pd.DataFrame], *, force: bool = False,
) -> None:  # fmt: skip
    """Write a result to a directory; those of another scenario, seed or replication are kept unless `force`.

    Results of the other engine are the same numbers.
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
    """Whose results lie there, and what sets them apart if the name does not."""
    other = (
        " with other inputs" if there.get("hash") != ours["hash"] and there.get("scenario") == ours["scenario"] else ""
    )
    drawn = f", replication {there['replication']}" if there.get("replication") is not None else ""
    return f"{there.get('scenario')}{other}, seed {there.get('seed')}{drawn}"


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on."""
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
    """Put the fresh directory where the old one was, in one step; files in it that are not ours stay.

    Killed in between, the old results lie whole beside it.
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
