"""The run in a few sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.formats import count, dollars, percent
from sim.report.periods import is_dated

if TYPE_CHECKING:
    from sim.results.result import Result

_SHARE = "in_house_share."


def sentences(result: Result) -> list[str]:
    """What moved, what was served, what was reached, what it cost."""
    parts = (_moved(result), _served(result), _reached(result), _cost(result))
    return [*(sentence for sentence in parts if sentence), *_impossible(result)]


def _impossible(result: Result) -> list[str]:
    """What the demand at the end of the horizon requires beyond anything its sources could make."""
    return [
        f"Out of reach: at the end the demand requires {count(s.required)} {s.unit}s of {s.pool} a month "
        f"({count(s.starts)} starts at mature yield); all its sources together could make {count(s.possible)}."
        for s in result.shortfalls
    ]


def _moved(result: Result) -> str:
    shares = {k.removeprefix(_SHARE): v for k, v in result.kpis.items() if k.startswith(_SHARE) and v is not None}
    if not shares:
        return ""
    span = "In the last 12 months" if is_dated(result) else "Over the run"
    listed = ", ".join(f"{percent(share)} % of {name}" for name, share in shares.items())
    return f"{span}, in-house: {listed}."


def _served(result: Result) -> str:
    served = result.kpis.get("served_by_end")
    if served is None:
        return ""
    compute = result.kpis.get("h100e_delivered")
    extra = f"; {count(compute)} H100e were delivered" if compute else ""
    backlog = result.kpis.get("backlog_end") or 0
    waiting = f", {count(backlog)} units wait" if backlog else ""
    return f"Of the demand, {percent(served)} % was served by the end{waiting}{extra}."


def _reached(result: Result) -> str:
    if not result.milestones:
        return ""
    reached = sum(v is not None for v in result.milestones.values())
    horizon = result.scenario.document.horizon
    end = horizon.end.isoformat() if horizon.end else "the end"
    return f"{reached} of {len(result.milestones)} milestones were reached by {end}."


def _cost(result: Result) -> str:
    capex, npv = result.kpis.get("capex_usd"), result.kpis.get("npv_usd")
    if not capex and not npv:
        return ""
    salvage = result.kpis.get("npv_with_salvage_usd")
    building = f"Building costs {dollars(abs(capex))}; " if capex else ""
    return f"{building}NPV {dollars(npv)}, with salvage {dollars(salvage)}."
