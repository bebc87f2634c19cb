"""Tables of quantiles that a plan will draw through, so that they can be kept and made ready without scipy."""

from __future__ import annotations

from sim.draws.draw import draw
from sim.draws.tabulated import QuantileTable, table
from sim.errors import InputError
from sim.plan import Plan
from sim.vocabulary import Shape


def tables_of(plan: Plan) -> dict[tuple[Shape, float], QuantileTable]:
    """Return the tables of the noise of a plan at typical inputs, by shape and coefficient of variation.

    Empty where it cannot be drawn: a run of it says why.
    """
    try:
        sources = draw(plan, 0).sources
    except InputError:
        return {}
    noises = (noise for source in sources for noise in (source.load, source.cycle, source.yield_noise))
    asked = dict.fromkeys((noise.shape, noise.cv) for noise in noises if noise is not None and not noise.constant)
    return {(shape, cv): table(shape, cv) for shape, cv in asked}
