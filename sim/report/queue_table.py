"""Queues at the bottlenecks of sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.chain import titled
from sim.report.formats import count, percent
from sim.report.periods import is_dated
from sim.report.tables import Table, left, right, table
from sim.scenario.loader import Scenario
from sim.scenario.schema.supply import PolicyType

if TYPE_CHECKING:
    from sim.results.result import Result


def queue_sites(scenario: Scenario) -> list[str]:
    """Sites of finite capacity that make what a stock policy orders: lots come when they are ordered, and queue.

    The planner releases no more than a site has room for.
    """
    document = scenario.document
    ordered = {
        recipe.site
        for recipe in document.recipes.values()
        if recipe.item in document.items and document.items[recipe.item].policy.type is not PolicyType.PLANNED
    }
    return [name for name, site in document.sites.items() if name in ordered and site.capacity != "unlimited"]


def queues(result: Result) -> Table | None:
    """(i) How probably a lot waits, how long, and how many wait; None where nothing queues."""
    kpis, names = result.kpis, queue_sites(result.scenario)
    if not names:
        return None
    rows = [
        [
            titled(result.scenario.document.sites, name),
            percent(kpis.get(f"wait_probability.{name}")),
            count(kpis.get(f"mean_wait.{name}")),
            count(kpis.get(f"mean_queue.{name}")),
            count(kpis.get(f"time_in_system.{name}")),
            percent(kpis.get(f"utilisation.{name}")),
        ]
        for name in names
    ]
    unit = "day" if is_dated(result) else result.scenario.document.horizon.time_unit or "time unit"
    heads = [
        left("site"),
        right("P(wait)", "%"),
        right("mean wait", unit),
        right("mean queue", "lot"),
        right("time in system", unit),
        right("used", "%"),
    ]
    notes = ["wait: of a lot before the bottleneck; time in system: from there to its arrival in stock"]
    span = ", after the warm-up" if result.scenario.document.horizon.warmup else ""
    return table(f"Queues (over the whole run{span})", heads, rows, notes)
