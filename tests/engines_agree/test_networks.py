"""Both engines on generated networks: whatever may be written, every lot goes the same way to the tick.

To what the property tests generate come learning, lots that may pass others, sites that stages share,
whole days that make events meet, sites that close, and horizons that run until all is empty.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import examples

FILE = Path(__file__).resolve().parents[1] / "property" / "test_networks.py"
spec = importlib.util.spec_from_file_location("generated_networks", FILE)
assert spec is not None
assert spec.loader is not None
generated = importlib.util.module_from_spec(spec)
spec.loader.exec_module(generated)

Network = dict[str, Any]
Between = Callable[..., list[str]]
# Of each kind: among 120 networks a difference that one in fifty shows is found with probability 0.91. Who changes an engine plays
# more, with `--fuzz 3000`.
MANY = settings(
    max_examples=examples(60, 0.5), deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)  # fmt: skip


@st.composite
def richer(draw: st.DrawFn, *, planned: bool) -> Network:
    """A generated network with what those of the property tests lack."""
    data: Network = draw(generated.networks(planned=planned))
    if draw(st.booleans()):
        data["horizon"]["drain"] = not planned
    if draw(st.booleans()):
        _share_sites(data)
    for recipe in data["recipes"].values():
        if draw(st.integers(0, 2)) == 0:
            recipe["yield"] = {"line": 0.97, "assembly_learning": draw(learnings())}
    for name, item in data["items"].items():
        # A pool follows its first member.
        if not name.endswith("b") and draw(st.integers(0, 3)) == 0:
            item["priority"] = draw(st.integers(-1, 1))
        if not planned and not name.endswith("b") and draw(st.integers(0, 3)) == 0:
            item["partial"] = False
    if draw(st.booleans()):
        _pass_others(data)
    if draw(st.booleans()):
        generated.close(draw, data)
    return data


def learnings() -> st.SearchStrategy[Network]:
    """Yield that learns over starts or over time."""
    common = {"start": 0.5, "mature": 0.9}
    return st.sampled_from([common | {"over": "starts", "starts": 300}, common | {"over": "time", "days": 60}])


def _share_sites(data: Network) -> None:
    """All stages at the sites of the first, so that their lots queue behind each other."""
    for name, recipe in data["recipes"].items():
        if name.startswith("make"):
            recipe["site"] = "site0_" + name[-1] if "site0_" + name[-1] in data["sites"] else recipe["site"]
        if data["sites"][recipe["site"]]["in_house"]:
            recipe.pop("price", None)
    used = {recipe["site"] for recipe in data["recipes"].values()}
    data["sites"] = {name: site for name, site in data["sites"].items() if name in used}
    struck = data.get("disruptions", {}).get("strike")
    if struck is not None and not used.issuperset(struck["sites"]):
        del data["disruptions"]


def _pass_others(data: Network) -> None:
    for name, item in data["items"].items():
        if not name.endswith("b"):
            item["bypass"] = True


@MANY
@given(richer(planned=True), st.integers(0, 5))
def test_planned_networks(build: Callable[..., Any], between: Between, data: Network, seed: int) -> None:
    assert between(build(data), seed) == []


@MANY
@given(richer(planned=False), st.integers(0, 5))
def test_networks_of_stock_policies(build: Callable[..., Any], between: Between, data: Network, seed: int) -> None:
    assert between(build(data), seed) == []
