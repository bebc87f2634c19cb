"""The state of a run that is observable at a gate: capacities, utilisation, yields, prices, demand and backlogs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from sim.clock import ticks
from sim.draws.curves import Curve, level_at
from sim.draws.sites import SiteDraws, integral_by_period
from sim.plan import FloatArray
from sim.results.periods import Edges
from sim.results.result import Result

AHEAD = frozenset({"delayed", "wait", "time_in_system"})
"""Tables that are written when a lot joins a queue, with the time it will take: their numbers reach beyond the day."""
RECENT = 3
"""Reporting periods over which use and yield are averaged."""


def features(result: Result, day: float) -> dict[str, float]:
    """Return the features known on a day by name, before anything is chosen there; what has not happened is 0."""
    return {name: float(value) for name, value in _seen(result, day) if np.isfinite(value)}


def _seen(result: Result, day: float) -> Iterator[tuple[str, float]]:
    """Yield the name and the value of each feature; a value that is not finite is no feature."""
    draws, records, plan = result.draws, result.records, result.draws.plan
    for ref, scale in plan.known:
        yield plan.inputs[ref].path, float(draws.vector[ref]) / scale
    for process in plan.processes:
        yield f"level of {process.path}", level_at(process, draws.vector, np.array([day]))[0]
    # The tick before the day: what is chosen at the gate may take effect on the day itself.
    until, before = closed(result, day), ticks(day) - 1
    recent = slice(max(until - RECENT, 0), until)
    for s, site in enumerate(plan.sites):
        yield f"capacity of {site.name}", _at(draws.sites[s].undisturbed, before)
        able = _able(draws.sites[s], plan.calendar.periods)[recent].sum()
        if np.isfinite(able):
            yield f"use of {site.name}", records.load[recent, s].sum() / able if able > 0.0 else 0.0
    for r, source in enumerate(plan.sources):
        out = records.source["out"][recent, r].sum()
        yield f"yield of {source.name}", records.source["good"][recent, r].sum() / out if out else 0.0
        yield f"price of {source.name}", _at(draws.sources[r].price, before) / 100.0
        yield f"output of {source.name}", records.source["good"][:until, r].sum()
    for index, line in enumerate(plan.lines):
        flows = [f for f, flow in enumerate(draws.flows) if flow.line == index]
        yield f"demand of {line.name}", records.flow["demanded"][:until][:, flows].sum()
        yield f"backlog of {line.name}", records.flow["backlog"][until - 1 : until, flows].sum()


def history(result: Result, day: float) -> bytes:
    """Return a hash of all that was counted up to the last reporting period that ends by a day.

    Equal hashes mean that two runs cannot be distinguished before that day.
    """
    records, until = result.records, closed(result, day)
    found = hashlib.blake2b(digest_size=16)
    for tables in (records.source, records.item, records.site, records.flow):
        # A hash depends on the order, and that of a set of strings differs between processes.
        for name in sorted(tables.keys() - AHEAD):
            found.update(np.ascontiguousarray(tables[name][:until]).data)
    for table in (
        records.load, records.cut, records.short, records.starved, records.need, records.released, records.promised,
    ):  # fmt: skip
        found.update(np.ascontiguousarray(table[:until]).data)
    return found.digest()


def closed(result: Result, day: float) -> int:
    """Return the number of reporting periods that end by a day."""
    return int(np.searchsorted(result.draws.plan.calendar.periods, day, side="right")) - 1


def _at(curve: Curve, tick: int) -> float:
    """Return the value of a curve at a tick."""
    return float(curve.at_all(np.array([tick]))[0])


@lru_cache(maxsize=64)
def _able(site: SiteDraws, periods: Edges) -> FloatArray:
    """Return the load that a site can work off in each period, shape (periods,), once for all runs that share it."""
    return integral_by_period(site.available, periods)
