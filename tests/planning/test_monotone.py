"""More of anything never serves customers less: on chains, where nothing that is scarce is shared."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import accumulate
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sim.api import run
from tests.planning.chains import NAMES, RATE, Network, by_month, chains
from tests.planning.networks import some

Fixture = Callable[..., Any]
BUCKET = 7 / 30.4375
"""The longest bucket of a plan, in months."""
SOME = some(25)


def eased(data: Network, name: str, factor: float) -> Network:
    """The chain with more capacity, a larger allocation or a shorter lead time of one of its items."""
    more = copy.deepcopy(data)
    site, recipe = more["sites"][f"at_{name}"], more["recipes"][name]
    if factor < 1.0:
        recipe["cycle_time"] = int(recipe["cycle_time"] * factor)
    elif "contract" in site:
        site["contract"]["allocation"] *= factor
    else:
        site["capacity"] *= factor
    return more


@SOME
@given(chains(), st.sampled_from(NAMES), st.sampled_from([0.5, 0.8, 1.3, 2.0]))
def test_more_capacity_or_less_time_never_delivers_less(
    build: Fixture, data: Network, name: str, factor: float
) -> None:
    """More capacity, a shorter lead time or a larger allocation never lower what has been delivered by any month end,
    beyond one lot and what customers want in one bucket."""
    name = name if name in data["recipes"] else "whole"
    before, after = (
        list(accumulate(by_month(run(build(d), engine="batch"), "served"))) for d in (data, eased(data, name, factor))
    )
    slack = max(recipe["lot_size"] for recipe in data["recipes"].values()) + RATE * BUCKET
    assert all(more >= less - slack for less, more in zip(before, after, strict=True)), (before, after)
