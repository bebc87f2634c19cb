"""Lots and their inputs: nothing starts without them, and what lacks one holds up nobody who does not need it."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from itertools import accumulate
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.api import run
from tests.planning import networks as net
from tests.planning.chains import END, START, by_month
from tests.planning.networks import Kind, Network, some

Fixture = Callable[..., Any]
SOME = some(20)
BUCKET = 7


@SOME
@given(net.networks(Kind(yields=False)))
def test_no_lot_is_released_long_before_its_inputs(build: Fixture, data: Network) -> None:
    """With unlimited sites a released lot begins within a bucket: its inputs are there, or expected by then."""
    lots = run(build(data), trace=True, engine="batch").frames["lots"]
    if not abstract(data):
        assert ((lots["begin"] - lots["released"]) <= net.bucket_days(data) + 1e-6).all()


def abstract(data: Network) -> bool:
    """Whether the network has no dates."""
    return "time_unit" in data["horizon"]


@st.composite
def two_products(draw: st.DrawFn) -> Network:
    """Two products of one hall that is large enough, each of an input of its own and perhaps of a common one."""
    common, lots = draw(st.booleans()), draw(st.sampled_from([1, 10, 25]))
    data: Network = {
        "horizon": {"start": START, "end": END},
        "review_every": draw(st.sampled_from([7, 10, "month"])),
        "items": {"common": {"stage": "part"}} if common else {},
        "sites": {"hall": {"in_house": True, "capacity": 3000}, "vendor": {"in_house": False, "capacity": "unlimited"}},
        "recipes": {"common": {"item": "common", "site": "vendor", "cycle_time": draw(st.integers(1, 60))}} if common else {},
        "demand": {},
    }  # fmt: skip
    for name in ("chair", "table"):
        part = f"{name}_part"
        data["items"] |= {name: {"stage": "product"}, part: {"stage": "part"}}
        data["sites"][f"{part}_maker"] = {"in_house": False, "capacity": 5000}
        data["recipes"][part] = {"item": part, "site": f"{part}_maker", "cycle_time": draw(st.integers(1, 90))}
        inputs = {part: draw(st.integers(1, 3))} | ({"common": 1} if common else {})
        data["recipes"][name] = {
            "item": name, "site": "hall", "cycle_time": draw(st.integers(1, 30)), "lot_size": lots, "inputs": inputs,
        }  # fmt: skip
        data["demand"][name] = {"item": name, "rate": draw(st.integers(100, 1200))}
    return data


@SOME
@given(two_products(), st.sampled_from([0, 60, 400]), st.integers(30, 300))
def test_a_shortage_of_one_input_idles_nobody_else(build: Fixture, data: Network, left: int, day: int) -> None:
    """Where the maker of chairs' parts falls away, or makes next to nothing from some day on, as many tables are delivered
    by each month end as before, to within a lot and two buckets: what is common to both comes for chairs too."""
    short = copy.deepcopy(data)
    points = [{"at": START, "value": 5000}, {"at": START + dt.timedelta(days=day), "value": left}]
    short["sites"]["chair_part_maker"]["capacity"] = {"interpolate": "step", "points": points}
    before, after = (
        np.array(list(accumulate(by_month(run(build(d), engine="batch"), "served", "table")))) for d in (data, short)
    )
    slack = data["recipes"]["table"]["lot_size"] + data["demand"]["table"]["rate"] * 2 * BUCKET / 30.4375
    assert (after >= before - slack).all(), (before, after)


@some(40)
@given(
    st.sampled_from([0, 0.5, 1, 3]), st.sampled_from([1, 2, 7]), st.integers(1, 4), st.sampled_from([0, 1]), st.integers(1, 3),
    st.booleans(),
)  # fmt: skip
def test_what_lacks_an_input_lets_the_rest_begin(
    build: Fixture, cycle: float, review: int, takes: int, below: float, minimum: int, limited: bool
) -> None:
    """Boxes of parts that a plant makes just in time: those for which there are parts begin, whatever the others wait for;
    so all are served within a review and some buckets, however short the cycle."""
    data = {
        "horizon": {"length": 90, "time_unit": "day"},
        "report_every": 10,
        "review_every": review,
        "items": {"part": {"stage": "part"}, "box": {"stage": "box"}},
        "sites": {
            "plant": {"in_house": True, "capacity": takes * 3},
            "packer": {"in_house": False, "capacity": 6 if limited else "unlimited"},
        },
        "recipes": {
            "make": {"item": "part", "site": "plant", "cycle_time": below},
            "pack": {
                "item": "box",
                "site": "packer",
                "inputs": {"part": takes},
                "cycle_time": cycle,
                "minimum": minimum,
            },
        },
        "demand": {"d": {"item": "box", "rate": 1}},
    }
    result = run(build(data), engine="batch")
    assert result.kpis["backlog_end"] <= review + cycle + below + 3 + minimum
    assert result.kpis["time_to_serve"] <= review + cycle + below + 3 + minimum
