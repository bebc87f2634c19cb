"""What is named as binding is what helps: relaxed in that quarter, customers are served sooner."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from typing import Any

import pandas as pd
from hypothesis import assume, given

from sim.api import Result, run
from tests.planning.chains import START, Network, by_month, chains
from tests.planning.networks import some

Fixture = Callable[..., Any]
CAUSES = ("capacity", "qualification", "contract", "inputs", "lead_time", "stock_level")
SOME = some(20)


def shortfalls(result: Result, prefix: str) -> pd.Series:
    """Units by (quarter, name, cause)."""
    frame = result.frames["monthly"]
    frame = frame[(frame["scope"] == "pool") & frame["measure"].isin([f"{prefix}.{cause}" for cause in CAUSES])]
    cause = frame["measure"].str.removeprefix(f"{prefix}.")
    return frame.groupby([pd.to_datetime(frame["period_start"]).dt.to_period("Q"), frame["name"], cause])["value"].sum()


def binding(result: Result) -> tuple[pd.Period, str, str] | None:
    """Where most was short in the first year, and why: the quarter, the item at the bottom of it and its cause.

    What helps later may reach customers only after the end.
    """
    short = shortfalls(result, "short").xs("whole", level="name")[:"2026Q4"]
    if short.sum() <= 0:
        return None
    quarter, cause = short.idxmax()
    if cause != "inputs":
        return quarter, "whole", cause
    name, cause = shortfalls(result, "starved").loc[quarter].idxmax()
    return quarter, name, cause


def relax(data: Network, quarter: pd.Period, name: str, cause: str) -> Network:
    """The network with half as much again of what was named in that quarter; or half the lead time, or qualified sooner."""
    more = copy.deepcopy(data)
    site, recipe = more["sites"][f"at_{name}"], more["recipes"][name]
    begin, end = quarter.start_time.date(), (quarter + 1).start_time.date()

    def for_the_quarter(value: int) -> Network:
        points = [(START, value)] if begin > START else []
        points += [(begin, int(1.5 * value)), (end, value)]
        return {"interpolate": "step", "points": [{"at": at, "value": v} for at, v in points]}

    if cause == "capacity":
        site["capacity"] = for_the_quarter(site["capacity"])
    elif cause == "contract":
        site["contract"]["allocation"] = for_the_quarter(site["contract"]["allocation"])
    elif cause == "qualification":
        recipe["qualification"]["begins"] -= dt.timedelta(days=30)
    elif cause == "lead_time":
        recipe["cycle_time"] //= 2
    else:
        more["items"][name]["policy"]["level"] *= 2
    return more


@SOME
@given(chains())
def test_what_is_named_as_binding_is_what_helps(build: Fixture, data: Network) -> None:
    """The constraint named for the quarter in which most was short, an input's own cause where it is an input, is one that
    the network has, and customers wait less if it is relaxed in that quarter."""
    before = run(build(data), engine="batch")
    found = binding(before)
    assume(found is not None)
    assert found is not None
    after = run(build(relax(data, *found)), engine="batch")
    assert sum(by_month(after, "backlog")) < sum(by_month(before, "backlog")), found
