"""A small plant that has something to show in every figure."""

from __future__ import annotations

import datetime as dt
from typing import Any


def plant(**more: Any) -> dict[str, Any]:
    """Parts and computers from an own shop that opens in March and a maker who sells us 700 of each month's 900."""
    return {
        "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2027, 1, 1)},
        "money": {"currency_year": 2025, "discount_rate": 0.08},
        "items": {"part": {"stage": "board", "h100e": 2}, "spare": {"stage": "board", "family": "spare"}},
        "sites": {
            "maker": {"in_house": False, "capacity": 900, "contract": {"allocation": 700}, "title": "The maker"},
            "shop": {
                "in_house": True,
                "construction": {"decision": dt.date(2026, 1, 1), "stages": [{"name": "all", "duration": 60}]},
                "ramp": {"initial": 300, "target": 600, "months": 3},
                "capex": {"per_capacity": 100, "life": 5, "equipment_share": 0.5},
            },
        },
        "recipes": {
            "bought": {"item": "part", "site": "maker", "lot_size": 100, "cycle_time": 5, "price": 12},
            "own": {"item": "part", "site": "shop", "lot_size": 100, "cycle_time": 5, "variable_cost": 9},
            "spares": {"item": "spare", "site": "maker", "lot_size": 100, "cycle_time": 5, "price": 3},
        },
        "sourcing": {
            "part": {"sources": ["own", "bought"], "policy": "in_house_first"},
            "spare": {"sources": ["spares"]},
        },
        "demand": {
            "customers": {"item": "part", "rate": 900, "value": 20, "title": "All customers"},
            "garages": {"item": "spare", "rate": 100},
        },
        "shares": {
            "parts": {"stage": "board", "families": ["all"], "title": "Parts"},
            "spares": {"stage": "board", "families": ["spare"], "title": "Spares"},
        },
        "disruptions": {
            "strike": {
                "kind": "scheduled", "begins": dt.date(2026, 8, 1), "duration": 30, "title": "Strike", "sites": ["maker"], "effects": {"capacity": 0.2},
            }
        },
        "milestones": {
            "first": {"rule": "first_output", "items": ["part"], "sites": ["shop"], "title": "First own part"},
            "half": {"rule": "in_house_share", "share": "parts", "level": 0.5, "title": "Half in-house"},
            "all": {"rule": "in_house_share", "share": "spares", "level": 0.9, "title": "Own spares"},
        },
        **more,
    }  # fmt: skip
