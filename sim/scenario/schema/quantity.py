"""The numbers a user writes: a figure of the ledger, or a value that names its kind and source."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo

from sim.distributions import Draw
from sim.vocabulary import At, Interpolate, Known, ProcessKind, Shape, UnitShape

Scalar = bool | int | float | dt.date | str


MOST_COUNTED = 1e15
"""Units or starts in one order: more could not be added up exactly."""


class Strict(BaseModel):
    """Base of everything a scenario may hold: unknown keys and non-finite numbers are refused."""

    # Validators are built when a file is first validated: a scenario that is kept needs none.
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


def number(unit: str, sentence: str, default: Any = ..., **bounds: float) -> Any:
    """Return the declaration of a field for a Quantity, or for a Path or a distribution of them.

    `unit` is what a bare number means, and what a figure is converted to; `bounds` (`ge`, `gt`, `le`, `lt`) apply to
    the value in that unit. `unit` "date" means an instant, "text" a name.
    """
    # pydantic does not check these bounds: what a figure is in this unit shows only when it is resolved.
    extra: dict[str, Any] = {"unit": unit, **bounds}
    field: FieldInfo = Field(default, description=sentence, json_schema_extra=extra, validate_default=False)
    return field


class Quantity(Strict):
    """One number, date or name with its origin, written in one of four forms.

    `{figure: ID}` points to the ledger. `{assumed: X, source: WHY}` and `{derived: X, source: HOW}` state the number in
    place. A bare scalar is allowed only in a file with `bare_numbers:`.
    """

    figure: str | None = None
    """The id of a ledger figure."""
    reading: str | None = None
    """Which reading of a contested figure (default: the scenario's choice, else the figure's own)."""
    at: At = At.TYPICAL
    """Take the figure's low, typical or high."""
    assumed: Scalar | None = None
    """A value that nobody states."""
    derived: Scalar | None = None
    """A value worked out from others; `source` says how."""
    bare: Scalar | None = None
    """Filled in by the loader from a bare scalar; not written by hand."""
    source: str | None = None
    """Where the value is from, or why it is assumed."""
    unit: str | None = None
    """The unit of the value given here (default: the field's own)."""
    low: float | None = None
    """Low end of the plausible range."""
    high: float | None = None
    """High end of the plausible range."""
    draw: Draw = Draw.FIXED
    """Draw the value once per replication from its range, in a single run too (default: as `uncertainty` says)."""
    known: Known | None = None
    """start: planners, and whoever chooses at gates, know the value drawn from the start on (default: nobody does, and it shows through the run alone)."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, data: Any) -> Any:
        """Write out the short form: a scalar is a bare value."""
        if isinstance(data, (bool, int, float, str, dt.date)):
            return {"bare": data}
        return data

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        """Check that a quantity has exactly one origin, and a source where that needs one."""
        origins = [key for key in ("figure", "assumed", "derived", "bare") if getattr(self, key) is not None]
        if len(origins) != 1:
            raise ValueError("give exactly one of figure, assumed or derived")
        if origins[0] in ("assumed", "derived") and not (self.source or "").strip():
            raise ValueError(f"a value that is {origins[0]} needs a source: say where it is from")
        if self.reading is not None and self.figure is None:
            raise ValueError("only a figure has readings")
        return self

    @property
    def literal(self) -> Scalar | None:
        """The value written in place, or None for a figure."""
        for value in (self.assumed, self.derived, self.bare):
            if value is not None:
                return value
        return None


def _or_constant(data: Any) -> Any:
    """Return a distribution as it is written; anything else is the mean of a constant."""
    return data if isinstance(data, dict) and ("shape" in data or "mean" in data) else {"mean": data}


class Random(Strict):
    """A quantity drawn anew for each lot, order or event; a plain Quantity means a constant."""

    shape: Shape = Shape.CONSTANT
    """The family of the distribution."""
    mean: Quantity
    """Its mean."""
    cv: Quantity | None = None
    """Coefficient of variation (standard deviation over mean); not for constant or exponential."""

    @model_validator(mode="before")
    @classmethod
    def _constant(cls, data: Any) -> Any:
        """Write out the short form: a quantity is a constant."""
        return _or_constant(data)

    @model_validator(mode="after")
    def _spread(self) -> Self:
        """Check that the shape has a coefficient of variation if it needs one, and none if not."""
        fixed = self.shape in (Shape.CONSTANT, Shape.EXPONENTIAL)
        if fixed and self.cv is not None:
            raise ValueError(f"a {self.shape} shape has no cv")
        if not fixed and self.cv is None:
            raise ValueError(f"a {self.shape} shape needs a cv")
        return self


class Units(Strict):
    """A number of units drawn anew each time; a plain Quantity means a constant."""

    shape: UnitShape = UnitShape.CONSTANT
    """The family of the distribution."""
    mean: Quantity | None = None
    """Its mean (empirical: follows from the values)."""
    cv: Quantity | None = number(
        "1", "Coefficient of variation (standard deviation over mean); not for constant, exponential or poisson.", None
    )
    values: list[Quantity] = []
    """Units that occur (empirical)."""
    weights: list[Quantity] = number("1", "How often each value occurs (empirical; default: all alike).", [], ge=0)

    @model_validator(mode="before")
    @classmethod
    def _constant(cls, data: Any) -> Any:
        """Write out the short form: a quantity is a constant."""
        if isinstance(data, dict) and "values" in data and "shape" not in data:
            raise ValueError("a list of values needs its shape: {shape: empirical, values: [...]}")
        return _or_constant(data)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Check that the shape has the parameters that it needs, and no others."""
        needed = {
            UnitShape.CONSTANT: ("mean",),
            UnitShape.EXPONENTIAL: ("mean",),
            UnitShape.POISSON: ("mean",),
            UnitShape.EMPIRICAL: ("values",),
        }.get(self.shape, ("mean", "cv"))
        allowed = (*needed, "weights") if self.shape is UnitShape.EMPIRICAL else needed
        missing = [key for key in needed if not getattr(self, key)]
        extra = [key for key in ("mean", "cv", "values", "weights") if getattr(self, key) and key not in allowed]
        if missing:
            raise ValueError(f"a quantity of shape {self.shape} needs {', '.join(missing)}")
        if extra:
            raise ValueError(f"a quantity of shape {self.shape} takes no {', '.join(extra)}")
        if self.weights and len(self.weights) != len(self.values):
            raise ValueError(
                f"{len(self.weights)} weights for {len(self.values)} values: give one weight for each value"
            )
        return self


class Jumps(Strict):
    """Jumps of a process: how many come in a month is Poisson, and the logarithm of each factor is normal (Merton 1976)."""

    rate: Quantity = number("1/year", "Jumps a year.", ge=0, le=52)
    mean: Quantity = number("1", "Mean of the logarithm of a jump's factor (-0.36: to about 70 %).", ge=-3, le=3)
    sd: Quantity = number("1", "Standard deviation of that logarithm.", Quantity(bare=0), ge=0, le=2)


class Process(Strict):
    """A random factor on a path over time, drawn month by month in studies and `option`; a single run takes its mean.

    Its mean is 1 at the start, and grows with `drift` alone: the path as written is the forecast at the start.
    """

    kind: ProcessKind
    """geometric (changes are lasting) or mean_reverting (the logarithm returns to the path as written)."""
    volatility: Quantity = number("1", "Standard deviation of the change of the logarithm in a year.", ge=0, le=3)
    drift: Quantity | None = number("1/year", "Growth of the mean beyond the path as written.", None, ge=-2, le=2)
    reversion: Quantity | None = number(
        "1/year", "Speed of return (mean_reverting): half of a deviation is left after ln 2 / reversion.", None, gt=0
    )
    jumps: Jumps | None = None
    """Jumps beside the gradual changes; their mean is taken out, so that the mean of the process holds."""
    risk_premium: Quantity | None = number(
        "1/year", "What bearing the risk earns a year: it lowers the drift where `money.discounting` is risk_neutral.",
        None, ge=-2, le=2,
    )  # fmt: skip
    stream: str | None = None
    """Name of its random stream (default: where the path stands); processes that name the same have the same shocks."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Check that a process has a speed of return if its kind needs one, and none if not."""
        if (self.reversion is None) == (self.kind is ProcessKind.MEAN_REVERTING):
            verb = "needs a" if self.reversion is None else "takes no"
            raise ValueError(f"a {self.kind} process {verb} reversion")
        return self


class Point(Strict):
    """A dated value."""

    at: Quantity = number("date", "The date of the point.")
    value: Quantity
    """The value from that date, or at that date."""


class Path(Strict):
    """A value over time: a constant, or dated points.

    Before the first point and after the last the end values apply, except for `step`, which is 0 before its first point.
    """

    interpolate: Interpolate = Interpolate.LINEAR
    """linear, step or exponential between points."""
    points: list[Point] = Field(default_factory=list)
    """The dated points, in order."""
    constant: Quantity | None = None
    """One value for all time."""
    ends: Quantity | None = number("date", "Last date on which the last value still holds (default: no end).", None)
    process: Process | None = None
    """A random factor on these values, drawn month by month."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        """Write out the short forms: a list of points, a quantity, or a quantity beside its process."""
        if isinstance(data, list):
            return {"points": data}
        if isinstance(data, dict) and data.keys() & {"points", "constant", "interpolate"}:
            return data
        if isinstance(data, dict) and "process" in data:
            rest = {key: value for key, value in data.items() if key != "process"}
            return {"process": data["process"], **({"constant": rest} if rest else {})}
        return {"constant": data}

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        """Check that a path is either points or a constant."""
        if self.process is not None and not self.points and self.constant is None:
            raise ValueError("give the points or the constant that the process moves")
        if bool(self.points) == (self.constant is not None):
            raise ValueError("give either points or a constant")
        if self.constant is not None and "interpolate" in self.model_fields_set:
            raise ValueError("interpolate has no effect on a constant")
        return self
