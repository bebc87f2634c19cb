"""Compiling in other processes, one for each function that is called from outside.

A first call then waits for the longest of them and not for all. They can begin before it is known for which kinds of
arguments: until then they import the compiler.

What they make reaches this process through the cache on disk. Should they fail, nothing is lost but time: this process
then finds nothing there and compiles by itself.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sim.engines.batch.compiling.caching import keep
from sim.engines.batch.compiling.jitting import jitted, machine_code
from sim.engines.batch.compiling.native import all_kinds, blank
from sim.engines.batch.compiling.program import Program

EVERY = 10.0
"""Seconds between lines that say how long it has taken."""
PARTS = ("main", "apart")


class Helpers(NamedTuple):
    """Processes that compile, by what they compile, and when they began."""

    running: dict[str, subprocess.Popen[bytes]]
    began: float

    def ask(self, arguments: Sequence[Any]) -> None:
        """Say for which named tuples of arrays to compile."""
        for part, helper in self.running.items():
            assert helper.stdin is not None
            with contextlib.suppress(BrokenPipeError), helper.stdin:
                helper.stdin.write(pickle.dumps([blank(arrays) for arrays in arguments[part == "apart" :]]))

    def wait(self, title: str) -> None:
        """Wait until all have ended, with a line now and then."""
        for helper in self.running.values():
            while helper.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    left = EVERY - (time.monotonic() - self.began) % EVERY
                    helper.wait(left)
                    continue
                done = sum(other.poll() is not None for other in self.running.values())
                parts = f"{done} of {len(self.running)} parts done"
                seconds = time.monotonic() - self.began
                print(f"compiling {title}: {seconds:.0f} s so far, {parts}", file=sys.stderr, flush=True)


def worth_while() -> bool:
    """Return whether there is a spare core, and an interpreter to start."""
    from joblib import cpu_count

    return bool(sys.executable) and cpu_count() > 1


def start(program: Program, cache: Path) -> Helpers:
    """Start processes that compile a program into the cache; they end if they are not asked to."""
    # The same modules as here, wherever they were found.
    places = os.pathsep.join(filter(None, sys.path))
    running = {
        part: subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import main; main({program.place!r}, {part!r}, {str(cache)!r})"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": places},
        )
        for part in PARTS
    }  # fmt: skip
    return Helpers(running, time.monotonic())


def main(place: str, part: str, cache: str) -> None:
    """Compile a function of the program in a module, for the named tuples that come through standard input."""
    program: Program = importlib.import_module(place).PROGRAM
    jitted(program)
    asked = sys.stdin.buffer.read()
    if asked:
        arguments = pickle.loads(asked)
        function = getattr(program, part)
        keep(Path(cache), function, all_kinds(arguments), machine_code(program, function, arguments))
