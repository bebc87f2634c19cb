"""Decisions at dated gates: what can be chosen, and what each choice changes from its gate on."""

from __future__ import annotations

from pydantic import Field

from sim.scenario.schema.payments import ChoicePayment
from sim.scenario.schema.quantity import Quantity, Strict, number


class DelayedValues(Strict):
    """Values that a choice brings some time after its gate, as new capacity does."""

    after: Quantity = number("day", "Days from the gate on.", ge=0)
    values: dict[str, Quantity] = Field(min_length=1)
    """Paths over time by where they stand (sites.NAME.capacity), and the value that holds from then on, in the unit of the path."""


class GateChoice(Strict):
    """One way to go on from a gate. What it does not name goes on as written."""

    title: str | None = None
    """A name for people."""
    from_gate: dict[str, Quantity] = {}
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


class Decision(Strict):
    """A choice that is made at a gate. Nothing before the gate depends on it."""

    title: str | None = None
    """A name for people."""
    at: Quantity = number("date", "The gate: a date on which planners review.")
    choices: dict[str, GateChoice] = Field(min_length=2)
    """What can be chosen; a run takes what `plan` names, else the first."""
    features: list[str] = []
    """What a rule for this decision may go by, of what is seen there: a kind (demand), or of one thing (capacity of NAME); default: all."""
