"""When demand falls and how much: dated, at random, or evenly."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.calendar import Calendar
from sim.draws.curves import path_at, value
from sim.draws.rates import middles, path_edges, union
from sim.draws.streams import stream, uniforms
from sim.draws.units import drawn_units, mean_units
from sim.plan import FloatArray, LinePlan, Plan
from sim.vocabulary import Pattern, UnitShape

DATED = (Pattern.PERIODIC, Pattern.NORMAL, Pattern.SERIES, Pattern.ORDERS)
"""Patterns whose demand has dates of its own."""


class Arrivals(NamedTuple):
    """Random or dated demand of a line: days, units, and uniforms (`which`), all of the same length.

    A uniform chooses the generation of an arrival by the shares of generations on its day. There are none where the line
    has one generation, or divides arrivals among generations.
    """

    days: FloatArray
    units: FloatArray
    which: FloatArray | None


def rate_scale(line: LinePlan, vector: FloatArray) -> float:
    """Return what one unit of a line's rate or compute need means to the line."""
    return value(vector, line.share, 1.0) * value(vector, line.per_unit, 1.0)


def arrivals(plan: Plan, line: LinePlan, vector: FloatArray, seed: int, replication: int) -> Arrivals | None:
    """Draw a line's random or dated demand within the horizon; None where demand falls evenly."""
    days, scale = plan.calendar.days, rate_scale(line, vector)
    if line.pattern is Pattern.EVEN:
        return None
    generator = stream(seed, replication, f"demand/{line.stream}")
    if line.pattern is Pattern.POISSON:
        at = _poisson(line, vector, generator, plan.calendar, scale)
        several = len(line.generations) > 1
        generations = stream(seed, replication, f"demand/{line.stream}/generation")
        return Arrivals(at, np.ones(at.size), uniforms(generations, at.size) if several else None)
    at, units = dated(line, vector, days)
    return Arrivals(at, np.asarray(_drawn(line, vector, generator, units) * scale), None)


def _drawn(line: LinePlan, vector: FloatArray, generator: np.random.Generator, mean: FloatArray) -> FloatArray:
    """Return the units of dated demand: their means, or draws around them."""
    if certain(line):
        return mean
    u = uniforms(generator, mean.size)
    if line.pattern is Pattern.NORMAL:
        from scipy import special

        return np.asarray(np.maximum(mean + value(vector, line.sd) * special.ndtri(u), 0.0))
    assert line.quantity is not None
    return drawn_units(line.quantity, vector, u)


def certain(line: LinePlan) -> bool:
    """Return whether a line's units are listed or constant, not drawn."""
    return line.pattern is not Pattern.NORMAL and (line.quantity is None or line.quantity.shape is UnitShape.CONSTANT)


def dated(line: LinePlan, vector: FloatArray, until: float) -> tuple[FloatArray, FloatArray]:
    """Return the days before `until` on which dated demand falls, increasing, and its units.

    Units are before `rate_scale`; where they are drawn, they are their mean.
    """
    if line.pattern is Pattern.ORDERS:
        # Orders of one day are one demand.
        at, place = np.unique(vector[list(line.dates)], return_inverse=True)
        units: FloatArray = np.bincount(place, weights=vector[list(line.values)]).astype(np.float64)
        return at[at < until], units[at < until]
    begins, every = value(vector, line.begins), value(vector, line.every, 1.0)
    periods = max(int(np.ceil((until - begins) / every)), 0)
    if line.pattern is Pattern.SERIES:
        values = vector[list(line.values)]
        units = np.asarray(np.resize(values, periods) if line.repeats else values[:periods])
    else:
        assert line.quantity is not None
        units = np.full(periods, mean_units(line.quantity, vector))
    return np.asarray(begins + every * np.arange(units.size)), units


def _poisson(
    line: LinePlan, vector: FloatArray, generator: np.random.Generator, calendar: Calendar, scale: float
) -> FloatArray:
    """Draw the days of a Poisson process whose rate follows the path.

    Unit exponentials go through the inverse of the cumulative rate (inversion, Çinlar 1975), which is exact for a rate
    that is constant between edges.
    """
    assert line.rate is not None
    begins = value(vector, line.begins)
    edges = union(calendar.days, [begins], path_edges(line.rate, vector, calendar.day, calendar.days))
    edges = edges[edges >= begins]
    if edges.size < 2:
        return np.zeros(0)
    mean = path_at(line.rate, vector, middles(edges)) * scale
    # Edges between which the rate stays as it is are none, so that no bit of an arrival depends on what comes after it.
    changes = np.append(True, np.diff(mean) != 0.0)
    edges, mean = np.append(edges[:-1][changes], edges[-1]), mean[changes]
    cumulated = np.concatenate([[0.0], np.cumsum(mean * np.diff(edges))])
    exposure = _exposures(generator, float(cumulated[-1]))
    place = np.searchsorted(cumulated[:-1], exposure, side="right") - 1
    at = edges[place] + (exposure - cumulated[place]) / mean[place]
    return np.asarray(at[at < calendar.days])


def _exposures(generator: np.random.Generator, total: float) -> FloatArray:
    """Draw the cumulative rates below `total` at which arrivals come."""
    gaps = np.zeros(0)
    # The sequence of gaps is the same in blocks of any size.
    while gaps.sum() < total:
        block = -np.log1p(-uniforms(generator, max(1024, int(total - gaps.sum()))))
        gaps = np.concatenate([gaps, block])
    exposure = np.cumsum(gaps)
    return np.asarray(exposure[exposure < total])


def grain(line: LinePlan, vector: FloatArray, day: float) -> float:
    """Return the time for which even demand falls at once: as given, else a real day or, if shorter, the unit."""
    return value(vector, line.every, min(day, 1.0))


def expected_grain(line: LinePlan, vector: FloatArray, day: float) -> float:
    """Return the time for which demand at a rate is expected at once: its own period if it has one, else a real day."""
    return value(vector, line.every, day) if line.pattern in DATED else day


def whole(units: FloatArray) -> FloatArray:
    """Return whole units, cumulative along the last axis: fractions are carried to the next."""
    # What passes 64 bits is refused as soon as it is added up.
    return np.minimum(np.floor(np.cumsum(units, axis=-1) + 1e-6), 2.0**62)


__all__ = ["DATED", "Arrivals", "arrivals", "certain", "dated", "expected_grain", "grain", "rate_scale", "whole"]
