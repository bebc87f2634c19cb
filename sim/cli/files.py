"""Files that commands write for the user."""

from __future__ import annotations

from pathlib import Path

from sim.errors import InputError, problem


def write_new(path: Path, text: str, *, force: bool = False) -> None:
    """Write `text` to `path`; an existing file is kept unless `force`.

    Raises InputError when the file exists or can't be written.
    """
    try:
        # Mode "x" makes the check and the creation one step.
        with path.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise InputError([problem(path, "exists already; --force overwrites it")]) from None
    except OSError as error:
        raise InputError([problem(path, f"can't be written: {error.strerror}")]) from None
