"""How KPIs are shown: which come first, in which unit, with how many digits."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence

from sim.report.formats import NOTHING, about, count, dollars
from sim.report.queue_table import queue_sites
from sim.scenario.loader import Scenario
from sim.study.runs.outputs import SHARES, refuse_missing

_SERVICE = ("fill_rate", "served_by_end", "h100e_delivered")
_MONEY = ("capex_usd", "npv_usd")
_QUEUE = ("wait_probability", "mean_wait", "mean_queue", "utilisation")
_LINE = ("work_in_process", "throughput", "time_in_line")
_SCALES = ((1e12, "tn"), (1e9, "bn"), (1e6, "M"), (1e3, "k"))


def shown(scenario: Scenario, kpi: str, value: float | None) -> str:
    """Return a KPI as people read it; a milestone, given in days from the start, as its date."""
    if kpi in scenario.document.milestones:
        return "not reached" if value is None or math.isnan(value) else date(scenario, value)
    if value is None:
        return NOTHING
    if kpi.startswith(SHARES):
        return about(value)
    return dollars(value) if is_money(kpi) else count(value)


def date(scenario: Scenario, days: float) -> str:
    """Return days from the start as a date; abstract time with its unit."""
    start = scenario.document.horizon.start
    unit = scenario.document.horizon.time_unit or ""
    if math.isnan(days):
        return NOTHING
    return f"{days:.4g} {unit}".rstrip() if start is None else str(start + dt.timedelta(days=int(days)))


def is_money(kpi: str) -> bool:
    """Return whether a KPI is in dollars."""
    return "usd" in kpi or "cost" in kpi


def named(kpi: str) -> str:
    """Return the name of a KPI, with the unit if its numbers don't carry it."""
    return f"{kpi} [%]" if kpi.startswith(SHARES) else kpi


def headline(names: Iterable[str], scenarios: Sequence[Scenario]) -> list[str]:
    """Return the KPIs that are shown by default."""
    known = possible(names, scenarios)
    sites = dict.fromkeys(site for scenario in scenarios for site in queue_sites(scenario))
    queues = [f"{measure}.{site}" for site in sites for measure in _QUEUE]
    lines = dict.fromkeys(name for scenario in scenarios for name in scenario.document.wip_limits)
    queues += [f"{measure}.{line}" for line in lines for measure in _LINE]
    first = [n for n in known if n.startswith("in_house_share.")]
    return [*first, *(n for n in (*_SERVICE, *queues, *_MONEY) if n in known)]


def possible(names: Iterable[str], scenarios: Sequence[Scenario]) -> list[str]:
    """Return the KPIs that some of these scenarios can have: compute, building and money need inputs of their own."""
    return [name for name in names if any(_counts(scenario, name) for scenario in scenarios)]


def _counts(scenario: Scenario, kpi: str) -> bool:
    """Return whether a scenario has what a KPI counts."""
    items, inputs = scenario.document.items.values(), scenario.inputs.values()
    if kpi.startswith("h100e_"):
        return any(item.h100e is not None for item in items)
    if kpi.startswith("megawatts_"):
        return any(item.watts is not None for item in items)
    if kpi == "capex_usd":
        return any(site.capex is not None for site in scenario.document.sites.values())
    return not is_money(kpi) or any(entry.unit.startswith("USD") for entry in inputs)


def chosen(
    kpis: Sequence[str],
    wished: Sequence[str],
    scenarios: Sequence[Scenario],
    *,
    milestones: Sequence[str] = (),
    everything: bool = False,
) -> tuple[list[str], list[str]]:
    """Return the KPIs and the milestones to show: those wished, all possible ones, or the default ones.

    Raises:
        InputError: some are not known.
    """
    refuse_missing("--kpi", wished, [*kpis, *milestones])
    if wished and not everything:
        return [name for name in wished if name in kpis], [name for name in wished if name in milestones]
    return possible(kpis, scenarios) if everything else headline(kpis, scenarios), list(milestones)


def alike(kpi: str, numbers: Sequence[float], resolution: float) -> list[str]:
    """Return numbers of one KPI in one scale with as many digits as show steps of `resolution`."""
    sizes = [abs(n) for n in numbers if math.isfinite(n)]
    # One scale for a row, that of its largest number, so that readers can compare by eye.
    scale, letter = next(((s, t) for s, t in _SCALES if max(sizes, default=0.0) >= s * 0.99995), (1.0, ""))
    if kpi.startswith(SHARES):
        scale, letter = 0.01, ""
    digits = _digits(resolution / scale, whole=scale == 1.0 and all(size.is_integer() for size in sizes))
    return [_written(n / scale, digits, letter, "$" if is_money(kpi) else "") for n in numbers]


def _digits(step: float, *, whole: bool) -> int:
    if not step or not math.isfinite(step):
        return 0 if whole else 1
    return min(max(0 if whole else 1, -math.floor(math.log10(step))), 4)


def _written(number: float, digits: int, letter: str, sign: str) -> str:
    if not number or not math.isfinite(number):
        return NOTHING if number else f"{sign}0"
    text = f"{abs(number):,.{digits}f}"
    return f"{'-' if number < 0 and float(text.replace(',', '')) else ''}{sign}{text}{letter}"
