"""The same scenario and seed give the same bytes; random streams belong to names, not to places."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

from sim.api import run
from sim.results.store import ASKED
from sim.scenario.loader import load_scenario

Fixture = Callable[..., Any]
SAVE = "import sys, sim; sim.run(sys.argv[1], seed=int(sys.argv[2]), trace=True).save(__import__('pathlib').Path(sys.argv[3]))"


def plant() -> dict[str, Any]:
    """Two products with noise in everything: demand, load, cycle time, yield, disruptions, an input."""
    noisy = {"shape": "gamma", "mean": 1, "cv": 0.6}
    recipe = {"lot_size": 5, "load": noisy, "cycle_time": {"shape": "lognormal", "mean": 4, "cv": 0.5}}
    return {
        "title": "all kinds of noise",
        "bare_numbers": "made up for a test",
        "horizon": {"length": 300, "time_unit": "day"},
        "report_every": 50,
        "yield_noise": "binomial",
        "items": {
            "cup": {"stage": "ware", "policy": {"type": "base_stock", "level": 20}},
            "jug": {"stage": "ware", "policy": {"type": "base_stock", "level": 20}},
        },
        "sites": {
            "kiln": {
                "in_house": True, "capacity": 9,
                "availability": {"assumed": 0.9, "low": 0.7, "high": 1.0, "draw": "triangular", "source": "a test"},
            },
            "works": {"in_house": False, "capacity": 9},
        },
        "recipes": {
            "cups": {"item": "cup", "site": "kiln", "yield": {"assembly": 0.8}, **recipe},
            "jugs": {"item": "jug", "site": "works", "yield": {"assembly": 0.8}, **recipe},
        },
        "demand": {
            "cups": {"item": "cup", "pattern": "poisson", "rate": 4},
            "jugs": {"item": "jug", "pattern": "normal", "every": 1, "quantity": 4, "sd": 1},
        },
        "disruptions": {
            "fire": {
                "kind": "random", "rate": 0.02, "duration": {"shape": "exponential", "mean": 6},
                "sites": ["kiln"], "effects": {"capacity": 0.2},
            },
            "flood": {"kind": "markov", "every": 5, "fail": 0.1, "recover": 0.5, "sites": ["works"], "effects": {"capacity": 0}},
        },
    }  # fmt: skip


def write(data: dict[str, Any], file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8") as stream:
        YAML(typ="safe").dump(data, stream)
    return file


def digests(folder: Path) -> dict[str, str]:
    """Of all files but the one that says where the scenario lies."""
    assert (folder / ASKED).is_file()
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.iterdir()) if f.name != ASKED}


def elsewhere(file: Path, seed: int, out: Path, hash_seed: str) -> dict[str, str]:
    """Run in a process of its own, with another order of Python's sets."""
    env = {"PYTHONHASHSEED": hash_seed, "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", SAVE, str(file), str(seed), str(out)], check=True, env=env, cwd=out.parent)
    return digests(out)


def test_another_process_and_another_place_give_the_same_bytes(tmp_path: Path) -> None:
    here, there = write(plant(), tmp_path / "a" / "plant.yaml"), write(plant(), tmp_path / "b" / "c" / "plant.yaml")
    run(load_scenario(here), seed=7, trace=True).save(tmp_path / "first")
    first = digests(tmp_path / "first")
    assert set(first) == {
        "manifest.json",
        "kpis.json",
        "monthly.parquet",
        "milestones.parquet",
        "cash.parquet",
        "lots.parquet",
    }
    assert elsewhere(here, 7, tmp_path / "second", "1") == first
    assert elsewhere(there, 7, tmp_path / "third", "2") == first


def test_the_name_of_the_file_is_only_a_name(tmp_path: Path) -> None:
    one, two = (
        run(load_scenario(write(plant(), tmp_path / name)), seed=7, trace=True) for name in ("one.yaml", "two.yaml")
    )
    assert one.hash == two.hash
    assert one.to_json() | {"scenario": ""} == two.to_json() | {"scenario": ""}
    for name, frame in one.frames.items():
        pd.testing.assert_frame_equal(frame, two.frames[name], check_exact=True)


def test_the_order_of_keys_plays_no_part_in_the_hash(tmp_path: Path) -> None:
    data = plant()
    turned = data | {"items": dict(reversed(data["items"].items()))}
    one, two = (run(load_scenario(write(d, tmp_path / f"{i}.yaml")), seed=7) for i, d in enumerate((data, turned)))
    assert one.hash == two.hash


def test_seeds_differ_and_zero_is_one_of_them(build: Fixture) -> None:
    scenario = build(plant(), "seeds")
    kpis = [run(scenario, seed=seed).kpis for seed in (0, 1, 2)]
    assert len({str(k) for k in kpis}) == 3
    assert run(scenario).kpis == kpis[0]


def lots_of(
    build: Fixture, data: dict[str, Any], recipe: str = "cups", line: str = "cups"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lots of a recipe, without their numbers, and what became of a demand line."""
    result = run(build(data, "lots_of"), seed=5, trace=True)
    lots = result.frames["lots"]
    monthly = result.frames["monthly"]
    lots = lots[lots["recipe"] == recipe].drop(columns=["recipe", "lot"]).reset_index(drop=True)
    return lots, monthly[(monthly["scope"] == "demand") & (monthly["name"] == line)].drop(columns="name").reset_index(
        drop=True
    )


def alike(a: tuple[pd.DataFrame, pd.DataFrame], b: tuple[pd.DataFrame, pd.DataFrame]) -> bool:
    return a[0].equals(b[0]) and a[1].equals(b[1])


def test_another_item_site_and_line_leave_all_other_streams_as_they_were(build: Fixture) -> None:
    data = plant()
    more = plant()
    more["items"] = {"bowl": {"stage": "ware", "policy": {"type": "base_stock", "level": 9}}} | more["items"]
    more["sites"] = {"shed": {"in_house": True, "capacity": 5}} | more["sites"]
    more["recipes"] = {"bowls": {"item": "bowl", "site": "shed", "load": {"shape": "exponential", "mean": 1}}} | more[
        "recipes"
    ]
    more["demand"] = {"bowls": {"item": "bowl", "pattern": "poisson", "rate": 2}} | more["demand"]
    quake = {"kind": "random", "rate": 0.1, "duration": 4, "sites": ["shed"], "effects": {"capacity": 0}}
    more["disruptions"] = {"quake": quake} | more["disruptions"]
    for recipe, line in (("cups", "cups"), ("jugs", "jugs")):
        assert alike(lots_of(build, data, recipe, line), lots_of(build, more, recipe, line))


def renamed(*, keep: bool) -> dict[str, Any]:
    """Everything about cups under another name, with or without its old stream."""
    data = plant()
    for section, old, new in (
        ("recipes", "cups", "mugs"),
        ("demand", "cups", "mugs"),
        ("disruptions", "fire", "blaze"),
    ):
        entry = data[section].pop(old)
        data[section][new] = entry | ({"stream": old} if keep else {})
    # The kiln's uncertain availability is drawn too.
    data["sites"]["oven"] = data["sites"].pop("kiln") | ({"stream": "kiln"} if keep else {})
    data["recipes"]["mugs"]["site"], data["disruptions"]["blaze"]["sites"] = "oven", ["oven"]
    return data


def test_a_stream_keeps_its_numbers_through_a_new_name(build: Fixture) -> None:
    was = lots_of(build, plant())
    assert alike(was, lots_of(build, renamed(keep=True), "mugs", "mugs"))
    now = lots_of(build, renamed(keep=False), "mugs", "mugs")
    assert not was[0].equals(now[0])
    assert not was[1].equals(now[1])


@pytest.mark.parametrize("change", ["demand.cups.rate=5", "recipes.cups.yield.assembly=0.7", "sites.kiln.capacity=8"])
def test_common_random_numbers(change: str, tmp_path: Path) -> None:
    """A change on one side leaves the other side's random numbers, to the last lot."""
    file = write(plant(), tmp_path / "plant.yaml")
    before, after = (run(load_scenario(file, sets=sets), seed=5, trace=True).frames["lots"] for sets in ([], [change]))
    jugs = [f[f["recipe"] == "jugs"].drop(columns="lot").reset_index(drop=True) for f in (before, after)]
    cups = [f[f["recipe"] == "cups"].drop(columns="lot").reset_index(drop=True) for f in (before, after)]
    assert jugs[0].equals(jugs[1])
    assert not cups[0].equals(cups[1])
