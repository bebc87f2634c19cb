"""The spread of a KPI comes apart into what made it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.scenario.override import Asked
from sim.study.disagreement import combinations, components, disagreement, drawn_row
from sim.study.knobs import contested

Fixture = Callable[..., Any]


def test_components_of_a_nested_table_by_hand() -> None:
    """Mean squares 32, 2 and 0.5 with two draws and two seeds: (32-2)/4, (2-0.5)/2, 0.5."""
    rows, draws, seeds = np.array([-2.0, 2.0]), np.array([0.5, -0.5]) * np.sqrt(2), np.array([0.25, -0.25]) * np.sqrt(2)
    table = rows[:, None, None] + draws[None, :, None] + seeds[None, None, :] * np.array([[[1.0], [-1.0]]])
    among, within, noise = components(table)
    ms_rows = 2 * 2 * ((table.mean(axis=(1, 2)) - table.mean()) ** 2).sum()
    assert ms_rows == pytest.approx(32)
    assert (among, within, noise) == pytest.approx(((32 - 2) / 4, (2 - 0.25) / 2, 0.25))


def test_components_are_unbiased_where_none_is_small() -> None:
    generator = np.random.default_rng(1)
    sizes = np.array([9.0, 4.0, 1.0])
    found = []
    for _ in range(400):
        a, b, c = (
            generator.normal(0, np.sqrt(v), shape)
            for v, shape in zip(sizes, ((30, 1, 1), (30, 2, 1), (30, 2, 2)), strict=True)
        )
        found.append(components(a + b + c))
    means, errors = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(len(found))
    assert np.all(np.abs(means - sizes) < 4 * errors), (means, errors)


WIDE = {
    "statement": "made up",
    "value": 300,
    "low": 10,
    "high": 3000,
    "unit": "1/month",
    "kind": "assumed",
    "source": "a test",
}


def plant(**figures: Any) -> dict[str, Any]:
    """Units sold at what a figure says, for certain: 10 a day for a year."""
    readings = {
        name: {"value": v, "kind": "assumed", "source": name} for name, v in (("low", 10), ("high", 20), ("top", 30))
    }
    price = {"statement": "made up", "unit": "USD", "readings": readings, "default": "low"}
    rate = {"statement": "made up", "value": 300, "unit": "1/month", "kind": "assumed", "source": "a test"}
    return {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2027, 1, 1)},
        "figures": {"price": price, "rate": rate} | figures,
        "items": {"part": {"stage": "board"}},
        "sites": {"shop": {"in_house": True, "capacity": "unlimited"}},
        "recipes": {"part": {"item": "part", "site": "shop", "cycle_time": 1}},
        "demand": {"d": {"item": "part", "rate": {"figure": "rate"}, "value": {"figure": "price"}}},
    }


def test_all_is_disagreement_where_only_readings_differ(build: Fixture) -> None:
    built = build(plant(), "readings")
    assert dict(contested(built)) == {"price": ("low", "high", "top")}
    found = disagreement(Asked(str(built.file)), built, "npv_usd", jobs=1)
    assert found is not None
    assert [p.share for p in found.parts] == pytest.approx([1, 0, 0])
    assert (found.combinations, found.possible, found.dropped) == (3, 3, 0)
    means = {s.reading: s.mean for s in found.sides}
    assert means["high"] == pytest.approx(2 * means["low"])
    assert means["top"] == pytest.approx(3 * means["low"])


def test_a_wide_range_is_uncertainty(build: Fixture) -> None:
    near = {name: {"value": v, "kind": "assumed", "source": name} for name, v in (("a", 10), ("b", 10.1), ("c", 9.9))}
    price = {"statement": "made up", "unit": "USD", "readings": near, "default": "a"}
    built = build(plant(rate=WIDE, price=price), "ranges")
    found = disagreement(Asked(str(built.file)), built, "npv_usd", jobs=1)
    assert found is not None
    assert found.parts[2].share == 0
    assert found.parts[1].share > 0.5


def test_draws_stay_in_their_range_and_counts_whole(build: Fixture) -> None:
    built = build(plant(rate=WIDE), "drawn")
    drawn = [dict(drawn_row(built, np.random.default_rng(k)).values)["rate"] for k in range(200)]
    assert all(isinstance(v, float) and 10 <= v <= 3000 and v.is_integer() for v in drawn)
    assert len(set(drawn)) > 100


def test_a_sample_of_combinations_has_no_twins() -> None:
    readings = {f"f{i}": ("a", "b", "c") for i in range(6)}
    chosen = combinations(readings, 50, 0)
    assert len(set(chosen)) == len(chosen) == 50
    assert chosen == combinations(readings, 50, 0)
    assert len(combinations(readings, 1000, 0)) == 3**6


def test_without_contested_figures_the_rest_is_parted(build: Fixture) -> None:
    price = {"statement": "made up", "value": 10, "unit": "USD", "kind": "assumed", "source": "a test"}
    built = build(plant(rate=WIDE, price=price), "agreed")
    found = disagreement(Asked(str(built.file)), built, "npv_usd", most=10, jobs=1)
    assert found is not None
    assert (found.combinations, found.possible, found.draws, found.sides) == (1, 1, 20, ())
    assert [p.share for p in found.parts] == pytest.approx([0, 1, 0])
