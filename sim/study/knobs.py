"""The numbers behind a scenario that a study may change: ledger figures, and numbers written in place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sim.ledger import Ledger, Reading, Scalar, behind
from sim.ledger.figure import Kind
from sim.scenario.lineage import feeds, uses
from sim.scenario.loader import Scenario
from sim.scenario.resolve import Input
from sim.study.runs.design import Row

UNWRITTEN = "the schema's default"


@dataclass(frozen=True, slots=True)
class Knob:
    """One number, date or name behind a scenario, with its range and origin.

    `name` is the figure's id, or the path of a number written in place; `paths` are the inputs it feeds.
    """

    name: str
    figure: bool
    value: Scalar
    low: float | None
    high: float | None
    unit: str
    kind: str
    source: str
    article: str | None
    paths: tuple[str, ...]

    def at(self, value: Scalar) -> Row:
        """Return the row that sets it to a value."""
        if self.figure:
            return Row(values=((self.name, value),))
        return Row(numbers=((self.name, value),))

    @property
    def origin(self) -> str:
        """The kind and the source in words."""
        return f"{self.kind} ({self.article or self.source})"


def knobs(scenario: Scenario) -> list[Knob]:
    """Return figures that are not calculated from others, and numbers in place, in the order of the scenario."""
    fed = feeds(scenario)
    figures = [_figure(scenario, name, fed[name]) for name in base_figures(scenario)]
    return [*figures, *(knob for path, i in scenario.inputs.items() if (knob := _in_place(scenario, path, i)))]


def base_figures(scenario: Scenario) -> list[str]:
    """Return the figures behind a scenario's inputs and switches that are not calculated from others."""
    taken = [i.figure for i in scenario.inputs.values() if i.figure]
    names = behind([*scenario.switches, *taken], scenario.ledger)
    return [name for name in names if not scenario.ledger.figures[name].formula]


def _figure(scenario: Scenario, name: str, paths: tuple[str, ...]) -> Knob:
    found, unit = scenario.ledger.resolve(name), scenario.ledger.figures[name].unit
    return Knob(
        name, True, found.value, found.low, found.high, unit, str(found.kind), found.source, found.article, paths
    )


def _in_place(scenario: Scenario, path: str, i: Input) -> Knob | None:
    """Return the knob of a number written in the scenario; None for names, and for defaults of the schema."""
    start = scenario.document.horizon.start
    if i.figure is not None or i.source == UNWRITTEN or isinstance(i.value, str):
        return None
    if i.unit == "date" and start is not None:
        return Knob(
            path, False, start + dt.timedelta(days=int(i.value)), None, None, i.unit, i.kind, i.source, None, (path,)
        )
    unit = scenario.document.horizon.written(i.unit)
    return Knob(path, False, i.value, i.low, i.high, unit, i.kind, i.source, None, (path,))


def knob_of(scenario: Scenario, path: str) -> Knob | None:
    """Return the figure, or the number in place, that an input has its value from."""
    i = scenario.inputs[path]
    return (
        _figure(scenario, i.figure, uses(scenario, i.figure)) if i.figure is not None else _in_place(scenario, path, i)
    )


def other_readings(ledger: Ledger, figure: str) -> dict[str, Reading]:
    """Return the readings that a figure may have other than the one in force, except those of later reports.

    A figure that follows another takes the reading of the same name; with any other, the cost of one process would be
    combined with the speed of another. Readings whose names only this figure has go with every reading of the followed
    one. While one of them is in force, the name from `following` stands for the reading by which it would follow again.
    """
    definition, taken = ledger.figures[figure], ledger.reading_name(figure)
    found = {name: r for name, r in definition.readings.items() if name != taken and r.kind is not Kind.LATER_REPORT}
    if definition.follows is None:
        return found
    shared, followed = ledger.figures[definition.follows].readings, _settled(ledger, {}, figure, released=True)
    found = {name: r for name, r in found.items() if name not in shared}
    if taken != followed:
        found[following(definition.follows)] = definition.readings[followed]
    return found


def following(followed: str) -> str:
    """Return the name in studies of the reading by which a figure follows another, whichever that is."""
    return f"as {followed}"


def contested(scenario: Scenario) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the contested figures behind a scenario, each with its readings, the one in force first."""
    ledger = scenario.ledger
    for figure in base_figures(scenario):
        others, taken = other_readings(ledger, figure), ledger.reading_name(figure)
        if others and taken:
            followed = ledger.figures[figure].follows
            follows = followed is not None and following(followed) not in others
            yield figure, (following(followed) if followed and follows else taken, *others)


def settled(ledger: Ledger, taken: Mapping[str, str]) -> tuple[str, ...]:
    """Return `FIGURE=READING` for each figure of a combination, with names from `following` resolved."""
    return tuple(f"{figure}={_settled(ledger, taken, figure)}" for figure in taken)


def _settled(ledger: Ledger, taken: Mapping[str, str], figure: str, *, released: bool = False) -> str:
    """Return the reading of a figure under a combination; if `released`, it follows whatever is chosen for it."""
    chosen = "" if released else taken.get(figure, ledger.chosen.get(figure, ""))
    if figure not in ledger:
        return chosen
    definition = ledger.figures[figure]
    if definition.follows is None:
        return chosen or str(definition.default)
    if chosen and chosen != following(definition.follows):
        return chosen
    followed = _settled(ledger, taken, definition.follows)
    return followed if followed in definition.readings else str(definition.default)
