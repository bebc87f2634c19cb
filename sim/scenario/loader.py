"""A scenario ready to run: read, layered, overridden, switched, validated and resolved."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.display import Displayed, Listed
from sim.errors import InputError, Mark, Problem, argument
from sim.ledger import Ledger, LedgerError, Scalar, load_ledger
from sim.scenario.active import Pruned, prune
from sim.scenario.against import find_counterfactual
from sim.scenario.catalogue import shipped_titles
from sim.scenario.checks import Context, check
from sim.scenario.compose import Loc, dotted
from sim.scenario.declared import SHORT, written
from sim.scenario.folders import allowed_folders
from sim.scenario.layers import Layers, load_layers, locate
from sim.scenario.lineage import feeds
from sim.scenario.overrides import Change, apply, changes, check_readings, is_override, read_overrides
from sim.scenario.problems import in_plain_words
from sim.scenario.resolve import Inputs, resolve
from sim.scenario.schema import Document
from sim.scenario.uncertain import Uncertain
from sim.scenario.validate import salvage, validate
from sim.scenario.without import leave_out, substitutions, unsupported

__all__ = ["Change", "Scenario", "list_shipped", "load_scenario"]

MAX_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of `load_scenario`, for studies to load it again with changes."""

    scenario: str
    sets: tuple[str, ...]
    readings: tuple[str, ...]
    without: tuple[str, ...]
    values: tuple[tuple[str, Scalar], ...]
    allow_outside: bool


@dataclass(frozen=True, repr=False)
class Scenario(Displayed):
    """A scenario after `extends`, overrides, readings and `only_if`, with every number resolved."""

    name: str
    file: Path
    document: Document
    marks: Mapping[Loc, Mark]
    ledger: Ledger
    changes: tuple[Change, ...]
    inputs: Inputs
    pruned: tuple[str, ...]
    """What `only_if` switched off, as `section.name` or `section.name.part`."""
    switches: tuple[str, ...]
    """The figures that decide what `only_if` switches."""
    uncertain: Mapping[str, Uncertain]
    """What a study draws, by the id of the figure or the path of a number in place."""
    asked: Asked
    against: Path | None
    """The file of its counterfactual; `load_counterfactual` loads it."""
    context: Context = field(repr=False, compare=False)
    """What the checks read; other numbers of the scenario are checked in the same one."""

    @cached_property
    def fed(self) -> Mapping[str, tuple[str, ...]]:
        """Each figure behind it, and the paths of the inputs that rest on the figure."""
        return feeds(self)

    def mark(self, path: str) -> Mark:
        """The place of an input, or the nearest around it that is written."""
        places = {dotted(loc): mark for loc, mark in self.marks.items()}
        while path and path not in places:
            path = path.rpartition(".")[0]
        return places.get(path, Mark(str(self.file)))


def list_shipped() -> Listed[tuple[str, str]]:
    """Return the name and the title of every shipped scenario."""
    return Listed(shipped_titles().items())


def load_scenario(
    name_or_path: str | Path,
    *,
    sets: Sequence[str] = (),
    readings: Sequence[str] = (),
    without: Sequence[str] = (),
    values: Mapping[str, Scalar] | None = None,
    allow_outside: bool = False,
) -> Scenario:
    """Load a shipped scenario or a file, and change some of its inputs.

    Args:
        name_or_path: a shipped name (see `list_shipped`) or the path of a YAML file.
        sets: overrides `PATH=VALUE`, in the units of the file: `sites.terafab.ramp.months=30`.
        readings: readings of contested figures, `FIGURE=NAME`.
        without: articles to leave out; what rests on them alone gives way to another reading or a fallback.
        values: other values of figures of the ledger, by id and in the unit of the figure.
        allow_outside: whether `extends` may read files outside the current folder, that of the scenario and the
            shipped ones.

    Returns:
        A Scenario: `document`, `inputs` by path, `uncertain`, `changes` (what the overrides changed, old and new).

    Raises:
        InputError: everything that is wrong with it, each problem with its place in the file.
    """
    problems: list[Problem] = []
    file = locate(name_or_path)
    folders = () if allow_outside else allowed_folders(file)
    loading = _Loading(load_layers(file, problems, allow_outside=allow_outside), problems, folders)
    unreadable = {_short(p.path) for p in problems if p.path}
    try:
        against = find_counterfactual(file, loading.data, loading.marks, problems, allow_outside=allow_outside)
        found = loading.override(sets, readings, without)
        loading.revalue(values or {})
        context, inputs, pruned = loading.document()
        found += loading.substituted(inputs, pruned) if without else []
    except InputError as error:
        raise _all([*problems, *error.problems], unreadable, loading.unread) from None
    if problems or context is None:
        raise _all(problems, unreadable, loading.unread)
    return Scenario(
        file.stem, file, context.document, loading.marks, loading.ledger, tuple(found), inputs, pruned.names,
        pruned.switches, context.uncertain,
        Asked(str(name_or_path), tuple(sets), tuple(readings), tuple(without), tuple((values or {}).items()),
              allow_outside), against, context,
    )  # fmt: skip


class _Loading:
    """The data on its way to a document; every step adds its problems to one list."""

    def __init__(self, layers: Layers, problems: list[Problem], folders: Sequence[Path]) -> None:
        self.file = layers.source.file
        self.data: dict[str, Any] = layers.source.data
        self.marks: dict[Loc, Mark] = layers.source.marks
        self.licences = layers.licences
        self.unread, self.folders = layers.unread, folders
        self.problems = problems
        self.ledger = self.whole = load_ledger()
        self.broken: frozenset[str] = frozenset()
        self.overridden: list[Loc] = []
        self.given: dict[str, str] = {}

    def mark(self, loc: Loc) -> Mark:
        """The place of a path of the document, or the nearest that is written."""
        place = written(self.data, loc)
        while place and place not in self.marks:
            place = place[:-1]
        return self.marks.get(place, Mark(self.file))

    def blame(self, loc: Loc) -> Mark:
        """The place of a problem: for a mapping, the outermost part of it that an override wrote."""
        mark, place = self.mark(loc), written(self.data, loc)
        if is_override(mark) or not place or not self._is_written(loc):
            return mark
        inside = (
            self.marks[o]
            for o in self.overridden
            if len(o) > len(place) and o[: len(place)] == place and o in self.marks
        )
        return next(inside, mark)

    def _is_written(self, loc: Loc) -> bool:
        """Whether a value of the document is written, rather than the schema's default."""
        return [str(part) for part in written(self.data, loc)[-1:]] == [str(part) for part in loc[-1:]]

    def _inherited(self, loc: Loc) -> bool:
        """Whether another file says it, which the scenario extends."""
        mark = self.mark(loc)
        return mark.writer.file != self.file and not is_override(mark)

    def override(self, sets: Sequence[str], readings: Sequence[str], without: Sequence[str]) -> list[Change]:
        """Apply the overrides, leave articles out and choose the readings; what the overrides changed."""
        before = copy.deepcopy(self.data)
        known = self._own_figures(self.ledger, [])
        overrides = read_overrides(self.data, sets, readings, self.problems, known, self.folders, self.unread)
        apply(self.data, self.marks, overrides, self.problems)
        self.overridden = sorted((loc for loc, mark in self.marks.items() if is_override(mark)), key=len)
        self.whole = self._own_figures(self.ledger, self.problems)
        self.ledger = leave_out(self.whole, without, self.problems)
        silent: list[Problem] = []
        base = self.ledger.choose(check_readings(before, self.ledger, self.mark, silent))
        self.ledger = self.ledger.choose(check_readings(self.data, self.ledger, self.mark, self.problems, self.broken))
        given = {o.figure: o for o in overrides if o.figure is not None and o.figure in self.ledger}
        self.given = {figure: o.written for figure, o in given.items()}
        self.ledger = self.ledger.valued({figure: o.value for figure, o in given.items()}, self.given)
        return [] if self.problems else changes(before, overrides, base, self.ledger)

    def revalue(self, values: Mapping[str, Scalar]) -> None:
        """Put other values of figures in force."""
        try:
            self.ledger = self.ledger.valued(values)
        except LedgerError as error:
            raise InputError(
                [Problem(argument("values"), m.figure, m.message, nearest=m.nearest) for m in error.misses]
            ) from error

    def substituted(self, inputs: Inputs, pruned: Pruned) -> list[Change]:
        """What gave way to something else because an article is left out, and problems where nothing could."""
        if self.problems:
            return []
        taken = [*pruned.switches, *(i.figure for i in inputs.values() if i.figure)]
        self.problems.extend(unsupported(taken, self.ledger))
        before = self.whole.choose(check_readings(self.data, self.whole, self.mark, []))
        return [] if self.problems else substitutions(taken, before, self.ledger)

    def _own_figures(self, ledger: Ledger, problems: list[Problem]) -> Ledger:
        figures = self.data.get("figures")
        if not isinstance(figures, dict) or not figures:
            return ledger
        try:
            return ledger.extended(figures, self.file, lambda key: self.mark(("figures", *key)))
        except InputError as error:
            problems.extend(dict.fromkeys(in_plain_words(p) for p in error.problems))
            self.broken = frozenset(figures)
            return ledger

    def document(self) -> tuple[Context | None, Inputs, Pruned]:
        """Validate, switch off, resolve and check; the context of the checks has the document.

        A refused document is still checked where it is sound.
        """
        document = validate(self.data, self.blame, self.problems)
        dropped: frozenset[str] = frozenset()
        if document is None:
            saved = salvage(self.data)
            if saved is None:
                return None, Inputs({}), Pruned()
            dropped = _names(self.data) - _names(saved)
            self.data = saved
        whole = document is not None
        pruned = prune(self.data, self.marks, self.ledger, self.mark, self.problems, self.broken)
        if document is None or pruned.names:
            document = validate(self.data, self.blame, self.problems)
        if document is None:
            return None, Inputs({}), pruned
        context = self._checked(document, pruned, dropped, whole)
        return context, self._sourced(context.inputs), pruned

    def _checked(self, document: Document, pruned: Pruned, dropped: frozenset[str], whole: bool) -> Context:
        unresolved: list[Problem] = []
        inputs = resolve(document, self.ledger, unresolved, self.blame)
        context = Context(
            document,
            inputs,
            self.ledger,
            self.mark,
            self.blame,
            self._is_written,
            self._inherited,
            bool(self.overridden),
            self.licences,
            pruned.names,
            pruned.thinned,
            dropped,
            self.broken,
            whole,
        )
        check(context)
        said = {(p.mark, p.path) for p in (*self.problems, *context.problems)}
        said |= {
            (self.blame(loc), dotted(loc))
            for loc, quantity in context.quantities.values()
            if quantity.figure in self.broken
        }
        self.problems += [*context.problems, *(p for p in unresolved if (p.mark, p.path) not in said)]
        return context

    def _sourced(self, inputs: Inputs) -> Inputs:
        """Say of each bare number whether it is an override, and in whose words it is bare."""
        sourced = {}
        for path, entry in inputs.items():
            mark = self.mark(tuple(int(part) if part.isdecimal() else part for part in path.split(".")))
            if entry.figure in self.given:
                entry = replace(entry, kind="override")
            elif entry.kind == "bare" and is_override(mark):
                entry = replace(entry, kind="override", source=mark.writer.file)
            elif entry.kind == "bare" and mark.writer.file in self.licences:
                entry = replace(entry, source=self.licences[mark.writer.file])
            sourced[path] = entry
        return Inputs(sourced)


def _names(data: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for section in data.values() if isinstance(section, dict) for name in section)


def _short(path: str) -> str:
    """A path without the parts that a short form leaves out."""
    return ".".join(part for part in path.split(".") if part not in SHORT)


def _all(problems: list[Problem], unreadable: set[str], unread: set[str]) -> InputError:
    """One error with each problem once, and not more than a person can read.

    What follows from a value that could not be read, at the same path, is not said again; nor what an entry lacks
    because a CSV file gives it no value.
    """
    lacking = {path.rpartition(".")[0] for path in unread}
    problems = [p for p in problems if p.path not in lacking and (p.path not in unread or p.mark.named is not None)]
    first: dict[str, Problem] = {}
    for problem in problems:
        if _short(problem.path) in unreadable:
            first.setdefault(_short(problem.path), problem)
    told = [
        p
        for p in problems
        if _short(p.path) not in unreadable or p.mark.named is not None or p.mark == first[_short(p.path)].mark
    ]
    unique = sorted(dict.fromkeys(told), key=lambda p: (p.mark, p.path))
    if len(unique) > MAX_PROBLEMS:
        after = replace(unique[MAX_PROBLEMS - 1].mark, column=unique[MAX_PROBLEMS - 1].mark.column + 1)
        unique[MAX_PROBLEMS:] = [Problem(after, "", f"and {len(unique) - MAX_PROBLEMS} more problems")]
    return InputError(unique)
