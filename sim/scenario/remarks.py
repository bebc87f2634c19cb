"""What a valid scenario may not be meant to say: said beside it, not refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.scenario.schema.demand import Pattern

if TYPE_CHECKING:
    from sim.scenario.loader import Scenario


def remarks(scenario: Scenario) -> list[str]:
    """Remarks on a scenario, each beginning with the path it is about."""
    return [remark for name in scenario.document.demand if (remark := _beyond_the_end(scenario, name))]


def _beyond_the_end(scenario: Scenario, name: str) -> str:
    """How many of a line's listed values or orders fall after the end of the horizon; empty if none does."""
    line, number = scenario.document.demand[name], scenario.inputs.number
    if line.pattern is Pattern.ORDERS:
        days = [number(f"demand.{name}.orders.{i}.date") for i in range(len(line.orders))]
        what = "order" if len(days) == 1 else "orders"
    elif line.pattern is Pattern.SERIES:
        first = 0.0 if line.begins is None else number(f"demand.{name}.begins")
        days = [first + number(f"demand.{name}.every") * i for i in range(len(line.values))]
        what = "listed value" if len(days) == 1 else "listed values"
    else:
        return ""
    after = sum(day >= scenario.document.horizon.days for day in days)
    if not after:
        return ""
    falls = "falls" if after == 1 else "fall"
    return (
        f"demand.{name}: {after} of {len(days)} {what} {falls} after the end of the horizon; "
        "planners see them as far as lead times reach"
    )
