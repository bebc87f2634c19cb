"""What there is to compile: whose functions, and which of them are called from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Functions that are compiled as they are written.

    `main` is called with named tuples of arrays and the address of `apart`, and returns a number. `apart` is compiled by
    itself and called by address, with all of these tuples but the first, and a number. `modules` are those whose
    functions are compiled, none of which makes arrays; those of `inlined` are compiled into their callers, except for those
    `called`. `sources` are the files that the compiled code depends on. `place` is the module in which this stands as
    `PROGRAM`, so that another process can find it, and `title` what the user reads.
    """

    main: Callable[..., int]
    apart: Callable[..., int]
    modules: tuple[ModuleType, ...]
    inlined: tuple[ModuleType, ...]
    called: tuple[Callable[..., Any], ...]
    sources: tuple[Path, ...]
    place: str
    title: str

    def functions(self) -> Iterator[tuple[ModuleType, FunctionType]]:
        """Yield all functions with the modules that they stand in."""
        for module in self.modules:
            for found in vars(module).values():
                if isinstance(found, FunctionType) and found.__module__ == module.__name__:
                    yield module, found
