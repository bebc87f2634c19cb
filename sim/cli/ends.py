"""How a command ends: exit codes, and problems told to the user."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.errors import InputError

DONE = 0
FAILED = 1
WRONG_INPUT = 2
INTERRUPTED = 130


def tell(error: InputError) -> None:
    """Print the problems to stderr, one a line, and how many there are."""
    for problem in error.problems:
        print(problem, file=sys.stderr)
    count = len(error.problems)
    print(f"{count} problem{'s' if count != 1 else ''}", file=sys.stderr)


def pipe_closed() -> int:
    """The reader went away (`| head`): no complaint, also not from the flush at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE
