"""Noise that would be cut off at zero: its mean would not be the one that is stated."""

from __future__ import annotations

import math

from sim.scenario.checks.context import Context
from sim.scenario.compose import Loc
from sim.scenario.schema.demand import Markov
from sim.scenario.schema.quantity import Random, Units
from sim.vocabulary import Pattern, Shape, UnitShape

_MOST: dict[str, float] = {Shape.UNIFORM: 1 / math.sqrt(3), Shape.NORMAL: 0.5}
"""A uniform reaches zero at this coefficient of variation; a normal of 0.5 is below zero in 2.3 % of
draws, and cutting them off raises its mean by 0.4 %."""


def check(context: Context) -> None:
    """Check that loads, cycle times, durations and quantities are not drawn from distributions cut off at zero."""
    for name, recipe in context.document.recipes.items():
        _spread(context, ("recipes", name, "load"), recipe.load)
        _spread(context, ("recipes", name, "cycle_time"), recipe.cycle_time)
    for name, disruption in context.document.disruptions.items():
        if not isinstance(disruption, Markov):
            _spread(context, ("disruptions", name, "duration"), disruption.duration)
    for name, line in context.document.demand.items():
        if line.pattern is Pattern.NORMAL:
            _demand(context, ("demand", name))
        elif line.quantity is not None:
            _units(context, ("demand", name, "quantity"), line.quantity)


def _spread(context: Context, loc: Loc, noise: Random | Units) -> None:
    """Check that the coefficient of variation of a shape is not too large for it."""
    most, cv = _MOST.get(noise.shape), context.highest(*loc, "cv")
    if most is not None and cv is not None and cv > most + 1e-9:
        message = f"a {noise.shape} shape this wide goes below zero, and cut off there its mean would be more than stated; take gamma or lognormal"
        context.add((*loc, "cv"), message, found=f"{cv:g}", expected=f"at most {most:.3g}")


def _demand(context: Context, loc: Loc) -> None:
    """Check that the mean of normal demand is far enough above zero for its standard deviation."""
    mean, sd = context.lowest(*loc, "quantity"), context.highest(*loc, "sd")
    if mean is not None and sd is not None and sd > _MOST[Shape.NORMAL] * mean:
        message = "normal demand this wide goes below zero, and cut off there its mean would be more than stated"
        context.add((*loc, "sd"), message, found=f"{sd:g}", expected=f"at most half of the quantity, {mean / 2:g}")


def _units(context: Context, loc: Loc, units: Units) -> None:
    """Check the distribution of a number of units: its spread, and that its weights add up to more than 0."""
    _spread(context, loc, units)
    mean, cv = context.lowest(*loc, "mean"), context.lowest(*loc, "cv")
    if units.shape is UnitShape.NEGATIVE_BINOMIAL and mean and cv is not None and cv**2 * mean <= 1 + 1e-9:
        message = "the variance of a negative binomial is above its mean; take poisson, or a larger cv"
        context.add((*loc, "cv"), message, found=f"{cv:g}", expected=f"more than {1 / math.sqrt(mean):.3g}")
    if units.weights and not any(context.lowest(*loc, "weights", i) for i in range(len(units.weights))):
        context.add((*loc, "weights"), "are all 0: no value would ever occur")
