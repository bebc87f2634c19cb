"""The cost of a good unit: of its recipe alone, rolled up the bill of materials, and with own sites at full load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.draws.curves import value
from sim.draws.outlay import credited_curve
from sim.draws.sites import integral_by_period
from sim.plan import Plan
from sim.results.requirements import mature_yield
from sim.results.run import Run, cost, ratio, within

Costs = list[float | None]
"""Dollars by source; None where nothing was made."""


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """Dollars per good unit of each source, None where it made none.

    `own` is what is paid for the recipe and its part of its site's fixed cost and depreciation. `with_materials` adds
    the cost of its materials, from the raw items up. `at_full_load` is the same with each own site at full load over
    the same time; it assumes mature yield, since yield learning comes with starts.
    """

    own: Costs
    with_materials: Costs
    at_full_load: Costs


def unit_costs(run: Run) -> UnitCosts:
    """Return the costs of a good unit of every source over the counted periods."""
    plan = run.draws.plan
    sources = range(len(plan.sources))
    own: Costs = []
    full: Costs = []
    for r in sources:
        direct, in_house = direct_cost(run, r), plan.sites[plan.sources[r].site].in_house
        own.append(None if direct is None else direct + (_at_load_run(run, r) if in_house else 0.0))
        full.append(_at_full_load(run, r) if in_house and direct is not None else direct)
    takes = [starts_per_good(run, r) for r in sources]
    mature = [_mature(run, r) if plan.sites[s.site].in_house else takes[r] for r, s in enumerate(plan.sources)]
    return UnitCosts(own, rolled_up(run, own, takes), rolled_up(run, full, mature))


def rolled_up(run: Run, own: Costs, starts: Sequence[float]) -> Costs:
    """Return the costs of a good unit with its materials, each at the mean of its pool's sources, weighted by output.

    `starts` are starts per good unit. Where none of a material was made, it has no cost, nor has what is made from it.
    """
    plan, total = run.draws.plan, list(own)
    for p in reversed(plan.order.tolist()):
        for r in plan.pools[p].sources:
            alone, materials = own[r], material_cost(run, r, total)
            total[r] = None if alone is None or materials is None else alone + materials * starts[r]
    return total


def material_cost(run: Run, r: int, total: Costs) -> float | None:
    """Return the cost of the materials of one start of a source, from the rolled-up costs of their sources."""
    plan, paid = run.draws.plan, 0.0
    pools = plan.input_pool[plan.inputs_start[r] : plan.inputs_start[r + 1]].tolist()
    for pool, takes in zip(pools, run.draws.sources[r].takes.tolist(), strict=True):
        mean = mean_cost(run, plan.pools[pool].sources, total)
        if mean is None:
            return None
        paid += takes * mean
    return paid


def mean_cost(run: Run, sources: Sequence[int], costs: Costs) -> float | None:
    """Return the mean cost over sources, weighted by good output and by what was under way at the start."""
    book, amount, paid = run.records.source, 0, 0.0
    for r in sources:
        each = costs[r]
        if each is not None:
            units = run.total(book["good"], [r]) + run.total(book["seeded"], [r])
            amount, paid = amount + units, paid + units * each
    return ratio(paid, amount)


def sources_of(plan: Plan, item: int) -> list[int]:
    """Return the sources that make or sell an item."""
    return [r for r, source in enumerate(plan.sources) if source.item == item]


def starts_per_good(run: Run, r: int) -> float:
    """Return the starts per good unit finished in the counted time, or at mature yield where none was finished."""
    book = run.records.source
    good, finished = run.total(book["good"], [r]), run.total(book["out"], [r]) + run.total(book["scrapped"], [r])
    return finished / good if good and finished else _mature(run, r)


def _mature(run: Run, r: int) -> float:
    """Return the starts per good unit after all learning."""
    return 1.0 / max(float(mature_yield(run.draws)[r]), 1e-12)


def direct_cost(run: Run, r: int) -> float | None:
    """Return what is paid for a good unit, without its materials and its site.

    Each cost is divided by the units it was paid for. Suppliers are paid for what arrives, also for what was under way
    at the start. Own starts are paid when they begin, and are converted by the good units per finished start.
    """
    plan, book = run.draws.plan, run.records.source
    source = plan.sources[r]
    if not plan.sites[source.site].in_house:
        paid = cost(run, of=("recipe", source.name))
        return ratio(paid, run.total(book["received"], [r]) + run.total(book["seeded"], [r]))
    good = run.total(book["good"], [r])
    finished = run.total(book["out"], [r]) + run.total(book["scrapped"], [r])
    each = _paid_per_start(run, r)
    return each * finished / good if good and finished and each is not None else None


def _paid_per_start(run: Run, r: int) -> float | None:
    """Return what is paid for a start of an own recipe."""
    book = run.records.source
    released = run.total(book["starts"], [r]) + run.total(book["sample_starts"], [r])
    begun = released + run.before(book["waiting"], [r]) - int(book["waiting"][-1, r])
    return cost(run, of=("recipe", run.draws.plan.sources[r].name)) / begun if begun > 0 else None


def _at_load_run(run: Run, r: int) -> float:
    """Return a good unit's part of its site's fixed cost and depreciation, by load; good output bears all of it."""
    good, load = run.total(run.records.source["good"], [r]), _loads(run, run.draws.plan.sources[r].site)
    whole = sum(load.values())
    return _site_cost(run, r) * load[r] / whole / good if whole and good else 0.0


def _at_full_load(run: Run, r: int) -> float | None:
    """Return direct cost plus the part of the site's cost, spread over full load, of a good unit at mature yield."""
    site, each = run.draws.plan.sources[r].site, _paid_per_start(run, r)
    whole = max(_capacity(run, site), sum(_loads(run, site).values()))
    part = _site_cost(run, r) * run.draws.sources[r].load.mean / whole if whole else 0.0
    return None if each is None else (each + part) * _mature(run, r)


def _loads(run: Run, s: int) -> dict[int, float]:
    """Return the load of what each source of a site started."""
    return {
        r: run.total(run.records.source["starts"], [r]) * run.draws.sources[r].load.mean
        for r, source in enumerate(run.draws.plan.sources)
        if source.site == s
    }


def _site_cost(run: Run, r: int) -> float:
    """Return the fixed cost and depreciation of a source's site, in dollars."""
    site = run.draws.plan.sources[r].site
    fixed = cost(run, within({"fixed"}), of=("site", run.draws.plan.sites[site].name))
    return fixed + _depreciation(run, site)


def _capacity(run: Run, s: int) -> float:
    """Return the load that a site could process in the counted time: its capacity less closures and disruptions."""
    able = float(integral_by_period(run.draws.sites[s].available, run.periods)[run.counted].sum())
    return able if np.isfinite(able) else 0.0


def _depreciation(run: Run, s: int) -> float:
    """Return the straight-line depreciation, in dollars, of capacity installed within the horizon, net of credits."""
    site, draws = run.draws.plan.sites[s], run.draws
    per_capacity, life = value(draws.vector, site.capex_per_capacity), value(draws.vector, site.life)
    if not per_capacity or not life:
        return 0.0
    installed = integral_by_period(draws.sites[s].nameplate, draws.plan.calendar.periods)[run.counted].sum()
    share = value(draws.vector, site.credit.share) if site.credit else 0.0
    credited = credited_curve(site, draws.vector, draws.sites[s].nameplate)
    given = (
        share * float(integral_by_period(credited, draws.plan.calendar.periods)[run.counted].sum()) if share else 0.0
    )
    return (float(installed) - given) * per_capacity / life
