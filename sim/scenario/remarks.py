"""What a valid scenario may not be meant to say: said beside it, not refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.vocabulary import Pattern

if TYPE_CHECKING:
    from sim.scenario.loader import Scenario


def remarks(scenario: Scenario) -> list[str]:
    """Return remarks on a scenario, each of which begins with the path that it is about."""
    return [remark for name in scenario.document.demand if (remark := _beyond_the_end(scenario, name))]


def _beyond_the_end(scenario: Scenario, name: str) -> str:
    """Return how many of a line's listed values or orders fall after the end of the horizon; "" if none does."""
    days = _listed_days(scenario, name)
    after = sum(day >= scenario.document.horizon.days for day in days)
    if not after:
        return ""
    what = "order" if scenario.document.demand[name].pattern is Pattern.ORDERS else "listed value"
    return (
        f"demand.{name}: {after} of {len(days)} {what}{'s' if len(days) > 1 else ''} "
        f"{'falls' if after == 1 else 'fall'} after the end of the horizon; "
        "planners see them as far as lead times reach"
    )


def _listed_days(scenario: Scenario, name: str) -> list[float]:
    """Return the days from the start at which a line's listed values or orders fall; [] if it lists none."""
    line, at = scenario.document.demand[name], f"demand.{name}"
    if line.pattern is Pattern.ORDERS:
        return [scenario.inputs.number(f"{at}.orders.{index}.date") for index in range(len(line.orders))]
    if line.pattern is Pattern.SERIES:
        first = 0.0 if line.begins is None else scenario.inputs.number(f"{at}.begins")
        return [first + scenario.inputs.number(f"{at}.every") * index for index in range(len(line.values))]
    return []
