"""A small result made up by hand, in the shape of those that runs give."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from sim.results.frames import Booked, Observed
from sim.scenario.schema import Document

DOCUMENT = {
    "title": "A small shift",
    "bare_numbers": "made up",
    "horizon": {"start": "2026-01-01", "end": "2027-01-01"},
    "items": {"die": {"stage": "wafer"}, "board": {"stage": "board"}},
    "sites": {
        "fab": {"in_house": True, "capacity": 100, "echoes_assumption": "no source states its size"},
        "foundry": {"in_house": False, "capacity": "unlimited", "title": "The foundry"},
    },
    "recipes": {
        "own": {"item": "die", "site": "fab"},
        "bought": {"item": "die", "site": "foundry"},
        "boards": {"item": "board", "site": "fab", "inputs": {"die": 1}},
    },
    "demand": {"cars": {"item": "board", "rate": 10, "title": "Cars"}},
    "shares": {"wafer": {"stage": "wafer"}, "board": {"stage": "board"}},
    "milestones": {"first": {"rule": "first_output", "items": ["die"], "title": "First die"}},
}
NAN = math.nan
MONTHS = [dt.date(2026, m, 1) for m in range(1, 13)]


def rows(scope: str, name: str, measure: str, values: Sequence[float]) -> list[Observed]:
    assert len(values) == len(MONTHS)
    return [Observed(scope, name, measure, "unit", {}, np.array(values, dtype=float))]


def make(document: dict[str, Any] | None = None, **over: Any) -> Any:
    """A result as the engine would return it, as far as the report looks at it."""
    monthly = [
        *rows("share", "wafer", "in_house", [0] * 6 + [25] * 3 + [100] * 3),
        *rows("share", "wafer", "total", [0] * 3 + [100] * 9),
        *rows("share", "board", "in_house", [5] * 12),
        *rows("share", "board", "total", [10] * 12),
        *rows("recipe", "own", "cut.capacity", [0] * 6 + [5] * 3 + [0] * 3),
        *rows("recipe", "own", "cut.qualification", [7] * 6 + [1] * 3 + [0] * 3),
        *rows("recipe", "bought", "cut.capacity", [1000] * 12),
        *rows("pool", "die", "short.contract", [0] * 9 + [2] * 3),
        *rows("demand", "cars", "demanded", [1000] * 12),
        *rows("demand", "cars", "delivered", [900] * 12),
        *rows("demand", "cars", "h100e", [1e5] * 12),
        *rows("demand", "cars", "watts", [2.5e8] * 12),
        *rows("site", "fab", "capacity", [50] * 12),
        *rows("site", "fab", "load", [40] * 12),
        *rows("site", "fab", "allocation", [NAN] * 12),
        *rows("site", "foundry", "capacity", [math.inf] * 12),
        *rows("site", "foundry", "load", [30] * 12),
        *rows("recipe", "own", "starts", [40] * 12),
    ]
    cash = [
        Booked(MONTHS[0], 0, c, "site", "x", own, usd)
        for c, own, usd in (
            ("capex", True, -3.4e9),
            ("purchases", False, -2e6),
            ("take_or_pay", False, -1e6),
            ("variable", True, -5e5),
            ("value", None, 1e10),
            ("salvage", True, 1e8),
        )
    ]
    scenario = SimpleNamespace(
        name="small",
        document=Document.model_validate(document or DOCUMENT),
        changes=(),
        pruned=(),
        switches=(),
        inputs={},
        ledger=None,
    )
    result = {
        "scenario": scenario,
        "seed": 0,
        "replication": 0,
        "drawn": None,
        "engine": "events",
        "kpis": {
            "in_house_share.wafer": 0.4,
            "in_house_share.board": None,
            "served_by_end": 0.9,
            "backlog_end": 1200.0,
            "capex_usd": 3.4e9,
        }
        | {
            "fill_rate.cars": 0.75,
            "served_by_end.cars": 1.0,
            "backlog_end.cars": 1200.0,
            "npv_usd": -1e6,
            "utilisation.fab": 0.8,
            "unit_cost.own": 12.5,
        },
        "milestones": {"first": dt.date(2026, 7, 9), "never": None},
        "conservation": {"worst_units": 0.0, "worst_usd": 0.0},
        "period_starts": MONTHS,
        "observed": monthly,
        "booked": cash,
        "hash": "abcdef0123456789",
        **{name: [] for name in ("shortfalls", "owed", "findings")},
        "draws": SimpleNamespace(reviews=[0, 1]),
    }
    found = result | over
    scenario.findings = found.pop("findings")
    return cast(Any, SimpleNamespace(**found))


def without_own_sources() -> Any:
    outside = DOCUMENT["sites"] | {"fab": {"in_house": False, "capacity": 100}}  # type: ignore[operator]
    return DOCUMENT | {"sites": outside}
