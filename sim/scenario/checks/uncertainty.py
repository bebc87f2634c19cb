"""What is drawn: names that lead to numbers with a range, draws that keep to bounds, correlations that can be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.correlation import linked, normal_matrix, possible
from sim.distributions import Draw
from sim.errors import broken_bound
from sim.ledger import LedgerError
from sim.scenario.checks.context import Context, amount, listed
from sim.scenario.checks.numbers import WHOLE
from sim.scenario.compose import Loc
from sim.scenario.resolve import Input
from sim.scenario.schema.document import Correlation
from sim.scenario.uncertain import Uncertain, operands, ranged, reach
from sim.scenario.written import is_override
from sim.units import UnitError, convert

HERE = ("uncertainty", "draw")
_WHOLE = re.compile(rf"{WHOLE.pattern}|recipes\.[^.]+\.inputs\..+")
RANGES = ("uncertainty", "ranges")


def check(context: Context) -> None:
    """Check what `uncertainty` names, the ends of draws, and correlations between what is drawn."""
    for name, draw in context.document.uncertainty.draw.items():
        if not _switched_off(context, name):
            _named(context, name, draw)
    for one in context.uncertain.values():
        _ends(context, one)
    _whole(context)
    _known(context)
    _correlations(context)


def _switched_off(context: Context, name: str) -> bool:
    """Return whether a name is part of what `only_if` switched off, or of what the schema refused."""
    parts = name.split(".")
    return any(name.startswith(f"{entry}.") for entry in context.pruned.names) or (
        len(parts) > 1 and (name in context.refused.figures or parts[1] in context.refused.parts)
    )


def _named(context: Context, name: str, draw: Draw) -> None:
    """Check a name under `draw`: a figure or a path, with a range to draw from.

    One that is inherited may have nothing to draw here.
    """
    loc: Loc = (*HERE, name)
    entry = context.inputs.get(name)
    if name not in context.ledger and entry is None:
        valid = [*context.rests_on, *context.inputs]
        close = context.near(name, valid) or context.near(name, list(context.ledger))
        context.add(loc, f"there is no figure {name!r}, and no number at such a path", close=close)
    elif entry is not None and entry.figure is not None:
        bases = [
            figure for figure in operands([entry.figure], context.ledger) if not context.ledger.figures[figure].operands
        ]
        context.add(loc, f"takes its value from the ledger's {entry.figure}; name the figure", expected=listed(bases))
    elif (other := _contradicted(context, name, draw)) is not None:
        context.add(loc, f"contradicts {other}, which says draw: {context.inputs[other].draw}", found=str(draw))
    elif (why := _idle(context, name, draw)) is not None and not (
        _settled(context, name) or context.written.inherits(loc)
    ):
        context.add(loc, why, found=str(draw))


def _settled(context: Context, name: str) -> bool:
    """Return whether something else took the range of what is named, or what used it, so that nothing is drawn.

    That is an override, a reading, an article left out or a value of a study.
    """
    places: list[Loc] = [(*HERE, name), RANGES, *([_place(name)] if name in context.inputs else [])]
    if name in context.ledger.pinned or any(is_override(context.written.mark(place)) for place in places):
        return True
    if name not in context.ledger:
        return False
    if name not in context.rests_on and (context.pruned.names or context.written.overridden):
        return True
    figure = context.ledger.figures[name]
    # The figure has given way to its fallback, which may have no range.
    if figure.fallback is not None and figure.fallback in (figure.own, figure.formula):
        return True
    return ranged(context.ledger.resolve(name)) is None and any(ranged(reading) for reading in figure.readings.values())


def _contradicted(context: Context, name: str, draw: Draw) -> str | None:
    """Return the path of an input with this number that has another draw of its own, or None."""
    inputs = context.inputs.items()
    return next(
        (path for path, entry in inputs if name in (path, entry.figure) and entry.draw not in (Draw.FIXED, draw)), None
    )


def _idle(context: Context, name: str, draw: Draw) -> str | None:
    """Return why a name under `draw` has no effect here, or None."""
    if name in context.inputs:
        if not context.inputs[name].ranged:
            return "has no low and no high to draw from"
    elif context.ledger.figures[name].formula is not None:
        return f"is worked out from other figures; name those: {', '.join(context.ledger.figures[name].operands)}"
    elif name not in context.rests_on:
        return "has no effect: no number here depends on this figure"
    elif ranged(context.ledger.resolve(name)) is None:
        return "this figure has no low and no high to draw from"
    if draw is Draw.FIXED and context.document.uncertainty.ranges is Draw.FIXED:
        return "has no effect: nothing is drawn that is not named"
    return None


def _ends(context: Context, one: Uncertain) -> None:
    """Check that a lognormal draw begins above 0, and that a draw without ends keeps to the bounds of what it feeds."""
    if one.draw is Draw.LOGNORMAL and one.low <= 0:
        message = f"a lognormal draw needs a low above 0; that of {one.name} is {amount(one.low, one.unit)}"
        context.add(_said(context, one), message)
    elif one.draw in (Draw.NORMAL, Draw.LOGNORMAL):
        for end in reach(one):
            for path, entry, value in _fed(context, one, end):
                if (bound := broken_bound(value, entry.bounds)) is not None:
                    may = "may come" if path == one.name else f"may bring {path}"
                    shown = amount(float(f"{value:.4g}"), entry.unit)
                    message = f"a {one.draw} draw has no end: {one.name} {may} to {shown}, and must be {bound}"
                    context.add(_said(context, one), f"{message}; take triangular or pert")
                    return


def _said(context: Context, one: Uncertain) -> Loc:
    """Return the place that makes a number be drawn."""
    if one.name in context.document.uncertainty.draw:
        return (*HERE, one.name)
    paths = context.fed_by.get(one.name, ())
    itself = next((path for path in paths if context.inputs[path].draw is not Draw.FIXED), None)
    return RANGES if itself is None else _place(itself)


def _place(path: str) -> Loc:
    """Return the location of a dotted path."""
    return tuple(int(part) if part.isdecimal() else part for part in path.split("."))


def _fed(context: Context, one: Uncertain, end: float) -> Iterator[tuple[str, Input, float]]:
    """Yield the inputs that a number feeds, with the value and unit that they have when it is at this end."""
    ledger = context.ledger.valued({one.name: end}) if one.figure else context.ledger
    for path in context.fed_by.get(one.name, ()):
        entry = context.inputs[path]
        try:
            value = ledger.resolve(str(entry.figure)).value if entry.follows else end
            unit = ledger.figures[str(entry.figure)].unit if entry.follows else entry.unit
            # Dates are in days from the start, and their fields have no bounds.
            if isinstance(value, (int, float)) and entry.unit != "date":
                yield path, entry, convert(float(value), unit, entry.unit)
        except (LedgerError, UnitError) as error:
            context.add(_said(context, one), f"{path} cannot be worked out at its ends: {error}")
            return


def _whole(context: Context) -> None:
    """Check that what must be a whole number is drawn from whole numbers."""
    for one in context.uncertain.values():
        for path in context.fed_by.get(one.name, ()):
            entry = context.inputs[path]
            if _WHOLE.fullmatch(path) and not one.whole and entry.figure in (None, one.name):
                name = "it" if path == one.name else one.name
                message = f"{path} must be a whole number, but {name} is drawn from a range between any numbers"
                context.add(_said(context, one), f"{message}; its low, value and high must be whole, and count things")


def _known(context: Context) -> None:
    """Check that only what is drawn is known at the start.

    What is inherited, or was overridden, may have nothing to draw here.
    """
    for path, entry in context.inputs.items():
        place: Loc = (*_place(path), "known")
        if (
            entry.known
            and path not in context.drawn
            and not (context.written.inherits(place) or context.written.overridden)
        ):
            context.add(place, "has no effect: the number is not drawn; give it a range and say how it is drawn")


def _correlations(context: Context) -> None:
    """Check that each pair is correlated once and can be, and that all rank correlations can hold at once."""
    said: dict[tuple[str, str], int] = {}
    place = {name: index for index, name in enumerate([*context.uncertain, *context.processes])}
    pairs: list[tuple[int, int, float]] = []
    for number, entry in enumerate(context.document.correlations):
        names = _labels(context, number, entry)
        rank = context.number("correlations", number, "rank")
        for first, second in entry.pairs:
            one, other = names[first], names[second]
            if first == second or (one is not None and one == other):
                context.add(("correlations", number), "an input cannot be correlated with itself", found=first)
            elif one is not None and other is not None and (one in context.processes) != (other in context.processes):
                message = "a process is drawn month by month, and correlated with other processes alone"
                context.add(("correlations", number), message, found=second if one in context.processes else first)
            elif one is not None and other is not None and _first_said(context, number, (one, other), said):
                pairs += [(place[one], place[other], rank)] if rank is not None and abs(rank) < 1 else []
    _possible(context, list(place), pairs, said)


def _labels(context: Context, number: int, entry: Correlation) -> dict[str, str | None]:
    """Return the uncertain number or process behind each label of a correlation."""
    places = [(("inputs", j), label) for j, label in enumerate(entry.inputs)]
    places += [(("with", j), label) for j, label in enumerate(entry.others)]
    return {label: _uncertain(context, ("correlations", number, *at), label) for at, label in places}


def _first_said(context: Context, number: int, pair: tuple[str, str], said: dict[tuple[str, str], int]) -> bool:
    """Return whether a pair is correlated here for the first time; if not, note it."""
    first, second = sorted(pair)
    if (first, second) not in said:
        said[first, second] = number
        return True
    context.add(
        ("correlations", number), f"{first} and {second} are correlated already, by correlations.{said[first, second]}"
    )
    return False


def _possible(
    context: Context, names: list[str], pairs: list[tuple[int, int, float]], said: dict[tuple[str, str], int]
) -> None:
    """Check that the rank correlations of each group can hold at once.

    Two inputs that are each strongly correlated with a third cannot be uncorrelated with each other.
    """
    # A group that no correlation links to another has a matrix of its own, which keeps matrices small and errors
    # short.
    for group in linked(pairs):
        if not possible(normal_matrix(group, pairs)):
            members = [names[place] for place in group]
            last = max(number for (label, _), number in said.items() if label in members)
            message = (
                "no numbers can have all these rank correlations at once, where pairs that are not named have none"
            )
            context.add(("correlations", last), message, found=listed(members))


def _uncertain(context: Context, loc: Loc, label: str) -> str | None:
    """Return the uncertain number or the process that a correlation names, or None after noting what is wrong."""
    if label in context.processes:
        return label
    entry = context.inputs.get(label)
    name = entry.figure if entry is not None and entry.figure else label
    if name in context.uncertain or _switched_off(context, label):
        return name if name in context.uncertain else None
    formula = context.ledger.figures[name].operands if name in context.ledger else ()
    if formula:
        context.add(loc, f"{label} is worked out from other figures; name one of those", expected=", ".join(formula))
    elif entry is None and label not in context.ledger:
        valid = list(dict.fromkeys([*context.uncertain, *sorted(context.drawn), *context.processes]))
        message = f"no input has the path or figure {label!r}"
        context.add(loc, message, expected=listed(valid), close=context.near(label, valid))
    elif not context.written.inherits(loc) and not _settled(context, name):
        message = "is not uncertain here; give it a draw: and a range, name it under uncertainty, or leave it out"
        context.add(loc, f"{label} {message}")
    return None
