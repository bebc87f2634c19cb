"""A model whose KPIs follow its uncertain inputs in closed form, without noise."""

from __future__ import annotations

import datetime as dt
from typing import Any

MONTHS = 365 * 12 / 365.25
"""A rate is that of a mean month, a twelfth of 365.25 days; the model runs over 365."""


def uniform(value: float, low: float, high: float) -> dict[str, Any]:
    return {"assumed": value, "low": low, "high": high, "source": "made up", "draw": "uniform"}


def two_lines(capacity: float = 100_000, **more: Any) -> dict[str, Any]:
    """Two even demand lines, uniform from 1000 to 3000 and from 1000 to 2000 a month; `idle` moves nothing."""
    return {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2027, 1, 1)},
        "items": {"a": {"stage": "assembly"}, "b": {"stage": "assembly"}},
        "sites": {"shop": {"in_house": False, "capacity": capacity}},
        "recipes": {
            "make_a": {"item": "a", "site": "shop", "lot_size": 10, "cycle_time": 5, "price": uniform(12, 10, 20)},
            "make_b": {"item": "b", "site": "shop", "lot_size": 10, "cycle_time": 5, "price": 10},
        },
        "sourcing": {"a": {"sources": ["make_a"]}, "b": {"sources": ["make_b"]}},
        "demand": {
            "first": {"item": "a", "rate": uniform(1500, 1000, 3000)},
            "second": {"item": "b", "rate": uniform(1500, 1000, 2000)},
        },
        "milestones": {"made": {"rule": "first_output", "items": ["a"], "sites": ["shop"]}},
        **more,
    }
