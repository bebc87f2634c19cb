"""How a command ends: exit codes, and problems told to the user."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.errors import InputError

DONE = 0
FAILED = 1
WRONG_INPUT = 2


def tell(error: InputError) -> None:
    """Print the problems to stderr, one a line, and how many there are."""
    for problem in error.problems:
        print(problem, file=sys.stderr)
    count = len(error.problems)
    print(f"{count} problem{'s' if count != 1 else ''}", file=sys.stderr)


def pipe_closed() -> int:
    """Return the exit code where the reader of stdout went away (`| head`): no complaint, also not at exit."""
    _drop_output()
    return DONE


def unwritable(error: OSError) -> int:
    """Say that stdout takes no more (a full disk), and return the exit code.

    Raises:
        OSError: the error is about a file, which is handled elsewhere.
    """
    # An error of stdout has no file name.
    if error.filename is not None:
        raise error
    print(f"cannot write the output: {error.strerror or error}", file=sys.stderr)
    _drop_output()
    return FAILED


def _drop_output() -> None:
    """Send what is still buffered nowhere, so that the flush at exit cannot fail again."""
    try:
        target = sys.stdout.fileno()
    # Under test stdout may be a buffer in memory, which has no file behind it.
    except io.UnsupportedOperation:
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), target)
