"""Reads one YAML file into plain data plus the file, line and column of every key and element."""

from __future__ import annotations

import io
import re
import stat
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.errors import InputError, Mark, Problem, argument
from sim.remembered import not_kept, noted
from sim.scenario.compose import Composer, Loc, StopError, YamlNode, plain

__all__ = ["MAX_BYTES", "Form", "Loc", "Source", "parse_text", "parse_value", "read_source", "read_text"]

MAX_BYTES = 2_000_000
_SHOWN_TABS = 20
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_COMMENT = re.compile(r"(^|\s)#.*")

# ruamel's wording, in words that say what to change.
_PLAIN_WORDS: tuple[tuple[str, str], ...] = (
    (
        "mapping values are not allowed",
        "a colon where no key can stand: check the indentation of this line, or quote text that holds ': '",
    ),
    ("could not find expected ':'", "the line before this one is neither 'key: value' nor part of the value above it"),
    ("expected <block end>", "this line is indented differently from the lines it belongs with"),
    ("expected ',' or ']'", "a list opened with [ is not closed, or lacks a comma"),
    ("expected ',' or '}'", "a mapping opened with { is not closed, or lacks a comma"),
    ("expected the node content", "a value is missing here"),
    ("unknown escape character", "in double quotes a backslash starts an escape; use single quotes"),
    ("expected '<document start>'", "something stands after the end of the document"),
    ("chomping or indentation", "after | or > the text goes on the next line; quote text that begins with | or >"),
    ("scanning a directive", "a line cannot begin with %; quote the text"),
    ("expected alphabetic or numeric", "a name must follow & or *; quote text that begins with either"),
    ("found duplicate anchor", "the same anchor is given twice"),
)


@dataclass(frozen=True, slots=True)
class Form:
    """What a kind of file is called, and how it begins."""

    noun: str
    begins: str
    keys: str
    suffix: str = ".yaml"


SCENARIO = Form("a scenario", "title: and extends: or items:", "title:, items:, ...")
TABLE = Form("a CSV file", "the names of its columns", "", ".csv")


@dataclass(frozen=True, slots=True)
class Source:
    """One file as plain data, with the mark of each key (in a mapping) and element (in a list)."""

    data: dict[str, Any]
    marks: dict[Loc, Mark]
    file: str

    def mark(self, loc: Loc) -> Mark:
        """Return the mark of a place, or of the nearest place around it."""
        while loc and loc not in self.marks:
            loc = loc[:-1]
        return self.marks.get(loc, Mark(self.file))


def read_source(file: str | Path, problems: list[Problem] | None = None, form: Form = SCENARIO) -> Source:
    """Return the data of a scenario file, or of a file of another `form`.

    With `problems`, what does not stop the reading (keys given twice, numbers that are not finite) is appended there.

    Raises:
        InputError: the file cannot be read or, without `problems`, anything is wrong with it; it lists everything
            found.
    """
    return parse_text(read_text(file, form), str(file), problems, form)


def parse_text(text: str, file: str, problems: list[Problem] | None = None, form: Form = SCENARIO) -> Source:
    """Return the data of a text that is already in memory; otherwise as `read_source`."""
    source, found = _parsed(text, file, form)
    if source is None or (found and problems is None):
        raise InputError(found)
    if problems is not None:
        problems.extend(found)
    # What is kept is shared by all who read the same text, and merging changes its data in place. A mark never changes.
    return Source(deepcopy(source.data), dict(source.marks), file)


def parse_value(text: str, origin: str) -> tuple[Any, dict[Loc, Mark]]:
    """Return a value written in an argument, with marks: that of the argument for everything in it.

    Raises:
        InputError: it is not YAML, or has a character that is not allowed.
    """
    found = _bad_characters(text, origin)
    root = None if found else _compose(text, origin, found, SCENARIO)
    marks: dict[Loc, Mark] = {(): argument(origin)}
    value = plain(root, marks, found) if root is not None else None
    if found:
        raise InputError(replace(problem, mark=argument(origin)) for problem in found)
    return value, dict.fromkeys(marks, argument(origin))


def read_text(file: str | Path, form: Form = SCENARIO) -> str:
    """Return the text of a regular UTF-8 file of at most MAX_BYTES.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    try:
        raw = _bytes(Path(file), form)
    except _RefusedError as error:
        not_kept(f"{file}: refused")
        raise InputError([Problem(Mark(str(file)), "", str(error))]) from None
    except (OSError, ValueError) as error:
        not_kept(f"{file}: unreadable")
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError([Problem(Mark(str(file)), "", f"the file cannot be read: {reason.lower()}")]) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        message = f"not UTF-8 text (byte 0x{raw[error.start]:02x}); save the file as UTF-8"
        raise InputError([Problem(Mark(str(file), line, column), "", message)]) from None


class _RefusedError(Exception):
    """Why a path is not read at all."""


def _bytes(file: Path, form: Form) -> bytes:
    """Return the content of a file, whose kind and size are checked before anything is read."""
    try:
        status = file.stat()
    except FileNotFoundError:
        raise _RefusedError("there is no such file") from None
    if stat.S_ISDIR(status.st_mode):
        raise _RefusedError(f"this is a directory; name a {form.suffix} file in it")
    # Reading a pipe or a device may never end.
    if not stat.S_ISREG(status.st_mode):
        raise _RefusedError("this is not a regular file")
    if status.st_size > MAX_BYTES:
        raise _RefusedError(f"the file has {status.st_size / 1e6:,.1f} MB; {form.noun} may have {MAX_BYTES / 1e6:g} MB")
    with file.open("rb") as stream:
        # The reading is bounded too: a file may have grown since its size was looked at.
        return noted(file, stream.read(MAX_BYTES + 1))


@lru_cache(maxsize=64)
def _parsed(text: str, file: str, form: Form) -> tuple[Source | None, tuple[Problem, ...]]:
    """Return the data of a text, and what is wrong with it.

    The result is kept: a study loads the same files for many variants, and their text shows whether they are the same.
    """
    problems: list[Problem] = []
    return _parse(text, file, problems, form), tuple(problems)


def _parse(text: str, file: str, problems: list[Problem], form: Form) -> Source | None:
    """Return the data of a text, or None after noting why there are none."""
    problems.extend(_bad_characters(text, file))
    if problems:
        return None
    root = _compose(text, file, problems, form)
    if root is None:
        return None
    if root.scalar and root.value is None:
        problems.append(_empty(file, form))
        return None
    marks: dict[Loc, Mark] = {(): Mark(file)}
    data = plain(root, marks, problems)
    if not isinstance(data, dict):
        kind = "a list" if isinstance(data, list) else "a single value"
        problems.append(Problem(root.mark, "", f"{form.noun} is a mapping of keys ({form.keys}), not {kind}"))
        return None
    return Source(data, marks, file)


def _empty(file: str, form: Form) -> Problem:
    """Return the problem that a file has no content."""
    return Problem(Mark(file), "", f"the file is empty; {form.noun} begins with {form.begins}")


def _compose(text: str, file: str, problems: list[Problem], form: Form) -> YamlNode | None:
    """Return the node tree, or None after noting why there is none."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    composer = Composer(file, problems)
    try:
        root = composer.read(YAML(typ="safe", pure=True).parse(io.StringIO(text)))
    except StopError:
        return None
    except YAMLError as error:
        problems.append(_syntax(error, file))
        return None
    # On some broken input the parser fails with errors of its own code, such as an IndexError.
    except Exception as error:
        problems.append(Problem(Mark(file), "", f"this is not readable as YAML ({type(error).__name__} in the parser)"))
        return None
    if root is None:
        problems.append(_empty(file, form))
    return root


def _syntax(error: Any, file: str) -> Problem:
    """Return a syntax error in plain words, with its place."""
    place = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    mark = Mark(file, place.line + 1, place.column + 1) if place is not None else Mark(file)
    words = f"{getattr(error, 'context', None) or ''} {getattr(error, 'problem', None) or ''}"
    context = getattr(error, "context_mark", None)
    # The parser points to the end of the file; the mistake is where the quote opens.
    if "quoted scalar" in words and "end of stream" in words and context is not None:
        return Problem(
            Mark(file, context.line + 1, context.column + 1), "", "the quote that opens here is never closed"
        )
    if match := re.search(r"found character '(.)' that cannot start", words):
        return Problem(mark, "", f"a value cannot begin with {match.group(1)}; put it in quotes")
    for theirs, ours in _PLAIN_WORDS:
        if theirs in words:
            if context is not None and "opened" in ours and context.line != mark.line - 1:
                ours += f" (it opens in line {context.line + 1})"
            return Problem(mark, "", ours)
    return Problem(mark, "", f"this is not valid YAML: {words.strip() or 'unreadable'}")


def _bad_characters(text: str, file: str) -> list[Problem]:
    """Return problems with tabs outside comments, and with characters that YAML forbids."""
    problems = []
    for number, line in enumerate(text.split("\n"), 1):
        if match := _CONTROL.search(line):
            message = f"the character U+{ord(match.group()):04X} is not allowed; remove it"
            problems.append(Problem(Mark(file, number, match.start() + 1), "", message))
        if "\t" in line and (column := _COMMENT.sub("", line).find("\t")) >= 0:
            problems.append(Problem(Mark(file, number, column + 1), "", "a tab; indent and separate with spaces"))
        # A file that is indented with tabs has one in almost every line.
        if len(problems) >= _SHOWN_TABS:
            break
    return problems
