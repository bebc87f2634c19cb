"""Switches off what `only_if` excludes under the chosen readings, and what depends on it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from sim.errors import Mark, Problem, nearest
from sim.ledger import Ledger, LedgerError
from sim.scenario.compose import Loc, dotted
from sim.scenario.marks import forget, places
from sim.scenario.written import Written

Marker = Callable[[Loc], Mark]
_WHERE = {"owners": ("owner", "us"), "regions": ("region", "here")}
_ENTRY = 2
"""Keys to an entry of a section; more lead into it."""
SECTIONS = (
    "nodes",
    "items",
    "pools",
    "sites",
    "recipes",
    "sourcing",
    "wip_limits",
    "payments",
    "demand",
    "disruptions",
    "shares",
    "milestones",
)


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was switched off, as `section.name` or `section.name.part`, and the sourcings that lost a source by it."""

    names: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    """The figures that decide."""
    thinned: frozenset[str] = frozenset()


def prune(
    written: Written, ledger: Ledger, problems: list[Problem], broken: Collection[str] = ()
) -> tuple[Written, Pruned]:
    """Return valid data without the entries that are switched off and the references to them, and the names of both.

    What is wrong with a condition is appended to `problems`. A condition on a figure among the `broken` is taken to
    hold.
    """
    conditions = [*_conditions(written.data), *_of_generations(written.data)]
    switches = tuple(dict.fromkeys(condition["figure"] for _, condition in conditions))
    excluded = [
        loc
        for loc, condition in conditions
        if condition["figure"] not in broken and not _holds(condition, loc, ledger, written.mark, problems)
    ]
    if not excluded:
        return written, Pruned(switches=switches)
    # The data are shared with whoever handed them in, and entries are removed in place.
    left = replace(written, data=copy.deepcopy(written.data), marks=dict(written.marks))
    names, thinned = _without(left.data, left.marks, excluded)
    return left, Pruned(names, switches, thinned)


def _without(
    data: dict[str, Any], marks: dict[Loc, Mark], excluded: list[Loc]
) -> tuple[tuple[str, ...], frozenset[str]]:
    """Remove entries and what depends on them; return what is gone, and the sourcings that lost a source."""
    # Sources, owners and regions are noted before anything is removed: what was lost shows only against them.
    sources = {name: list(sourcing["sources"]) for name, sourcing in data.get("sourcing", {}).items()}
    targets = {key: _targets(data, key) for key in _WHERE}
    off = [loc for loc in excluded if len(loc) == _ENTRY]
    # A part of an entry that is off as a whole goes with it.
    inside = [loc for loc in excluded if len(loc) > _ENTRY and loc[:_ENTRY] not in off]
    skipped = [loc for loc in inside if loc[_ENTRY] == "generations"]
    for line in dict.fromkeys(loc[:_ENTRY] for loc in skipped):
        # A line whose generations are all off is off itself.
        if not _without_generations(data, marks, line, [int(loc[-1]) for loc in skipped if loc[:_ENTRY] == line]):
            off.append(line)
    off += [loc for loc in inside if loc[_ENTRY] != "generations" and loc[:_ENTRY] not in off]
    # What is removed may leave others without a purpose, and these again others, until nothing more goes.
    gone = list(off)
    while off:
        for loc in off:
            _remove(data, marks, loc)
        off = list(dict.fromkeys(_left_alone(data, marks, gone, targets)))
        gone += off
    thinned = (name for name, sourcing in data.get("sourcing", {}).items() if sourcing["sources"] != sources[name])
    return tuple(dotted(loc) for loc in (*gone, *skipped)), frozenset(thinned)


def _targets(data: dict[str, Any], key: str) -> set[str]:
    """Return the owners or the regions of all sites."""
    field, default = _WHERE[key]
    return {site.get(field, default) for site in data.get("sites", {}).values()}


def _conditions(data: dict[str, Any]) -> Iterator[tuple[Loc, dict[str, Any]]]:
    """Yield the place and the condition of every entry, and of every part of an entry, that has one."""
    for section in SECTIONS:
        for name, entry in data.get(section, {}).items():
            parts = {(key,): part for key, part in entry.items() if isinstance(part, dict)}
            for loc, part in {(): entry, **parts}.items():
                if part.get("only_if") is not None:
                    yield (section, name, *loc), part["only_if"]


def _of_generations(data: dict[str, Any]) -> Iterator[tuple[Loc, dict[str, Any]]]:
    """Yield the place and the condition of every generation that has one."""
    for name, line in data.get("demand", {}).items():
        for index, generation in enumerate(line.get("generations") or []):
            if generation.get("only_if") is not None:
                yield ("demand", name, "generations", index), generation["only_if"]


def _holds(condition: dict[str, Any], loc: Loc, ledger: Ledger, mark: Marker, problems: list[Problem]) -> bool:
    """Return whether the figure has one of the values; a condition on an unknown figure is taken to hold."""
    figure = condition["figure"]
    wanted = condition["equals"] if isinstance(condition["equals"], list) else [condition["equals"]]
    place = (*loc, "only_if")
    try:
        value = str(ledger.resolve(figure).value)
        # A condition may name the value of a reading that went with an article: it does not hold, but is not wrong.
        readings = {**ledger[figure].readings, **ledger[figure].left_out}
        known = [str(reading.value) for reading in readings.values()] or [value]
    except LedgerError as error:
        close = error.misses[0].nearest if error.misses else None
        problems.append(
            Problem(
                mark((*place, "figure")),
                dotted((*place, "figure")),
                "the ledger has no such figure",
                figure,
                nearest=close,
            )
        )
        # The entry stays, so that the error is reported once and not with every reference to the entry.
        return True
    for word in wanted:
        if word not in known:
            message = f"{figure} never has the value {word!r}"
            allowed = ", ".join(dict.fromkeys(known))
            problems.append(
                Problem(
                    mark((*place, "equals")),
                    dotted((*place, "equals")),
                    message,
                    expected=allowed,
                    nearest=nearest(word, known),
                )
            )
    return value in wanted


def _remove(data: Any, marks: dict[Loc, Mark], loc: Loc) -> None:
    """Remove one key or element, and move the marks of the elements behind it."""
    parent = data
    for key in loc[:-1]:
        parent = parent[key]
    last = loc[-1]
    if isinstance(parent, dict):
        forget(marks, loc, parent.pop(last))
        return
    assert isinstance(last, int)
    forget(marks, loc, parent.pop(last))
    # The elements behind it have moved up by one in the data.
    for i, value in enumerate(parent[last:], last):
        for old in list(places((*loc[:-1], i + 1), value)):
            marks[(*loc[:-1], i, *old[len(loc) :])] = marks.pop(old, Mark("?"))


def _left_alone(
    data: dict[str, Any], marks: dict[Loc, Mark], gone: list[Loc], targets: dict[str, set[str]]
) -> Iterator[Loc]:
    """Drop references to what is gone, and yield the entries that have no purpose without it."""
    lost = {section: {loc[1] for loc in gone if loc[0] == section and len(loc) == 2} for section in SECTIONS}
    items = lost["items"] | lost["pools"]
    for name, pool in data.get("pools", {}).items():
        if _thin(data, marks, ("pools", name), "members", lost["items"]) and not pool["members"]:
            yield ("pools", name)
    for name, recipe in data.get("recipes", {}).items():
        if recipe["item"] in lost["items"] or recipe["site"] in lost["sites"]:
            yield ("recipes", name)
        for key in ("defect_learning", "assembly_learning"):
            learning = (recipe.get("yield") or {}).get(key) or {}
            if learning.get("inherits") in lost["recipes"]:
                _remove(data, marks, ("recipes", name, "yield", key, "inherits"))
                _remove(data, marks, ("recipes", name, "yield", key, "keep"))
    for name, sourcing in data.get("sourcing", {}).items():
        _thin(data, marks, ("sourcing", name), "shares", lost["recipes"])
        if name in items or (
            _thin(data, marks, ("sourcing", name), "sources", lost["recipes"]) and not sourcing["sources"]
        ):
            yield ("sourcing", name)
    orders = data.get("open_orders") or []
    # From the end, so that the indices of those before stay right.
    for index in reversed([index for index, order in enumerate(orders) if order["recipe"] in lost["recipes"]]):
        _remove(data, marks, ("open_orders", index))
    for name in data.get("demand", {}):
        _thin_generations(data, marks, ("demand", name), items, lost["recipes"])
        _thin(data, marks, ("demand", name), "idle_of", lost["demand"])
    empty = {key: had - _targets(data, key) for key, had in targets.items()}
    yield from _strikers(data, marks, {**lost, **empty})
    yield from _lines(data, marks, lost["sites"])
    yield from (
        ("payments", name)
        for name, payment in data.get("payments", {}).items()
        if payment.get("qualification") in lost["recipes"]
    )
    yield from _watchers(data, marks, lost, items)


def _strikers(data: dict[str, Any], marks: dict[Loc, Mark], lost: dict[str, set[Any]]) -> Iterator[Loc]:
    """Yield the disruptions that strike nothing any more."""
    for name, disruption in data.get("disruptions", {}).items():
        here: Loc = ("disruptions", name)
        _thin(data, marks, here, "raises", lost["disruptions"])
        thinned = [_thin(data, marks, here, key, lost[key]) for key in ("sites", *_WHERE)]
        # One that never named anything to strike is left for the checks to refuse.
        if any(thinned) and not any(disruption.get(key) for key in ("sites", *_WHERE)):
            yield here


def _lines(data: dict[str, Any], marks: dict[Loc, Mark], lost: set[Any]) -> Iterator[Loc]:
    """Yield the limits on lines of which no site is left."""
    for name, limit in data.get("wip_limits", {}).items():
        if _thin(data, marks, ("wip_limits", name), "sites", lost) and not limit["sites"]:
            yield ("wip_limits", name)


def _watchers(
    data: dict[str, Any], marks: dict[Loc, Mark], lost: dict[str, set[Any]], items: set[Any]
) -> Iterator[Loc]:
    """Yield the milestones that watch nothing any more."""
    for name, milestone in data.get("milestones", {}).items():
        fewer = [
            _thin(data, marks, ("milestones", name), key, names)
            for key, names in (("items", items), ("sites", lost["sites"]))
        ]
        # An empty list would mean all sites, where it meant the ones that are gone.
        emptied = any(few and not milestone[key] for few, key in zip(fewer, ("items", "sites"), strict=True))
        if emptied or milestone.get("share") in lost["shares"]:
            yield ("milestones", name)


def _thin(data: dict[str, Any], marks: dict[Loc, Mark], loc: Loc, key: str, lost: set[Any]) -> bool:
    """Take lost names out of a list or the keys of a mapping; return whether there were any."""
    entry: Any = data
    for part in loc:
        entry = entry[part]
    holder = entry.get(key) or ()
    at = (
        [index for index, name in enumerate(holder) if name in lost]
        if isinstance(holder, list)
        else [name for name in holder if name in lost]
    )
    # From the end, so that the indices of those before stay right.
    for place in reversed(at):
        _remove(data, marks, (*loc, key, place))
    return bool(at)


def _thin_generations(
    data: dict[str, Any], marks: dict[Loc, Mark], loc: Loc, items: set[Any], recipes: set[Any]
) -> None:
    """Take generations of lost items out of a line, unless none would be left."""
    generations = data["demand"][loc[1]].get("generations") or []
    off = [index for index, generation in enumerate(generations) if generation["item"] in items]
    # A line of which nothing would be left stays as it is: the checks say what it lacks.
    if _without_generations(data, marks, loc, off):
        for i in range(len(generations)):
            _thin(data, marks, (*loc, "generations", i), "wait_for", recipes)


def _without_generations(data: dict[str, Any], marks: dict[Loc, Mark], loc: Loc, off: list[int]) -> bool:
    """Take generations out of a line; return False, with all of them in place, if none would be left."""
    generations = data["demand"][loc[1]].get("generations") or []
    if len(off) == len(generations):
        return not off
    for i in reversed(off):
        _remove(data, marks, (*loc, "generations", i))
    if 0 in off:
        # The generation that is first now has no predecessor to change over from.
        for key in [key for key in ("begins", "cadence", "months", "wait_for") if key in generations[0]]:
            _remove(data, marks, (*loc, "generations", 0, key))
    return True
