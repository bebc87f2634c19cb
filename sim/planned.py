"""What a plan is written in: references into its vector of inputs, and the shapes that numbers take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NewType

import numpy as np
from numpy.typing import NDArray

from sim.vocabulary import Interpolate, Shape, UnitShape

Ref = NewType("Ref", int)
NONE = Ref(-1)
LEAST_STEPS = 64
"""Steps in which a slope in time is followed, however short it is."""
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
    """A day that a choice brings: so many days after its gate, less those that it comes `sooner`, to value a shorter
    lead time."""

    gate: Ref
    after: Ref
    sooner: float = 0.0


@dataclass(frozen=True, slots=True)
class SplicePlan(MomentPlan):
    """A choice's value of a path: from its moment on it replaces what the path says."""

    value: Ref = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class ProcessPlan:
    """A random factor on a path, constant from each of `months` (days) to the next.

    Its levels stand in the vector of inputs, behind the inputs: those of the process with `place` 0 last, those of
    place 1 before them, and so on. `path` is where the path stands; `premium` is NONE under real probabilities.
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
        """Where its levels stand in the vector of inputs."""
        end = -self.place * len(self.months)
        return slice(end - len(self.months), end or None)


@dataclass(frozen=True, slots=True)
class GatePlan:
    """A gate: the place of its day in the vector of inputs, and what is chosen there.

    A gate on a milestone (its index; -1 for a date) waits for it and for the lag after it, and its day is infinite
    until it is found. `needs` are earlier gates at which something must have been chosen for this choice to be taken;
    `changes` says whether the choice changes anything.
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
    """A value over time: dated points, or one constant point dated NONE, times its process; then what choices put in
    its place."""

    interpolate: Interpolate
    at: tuple[Ref, ...]
    values: tuple[Ref, ...]
    splices: tuple[SplicePlan, ...] = ()
    process: ProcessPlan | None = None


@dataclass(frozen=True, slots=True)
class ToolsPlan:
    """Tools for a unit of capacity, and tools a day that are delivered."""

    per_capacity: Ref
    supply: PathPlan


@dataclass(frozen=True, slots=True)
class PaidAheadPlan:
    """The share of equipment that is paid so many days before it stands."""

    days: Ref
    share: Ref


@dataclass(frozen=True, slots=True)
class CreditPlan:
    """The share of outlay that is given back, and the day by which building must have begun."""

    share: Ref
    begun_by: Ref


@dataclass(frozen=True, slots=True)
class PrepaymentPlan:
    """Dollars paid ahead, the day, and the share of later purchases paid out of them."""

    amount: Ref
    at: Ref
    set_off: Ref


@dataclass(frozen=True, slots=True)
class OutsideSalesPlan:
    """Load a day that others would buy of what is idle, what they pay for a unit, and what it costs."""

    demand: PathPlan
    price: PathPlan
    variable_cost: Ref


@dataclass(frozen=True, slots=True)
class PowerPlan:
    """Watts available over time, and watts of one H100-equivalent."""

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
