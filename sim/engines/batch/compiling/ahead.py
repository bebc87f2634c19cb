"""Compiling a part in a second process while this one compiles the rest.

A first call then waits for the longer of the two and not for both.

What the other process makes reaches this one through the cache on disk, as any compiled function does. Should it
fail, nothing is lost but time: this process then finds nothing there and compiles that part itself.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

from sim.engines.batch.compiling.jitting import compile_apart
from sim.engines.batch.compiling.program import Program


def worth_while() -> bool:
    """Return whether there is a spare core, and an interpreter to start."""
    from joblib import cpu_count

    return bool(sys.executable) and cpu_count() > 1


def start(program: Program, signature: tuple[Any, ...], cache: Path) -> subprocess.Popen[bytes]:
    """Start a process that compiles `apart` into the cache, for the types of its tuples."""
    # The same modules as here, wherever they were found.
    places = os.pathsep.join(filter(None, sys.path))
    helper = subprocess.Popen(
        [sys.executable, "-c", f"from {__name__} import main; main({program.place!r})"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"NUMBA_CACHE_DIR": str(cache.parent), "PYTHONPATH": places},
    )  # fmt: skip
    assert helper.stdin is not None
    with contextlib.suppress(BrokenPipeError), helper.stdin:
        helper.stdin.write(pickle.dumps(signature))
    return helper


def main(place: str) -> None:
    """Compile `apart` of the program in a module, for the types that come through standard input."""
    compile_apart(importlib.import_module(place).PROGRAM, pickle.loads(sys.stdin.buffer.read()))
