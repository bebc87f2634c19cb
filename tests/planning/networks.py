"""Generated networks for properties of planning: plain data, and what a planner works out of it by hand."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from sim.api import Result
from sim.clock import TICKS_PER_DAY
from sim.plan import FloatArray

Network = dict[str, Any]

START = dt.date(2026, 1, 1)
REVIEWS = (1, 3, 7, 10, "month", 91)
UNITS = ("day", "week")
PATTERNS = ("even", "periodic", "series", "orders")
DEMANDED_FOR = 70
"""Days from the first demand to the end."""


def some(examples: int) -> settings:
    """How properties of planning are tried: the same networks each time.

    Shrinking takes minutes where a run takes a second; a failing example is printed as it was drawn.
    """
    return settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """What a network may have: `alternates` (a second source), `rules` (minimum, multiple, order period), `lots`,
    `yields`, `safety`, and how demand falls; `tree` gives each item a single parent."""

    levels: int = 5
    alternates: bool = True
    rules: bool = True
    lots: bool = True
    yields: bool = True
    safety: bool = True
    tree: bool = False
    policies: Sequence[str] = ("split", "in_house_first", "least_cost")
    patterns: Sequence[str] = PATTERNS
    reviews: Sequence[int | str] = REVIEWS


ANY = Kind()


@st.composite
def networks(draw: st.DrawFn, kind: Kind = ANY) -> Network:
    """Items in one to five levels, made at unlimited sites of inputs one or more levels below. Demand begins when the
    first orders for it can have arrived, and is forecast as it comes."""
    unit = draw(st.sampled_from([None, *UNITS]))
    review = draw(st.sampled_from([r for r in kind.reviews if unit is None or r != "month"]))
    if unit == "week" and isinstance(review, int):
        review = max(review // 7, 1)
    data: Network = {
        "horizon": {"start": START} if unit is None else {"time_unit": unit},
        "review_every": review,
        "report_every": 1,
        "items": {}, "sites": {}, "recipes": {}, "sourcing": {}, "demand": {},
    }  # fmt: skip
    below: list[list[str]] = []
    depth = draw(st.integers(1, kind.levels))
    for level in range(depth):
        top = level == depth - 1
        names = [f"i{level}{letter}" for letter in "ab"[: draw(st.integers(1, 2))]]
        for name in names:
            data["items"][name] = {"stage": f"level {level}"}
            if kind.safety and draw(st.integers(0, 3)) == 0:
                data["items"][name]["safety_stock"] = draw(st.integers(1, 10))
            _sources(draw, data, kind, name, _inputs(draw, below, kind, data, last=name == names[-1]))
        below.append(names)
        if top or (not kind.tree and draw(st.integers(0, 3)) == 0):
            wanted = names if top else names[:1]
            for name in wanted:
                data["demand"][f"d{name}"] = {"item": name}
    _demand(draw, data, kind)
    return data


def _inputs(draw: st.DrawFn, below: list[list[str]], kind: Kind, data: Network, *, last: bool) -> dict[str, int]:
    """Inputs from the level below and, unless each item has one parent, from any level."""
    if not below:
        return {}
    if kind.tree:
        used = {name for recipe in data["recipes"].values() for name in recipe.get("inputs", {})}
        free = [name for name in below[-1] if name not in used]
        taken = free if last else free[:1]
    else:
        every = [name for names in below for name in names]
        taken = [below[-1][0], *draw(st.lists(st.sampled_from(every), max_size=2))]
        if last:
            # Nothing is made for nobody.
            used = {name for recipe in data["recipes"].values() for name in recipe.get("inputs", {})}
            taken += [name for name in below[-1] if name not in used]
    return {name: draw(st.integers(1, 3)) for name in dict.fromkeys(taken)}


def _sources(draw: st.DrawFn, data: Network, kind: Kind, item: str, inputs: dict[str, int]) -> None:
    """One or two recipes of an item, each at a site of its own, and a policy that divides."""
    count = draw(st.integers(1, 2)) if kind.alternates else 1
    names = [f"make_{item}_{k}" for k in range(count)]
    for name in names:
        data["sites"][f"at_{name}"] = {"in_house": draw(st.booleans()), "capacity": "unlimited"}
        data["recipes"][name] = _recipe(draw, kind, item, f"at_{name}", inputs)
    if count == 1:
        return
    policy = draw(st.sampled_from(list(kind.policies)))
    data["sourcing"][item] = {"sources": names, "policy": policy}
    if policy == "split":
        share = draw(st.sampled_from([0.5, 0.9, 0.35]))
        data["sourcing"][item]["shares"] = dict(zip(names, (share, 1 - share), strict=True))
    outside = any(not data["sites"][f"at_{name}"]["in_house"] for name in names)
    if policy == "in_house_first" and outside and draw(st.booleans()):
        data["sourcing"][item]["second_source_floor"] = draw(st.sampled_from([0.1, 0.3]))


def _recipe(draw: st.DrawFn, kind: Kind, item: str, site: str, inputs: dict[str, int]) -> Network:
    recipe: Network = {"item": item, "site": site, "cycle_time": draw(st.integers(1, 20))}
    if inputs:
        recipe["inputs"] = inputs
    if draw(st.integers(0, 3)) == 0:
        recipe["shipping_time"] = draw(st.sampled_from([0.5, 3, 11]))
    if kind.lots and draw(st.booleans()):
        recipe["lot_size"] = draw(st.integers(1, 25))
    if kind.rules and draw(st.booleans()):
        recipe[draw(st.sampled_from(["minimum", "multiple"]))] = draw(st.integers(2, 60))
    if kind.rules and draw(st.integers(0, 4)) == 0:
        recipe["order_period"] = draw(st.integers(1, 30))
    if kind.yields and draw(st.integers(0, 3)) == 0:
        recipe["yield"] = {"line": draw(st.sampled_from([0.9, 0.75]))}
    return recipe


def _demand(draw: st.DrawFn, data: Network, kind: Kind) -> None:
    """Fill in demand lines, from the first cumulative lead time on, and the horizon."""
    first = math.ceil(max(lead_to_customers(data).values()))
    abstract = "time_unit" in data["horizon"]
    length = first + DEMANDED_FOR // (7 if data["horizon"].get("time_unit") == "week" else 1)
    for line in data["demand"].values():
        begins = first + draw(st.integers(0, 9))
        pattern = draw(st.sampled_from(list(kind.patterns)))
        line |= {"pattern": pattern}
        if pattern == "orders":
            dates = draw(st.lists(st.integers(begins, length - 1), min_size=1, max_size=4, unique=True))
            line["orders"] = [{"date": when(data, d), "units": draw(st.integers(1, 80))} for d in sorted(dates)]
            continue
        line["begins"] = when(data, begins)
        if pattern == "even":
            # A rate is by the month, or by the unit of an abstract model.
            line["rate"] = draw(st.sampled_from([0.2, 1, 7.3])) if abstract else draw(st.sampled_from([3, 40, 217]))
        elif pattern == "periodic":
            line |= {"quantity": draw(st.integers(1, 50)), "every": draw(st.integers(1, 12))}
        else:
            line |= {"every": draw(st.sampled_from([1, 5, 30.4375])), "repeats": True}
            line["values"] = draw(st.lists(st.integers(0, 40), min_size=1, max_size=5).filter(any))
    if abstract:
        data["horizon"]["length"] = length
    else:
        data["horizon"]["end"] = START + dt.timedelta(days=length)


def when(data: Network, day: float) -> dt.date | float:
    """A day of the run as the network writes it."""
    return day if "time_unit" in data["horizon"] else START + dt.timedelta(days=day)


def sources_of(data: Network, item: str) -> list[str]:
    return [name for name, recipe in data["recipes"].items() if recipe["item"] == item]


def lead(recipe: Network) -> float:
    """Planned lead time of a recipe."""
    return float(recipe["cycle_time"] + recipe.get("shipping_time", 0))


def lead_to_customers(data: Network) -> dict[str, float]:
    """Days from an order of each item to a customer, its own lead time and safety cover included, by the longest way."""
    found: dict[str, float] = {}
    for item in reversed(data["items"]):
        own = max(lead(data["recipes"][r]) for r in sources_of(data, item))
        parents = [r["item"] for r in data["recipes"].values() if item in r.get("inputs", {})]
        found[item] = own + data["items"][item].get("safety_stock", 0) + max((found[p] for p in parents), default=0.0)
    return found


def review_days(data: Network) -> float:
    """The longest time between two reviews."""
    return {"month": 31.0, "day": 1.0}.get(data["review_every"]) or float(data["review_every"])


def bucket_days(data: Network) -> float:
    """The longest bucket that the planner may use."""
    week = 1.0 if data["horizon"].get("time_unit") == "week" else 7.0
    day = 1.0 / 7.0 if week == 1.0 else 1.0
    period = review_days(data)
    return min(period, day) if period <= week else week


def days_of(result: Result) -> FloatArray:
    """Begin of each period in days."""
    return np.asarray(result.draws.plan.calendar.periods[:-1], dtype=np.float64)


def counted(result: Result, measure: str) -> FloatArray:
    """A measure of demand by period, summed over lines."""
    return result.records.flow[measure].sum(axis=1).astype(np.float64)


def taken(result: Result) -> FloatArray:
    """Units taken from stock of each pool by customers and by lots that begin, shape (pools, periods)."""
    draws, plan = result.draws, result.draws.plan
    used = np.zeros((len(plan.pools), len(days_of(result))))
    for f, flow in enumerate(draws.flows):
        used[flow.pool] += result.records.flow["served"][:, f]
    for lot in result.records.lots:
        begin, end = int(plan.inputs_start[lot.source]), int(plan.inputs_start[lot.source + 1])
        period = min(int(lot.begin / TICKS_PER_DAY), used.shape[1] - 1)
        for place in range(begin, end):
            used[plan.input_pool[place], period] += lot.starts * int(draws.sources[lot.source].takes[place - begin])
    return used
