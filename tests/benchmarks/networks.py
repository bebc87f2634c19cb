"""A supply network of any size, as a scenario: the same size always gives the same network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from ruamel.yaml import YAML

LEVELS = 5
ITEMS_PER_PLANT = 4
SUPPLIERS = 2
UTILISATION = 0.8
"""Share of every plant's capacity that mean demand takes."""

Data = dict[str, Any]


def write_network(items: int, folder: Path) -> Path:
    """Write the network of so many items to a scenario file and return its path."""
    file = folder / f"network_{items}.yaml"
    with file.open("w", encoding="utf-8") as stream:
        YAML(typ="safe").dump(network(items), stream)
    return file


def network(items: int) -> Data:
    """Return a network of five levels, monthly reviews and five years as the plain data of a scenario.

    Each item above the lowest level takes one unit of two items of the level below, and each item below the highest
    goes into two. Plants make four items of one level each. The items of the lowest level have a second source: one
    of two suppliers. So 200 items have 52 sites and 1,000 items have 252.

    `items` must be a multiple of 20, so that every level fills its plants.
    """
    if items <= 0 or items % (LEVELS * ITEMS_PER_PLANT):
        raise ValueError(f"{items} items: the number must be a multiple of {LEVELS * ITEMS_PER_PLANT}")
    random = Random(items)
    levels = _levels(items)
    inputs = _inputs(levels, random)
    demand = {item: random.randint(50, 150) for item in levels[0]}
    needs = _monthly_needs(levels, inputs, demand)
    return {
        "title": f"A generated network of {items} items",
        "bare_numbers": "generated, for measuring speed",
        "horizon": {"start": date(2026, 1, 1), "end": date(2031, 1, 1)},
        "review_every": "month",
        "initial": "pipeline",
        "items": {
            item: {"stage": f"level_{k}", "safety_stock": 10} for k, level in enumerate(levels) for item in level
        },
        "sites": _plants(needs)
        | {_supplier(k): {"in_house": False, "capacity": "unlimited"} for k in range(SUPPLIERS)},
        "recipes": _own_recipes(needs, inputs, random) | _supplied_recipes(levels[-1], needs, random),
        "sourcing": {item: {"sources": [item, _supplied(item)], "policy": "in_house_first"} for item in levels[-1]},
        "demand": {f"{item}_demand": {"item": item, "rate": rate} for item, rate in demand.items()},
    }


def _levels(items: int) -> list[list[str]]:
    """Names of the items, from finished goods to parts."""
    width = items // LEVELS
    return [[f"item_{level}_{number:03d}" for number in range(width)] for level in range(LEVELS)]


def _inputs(levels: list[list[str]], random: Random) -> dict[str, list[str]]:
    """Two neighbours in a shuffled ring of the level below, so that each of them goes into two items."""
    found: dict[str, list[str]] = {}
    for level, below in pairwise(levels):
        ring = random.sample(below, len(below))
        found |= {item: [ring[k], ring[k - 1]] for k, item in enumerate(level)}
    return found


def _monthly_needs(levels: list[list[str]], inputs: dict[str, list[str]], demand: dict[str, int]) -> dict[str, int]:
    """Units of every item that a month of demand takes, from finished goods to parts."""
    needs = {item: demand.get(item, 0) for level in levels for item in level}
    for item in needs:
        for component in inputs.get(item, ()):
            needs[component] += needs[item]
    return needs


def _plants(needs: dict[str, int]) -> dict[str, Data]:
    """Plants with room for what their items need."""
    room: dict[str, int] = {}
    for plant, item in _places(needs):
        room[plant] = room.get(plant, 0) + needs[item]
    return {plant: {"in_house": True, "capacity": round(need / UTILISATION)} for plant, need in room.items()}


def _places(items: dict[str, int]) -> Iterator[tuple[str, str]]:
    """The plant of every item."""
    return ((f"plant_{number // ITEMS_PER_PLANT:03d}", item) for number, item in enumerate(items))


def _own_recipes(needs: dict[str, int], inputs: dict[str, list[str]], random: Random) -> dict[str, Data]:
    return {
        item: {
            "item": item,
            "site": plant,
            "lot_size": needs[item],
            "cycle_time": random.randint(10, 40),
            "inputs": dict.fromkeys(inputs.get(item, ()), 1),
        }
        for plant, item in _places(needs)
    }


def _supplied_recipes(items: list[str], needs: dict[str, int], random: Random) -> dict[str, Data]:
    return {
        _supplied(item): {
            "item": item,
            "site": _supplier(number % SUPPLIERS),
            "lot_size": needs[item],
            "cycle_time": random.randint(30, 90),
        }
        for number, item in enumerate(items)
    }


def _supplied(item: str) -> str:
    return f"{item}_supplied"


def _supplier(number: int) -> str:
    return f"supplier_{number}"
