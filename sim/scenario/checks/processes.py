"""Random processes on paths over time: where they may stand, and what discounting asks of them."""

from __future__ import annotations

import re

from sim.scenario.checks.context import Context
from sim.scenario.compose import Loc, dotted
from sim.vocabulary import Discounting

PLACES = (
    "demand.NAME.rate", "demand.NAME.compute", "demand.NAME.value", "demand.NAME.value_per_h100e",
    "recipes.NAME.price", "sites.NAME.outside_sales.demand", "sites.NAME.outside_sales.price",
)  # fmt: skip
_PLACE = re.compile("|".join(place.replace(".", r"\.").replace("NAME", ".+") for place in PLACES))


def check(context: Context) -> None:
    """Check that processes move demand, prices or values, by months, and that discounting has what it needs."""
    for path, loc in context.processes.items():
        if not _PLACE.fullmatch(dotted(loc[:-1])):
            context.add(
                loc,
                "only what markets bring may follow a process: demand, prices and what is delivered is worth",
                found=path,
                expected=", ".join(PLACES),
            )
        if context.document.horizon.start is None:
            context.add(loc, "a process needs calendar months: write horizon with dates (start and end)")
    _risk_neutral(context)


def _risk_neutral(context: Context) -> None:
    """Check that risk-neutral valuation has a risk-free rate, and a risk premium of every process.

    It discounts at the risk-free rate, and lowers the drift of every process by its premium.
    """
    money = context.document.money
    if money.discounting is Discounting.REAL:
        return
    here: Loc = ("money", "discounting")
    if money.risk_free_rate is None:
        message = "risk-neutral valuation discounts at the risk-free rate; write money.risk_free_rate"
        context.add(here, message, found=str(money.discounting))
    if not context.processes:
        context.add(here, "nothing here is priced by a market: no path has a process", found=str(money.discounting))
    for loc in context.processes.values():
        if context.number(*loc, "risk_premium") is None:
            message = "risk-neutral valuation needs the risk_premium of every process; write 0 where bearing its risk earns nothing"
            context.add(loc, message)
