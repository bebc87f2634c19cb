"""The figures of one run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.report.figures import capacity, compute, demand, milestones, money, run_tables, share

if TYPE_CHECKING:
    from sim.report.figures.figure import Chart
    from sim.results.result import Result


def _share(result: Result) -> Chart | None:
    table, setting = run_tables.share_table(result), run_tables.setting(result)
    if table.empty:
        return None
    return share.shares(table, run_tables.recent_shares(result), setting, marks=run_tables.share_marks(result))


def _capacity(result: Result) -> Chart | None:
    table = run_tables.site_table(result)
    recent = run_tables.recent_use(result)
    if table.empty or not capacity.shown(recent):
        return None
    return capacity.capacity(table, run_tables.causes(result), recent, run_tables.setting(result))


def _milestones(result: Result) -> Chart | None:
    table = run_tables.milestone_table(result)
    return None if table.empty else milestones.milestones(table, run_tables.setting(result))


def _money(result: Result) -> Chart | None:
    table = run_tables.money_table(result)
    if not table[list(money.GROUPS)].any(axis=None):
        return None
    npv = result.kpis.get("npv_usd")
    return money.money(table, npv, run_tables.setting(result), run_tables.currency(result.scenario))


def _compute(result: Result) -> Chart | None:
    table = run_tables.compute_table(result)
    if table.empty:
        return None
    return compute.compute(table, run_tables.setting(result), growth=compute.growth(result.kpis))


def _demand(result: Result) -> Chart | None:
    table = run_tables.demand_table(result)
    if table.empty:
        return None
    parts = run_tables.served(result.kpis, dict.fromkeys(table["name"]))
    return demand.demand(table, parts, run_tables.setting(result))


FIGURES: dict[str, Callable[[Result], Chart | None]] = {
    share.NAME: _share, capacity.NAME: _capacity, milestones.NAME: _milestones, money.NAME: _money,
    compute.NAME: _compute, demand.NAME: _demand,
}  # fmt: skip
"""Name -> the figure of a run, or None where it has nothing to show; the most telling first."""
