"""The uncertain numbers of a compiled scenario, and the inputs that are recalculated when they are drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.distributions import Draw
from sim.ledger import Term


@dataclass(frozen=True, slots=True)
class Dimension:
    """One uncertain number: a ledger figure, or a number written in place, with its distribution in `unit`.

    It is drawn once per replication and shared wherever it is used. `stream` names its random stream: the figure, else
    the path, with the earlier name of a renamed entity. `whole`: it counts things, so that only whole numbers are drawn.
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
    """An input that is drawn itself: a number in place, or one with `draw:`.

    Its value is the quantile of `spread` at the probability drawn for `dimension`, times `scale` in internal units.
    `always`: it has `draw:`, and is drawn in a single run too.
    """

    input: int
    dimension: int
    spread: Dimension
    scale: float
    always: bool


@dataclass(frozen=True, slots=True)
class Fed:
    """An input whose value is a drawn figure, or a formula over drawn figures.

    In internal units it is the figure's value times `factor` (conversion to the unit of the field) times `scale`
    (conversion to internal units). A date is days from `start`. `bounds` are those of its field, in the field's unit.
    """

    input: int
    figure: str
    factor: float
    scale: float
    start: dt.date | None
    bounds: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Lineage:
    """How inputs are calculated from the dimensions.

    `figures` are the drawn ledger figures with the indices of their dimensions. `formulas` are the figures between those
    and the inputs, each with its formula, after the ones it uses. `terms` contains all of them and every other operand
    at their typical values. The ends of a range, `low(x)` and `high(x)` in a formula, are not drawn.
    """

    figures: tuple[tuple[str, int], ...] = ()
    formulas: tuple[tuple[str, str], ...] = ()
    terms: Mapping[str, Term] = field(default_factory=dict)
    fed: tuple[Fed, ...] = ()
    direct: tuple[Direct, ...] = ()
