"""What can be seen of a run at a gate: capacities, their use, yields, prices, demand and backlogs so far."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np

from sim.clock import ticks
from sim.draws.curves import Curve, level_at
from sim.draws.sites import integral_by_period
from sim.results.result import Result

AHEAD = frozenset({"delayed", "wait", "time_in_system"})
"""What a lot is counted with when it joins a queue, for the time that it will take: that may reach beyond a gate."""
RECENT = 3
"""Reporting periods over which use and yield are taken."""


def features(result: Result, day: float) -> dict[str, float]:
    """Numbers known on a day, before anything is chosen there, by name. What has not happened yet is 0."""
    return {name: float(value) for name, value in _seen(result, day) if np.isfinite(value)}


def _seen(result: Result, day: float) -> Iterator[tuple[str, float]]:
    draws, records, plan = result.draws, result.records, result.draws.plan
    for ref, scale in plan.known:
        yield plan.inputs[ref].path, float(draws.vector[ref]) / scale
    for process in plan.processes:
        yield f"level of {process.path}", level_at(process, draws.vector, np.array([day]))[0]
    until, before = closed(result, day), ticks(day) - 1
    recent = slice(max(until - RECENT, 0), until)
    for s, site in enumerate(plan.sites):
        yield f"capacity of {site.name}", _at(draws.sites[s].undisturbed, before)
        able = integral_by_period(draws.sites[s].available, plan.calendar.periods)[recent].sum()
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
    """A hash of all that was counted up to the last period that ends by a day."""
    records, until = result.records, closed(result, day)
    found = hashlib.blake2b(digest_size=16)
    for tables in (records.source, records.item, records.site, records.flow):
        for name in sorted(tables.keys() - AHEAD):
            found.update(np.ascontiguousarray(tables[name][:until]).tobytes())
    for table in (
        records.load, records.cut, records.short, records.starved, records.need, records.released, records.promised,
    ):  # fmt: skip
        found.update(np.ascontiguousarray(table[:until]).tobytes())
    return found.digest()


def closed(result: Result, day: float) -> int:
    """Reporting periods that end by a day."""
    return int(np.searchsorted(result.draws.plan.calendar.periods, day, side="right")) - 1


def _at(curve: Curve, tick: int) -> float:
    return float(curve.at_all(np.array([tick]))[0])
