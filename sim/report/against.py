"""A run beside that of its counterfactual: the difference in words, and the KPIs of both."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sim.report.chain import titled
from sim.report.formats import NOTHING, about, count, dollars, percent
from sim.report.headline import Topic, either, not_planned, share_of
from sim.report.indicators import possible
from sim.report.periods import is_dated
from sim.report.tables import Table, left, right, table

if TYPE_CHECKING:
    from sim.api import Against
    from sim.results.result import Result

_SHARE = "in_house_share."
_SERVED = "served_by_end"
_MOST_LINES = 3
_LABELS = {
    "h100e_delivered": "H100e delivered",
    "h100e_idle_fleet": "H100e idle in the fleet, at the end",
    _SERVED: "Demand served by the end [%]",
    "capex_usd": "Building",
    "npv_usd": "NPV",
    "npv_with_salvage_usd": "NPV with salvage",
}
Pair = tuple[float | None, float | None]


def answer(result: Result, against: Against) -> dict[Topic | None, str]:
    """What differs from the counterfactual, a sentence for each topic; under None that nothing does."""
    pairs = _pairs(result, against)
    name = against.result.scenario.name
    told: dict[Topic | None, str] = {
        Topic.SHARES: _shares(result, name, pairs),
        Topic.COMPUTE: _compute(name, pairs),
        Topic.SERVED: _served(result, name, pairs),
        Topic.MONEY: _money(name, pairs),
    }
    found = {topic: sentence for topic, sentence in told.items() if sentence}
    return found or {None: f"In-house shares, compute, service and money are as in {name}."}


def beside(result: Result, against: Against) -> Table | None:
    """KPIs of both runs and their difference."""
    pairs = _pairs(result, against)
    shares = [k for k in pairs if k.startswith(_SHARE) and any(pairs[k])]
    rows = [[_label(kpi), *_cells(kpi, pairs[kpi])] for kpi in (*shares, *(k for k in _LABELS if k in pairs))]
    if not rows:
        return None
    other = against.result.scenario.name
    columns = [left("KPI"), right(result.scenario.name), right(other), right("difference")]
    return table(f"Against {other}", columns, rows, _notes(result, against))


def _label(kpi: str) -> str:
    return _LABELS.get(kpi) or f"In-house share of {kpi.removeprefix(_SHARE)} [%]"


def _pairs(result: Result, against: Against) -> dict[str, Pair]:
    """KPIs that one of the scenarios can have, in both runs."""
    ours, theirs = result.kpis, against.result.kpis
    known = possible(dict.fromkeys([*ours, *theirs]), [result.scenario, against.result.scenario])
    return {kpi: (ours.get(kpi), theirs.get(kpi)) for kpi in known}


def _differ(pair: Pair) -> bool:
    return None not in pair and pair[0] != pair[1]


def _gap(pair: Pair) -> float:
    return (pair[0] or 0.0) - (pair[1] or 0.0)


def _largest(pairs: dict[str, Pair], names: Iterable[str]) -> list[str]:
    """Those that differ, the largest difference first."""
    return sorted((n for n in names if _differ(pairs[n])), key=lambda n: -abs(_gap(pairs[n])))


def _shares(result: Result, name: str, pairs: dict[str, Pair]) -> str:
    """In-house shares of both where they differ, then what is the same, and what is planned nowhere."""
    shares = {k.removeprefix(_SHARE): pair for k, pair in pairs.items() if k.startswith(_SHARE)}
    moved = _moved(shares)
    if not moved:
        return ""
    ours = {share: pair[0] or 0.0 for share, pair in shares.items()}
    span = "in the last 12 months" if is_dated(result) else "over the run"
    absent = not_planned(result, shares)
    same = ", ".join(f"{about(ours[s])} of {s}" for s in shares if s not in moved and ours[s])
    rest = [f"as there {same}"] if same else []
    rest += [f"no in-house source is planned for {either(absent)}"] if absent else []
    if not any(pair[1] for pair in shares.values()):
        parts = ", ".join(share_of(result, s, ours[s]) for s in moved)
        return "; ".join([f"In-house {span}: {parts}, where {name} makes nothing in-house", *rest]) + "."
    parts = ", ".join(f"{about(ours[s])} of {s} instead of {about(shares[s][1] or 0.0)}" for s in moved)
    return "; ".join([f"In-house {span}, against {name}: {parts}", *rest]) + "."


def _moved(pairs: dict[str, Pair]) -> list[str]:
    """Shares that differ as they are written, the largest difference first."""
    return [n for n in _largest(pairs, pairs) if about(pairs[n][0] or 0.0) != about(pairs[n][1] or 0.0)]


def _compute(name: str, pairs: dict[str, Pair]) -> str:
    ours, theirs = pair = pairs.get("h100e_delivered", (None, None))
    if ours is None or theirs is None or count(ours) == count(theirs):
        return ""
    more = "more" if ours > theirs else "fewer"
    return f"{count(ours)} H100e are delivered, {count(abs(_gap(pair)))} {more} than the {count(theirs)} of {name}."


def _served(result: Result, name: str, pairs: dict[str, Pair]) -> str:
    """Demand lines served otherwise, then those that are served in part in both."""
    demand = result.scenario.document.demand
    lines = {line: pairs[f"{_SERVED}.{line}"] for line in demand if f"{_SERVED}.{line}" in pairs}
    moved = _moved(lines)
    if not moved:
        return ""
    parts = [
        f"{titled(demand, n)} {about(lines[n][0] or 0.0)} instead of {about(lines[n][1] or 0.0)}"
        for n in moved[:_MOST_LINES]
    ]
    more = len(moved) - _MOST_LINES
    parts += [f"and {more} more"] if more > 0 else []
    same = [
        f"{titled(demand, n)} {about(s)}" for n, (s, _) in lines.items() if n not in moved and s is not None and s < 1
    ]
    parts += [f"as there {', '.join(same)}"] if same else []
    return f"Served by the end, against {name}: {'; '.join(parts)}."


def _money(name: str, pairs: dict[str, Pair]) -> str:
    nothing: Pair = (None, None)
    capex, npv, salvage = (pairs.get(k, nothing) for k in ("capex_usd", "npv_usd", "npv_with_salvage_usd"))
    parts = [part for part in (_building(name, capex), _value(name, npv, salvage, named=not _differ(capex))) if part]
    told = "; ".join(parts)
    return f"{told[0].upper()}{told[1:]}." if told else ""


def _building(name: str, capex: Pair) -> str:
    if not _differ(capex):
        return ""
    if not capex[1]:
        return f"building costs {dollars(capex[0])}, where {name} builds nothing"
    more = "more" if _gap(capex) > 0 else "less"
    return f"building costs {dollars(capex[0])}, {dollars(abs(_gap(capex)))} {more} than in {name}"


def _value(name: str, npv: Pair, salvage: Pair, *, named: bool) -> str:
    if not _differ(npv):
        return ""
    more = "higher" if _gap(npv) > 0 else "lower"
    than = f" than in {name}" if named else ""
    beside = f" (with salvage {dollars(salvage[0])} against {dollars(salvage[1])})" if salvage != npv else ""
    return f"NPV is {dollars(abs(_gap(npv)))} {more}{than}, {dollars(npv[0])} against {dollars(npv[1])}{beside}"


def _cells(kpi: str, pair: Pair) -> list[str]:
    """Both numbers and their difference with its sign."""
    written = dollars if kpi.endswith("_usd") else percent if "[%]" in _label(kpi) else count
    gap = _gap(pair)
    signed = NOTHING if None in pair else "0" if not gap else f"+{written(gap)}" if gap > 0 else written(gap)
    return [*map(written, pair), signed]


def _notes(result: Result, against: Against) -> list[str]:
    """What is not the same on both sides although it could be expected to be, or the other way round."""
    other = against.counterfactual
    name = other.scenario.name
    notes = []
    if "horizon" in other.settings:
        notes.append(f"{name} is run over the horizon of {result.scenario.name}")
    if "lot_scale" in other.settings:
        notes.append(f"{name} is run with the lot scale of {result.scenario.name}")
    if other.left_out:
        notes.append(f"{name} has no place for: {', '.join(other.left_out)}")
    return notes
