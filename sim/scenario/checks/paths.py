"""Paths over time: their ends, and values that their interpolation can run between."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario.checks.context import Context
from sim.scenario.compose import Loc
from sim.scenario.schema import Document
from sim.scenario.schema.quantity import Interpolate, Path


def check(context: Context) -> None:
    """Every path can be followed as it is written."""
    for loc, path in _paths(context.document):
        if path.ends is not None and (loc[0] != "demand" or "power" in loc or str(loc[2]).startswith("value")):
            context.add(
                (*loc, "ends"),
                "has no effect: only a path of demand must say how far it reaches; here the last value holds",
            )
        if path.interpolate is Interpolate.EXPONENTIAL:
            _exponential(context, loc, path)


def _paths(document: Document) -> Iterator[tuple[Loc, Path]]:
    for name, line in document.demand.items():
        yield from _given(("demand", name, "rate"), line.rate)
        yield from _given(("demand", name, "compute"), line.compute)
        yield from _given(("demand", name, "power", "available"), getattr(line.power, "available", None))
        yield from _given(("demand", name, "value"), line.value)
        yield from _given(("demand", name, "value_per_h100e"), line.value_per_h100e)
        yield from _given(("demand", name, "forecast", "rate"), line.forecast.rate)
    for name, site in document.sites.items():
        for key in ("capacity", "rivals", "tariff", "announced"):
            yield from _given(("sites", name, key), getattr(site, key))
        yield from _given(("sites", name, "tools", "supply"), getattr(site.tools, "supply", None))
        for key in ("demand", "price"):
            yield from _given(("sites", name, "outside_sales", key), getattr(site.outside_sales, key, None))
        for key in ("allocation", "commitment"):
            yield from _given(("sites", name, "contract", key), getattr(site.contract, key, None))
    for name, recipe in document.recipes.items():
        yield from _given(("recipes", name, "price"), recipe.price)


def _given(loc: Loc, path: object) -> Iterator[tuple[Loc, Path]]:
    if isinstance(path, Path):
        yield loc, path


def _exponential(context: Context, loc: Loc, path: Path) -> None:
    """Growth by a constant factor neither starts from zero nor reaches it."""
    for i in range(len(path.points)):
        place: Loc = (*loc, "points", i, "value")
        lowest = context.lowest(*place)
        if lowest is not None and lowest <= 0:
            context.add(
                place,
                "an exponential path needs values above 0",
                found=f"{lowest:g}",
                expected="more than 0; or interpolate: linear",
            )
