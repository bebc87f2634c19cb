"""Files that commands write for the user."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.errors import InputError, Problem, argument, problem


def write_new(path: Path, text: str, *, force: bool = False) -> None:
    """Write `text` to `path`; an existing file is kept unless `force`.

    Raises:
        InputError: the file exists, or can't be written.
    """
    try:
        # Mode "x" fails if the file exists: between a check and the creation another program could write it.
        with path.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise InputError([problem(path, "exists already; --force overwrites it")]) from None
    except OSError as error:
        raise InputError([problem(path, f"can't be written: {error.strerror}")]) from None


def refuse_unwritable(path: Path, flag: str, endings: Sequence[str]) -> None:
    """Refuse a file that could not be written or opened, before anything is run.

    Raises:
        InputError: it has none of the endings, is a directory, or there is no directory to hold it.
    """
    if path.suffix.lower() not in endings:
        raise InputError(
            [Problem(argument(flag), "", "the file has another ending", repr(str(path)), ", ".join(endings))]
        )
    if path.is_dir():
        raise InputError([Problem(argument(flag), "", "is a directory, not a file", repr(str(path)))])
    if not path.parent.is_dir():
        raise InputError([Problem(argument(flag), "", "there is no such directory", repr(str(path.parent)))])


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file.

    Raises:
        InputError: it can't be written.
    """
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError([problem(path, f"can't be written: {error.strerror}")]) from None
