"""The figures of a Monte Carlo study."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.report.figures import compute, demand, milestones, money, npv, share, study_tables
from sim.report.figures.run_tables import currency

if TYPE_CHECKING:
    from sim.report.figures.figure import Chart
    from sim.study.montecarlo import MonteCarlo


def _share(found: MonteCarlo) -> Chart | None:
    runs = found.over_time.runs
    table = study_tables.share_table(found)
    if table.empty:
        return None
    return share.shares(table, study_tables.recent_shares(found), study_tables.setting(found, runs), runs=runs)


def _milestones(found: MonteCarlo) -> Chart | None:
    table = study_tables.milestone_table(found)
    return (
        None if table.empty else milestones.milestones(table, study_tables.setting(found), runs=found.n - found.dropped)
    )


def _money(found: MonteCarlo) -> Chart | None:
    runs = found.over_time.runs
    table = study_tables.money_table(found)
    if not table[list(money.GROUPS)].any(axis=None):
        return None
    median = found.kpis["npv_usd"].percentiles["p50"].estimate
    return money.money(table, median, study_tables.setting(found, runs), currency(found.scenario), runs=runs)


def _npv(found: MonteCarlo) -> Chart | None:
    table = study_tables.kpi_table(found, npv.KPI)
    if not table[npv.KPI].any():
        return None
    low, middle, high = (found.kpis[npv.KPI].percentiles[p].estimate for p in ("p5", "p50", "p95"))
    return npv.npv(table, (low, middle, high), study_tables.setting(found))


def _compute(found: MonteCarlo) -> Chart | None:
    runs = found.over_time.runs
    table = study_tables.compute_table(found)
    if table.empty:
        return None
    medians = {name: spread.percentiles["p50"].estimate for name, spread in found.kpis.items()}
    return compute.compute(table, study_tables.setting(found, runs), growth=compute.growth(medians), runs=runs)


def _demand(found: MonteCarlo) -> Chart | None:
    table = study_tables.demand_table(found)
    return (
        None if table.empty else demand.demand_spread(table, study_tables.setting(found), runs=found.n - found.dropped)
    )


FIGURES: dict[str, Callable[[MonteCarlo], Chart | None]] = {
    share.NAME: _share, milestones.NAME: _milestones, money.NAME: _money, npv.NAME: _npv, compute.NAME: _compute,
    demand.NAME: _demand,
}  # fmt: skip
"""Name -> the figure of a study, or None where it has nothing to show; the most telling first."""
OVER_TIME = frozenset({share.NAME, money.NAME, compute.NAME})
"""Figures for which replications are run again: no KPI holds what they show."""
