"""YAML events -> a tree of plain data with the mark of every key and element.

The tree is built from ruamel's event stream by hand, so that marks are exact, every duplicate key is
found, and aliases are counted before they are expanded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ruamel.yaml import events as ev

from sim.errors import Mark, Problem, invisible
from sim.scenario.scalars import ScalarError, resolve_plain

Loc = tuple[str | int, ...]

MAX_VALUES = 60_000
MAX_DEPTH = 40
_SHOWN = 12
_GLUED = re.compile(r"([A-Za-z_][\w.-]*):(\S.*)")


@dataclass(slots=True)
class YamlNode:
    """A value in the file: a scalar, a list of nodes or a mapping (key, mark of the key, node)."""

    mark: Mark
    value: Any = None
    items: list[YamlNode] | None = None
    pairs: list[tuple[str, Mark, YamlNode]] | None = None
    size: int = 1
    depth: int = 1
    anchor: str | None = None
    key: tuple[str, Mark] | None = field(default=None, repr=False)
    flow: bool = False
    glued: re.Match[str] | None = field(default=None, repr=False)
    """The last key, if in {} it reads `key:value`, which YAML takes for a key without a value."""
    told: bool = False
    """Whether a glued key in this mapping has been reported."""

    @property
    def scalar(self) -> bool:
        """Neither a list nor a mapping."""
        return self.items is None and self.pairs is None


class StopError(Exception):
    """The file cannot be read any further; the reason is already among the problems."""


def dotted(loc: Loc) -> str:
    """Return a place as people write it: `sites.fab.ramp.months`."""
    return ".".join(str(part) for part in loc)


class Composer:
    """Builds the node tree of one document and notes what is wrong with it."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.root: YamlNode | None = None
        self._open: list[YamlNode] = []
        self._anchors: dict[str, YamlNode] = {}
        self._documents = 0

    def read(self, events: Iterable[Any]) -> YamlNode | None:
        """Return the root of the only document, or None for an empty file.

        Raises:
            StopError: the file cannot be read any further.
        """
        for event in events:
            self._event(event)
        return self.root

    def _event(self, event: Any) -> None:
        """Take one event of the parser."""
        mark = Mark(self.file, event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, ev.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(mark, "a second document begins here; a scenario is one document: remove the line ---")
        elif isinstance(event, ev.ScalarEvent):
            self._scalar(event, mark)
        elif isinstance(event, ev.AliasEvent):
            self._alias(event.anchor, mark)
        elif isinstance(event, (ev.SequenceStartEvent, ev.MappingStartEvent)):
            self._begin(event, mark)
        elif isinstance(event, (ev.SequenceEndEvent, ev.MappingEndEvent)):
            self._end()

    def _scalar(self, event: Any, mark: Mark) -> None:
        """Add a scalar: a key where the mapping wants one, else a value."""
        # Only a plain scalar has a type of its own; what is in quotes is text.
        plain = event.style in (None, "") and event.implicit[0]
        self._refuse_tag(event, mark)
        if character := invisible(event.value):
            message = f"the escaped character U+{ord(character):04X} is not allowed; remove it"
            self._problem(mark, message, self._here(), repr_short(event.value))
        if self._wants_key():
            self._key(event.value, plain, mark)
            self._remember(event.anchor, YamlNode(mark, event.value))
            return
        text = self._unglued() if plain and not event.value else event.value
        node = YamlNode(mark, text)
        if plain:
            try:
                node.value = resolve_plain(text)
            except ScalarError as error:
                self._problem(mark, str(error), self._here(), repr_short(text))
        self._remember(event.anchor, node)
        self._add(node)

    def _key(self, text: str, plain: bool, mark: Mark) -> None:
        """Note the key of the next value; one that is no text is a problem."""
        if plain and not _is_text(text):
            here = ".".join(part for part in (self._here(), text) if part)
            self._problem(mark, f'a key must be text; put it in quotes: "{text}"', here, text or "nothing")
        parent = self._open[-1]
        parent.key = (text, mark)
        parent.glued = _GLUED.fullmatch(text) if plain and parent.flow else None

    def _unglued(self) -> str:
        """Return the text of an empty value: nothing, or what is glued to its key.

        YAML takes `{a:1}` for a key `a:1` without a value. It is reported once for a mapping, and read as it is meant,
        so that no other errors follow from it.
        """
        parent = self._open[-1] if self._open else None
        if parent is None or parent.key is None or parent.glued is None:
            return ""
        key, value = parent.glued.groups()
        glued, mark = parent.key
        parent.key = (key, mark)
        if not parent.told:
            parent.told = True
            self.problems.append(
                Problem(
                    mark,
                    self._here(),
                    "a space is missing after ':'",
                    repr_short(glued),
                    nearest=repr_short(f"{key}: {value}"),
                )
            )
        return str(value)

    def _alias(self, anchor: str, mark: Mark) -> None:
        """Add the node that an alias points to."""
        node = self._anchors.get(anchor)
        if node is None:
            self._stop(mark, f"the alias *{anchor} points to no anchor above it (&{anchor})")
        if any(node is parent for parent in self._open):
            self._stop(mark, f"the alias *{anchor} stands inside what it points to, which would never end")
        if self._wants_key():
            self._stop(mark, "an alias cannot be a key; write the key out")
        # A node of its own has the place of the alias; what is in it is shared. Its size counts again, as it will when
        # data are made of it.
        self._add(YamlNode(mark, node.value, node.items, node.pairs, node.size, node.depth))

    def _begin(self, event: Any, mark: Mark) -> None:
        """Open a list or a mapping."""
        self._refuse_tag(event, mark)
        if self._wants_key():
            self._stop(mark, "a key must be text, not a list or a mapping; quote text that begins with { or [")
        if len(self._open) >= MAX_DEPTH:
            self._stop(mark, f"lists and mappings are nested more than {MAX_DEPTH} deep")
        is_map = isinstance(event, ev.MappingStartEvent)
        node = YamlNode(mark, pairs=[], flow=bool(event.flow_style)) if is_map else YamlNode(mark, items=[])
        self._remember(event.anchor, node)
        self._open.append(node)

    def _end(self) -> None:
        """Close the innermost list or mapping."""
        node = self._open.pop()
        if node.pairs is not None:
            node.pairs = list(self._merged(node.pairs))
        self._add(node)

    def _merged(self, pairs: list[tuple[str, Mark, YamlNode]]) -> Iterator[tuple[str, Mark, YamlNode]]:
        """Yield pairs with merge keys (<<: *anchor) replaced by what they bring.

        Keys written here win, then those of the mapping that is brought in first.
        """
        own = {key for key, _, _ in pairs}
        for key, mark, child in pairs:
            if key != "<<":
                yield key, mark, child
                continue
            for source in child.items if child.items is not None else [child]:
                if source.pairs is None:
                    self._problem(mark, "a merge key (<<) brings in a mapping, such as <<: *anchor", self._here())
                    continue
                for brought in source.pairs:
                    if brought[0] not in own:
                        own.add(brought[0])
                        yield brought

    def _add(self, node: YamlNode) -> None:
        """Put a finished node into the one that is open around it."""
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        parent.size += node.size
        parent.depth = max(parent.depth, node.depth + 1)
        # A few lines of aliases to aliases can stand for billions of values: their number is checked before any data
        # are made.
        if sum(opened.size for opened in self._open) > MAX_VALUES:
            self._stop(
                node.mark, f"more than {MAX_VALUES:,} values, counting what aliases repeat; no scenario needs so many"
            )
        if len(self._open) + node.depth > MAX_DEPTH:
            self._stop(node.mark, f"lists and mappings are nested more than {MAX_DEPTH} deep")
        if parent.pairs is None:
            assert parent.items is not None
            parent.items.append(node)
        elif parent.key is not None:
            parent.pairs.append((*parent.key, node))
            parent.key = None

    def _wants_key(self) -> bool:
        """Return whether the next node is a key."""
        return bool(self._open) and self._open[-1].pairs is not None and self._open[-1].key is None

    def _remember(self, anchor: str | None, node: YamlNode) -> None:
        """Keep a node under its anchor."""
        if anchor is not None:
            self._anchors[anchor] = node

    def _here(self) -> str:
        """Return the dotted path of the value that is being read."""
        parts: list[str | int] = []
        for node in self._open:
            if node.items is not None:
                parts.append(len(node.items))
            elif node.key is not None:
                parts.append(node.key[0])
        return dotted(tuple(parts[:_SHOWN])) + ("..." if len(parts) > _SHOWN else "")

    def _refuse_tag(self, event: Any, mark: Mark) -> None:
        """Note a tag as a problem."""
        # A tag asks for a type that the file chooses (!!binary, !!python/object); none is needed here.
        if event.tag is not None:
            tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            self._problem(mark, f"the tag {tag} is not read; remove it (text goes in quotes)", self._here())

    def _problem(self, mark: Mark, message: str, path: str = "", found: str | None = None) -> None:
        """Note a problem."""
        self.problems.append(Problem(mark, path, message, found))

    def _stop(self, mark: Mark, message: str) -> NoReturn:
        """Note a problem, and end the reading."""
        self._problem(mark, message, self._here())
        raise StopError


def _is_text(text: str) -> bool:
    """Return whether an unquoted scalar is text."""
    try:
        return isinstance(resolve_plain(text), str)
    except ScalarError:
        return False


def repr_short(text: str) -> str:
    """Return the text, cut to a readable length."""
    return text if len(text) <= 40 else f"{text[:40]}..."


def plain(node: YamlNode, marks: dict[Loc, Mark], problems: list[Problem], loc: Loc = ()) -> Any:
    """Return the plain data of a node; fills `marks`, and reports every key that is given twice."""
    if node.items is not None:
        for i, child in enumerate(node.items):
            marks[(*loc, i)] = child.mark
        return [plain(child, marks, problems, (*loc, i)) for i, child in enumerate(node.items)]
    if node.pairs is None:
        return node.value
    data: dict[str, Any] = {}
    for key, mark, child in node.pairs:
        place = (*loc, key)
        if key in data:
            first = marks[place]
            again = f"the key {key!r} is given twice; first in line {first.line}, column {first.column}: keep one"
            problems.append(Problem(mark, dotted(place), again))
            # The first of the two stays, and so does its mark.
            continue
        marks[place] = mark
        data[key] = plain(child, marks, problems, place)
    return data
