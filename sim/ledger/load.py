"""Reads the ledger's YAML files, with the place of every key."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from sim.errors import InputError, Mark, Problem, problem
from sim.ledger.entry import read_entries
from sim.ledger.figure import Figure
from sim.ledger.ledger import Ledger
from sim.shipped import shipped_root

_Key = tuple[str | int, ...]
_TOP = re.compile(r"^(?=[^\s#])", re.MULTILINE)
_ID = re.compile(r"([\w.-]+)\s*:")


@lru_cache(maxsize=1)
def load_ledger() -> Ledger:
    """Return the ledger of all shipped figures; each is read when it is first asked for.

    Raises:
        InputError: a file can't be read, or an id stands twice. What is wrong with a figure itself is raised when the
            figure is read; `read_ledger` looks at all of them.
    """
    return Ledger(Shelf(sorted((shipped_root() / "figures").glob("*.yaml"))))


def read_ledger(files: Iterable[Path]) -> Ledger:
    """Return the ledger of the figures in these files, with every figure and every link checked.

    Raises:
        InputError: it lists everything that is wrong in the files.
    """
    shelf = Shelf(files)
    problems: list[Problem] = []
    for id in shelf:
        try:
            shelf[id]
        except InputError as error:
            problems.extend(error.problems)
    ledger = Ledger(shelf)
    # Links are checked only if every figure can be read: a link to one that cannot would be reported too.
    problems = problems or ledger.faults(shelf)
    if problems:
        raise InputError(problems)
    return ledger


@dataclass(frozen=True, slots=True)
class _Block:
    """The text of one figure: from its id to the next."""

    file: str
    line: int
    text: str


class Shelf(Mapping[str, Figure]):
    """The figures of some files. Files are split at ids at once, figures read one by one.

    Reading YAML is slow, and a scenario uses a part of the figures.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self._blocks: dict[str, _Block] = {}
        self._read: dict[str, Figure] = {}
        problems: list[Problem] = []
        for file in files:
            self._split(file, problems)
        if problems:
            raise InputError(problems)

    def __getitem__(self, id: str) -> Figure:
        """Return a figure, which is read from its text when it is first asked for."""
        if id not in self._read:
            self._read[id] = _read_figure(id, self._blocks[id])
        return self._read[id]

    def __contains__(self, id: object) -> bool:
        return id in self._blocks

    def __iter__(self) -> Iterator[str]:
        return iter(self._blocks)

    def __len__(self) -> int:
        return len(self._blocks)

    def _split(self, file: Path, problems: list[Problem]) -> None:
        """Note the text of every figure in a file; what is wrong is appended to `problems`."""
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            problems.append(problem(file.name, f"can't be read: {error}"))
            return
        # An id is a line that begins in the first column and is no comment: enough to split a file without parsing it.
        starts = [found.start() for found in _TOP.finditer(text)]
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
            block = _Block(file.name, text.count("\n", 0, start), text[start:end])
            mark = Mark(file.name, block.line + 1, 1)
            named = _ID.match(block.text)
            if named is None:
                problems.append(
                    Problem(mark, "", "a file of figures maps ids to figures", block.text.partition("\n")[0])
                )
            elif named[1] in self._blocks:
                first = self._blocks[named[1]]
                problems.append(Problem(mark, named[1], f"already given at {first.file}:{first.line + 1}:1"))
            else:
                self._blocks[named[1]] = block


def _read_figure(id: str, block: _Block) -> Figure:
    """Return the figure in a block.

    Raises:
        InputError: it lists everything that is wrong with it.
    """
    problems: list[Problem] = []
    marks: dict[_Key, Mark] = {}

    def mark_of(key: _Key) -> Mark:
        """Return the mark of a key, or of the nearest key around it."""
        while key and key not in marks:
            key = key[:-1]
        return marks.get(key, Mark(block.file, block.line + 1))

    try:
        data = _read_yaml(block, marks, problems)
        figures = read_entries(data, mark_of, problems)
    except MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        # The parser counts lines from 0, within the block.
        mark = Mark(block.file, block.line + at.line + 1, at.column + 1) if at else mark_of(())
        problems.append(Problem(mark, id, f"not YAML: {error.problem or error.context}"))
    if problems:
        raise InputError(problems)
    return figures[id]


def _read_yaml(block: _Block, marks: dict[_Key, Mark], problems: list[Problem]) -> Any:
    """Return the plain data of a block (YAML 1.2); fills `marks`, and notes keys that stand twice."""

    def mark_of(node: Node) -> Mark:
        """Return the place of a node in the file."""
        return Mark(block.file, block.line + node.start_mark.line + 1, node.start_mark.column + 1)

    def plain(node: Node, key: _Key) -> Any:
        """Return the data of a node."""
        marks.setdefault(key, mark_of(node))
        if isinstance(node, MappingNode):
            return mapping(node, key)
        if isinstance(node, SequenceNode):
            return [plain(child, (*key, i)) for i, child in enumerate(node.value)]
        return _scalar(str(node.value), str(node.tag))

    def mapping(node: MappingNode, key: _Key) -> dict[str, Any]:
        """Return the data of a mapping."""
        result: dict[str, Any] = {}
        for name_node, child in node.value:
            name = str(name_node.value)
            place = (*key, name)
            if name in result:
                problems.append(Problem(mark_of(name_node), ".".join(map(str, place)), "this key stands here twice"))
            marks[place] = mark_of(name_node)
            result[name] = plain(child, place)
        return result

    # The node tree is read rather than the data: it has the place of every key, and keys that stand twice.
    return plain(YAML(typ="safe", pure=True).compose(block.text), ())


def _scalar(text: str, tag: str) -> int | float | bool | dt.date | str | None:
    """Return a scalar in the type that YAML 1.2 gives it; only whole days are dates."""
    match tag.rpartition(":")[2]:
        case "int":
            # Base 0 reads 0x and 0o too.
            return int(text.replace("_", ""), 0)
        case "float":
            return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
        case "bool":
            return text.lower() == "true"
        case "null":
            return None
        case "timestamp" if len(text) == len("2026-01-31"):
            return _date(text)
    return text


def _date(text: str) -> dt.date | str:
    """Return the date that a text is, or the text if there is no such day."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return text
