"""Overrides on the data, and the ledger that they leave: own figures, articles left out, readings chosen, values given."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.errors import InputError, Mark, Problem, argument, nearest
from sim.ledger import Ledger, LedgerError, Scalar, load_ledger
from sim.scenario.arguments import Override, understood
from sim.scenario.changes import PROCESS, Change, show, with_unit
from sim.scenario.compose import Loc, dotted
from sim.scenario.declared import PATH_KEYS, step
from sim.scenario.marks import forget, places
from sim.scenario.merge import refuse_nulls
from sim.scenario.problems import in_plain_words
from sim.scenario.without import leave_out
from sim.scenario.written import Written, is_override


@dataclass(frozen=True, slots=True)
class Asked:
    """A scenario and what is changed about it: the arguments of `load_scenario`, for studies to load it again with more changes."""

    scenario: str
    sets: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    values: tuple[tuple[str, Scalar], ...] = ()
    allow_outside: bool = False


@dataclass(frozen=True, slots=True)
class Overridden:
    """The data with what the command line wrote, and the ledger in force."""

    written: Written
    ledger: Ledger
    whole: Ledger
    """The same before articles are left out, readings chosen and values given."""
    given: Mapping[str, str]
    """Figures that were given another value, and the override that gave it."""
    broken: frozenset[str]
    """The scenario's own figures, where these cannot be used."""
    changes: tuple[Change, ...]


def override(merged: Written, asked: Asked, problems: list[Problem]) -> Overridden:
    """Return the merged data with what was asked for; what is wrong with that is appended to `problems`.

    Raises:
        InputError: `asked.values` names a figure that does not exist.
    """
    overrides = understood(merged, _known(merged), asked.sets, asked.readings, problems)
    written = _applied(merged, overrides, problems)
    whole, broken = _with_own(written, problems)
    # The order matters: an article that is left out takes its readings with it, a reading is chosen among those left,
    # and a value takes the place of what the reading says.
    left = leave_out(whole, asked.without, problems)
    before = left.choose(check_readings(merged.data, left, written.mark, []))
    ledger = left.choose(check_readings(written.data, left, written.mark, problems, broken))
    values = {change.figure: change for change in overrides if change.figure is not None and change.figure in ledger}
    given = {figure: change.written for figure, change in values.items()}
    ledger = ledger.valued({figure: change.value for figure, change in values.items()}, given)
    # Old and new values may not exist where something is wrong.
    changed = () if problems else tuple(_changes(merged.data, overrides, before, ledger))
    return Overridden(written, _valued(ledger, dict(asked.values)), whole, given, broken, changed)


def _known(merged: Written) -> Ledger:
    """Return the figures that an argument may name, among them the scenario's own, if they can be read.

    What is wrong with these is noted when the ledger is built for good.
    """
    return _with_own(merged, [])[0]


def _with_own(written: Written, problems: list[Problem]) -> tuple[Ledger, frozenset[str]]:
    """Return the ledger with the scenario's own figures; if these cannot be used, the ledger alone and their names."""
    ledger, figures = load_ledger(), written.data.get("figures")
    if not isinstance(figures, dict) or not figures:
        return ledger, frozenset()
    try:
        return ledger.extended(figures, written.file, lambda key: written.mark(("figures", *key))), frozenset()
    except InputError as error:
        problems.extend(dict.fromkeys(in_plain_words(problem) for problem in error.problems))
        return ledger, frozenset(figures)


def _valued(ledger: Ledger, values: Mapping[str, Scalar]) -> Ledger:
    """Return the ledger with other values of figures in force.

    Raises:
        InputError: there is no such figure.
    """
    try:
        return ledger.valued(values)
    except LedgerError as error:
        raise InputError(
            [Problem(argument("values"), miss.figure, miss.message, nearest=miss.nearest) for miss in error.misses]
        ) from error


def _applied(merged: Written, overrides: Sequence[Override], problems: list[Problem]) -> Written:
    """Return a copy of the data with the values of the overrides in place, each with its mark."""
    data, marks = copy.deepcopy(merged.data), dict(merged.marks)
    for override in overrides:
        if override.figure is not None:
            continue
        parent: Any = data
        for depth, key in enumerate(override.loc[:-1], 1):
            inside = step(parent, key)
            if inside is None:
                inside = parent[key] = {}
                marks[override.loc[:depth]] = argument(override.written)
            parent = inside
        if isinstance(parent, (dict, list)):
            _write(parent, override, marks, problems)
    # The shortest first: a problem with a mapping is reported at the outermost part that an override wrote.
    places = sorted((loc for loc, mark in marks.items() if is_override(mark)), key=len)
    return replace(merged, data=data, marks=marks, overridden=tuple(places))


def _write(parent: Any, override: Override, marks: dict[Loc, Mark], problems: list[Problem]) -> None:
    """Put the value of an override into its parent, or remove what is there."""
    key = override.loc[-1]
    old = step(parent, key)
    if override.value is not None:
        refuse_nulls(override.value, override.loc, lambda loc: override.marks[loc[len(override.loc) :]], problems)
        kept = _kept_process(old, override.value)
        beside = {
            loc: marks[loc] for loc in places((*override.loc, PROCESS), kept) if kept is not None and loc in marks
        }
        forget(marks, override.loc, old)
        place = override.loc if kept is None else (*override.loc, "constant")
        parent[key] = override.value if kept is None else {"constant": override.value, PROCESS: kept}
        marks.update({(*place, *loc): mark for loc, mark in override.marks.items()} | beside)
    elif isinstance(parent, dict) and old is not None:
        forget(marks, override.loc, parent.pop(key))
    else:
        what = (
            "an element of a list cannot be removed; set the whole list"
            if isinstance(parent, list)
            else "there is nothing to remove"
        )
        problems.append(Problem(argument(override.written), dotted(override.loc), what))


def _kept_process(old: Any, value: Any) -> Any:
    """Return the process of a path that takes another constant; None if there is none, or a whole path is given.

    An override of the constant changes the forecast, not how far outcomes deviate from it: the process stays.
    """
    whole = isinstance(value, list) or (isinstance(value, dict) and value.keys() & PATH_KEYS)
    moves = isinstance(old, dict) and PROCESS in old and not old.keys() & {"points", "interpolate"}
    return old[PROCESS] if moves and not whole else None


def _changes(before: Any, overrides: Sequence[Override], old: Ledger, new: Ledger) -> list[Change]:
    """Return old -> new of every override; `old` and `new` are the ledgers without and with `--reading`."""
    found = []
    for override in overrides:
        if override.loc[0] == "readings" and len(override.loc) == 2:
            found.append(_reading_change(override, old, new))
            continue
        if override.figure is not None:
            unit, was = old[override.figure].unit, old.resolve(override.figure).value
            found.append(
                Change(override.figure, with_unit(was, unit), with_unit(override.value, unit), override.origin)
            )
            continue
        value: Any = before
        for key in override.loc:
            value = step(value, key)
        unit = override.slot.unit if override.slot is not None else ""
        was, now = show(value, unit, old), show(override.value, unit, new) if override.value is not None else "removed"
        found.append(Change(dotted(override.loc), was, now, override.origin))
    return found


def _reading_change(override: Override, old: Ledger, new: Ledger) -> Change:
    """Return old -> new of a reading, with its value."""
    figure = str(override.loc[1])
    shown = [
        f"{ledger.reading_name(figure)}: {with_unit(ledger.resolve(figure).value, new[figure].unit)}"
        for ledger in (old, new)
    ]
    return Change(figure, shown[0], shown[1], override.origin)


def check_readings(
    data: Any, ledger: Ledger, mark: Callable[[Loc], Mark], problems: list[Problem], broken: Collection[str] = ()
) -> dict[str, str]:
    """Return the chosen readings that the ledger has; the others are problems.

    Those of `broken` figures are left out without a problem: the figure itself has one.
    """
    good: dict[str, str] = {}
    chosen = data.get("readings")
    for figure, name in chosen.items() if isinstance(chosen, dict) else ():
        place = mark(("readings", figure))
        path = f"readings.{figure}"
        if figure in broken:
            continue
        if figure not in ledger:
            problems.append(Problem(place, path, "the ledger has no such figure", nearest=nearest(figure, ledger)))
        elif not isinstance(name, str):
            # The schema refuses it.
            continue
        elif name in ledger[figure].left_out:
            # A choice in the file gives way to the article that is left out; one on the same command line contradicts
            # it.
            if is_override(place):
                message = f"the reading {name!r} depends on an article that is left out"
                problems.append(Problem(place, path, message, expected=", ".join(ledger[figure].readings) or None))
        elif name not in ledger[figure].readings:
            names = list(ledger[figure].readings)
            message = (
                f"{name!r} is no reading of this figure" if names else "this figure has no readings to choose from"
            )
            problems.append(
                Problem(place, path, message, expected=", ".join(names) or None, nearest=nearest(name, names))
            )
        else:
            good[figure] = name
    return good
