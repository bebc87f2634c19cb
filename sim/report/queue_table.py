"""Queues at the bottlenecks of sites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.chain import titled
from sim.report.formats import count, percent
from sim.report.periods import is_dated
from sim.report.tables import Table, left, right, table
from sim.scenario.loader import Scenario
from sim.vocabulary import PolicyType

if TYPE_CHECKING:
    from sim.results.result import Result


def queue_sites(scenario: Scenario) -> list[str]:
    """Return sites of finite capacity that make what a stock policy orders: their lots can queue.

    Planned lots do not: the planner releases no more than a site has room for.
    """
    document = scenario.document
    ordered = {
        recipe.site
        for recipe in document.recipes.values()
        if recipe.item in document.items and document.items[recipe.item].policy.type is not PolicyType.PLANNED
    }
    return [name for name, site in document.sites.items() if name in ordered and site.capacity != "unlimited"]


def queues(result: Result) -> Table | None:
    """Return the probability that a lot waits, how long, and how many wait; None if nothing queues."""
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
    unit = _time_unit(result)
    heads = [
        left("site"),
        right("P(wait)", "%"),
        right("mean wait", unit),
        right("mean queue", "lot"),
        right("time in system", unit),
        right("used", "%"),
    ]
    notes = ["wait: of a lot before the bottleneck; time in system: from there to its arrival in stock"]
    return table(f"Queues (over the whole run{_span(result)})", heads, rows, notes)


def limited_lines(result: Result) -> Table | None:
    """Return work in process and throughput of each line with a limit on work in process; None without one."""
    kpis, inputs, unit = result.kpis, result.scenario.inputs, _time_unit(result)
    rows = [
        [
            name,
            count(float(inputs[f"wip_limits.{name}.limit"].value)),
            *(
                count(kpis.get(f"{measure}.{name}"))
                for measure in ("work_in_process", "waiting_to_enter", "throughput", "time_in_line")
            ),
        ]
        for name in result.scenario.document.wip_limits
    ]
    if not rows:
        return None
    heads = [
        left("line"),
        right("limit", "unit"),
        right("in the line", "unit"),
        right("waiting to enter", "unit"),
        right("throughput", f"unit/{unit}"),
        right("time in the line", unit),
    ]
    notes = [
        "in the line, waiting: mean at period ends; time in the line: by Little's law, units in it over throughput"
    ]
    return table(f"Lines with a limit on work in process (over the whole run{_span(result)})", heads, rows, notes)


def _time_unit(result: Result) -> str:
    return "day" if is_dated(result) else result.scenario.document.horizon.time_unit or "time unit"


def _span(result: Result) -> str:
    return ", after the warm-up" if result.scenario.document.horizon.warmup else ""
