"""Flows of units by reporting period: from recipes into stock, and from stock into other recipes and to demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.draws import Draws
from sim.engines.shared.records import Records
from sim.plan import IntArray, Plan
from sim.results.periods import between


@dataclass(frozen=True, slots=True)
class UnitFlow:
    """Units that flow in each reporting period, shape (periods,).

    Made: `source` brings units of `pool` into stock. Used: `source` takes units of `pool` as an input. Served: `line` takes
    units of `pool`. The index that does not apply is -1.
    """

    pool: int
    source: int
    line: int
    made: bool
    units: IntArray


def unit_flows(draws: Draws, records: Records) -> list[UnitFlow]:
    """Return every flow of a run, including samples and what was in process or in transit at the start.

    Units made of a pool, less those used, served and destroyed by disruptions, equal the growth of its stock.
    """
    plan, calendar = draws.plan, draws.plan.calendar
    records = between(records, calendar.periods, calendar.reports)
    homes = pool_of_items(plan)
    source = records.source
    found = [
        UnitFlow(homes[s.item], r, -1, True, source["received"][:, r] + source["seeded"][:, r])
        for r, s in enumerate(plan.sources)
    ]
    for r in range(len(plan.sources)):
        pools = plan.input_pool[plan.inputs_start[r] : plan.inputs_start[r + 1]].tolist()
        for pool, units in zip(pools, draws.sources[r].takes.tolist(), strict=True):
            found.append(UnitFlow(pool, r, -1, False, source["starts"][:, r] * units))
    served = records.flow["served"]
    found += [UnitFlow(f.pool, -1, f.line, False, served[:, k]) for k, f in enumerate(draws.flows)]
    return found


def pool_of_items(plan: Plan) -> dict[int, int]:
    """Return the index of the pool of each item."""
    return {item: p for p, pool in enumerate(plan.pools) for item in pool.members}


def stocks(draws: Draws, records: Records) -> tuple[IntArray, IntArray]:
    """Return the stock of each pool at the edges of reporting periods, and what disruptions destroyed of it in each.

    Shapes (periods + 1, pools) and (periods, pools).
    """
    plan, calendar = draws.plan, draws.plan.calendar
    records = between(records, calendar.periods, calendar.reports)
    members = [list(pool.members) for pool in plan.pools]
    stock = np.vstack([records.seeded_stock, records.item["stock"]])
    return (
        np.stack([stock[:, member].sum(axis=1) for member in members], axis=1),
        np.stack([records.item["destroyed"][:, member].sum(axis=1) for member in members], axis=1),
    )
