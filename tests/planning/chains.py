"""Generated chains of one to three levels at finite sites, of which one or two links are scarce."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from sim.api import Result

Network = dict[str, Any]
START, END = dt.date(2026, 1, 1), dt.date(2028, 1, 1)
RATE = 1200
"""Customers' demand, units a month."""
NAMES = ("whole", "part", "raw")
RATES, DATES = ("capacity", "contract", "stock_level"), ("qualification", "lead_time")


@st.composite
def chains(draw: st.DrawFn) -> Network:
    """Customers of what is made of a part, perhaps of raw units too; one or two links of the chain are scarce."""
    depth = draw(st.integers(1, 3))
    names, wanted = NAMES[:depth], {"whole": RATE}
    data: Network = {
        "horizon": {"start": START, "end": END},
        "initial": "empty",
        "review_every": draw(st.sampled_from([7, 10, "month"])),
        "items": {}, "sites": {}, "recipes": {}, "demand": {"d": {"item": "whole", "rate": RATE}},
    }  # fmt: skip
    for depth, (name, child) in enumerate(zip(names, (*names[1:], None), strict=True)):
        takes = draw(st.integers(1, 2))
        data["items"][name] = {"stage": name}
        data["sites"][f"at_{name}"] = {"in_house": True, "capacity": (3 + 2 * depth) * wanted[name]}
        data["recipes"][name] = {
            "item": name, "site": f"at_{name}", "cycle_time": draw(st.integers(2, 40)), "lot_size": draw(st.sampled_from([1, 10, 25])),
        }  # fmt: skip
        if child is not None:
            data["recipes"][name]["inputs"] = {child: takes}
            wanted[child] = takes * wanted[name]
    # Where two bind alike, more of one alone helps nobody: at most one bounds the rate more, and one the date.
    scarce = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    for name, part, kinds in zip(
        scarce, (0.5, 0.8), draw(st.sampled_from([(RATES, DATES), (DATES, RATES), (RATES, RATES)])), strict=False
    ):
        _make_scarce(draw, data, name, wanted[name], part, kinds, last=name == names[-1] and name != "whole")
    return data


def _make_scarce(
    draw: st.DrawFn, data: Network, name: str, wanted: int, part: float, kinds: Sequence[str], *, last: bool
) -> None:
    """Give an item's source less than is wanted of it, or later; only the last of a chain is bought by a policy."""
    kind = draw(st.sampled_from([k for k in kinds if last or k != "stock_level"]))
    little, site, recipe = int(wanted * part), data["sites"][f"at_{name}"], data["recipes"][name]
    if kind == "capacity":
        site["capacity"] = little
    elif kind == "contract":
        data["sites"][f"at_{name}"] = {"in_house": False, "capacity": 9 * wanted, "contract": {"allocation": little}}
    elif kind == "qualification":
        recipe["qualification"] = {"begins": START + dt.timedelta(days=draw(st.integers(60, 250)))}
    elif kind == "lead_time":
        recipe["cycle_time"] = draw(st.integers(80, 160))
    else:
        # Over a lead time only so much can come.
        recipe["cycle_time"], months = 60, 60 / 30.4375
        data["items"][name]["policy"] = {"type": "base_stock", "level": int(little * months)}


def by_month(result: Result, measure: str, line: str = "d") -> list[float]:
    """A measure of a demand line at each month end."""
    frame = result.frames["monthly"]
    rows = frame[(frame["scope"] == "demand") & (frame["name"] == line) & (frame["measure"] == measure)]
    return [float(value) for value in rows.sort_values("period")["value"]]
