"""Plays a tutorial: writes its files, runs its commands and its Python in order, and compares what they print.

`python -m tests.docs.tutorial` plays the tutorials and writes their output into the pages again.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from sim.cli.main import main
from sim.study import explained
from tests.docs.reference import DOCS

PAGES = sorted((DOCS / "tutorial").glob("*.md"))
FENCE = re.compile(r"(?:<!-- file: (?P<file>[\w.-]+) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A block of a page: a file to write, commands, Python, or the output of the block before it."""

    kind: str
    file: str | None
    text: str
    begin: int
    end: int


def blocks(page: str) -> list[Block]:
    """The blocks of a page in order; `begin` and `end` are those of the text within the fence."""
    return [Block(m["kind"], m["file"], m["text"], m.start("text"), m.end("text")) for m in FENCE.finditer(page)]


def played(page: str) -> Iterator[tuple[Block, str]]:
    """Each block of output with what the block before it prints; the working directory is where files are written."""
    space: dict[str, Any] = {}
    printed = ""
    for block in blocks(page):
        if block.file is not None:
            Path(block.file).write_text(block.text, encoding="utf-8")
        elif block.kind == "text":
            yield block, printed
        elif block.kind in ("sh", "python"):
            # A run says what `explain` found in earlier sessions too; here only what it found on this page.
            with mock.patch.object(explained, "_place", lambda of: Path("explained") / f"{of[:32]}.json"):
                printed = _output(block, space)


def _output(block: Block, space: dict[str, Any]) -> str:
    """What a block of commands or of Python prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        if block.kind == "python":
            exec(compile(block.text, "tutorial", "exec"), space)
        else:
            for command in block.text.splitlines():
                program, *arguments = shlex.split(command, comments=True)
                assert program == "fabshift"
                assert main(arguments) == 0, command
    return out.getvalue()


def renewed(page: str) -> str:
    """The page with its output as it is printed now."""
    found = list(played(page))
    for block, printed in reversed(found):
        page = page[: block.begin] + printed + page[block.end :]
    return page


if __name__ == "__main__":
    for each in PAGES:
        with tempfile.TemporaryDirectory() as place:
            os.chdir(place)
            each.write_text(renewed(each.read_text(encoding="utf-8")), encoding="utf-8")
