"""The parts of a plan: references into its vector of inputs, and records of such references."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from sim.vocabulary import Interpolate, Shape, UnitShape

Ref = NewType("Ref", int)
NONE = Ref(-1)
LEAST_STEPS = 64
"""The least number of steps by which a continuous slope in time is approximated, however short it is."""
IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PlannedInput:
    """A number of the scenario in internal units, at its typical value."""

    path: str
    value: float


@dataclass(frozen=True, slots=True)
class NoisePlan:
    """Operational noise: shape, mean and coefficient of variation."""

    shape: Shape
    mean: Ref
    cv: Ref


@dataclass(frozen=True, slots=True)
class UnitsPlan:
    """A random number of units: shape, mean and coefficient of variation, or values with their weights."""

    shape: UnitShape
    mean: Ref
    cv: Ref
    values: tuple[Ref, ...]
    weights: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class MomentPlan:
    """The day of something that a choice begins: `after` days after its gate, less `sooner`.

    `sooner` is 0 except where a shorter lead time is valued.
    """

    gate: Ref
    after: Ref
    sooner: float = 0.0


@dataclass(frozen=True, slots=True)
class SplicePlan(MomentPlan):
    """A value that a choice gives to a path: from its moment on it replaces that of the path."""

    value: Ref = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class ProcessPlan:
    """A random factor on a path, constant from each of `months` (days) to the next.

    Its levels come after the inputs in the vector of inputs: those of the process with `place` 0 last, those of place 1
    before them, and so on. `path` is the path in the scenario that it multiplies. `premium` is NONE under real
    probabilities.
    """

    path: str
    stream: str
    place: int
    months: tuple[float, ...]
    volatility: Ref
    drift: Ref
    premium: Ref
    reversion: Ref
    jump_rate: Ref
    jump_mean: Ref
    jump_sd: Ref

    @property
    def levels(self) -> slice:
        """The positions of its levels in the vector of inputs."""
        end = -self.place * len(self.months)
        return slice(end - len(self.months), end or None)


@dataclass(frozen=True, slots=True)
class GatePlan:
    """A gate: the reference to its day, and the choice made there.

    `milestone` is the index of the milestone that the gate waits for, -1 if it is on a date. Its day is then infinite
    until it is found. `needs` are the earlier gates whose choices this choice requires. `changes` is whether the choice
    changes anything.
    """

    name: str
    day: Ref
    milestone: int
    lag: Ref
    choice: str
    needs: tuple[int, ...]
    changes: bool

    @property
    def waits(self) -> bool:
        """Whether the gate is on a milestone."""
        return self.milestone >= 0


@dataclass(frozen=True, slots=True)
class PathPlan:
    """A value over time: dated points, or one constant point dated NONE, times its process; then splices of choices."""

    interpolate: Interpolate
    at: tuple[Ref, ...]
    values: tuple[Ref, ...]
    splices: tuple[SplicePlan, ...] = ()
    process: ProcessPlan | None = None


@dataclass(frozen=True, slots=True)
class ToolsPlan:
    """Tools per unit of capacity, and tools delivered a day."""

    per_capacity: Ref
    supply: PathPlan


@dataclass(frozen=True, slots=True)
class PaidAheadPlan:
    """The share of equipment that is paid before it is installed, and the days by which it is paid earlier."""

    days: Ref
    share: Ref


@dataclass(frozen=True, slots=True)
class CreditPlan:
    """The share of outlay that is credited, and the day by which construction must have begun."""

    share: Ref
    begun_by: Ref


@dataclass(frozen=True, slots=True)
class PrepaymentPlan:
    """A prepayment in dollars, its day, and the share of later purchases against which it is set off."""

    amount: Ref
    at: Ref
    set_off: Ref


@dataclass(frozen=True, slots=True)
class OutsideSalesPlan:
    """Outside demand for idle capacity in load a day, its price and its variable cost for a unit."""

    demand: PathPlan
    price: PathPlan
    variable_cost: Ref


@dataclass(frozen=True, slots=True)
class PowerPlan:
    """Watts available over time, and watts per H100-equivalent."""

    available: PathPlan
    per_compute: Ref


@dataclass(frozen=True, slots=True)
class GenerationPlan:
    """The share of a line that one pool serves, from a changeover on."""

    pool: int
    begins: Ref
    cadence: Ref
    days: Ref
    wait_for: tuple[int, ...]
