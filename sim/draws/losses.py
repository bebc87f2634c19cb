"""What disruptions destroy, and when: known before the run, as all that they do."""

from __future__ import annotations

from dataclasses import dataclass

from sim.clock import ticks
from sim.draws.curves import value
from sim.draws.disruptions import Interval
from sim.plan import NONE, FloatArray, Plan


@dataclass(frozen=True, slots=True)
class Loss:
    """The losses by one disruption when it begins (`at`, ticks).

    It destroys a share of the stock of these items, and a share of what is in process at these sites. `pools` are those
    of the items.
    """

    at: int
    stock: float
    items: tuple[int, ...]
    wip: float
    sites: tuple[int, ...]
    pools: tuple[int, ...]


def losses(plan: Plan, vector: FloatArray, struck: list[list[Interval]]) -> tuple[Loss, ...]:
    """Return the losses of all disruptions that begin within the horizon, in order of time."""
    found = []
    for index, disruption in enumerate(plan.disruptions):
        effects = disruption.effects
        if effects.scrap_stock == NONE and effects.scrap_wip == NONE:
            continue
        items = sorted({source.item for source in plan.sources if source.site in disruption.sites})
        pools = tuple(sorted({int(plan.item_pool[item]) for item in items}))
        stock, wip = value(vector, effects.scrap_stock), value(vector, effects.scrap_wip)
        for begin, _ in struck[index]:
            if 0.0 <= begin < plan.calendar.days:
                found.append(
                    (ticks(begin), index, Loss(ticks(begin), stock, tuple(items), wip, disruption.sites, pools))
                )
    return tuple(loss for _, _, loss in sorted(found, key=lambda entry: entry[:2]))


__all__ = ["Loss", "losses"]
