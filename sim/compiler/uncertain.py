"""The dimensions of a plan: the uncertain numbers that its inputs depend on, and how inputs follow them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sim.compiler.references import References
from sim.dimensions import Dimension, Direct, Fed, Lineage
from sim.distributions import Draw
from sim.ledger import Ledger, Term
from sim.plan import Plan
from sim.scenario.loader import Scenario
from sim.scenario.resolve import Input
from sim.scenario.uncertain import Uncertain, drawn_itself, operands
from sim.units import factor

Correlations = tuple[tuple[int, int, float], ...]


def dimensions(scenario: Scenario, refs: References) -> tuple[tuple[Dimension, ...], Lineage]:
    """Return the uncertain numbers that the plan's inputs depend on, in the scenario's order, and how inputs follow."""
    # The day of a gate on a milestone is no number of the scenario.
    planned = {p.path: scenario.inputs[p.path] for p in refs.planned if p.path in scenario.inputs}
    wish = scenario.document.uncertainty
    own = {path: u for path, i in planned.items() if (u := drawn_itself(wish, path, i)) is not None}
    behind = operands((i.figure for i in planned.values() if i.follows and i.figure), scenario.ledger)
    names = {u.name: path for path, u in own.items()}
    kept = [u for u in scenario.uncertain.values() if u.name in names or (u.figure and u.name in behind)]
    found = tuple(_dimension(u, _stream(u.name, names, refs)) for u in kept)
    place = {d.name: k for k, d in enumerate(found)}
    direct = tuple(
        Direct(refs.ref(path), place[u.name], _dimension(u, found[place[u.name]].stream), refs.scale(path),
               planned[path].draw is not Draw.FIXED)
        for path, u in own.items()
    )  # fmt: skip
    drawn = {u.name: k for k, u in enumerate(kept) if u.figure and u.name in behind}
    return found, _lineage(scenario, refs, planned, drawn, direct)


def _dimension(number: Uncertain, stream: str) -> Dimension:
    """Return an uncertain number as a dimension."""
    return Dimension(number.name, stream, number.low, number.mode, number.high, number.draw, number.unit, number.whole)


def _stream(name: str, names: dict[str, str], refs: References) -> str:
    """Return the name of an uncertain number's random stream."""
    # A figure is drawn once and shared wherever it is used; a number in place draws by its path.
    return refs.stream(names[name]) if name in names else f"figure/{name}"


def _lineage(
    scenario: Scenario, refs: References, planned: dict[str, Input], drawn: dict[str, int], direct: tuple[Direct, ...]
) -> Lineage:
    """Return how the inputs of a plan follow its dimensions."""
    ledger = scenario.ledger
    touched = _touched(operands((i.figure for i in planned.values() if i.follows and i.figure), ledger), drawn, ledger)
    formulas = tuple((name, str(ledger.figures[name].formula)) for name in touched if name not in drawn)
    needed = dict.fromkeys([*touched, *(o for name in touched for o in ledger.figures[name].operands)])
    fed = tuple(
        _fed(refs, path, i, ledger, scenario.document.horizon.start)
        for path, i in planned.items()
        if i.follows and i.figure in touched
    )
    return Lineage(tuple(drawn.items()), formulas, {name: _term(ledger, name) for name in needed}, fed, direct)


def _touched(behind: Iterable[str], drawn: dict[str, int], ledger: Ledger) -> dict[str, None]:
    """Return the drawn figures and all that are calculated from them, each after what it is calculated from."""
    found: dict[str, None] = {}
    for name in behind:
        if name in drawn or any(operand in found for operand in ledger.figures[name].operands):
            found[name] = None
    return found


def _term(ledger: Ledger, name: str) -> Term:
    """Return the value and the range of a figure, as formulas read them."""
    taken = ledger.resolve(name)
    return Term(taken.value, taken.low, taken.high, ledger.figures[name].unit)


def _fed(refs: References, path: str, entry: Input, ledger: Ledger, start: dt.date | None) -> Fed:
    """Return how an input takes its value from a figure."""
    figure, dated = str(entry.figure), entry.unit == "date"
    times = 1.0 if dated else factor(ledger.figures[figure].unit, entry.unit)
    return Fed(refs.ref(path), figure, times, refs.scale(path), start if dated else None, entry.bounds)


def correlations(scenario: Scenario, found: tuple[Dimension, ...]) -> Correlations:
    """Return the rank correlations between dimensions; those of numbers that are not drawn here are left out."""
    place = {d.name: k for k, d in enumerate(found)}

    def named(label: str) -> int | None:
        """Return the dimension of a name, or of the path of an input."""
        entry = scenario.inputs.get(label)
        return place.get(label, place.get(str(entry.figure)) if entry is not None else None)

    pairs = [
        (named(first), named(second), scenario.inputs.number(f"correlations.{i}.rank"))
        for i, c in enumerate(scenario.document.correlations)
        for first, second in c.pairs
    ]
    return tuple((a, b, rank) for a, b, rank in pairs if a is not None and b is not None)


def process_correlations(scenario: Scenario, plan: Plan) -> Correlations:
    """Return the rank correlations between random streams of processes, by their places in `Plan.process_streams`."""
    streams = plan.process_streams
    place = {f"{process.path}.process": streams.index(process.stream) for process in plan.processes}
    return tuple(
        (place[first], place[second], scenario.inputs.number(f"correlations.{i}.rank"))
        for i, c in enumerate(scenario.document.correlations)
        for first, second in c.pairs
        if first in place and second in place
    )
