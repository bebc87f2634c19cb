"""The uncertain numbers of a compiled scenario, and what must be calculated again when they are drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.distributions import Draw
from sim.ledger import Term


@dataclass(frozen=True, slots=True)
class Dimension:
    """One uncertain number: a ledger figure, or a number written in place, with its distribution in `unit`.

    It is drawn once, wherever the number is used. `stream` names its random stream: the figure, else the path,
    or that path under the name an entity had before. `whole`: it counts things, and only whole
    numbers are drawn.
    """

    name: str
    stream: str
    low: float
    mode: float
    high: float
    draw: Draw
    unit: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Direct:
    """An input that is drawn itself: a number in place, or one that says `draw:`.

    It takes the quantile of `spread` at the draw of `dimension`, times `scale` in internal units.
    `always`: it says `draw:`, and is drawn in a single run too.
    """

    input: int
    dimension: int
    spread: Dimension
    scale: float
    always: bool


@dataclass(frozen=True, slots=True)
class Fed:
    """An input that takes its value from a drawn figure, or from a formula over drawn figures.

    In internal units it is the figure's value times `factor` times `scale`, as the resolver and the
    compiler convert it; a date is the days from `start`. `bounds` are those of its field, in the
    field's unit, before `scale`.
    """

    input: int
    figure: str
    factor: float
    scale: float
    start: dt.date | None
    bounds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Lineage:
    """How inputs follow the dimensions.

    `figures` are the drawn ledger figures with the places of their dimensions. `formulas` are the
    figures between those and the inputs, each with its formula, after the ones it uses; `terms`
    holds all of them and every other operand at their typical values. The end of a range, `low(x)`
    or `high(x)` in a formula, stays where it is.
    """

    figures: tuple[tuple[str, int], ...] = ()
    formulas: tuple[tuple[str, str], ...] = ()
    terms: Mapping[str, Term] = field(default_factory=dict)
    fed: tuple[Fed, ...] = ()
    direct: tuple[Direct, ...] = ()
