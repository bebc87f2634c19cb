"""How units flow: from recipes into stock, from stock into other recipes and to demand, by reporting period."""

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
    """Every flow of a run, samples and what was in process or on its way at the start included.

    What came into stock of a pool, less what was used and served and what disruptions destroyed, is what its stock grew by.
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
    """The pool in which each item stands, by their indices."""
    return {item: p for p, pool in enumerate(plan.pools) for item in pool.members}


def stocks(draws: Draws, records: Records) -> tuple[IntArray, IntArray]:
    """Stock of each pool at the start and at the end of each reporting period, shape (periods + 1, pools), and what
    disruptions destroyed of it in each, shape (periods, pools)."""
    plan, calendar = draws.plan, draws.plan.calendar
    records = between(records, calendar.periods, calendar.reports)
    members = [list(pool.members) for pool in plan.pools]
    stock = np.vstack([records.seeded_stock, records.item["stock"]])
    return (
        np.stack([stock[:, m].sum(axis=1) for m in members], axis=1),
        np.stack([records.item["destroyed"][:, m].sum(axis=1) for m in members], axis=1),
    )
