"""Decisions at gates: when they are made, what can be chosen after what, and what each choice changes from its gate on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from sim.scenario.schema.payments import ChoicePayment
from sim.scenario.schema.quantity import Quantity, Strict, number


def _one_value(data: Any) -> Any:
    """Return a value that a choice gives, which is a single one.

    What moves in time or differs from lot to lot cannot begin at a gate.
    """
    if isinstance(data, list) or (isinstance(data, dict) and data.keys() & {"points", "interpolate", "shape", "mean"}):
        raise ValueError("a choice gives one value, which holds from the gate on; what follows it stands under later")
    return data


Value = Annotated[Quantity, BeforeValidator(_one_value)]
Names = Annotated[list[str], Field(min_length=1)]


class Gate(Strict):
    """When a decision is made: on a date, or after a milestone. A plain Quantity means a date."""

    date: Quantity | None = number("date", "A date on which planners review.", None)
    milestone: str | None = None
    """Or the first review after this milestone is known: an output when it has come, a rate or share when the last month that it needs is over."""
    lag: Quantity = number("day", "Days that must have passed since the milestone is known.", Quantity(bare=0), ge=0)

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        """Write out the short form: anything but a mapping with keys of a gate is its date."""
        return data if isinstance(data, dict) and data.keys() & {"date", "milestone", "lag"} else {"date": data}

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        """Check that a gate is either a date or a milestone with its lag."""
        if (self.date is None) == (self.milestone is None):
            raise ValueError("a gate is either a date or {milestone: NAME, lag: DAYS}")
        if self.date is not None and "lag" in self.model_fields_set:
            raise ValueError("a lag belongs to a milestone: write the date on which the gate is")
        return self


class DelayedValues(Strict):
    """Values that a choice brings some time after its gate, as new capacity does."""

    after: Quantity = number("day", "Days from the gate on.", ge=0)
    values: dict[str, Value] = Field(min_length=1)
    """Paths over time by where they stand (sites.NAME.capacity), and the value that holds from then on, in the unit of the path."""


class GateChoice(Strict):
    """One way to go on from a gate. What it does not name goes on as written."""

    title: str | None = None
    """A name for people."""
    after: dict[str, Names] = {}
    """Only where one of these was chosen at an earlier decision (default: whatever was chosen)."""
    unless: dict[str, Names] = {}
    """Not where one of these was chosen at an earlier decision."""
    from_gate: dict[str, Value] = {}
    """Paths over time by where they stand (sites.NAME.contract.allocation), and the value that holds from the gate on, in the unit of the path."""
    later: list[DelayedValues] = []
    """Values that come in force some time after the gate."""
    begins: dict[str, Quantity] = number(
        "day", "Sites whose construction this decides, and the days from the gate to that.", {}, ge=0
    )
    closes: dict[str, Quantity] = number(
        "day", "Sites of ours that close, and the days from the gate to that: from then on no lot is released there.",
        {}, ge=0,
    )  # fmt: skip
    payments: list[ChoicePayment] = []
    """Money that it costs or brings beside all else."""

    @property
    def rests_on(self) -> set[str]:
        """The decisions on which it depends whether this can be chosen."""
        return {*self.after, *self.unless}

    def may_follow(self, chosen: Mapping[str, str]) -> bool:
        """Return whether this can be chosen after these choices at earlier decisions."""
        wanted = all(chosen.get(name) in choices for name, choices in self.after.items())
        return wanted and not any(chosen.get(name) in choices for name, choices in self.unless.items())


class Decision(Strict):
    """A choice that is made at a gate. Nothing before the gate depends on it."""

    title: str | None = None
    """A name for people."""
    at: Gate = number("date", "The gate: a date on which planners review, or {milestone: NAME, lag: DAYS}.")
    choices: dict[str, GateChoice] = Field(min_length=2)
    """What can be chosen; a run takes what `plan` names, else the first that may follow what is chosen before."""
    features: list[str] = []
    """Features that a rule for this decision may use: a kind (demand), or one thing (capacity of NAME); default: all."""

    @property
    def rests_on(self) -> set[str]:
        """The decisions on which it depends what can be chosen here."""
        return {name for choice in self.choices.values() for name in choice.rests_on}

    def open_after(self, chosen: Mapping[str, str]) -> list[str]:
        """Return what can be chosen after these choices at earlier decisions, in the order listed."""
        return [name for name, choice in self.choices.items() if choice.may_follow(chosen)]


def taken(decisions: Mapping[str, Decision], plan: Mapping[str, str]) -> dict[str, str]:
    """Return the choice taken at each decision: what the plan names, else the first that may follow.

    Decisions that depend on each other in a cycle, which the checks refuse, take their first choice.
    """
    found: dict[str, str] = {}
    while len(found) < len(decisions):
        rest = [name for name in decisions if name not in found]
        # A decision is taken once all that it depends on are. In a cycle none is ready: all are then taken as they
        # come, so that the loop ends.
        ready = [name for name in rest if not decisions[name].rests_on.intersection(rest)] or rest
        for name in ready:
            first = next(iter(decisions[name].open_after(found)), next(iter(decisions[name].choices)))
            found[name] = plan.get(name, first)
    # Taken in the order of their dependence, returned in the order listed.
    return {name: found[name] for name in decisions}
