"""The uncertain numbers behind a scenario: ledger figures, and numbers in place, that a study draws."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sim.distributions import LEAST, MOST, Draw, quantile
from sim.ledger import Ledger, Reading
from sim.scenario.resolve import Input, Inputs
from sim.scenario.schema.document import Uncertainty
from sim.units import is_count


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A number that is drawn, with its range in `unit`; drawn once, wherever the scenario uses it.

    `name` is the figure's id, or the path of a number in place. `figure`: the figure itself is drawn,
    and all that takes its value from it follows; else only the inputs with a range of their own do.
    """

    name: str
    low: float
    mode: float
    high: float
    draw: Draw
    unit: str
    figure: bool

    @property
    def whole(self) -> bool:
        """A range between whole numbers that counts things: half a thing is no value."""
        return is_count(self.unit) and all(float(end).is_integer() for end in (self.low, self.mode, self.high))


def uncertain(wish: Uncertainty, inputs: Inputs, ledger: Ledger) -> dict[str, Uncertain]:
    """Return what is drawn, by name: figures in the order in which inputs depend on them, then what is in place."""
    found = {one.name: one for one in _figures(wish, inputs, ledger)}
    for path, entry in inputs.items():
        if (own := drawn_itself(wish, path, entry)) is not None:
            # A figure that is drawn itself keeps its own range, whatever an input adds to it.
            found.setdefault(own.name, own)
    return found


def _figures(wish: Uncertainty, inputs: Inputs, ledger: Ledger) -> Iterator[Uncertain]:
    """Yield the figures that are drawn themselves."""
    for name in operands((entry.figure for entry in inputs.values() if entry.follows and entry.figure), ledger):
        figure, draw = ledger.figures[name], wish.draw.get(name, wish.ranges)
        # A figure with a formula is not drawn: it follows the figures that it is calculated from.
        span = None if figure.formula or draw is Draw.FIXED else ranged(ledger.resolve(name))
        if span is not None:
            yield Uncertain(name, *span, draw, figure.unit, True)


def ranged(taken: Reading) -> tuple[float, float, float] | None:
    """Return low, value and high of a number with a range; None for anything else."""
    if not isinstance(taken.value, (int, float)) or taken.low is None or taken.high is None or taken.low == taken.high:
        return None
    return float(taken.low), float(taken.value), float(taken.high)


def drawn_itself(wish: Uncertainty, path: str, entry: Input) -> Uncertain | None:
    """Return an input with a range of its own as it is drawn; None if it has none, or is fixed.

    Its name is that of its figure: inputs that take the same figure have the same draw, whatever range each has.
    """
    if entry.follows or not entry.ranged or isinstance(entry.value, str):
        return None
    name = entry.figure or path
    draw = wish.draw.get(name, wish.ranges) if entry.draw is Draw.FIXED else entry.draw
    if draw is Draw.FIXED or entry.low is None or entry.high is None:
        return None
    return Uncertain(name, entry.low, entry.value, entry.high, draw, entry.unit, False)


def operands(figures: Iterable[str], ledger: Ledger) -> dict[str, None]:
    """Return `figures` and all that their formulas calculate with, each after what it is calculated from."""
    found: dict[str, None] = {}

    def visit(name: str) -> None:
        """Add the operands of a figure, then the figure."""
        if name not in found and name in ledger:
            for operand in ledger[name].operands:
                visit(operand)
            found[name] = None

    for name in figures:
        visit(name)
    return found


def reach(one: Uncertain) -> tuple[float, float]:
    """Return the least and the greatest value that may be drawn, in the unit of the number."""
    least, most = (quantile(one.draw, one.low, one.mode, one.high, share) for share in (LEAST, MOST))
    return least, most
