"""What must hold in every network: generated small ones, planned and classical."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.api import Result, run

Fixture = Callable[..., Any]
Network = dict[str, Any]
SLOW = settings(
    max_examples=25, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)  # fmt: skip
FEWER = settings(SLOW, max_examples=12)
START, END = dt.date(2026, 1, 1), dt.date(2026, 9, 1)


@st.composite
def networks(draw: st.DrawFn, *, planned: bool | None = None) -> Network:
    """A chain of one to three stages with one to three sites each; all numbers small."""
    plans = draw(st.booleans()) if planned is None else planned
    depth = draw(st.integers(1, 3))
    data: Network = {
        "horizon": {"start": START, "end": END},
        "initial": draw(st.sampled_from(["empty", "pipeline"])) if plans else "empty",
        "yield_noise": draw(st.sampled_from(["off", "off", "binomial"])),
        "items": {}, "sites": {}, "recipes": {}, "sourcing": {}, "demand": {}, "pools": {},
    }  # fmt: skip
    rate = draw(st.integers(20, 200))
    made: list[str] = []
    for level in range(depth):
        made = [_stage(draw, data, level, made, rate, plans)]
    if draw(st.booleans()):
        data["items"]["extra"] = _item(draw, "extra", plans)
        data["sites"]["maker_of_extra"] = {"in_house": False, "capacity": "unlimited"}
        data["recipes"]["extra"] = {
            "item": "extra",
            "site": "maker_of_extra",
            "shipping_time": draw(st.integers(0, 40)),
        }
        last = [r for r in data["recipes"].values() if r["item"].startswith(f"item{depth - 1}")]
        for recipe in last:
            recipe.setdefault("inputs", {})["extra"] = draw(st.integers(1, 2))
    _demand(draw, data, made[-1], rate)
    if draw(st.booleans()):
        data["disruptions"] = {"strike": _disruption(draw, data)}
    return data


def close(draw: st.DrawFn, data: Network) -> list[str]:
    """Some sites of ours close on a day within the run; returns them."""
    ours = [name for name, site in data["sites"].items() if site["in_house"] and site.get("capacity") != "unlimited"]
    closing = [name for name in ours if "ramp" not in data["sites"][name] and draw(st.booleans())]
    for name in closing:
        data["sites"][name]["closes"] = START + dt.timedelta(days=draw(st.integers(1, 240)))
    return closing


def _item(draw: st.DrawFn, stage: str, plans: bool) -> Network:
    item: Network = {"stage": stage, "initial_stock": draw(st.sampled_from([0, 0, 50])), "holding_cost": 0.01}
    if not plans:
        kind = draw(st.sampled_from(["base_stock", "min_max", "reorder", "periodic"]))
        item["policy"] = {
            "base_stock": {"type": kind, "level": draw(st.integers(0, 200))},
            "min_max": {"type": kind, "reorder": draw(st.integers(0, 50)), "level": draw(st.integers(60, 200))},
            "reorder": {"type": kind, "reorder": draw(st.integers(0, 50)), "quantity": draw(st.integers(1, 90))},
            "periodic": {"type": kind, "quantity": draw(st.integers(1, 90)), "review": draw(st.integers(1, 20))},
        }[kind]
    elif draw(st.booleans()):
        item["safety_stock"] = draw(st.integers(0, 20))
    return item


def _stage(draw: st.DrawFn, data: Network, level: int, made: list[str], rate: int, plans: bool) -> str:
    """One item, or a pool of two, made at one to three sites."""
    stage = f"s{level}"
    variants = [f"item{level}a", f"item{level}b"] if draw(st.integers(0, 3)) == 0 else [f"item{level}a"]
    for variant in variants:
        data["items"][variant] = _item(draw, stage, plans)
    # A pool follows its first member, and is reviewed whenever something happens.
    for variant in variants[1:]:
        for key in ("policy", "safety_stock"):
            data["items"][variant].pop(key, None)
    policy = data["items"][variants[0]].get("policy", {})
    if len(variants) > 1 and policy.get("type") == "periodic":
        data["items"][variants[0]]["policy"] = {"type": "base_stock", "level": policy["quantity"]}
    # A stock policy orders from a single source.
    sites = draw(st.integers(len(variants), 3)) if plans else 1
    sources = []
    for k in range(sites):
        site, recipe = f"site{level}_{k}", f"make{level}_{k}"
        in_house = draw(st.booleans())
        data["sites"][site] = {
            "in_house": in_house,
            "lines": draw(st.integers(1, 3)),
            "capacity": rate * draw(st.sampled_from([0.3, 1, 2, 4])),
        }
        data["recipes"][recipe] = _recipe(draw, variants[k % len(variants)], site, made, plans)
        if "shipping_time" in data["recipes"][recipe]:
            data["items"][variants[k % len(variants)]]["transit_cost"] = 0.02
        if not in_house and draw(st.booleans()):
            data["recipes"][recipe]["price"] = 5
        if not in_house and plans and draw(st.booleans()):
            data["sites"][site]["contract"] = {"allocation": rate * draw(st.sampled_from([0.5, 1, 3]))}
        sources.append(recipe)
    name = variants[0] if len(variants) == 1 else f"pool{level}"
    if len(variants) > 1:
        data["pools"][name] = {"members": variants}
    if plans and sites > 1:
        policy = draw(st.sampled_from(["split", "in_house_first", "least_cost"]))
        data["sourcing"][name] = {"sources": sources, "policy": policy}
    return name


def _recipe(draw: st.DrawFn, item: str, site: str, made: list[str], plans: bool) -> Network:
    recipe: Network = {"item": item, "site": site}
    if made:
        recipe["inputs"] = {made[-1]: draw(st.integers(1, 2))}
    if draw(st.booleans()):
        recipe["lot_size"] = draw(st.integers(1, 25))
    if draw(st.booleans()):
        recipe["load"] = {"shape": "gamma", "mean": 1, "cv": 0.5}
    if draw(st.booleans()):
        recipe["cycle_time"] = {"shape": "lognormal", "mean": draw(st.integers(1, 30)), "cv": 0.3}
    if draw(st.booleans()):
        recipe["yield"] = {"line": 0.95, "assembly": draw(st.sampled_from([0.6, 0.9, 1]))}
    if draw(st.booleans()):
        recipe["shipping_time"] = draw(st.integers(0, 20))
    if plans and draw(st.integers(0, 3)) == 0:
        recipe["qualification"] = {"samples": {"days": 20, "starts": 5}, "risk": {"days": 30, "starts": 10}}
    return recipe


def _demand(draw: st.DrawFn, data: Network, item: str, rate: int) -> None:
    for k in range(draw(st.integers(1, 2))):
        line: Network = {"item": item, "priority": draw(st.integers(-1, 1)), "backlog": draw(st.booleans())}
        pattern = draw(st.sampled_from(["even", "poisson", "periodic"]))
        if pattern == "periodic":
            some = rate // 4 + 1
            drawn = [some, {"shape": "poisson", "mean": some}, {"shape": "empirical", "values": [0, some, 3 * some]}]
            line |= {"pattern": pattern, "quantity": draw(st.sampled_from(drawn)), "every": draw(st.integers(1, 15))}
        else:
            line |= {"pattern": pattern, "rate": rate / (k + 1)}
        if line["backlog"] and draw(st.booleans()):
            line["cancel_after"] = draw(st.integers(0, 40))
        if draw(st.booleans()):
            line |= {"delivery_time": draw(st.integers(0, 10)), "value": 9, "shipment_cost": 2}
            if line["backlog"]:
                line["shortage_cost"] = 0.1
        if not line["backlog"] or "cancel_after" in line:
            line["lost_cost"] = 0.07
        data["demand"][f"line{k}"] = line


def _effects(data: Network, site: str, factors: Network) -> Network:
    """Of these factors, those on something that the site has."""
    recipes = [r for r in data["recipes"].values() if r["site"] == site]
    there = {
        "capacity": data["sites"][site]["capacity"] != "unlimited" or factors["capacity"] == 0,
        "cycle_time": any("cycle_time" in r for r in recipes),
        "price": any("price" in r for r in recipes),
        "allocation": "contract" in data["sites"][site],
        "yield": True,
        "scrap_stock": True,
        "scrap_wip": data["sites"][site]["capacity"] != "unlimited" or any("cycle_time" in r for r in recipes),
    }
    return {key: factor for key, factor in factors.items() if there[key]}


def _disruption(draw: st.DrawFn, data: Network) -> Network:
    site = draw(st.sampled_from(list(data["sites"])))
    factors = {
        "capacity": draw(st.sampled_from([0, 0.5])),
        "yield": 0.9,
        "cycle_time": 1.5,
        "price": 2,
        "allocation": 0.5,
        "scrap_stock": 0.4,
        "scrap_wip": draw(st.sampled_from([0.3, 1])),
    }
    common: Network = {"sites": [site], "effects": _effects(data, site, factors)}
    if draw(st.booleans()):
        common["effects"]["shipments_held"] = True
    if data["sites"][site]["capacity"] != "unlimited":
        points = {"recovery_points": [{"after": 5, "value": 0.7}, {"after": 20, "value": 1}]}
        common |= draw(st.sampled_from([{"recovery": 0}, {"recovery": 15}, points]))
    if draw(st.booleans()):
        return common | {"kind": "random", "rate": 4, "duration": {"shape": "exponential", "mean": 20}}
    return common | {"kind": "scheduled", "begins": dt.date(2026, 4, 1), "duration": 40}


def same(a: Result, b: Result) -> bool:
    """Every frame and indicator equal."""
    for name, frame in a.frames.items():
        try:
            pd.testing.assert_frame_equal(frame, b.frames[name], check_exact=True)
        except AssertionError:
            return False
    return str(a.kpis) == str(b.kpis)


def pick(result: Result, scope: str, measure: str) -> pd.Series:
    """A measure of all entities of a scope, by name and period."""
    frame = result.frames["monthly"]
    rows = frame[(frame["scope"] == scope) & (frame["measure"] == measure)]
    return rows.set_index(["name", "period"])["value"]


@SLOW
@given(networks(), st.integers(0, 5))
def test_every_unit_and_cent_is_accounted_for(build: Fixture, data: Network, seed: int) -> None:
    """The engine checks itself at each period end; here the books are added up from outside."""
    result = run(build(data), seed=seed, engine="batch")
    assert result.conservation == {"worst_units": 0, "worst_usd": 0}
    served, lost, cancelled = (pick(result, "demand", k).groupby("name").sum() for k in ("served", "lost", "cancelled"))
    demanded = pick(result, "demand", "demanded").groupby("name").sum()
    backlog = pick(result, "demand", "backlog").groupby("name").last()
    assert (demanded == served + lost + cancelled + backlog).all()
    values = result.frames["monthly"]["value"]
    counted = result.frames["monthly"]["measure"].isin(["starts", "good", "stock", "backlog", "in_process", "served"])
    assert (values[counted] >= 0).all()
    assert result.frames["monthly"][~result.frames["monthly"]["measure"].isin(["share"])]["value"].notna().all()


@FEWER
@given(networks())
def test_the_same_seed_gives_the_same_run(build: Fixture, data: Network) -> None:
    assert same(*(run(build(data), seed=2, trace=True, engine="batch") for _ in range(2)))


@FEWER
@given(networks())
def test_a_disruption_without_effect_changes_nothing(build: Fixture, data: Network) -> None:
    idle = copy.deepcopy(data)
    ones = {"capacity": 1, "cycle_time": 1, "yield": 1, "price": 1, "allocation": 1}
    for site in data["sites"]:
        effects = _effects(data, site, ones)
        idle.setdefault("disruptions", {})[f"idle_{site}"] = {
            "kind": "random", "rate": 20, "duration": 5, "sites": [site], "effects": effects,
            **({"recovery": 3} if "capacity" in effects else {}),
        }  # fmt: skip
    assert same(*(run(build(d), seed=1, trace=True, engine="batch") for d in (data, idle)))


@SLOW
@given(networks(), st.data(), st.integers(0, 5))
def test_nothing_is_released_at_a_site_once_it_is_closed(
    build: Fixture, data: Network, more: st.DataObject, seed: int
) -> None:
    closing = more.draw(st.composite(close)(data)) if data["sites"] else []
    result = run(build(data), seed=seed, trace=True, engine="batch")
    sources = result.draws.plan.sources
    for lot in result.records.lots:
        site = data["recipes"][sources[lot.source].name]["site"]
        if site in closing and not lot.seeded:
            assert lot.released < (data["sites"][site]["closes"] - START).days * 2**20


@FEWER
@given(networks())
def test_a_site_without_work_changes_nothing_else(build: Fixture, data: Network) -> None:
    more = copy.deepcopy(data)
    more["sites"] = {"idle": {"in_house": True, "capacity": 50}} | more["sites"]
    plain, idle = (run(build(d), seed=1, engine="batch") for d in (data, more))
    monthly = idle.frames["monthly"]
    kept = monthly[monthly["name"] != "idle"].reset_index(drop=True)
    pd.testing.assert_frame_equal(plain.frames["monthly"], kept, check_exact=True)
    assert {k: v for k, v in idle.kpis.items() if not k.endswith(".idle")} == plain.kpis


@FEWER
@given(networks(), st.sampled_from([1.3, 2.0]))
def test_more_capacity_never_delivers_less(build: Fixture, data: Network, factor: float) -> None:
    """Cumulated service at each month end, to the largest lot.

    Only without noise: with it a faster site hands the slow draw to another lot. Nor with lost sales or
    cancellations, where what is served depends on when.
    """
    plain = copy.deepcopy(data)
    plain["yield_noise"] = "off"
    plain.pop("disruptions", None)
    for line in plain["demand"].values():
        line.pop("cancel_after", None)
        line.pop("lost_cost", None)
        line["backlog"] = True
    for recipe in plain["recipes"].values():
        recipe.pop("load", None)
        recipe.pop("qualification", None)
        if isinstance(recipe.get("cycle_time"), dict):
            recipe["cycle_time"] = recipe["cycle_time"]["mean"]
    more = copy.deepcopy(plain)
    for site in more["sites"].values():
        if site["capacity"] != "unlimited":
            site["capacity"] *= factor
    slow, fast = (run(build(d), seed=1, trace=True, engine="batch") for d in (plain, more))
    before, after = (pick(r, "demand", "served").groupby("period").sum().cumsum() for r in (slow, fast))
    # A recipe without a lot size makes a whole order in one lot.
    lot = max([0, *(r.frames["lots"]["good"].max() for r in (slow, fast) if len(r.frames["lots"]))])
    assert (after >= before - lot).all(), pd.DataFrame({"before": before, "after": after})


@pytest.mark.parametrize("rate", [0, 1, 37.5])
def test_a_lone_line_demands_its_rate(build: Fixture, rate: float) -> None:
    data = {
        "horizon": {"start": START, "end": dt.date(2027, 1, 1)},
        "items": {"a": {"stage": "s"}},
        "sites": {"p": {"in_house": True, "capacity": 100}},
        "recipes": {"m": {"item": "a", "site": "p"}},
        "demand": {"d": {"item": "a", "rate": rate}},
    }
    kpis = run(build(data)).kpis
    assert kpis["demanded"] == np.floor(rate * 365 / 30.4375 + 1e-6)
