"""A run beside that of its counterfactual: the difference in words, and the KPIs of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.report.chain import titled
from sim.report.formats import NOTHING, about, count, dollars, percent, when
from sim.report.headline import Topic, either, lending, not_planned, reached
from sim.report.indicators import possible
from sim.report.interruptions import stops
from sim.report.learning_table import site_yields
from sim.report.periods import is_dated
from sim.report.tables import Lines, Table, left, right, table

if TYPE_CHECKING:
    from sim.api import Against
    from sim.results.result import Result
    from sim.scenario.loader import Scenario
    from sim.scenario.schema import Document

_SHARE = "in_house_share."
_SERVED = "served_by_end"
_MOST_LINES = 3
_LABELS = {
    "h100e_delivered": "H100e delivered",
    _SERVED: "Demand served by the end [%]",
    "capex_usd": "Building",
    "npv_usd": "NPV",
    "npv_with_salvage_usd": "NPV with salvage",
}
_MONEY = ("capex_usd", "npv_usd", "npv_with_salvage_usd")
"""Of a scenario without any of it this is 0."""
_SETTINGS = {"horizon": "horizon", "lot_scale": "lot scale"}
"""What a note names; the reporting period changes no number of it."""
_CHARGES = {
    "shortage_usd": "shortages cost",
    "lost_usd": "lost and cancelled demand costs",
    "take_or_pay_usd": "take-or-pay shortfalls cost",
}
_MATERIAL = 0.02
"""A charge for what is not delivered or not taken is named if it differs by more than this share of the difference in
NPV."""
_POINT = 0.01
"""Yields are named that differ by a point."""
_MONTH = 31
"""Milestones are named that move by more than so many days; in abstract time by more than a fiftieth of the run."""
_SUMS = frozenset({"h100e_delivered", _SERVED, *_MONEY})
"""What cannot be compared where less is demanded."""
Pair = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What differs from the counterfactual, in a few sentences, and the topics that they tell."""

    lines: tuple[str, ...]
    topics: frozenset[Topic]


def answer(result: Result, against: Against) -> Answer:
    """Return what differs: in-house shares, and compute and service, the larger difference first; then money."""
    pairs = _pairs(result, against)
    name = against.name
    told = {
        Topic.SHARES: _shares(result, name, pairs),
        Topic.COMPUTE: (compute := _compute(name, pairs)),
        Topic.SERVED: _served(result, "" if compute else name, pairs),
        Topic.MILESTONES: _milestones(result, against),
        Topic.LENT: lending(result),
        Topic.YIELDS: _yields(result, against),
        Topic.MONEY: _money(name, pairs),
    }
    amounts = " ".join(filter(None, (told[Topic.COMPUTE], told[Topic.SERVED], told[Topic.LENT], _charges(name, pairs))))
    first = [told[Topic.SHARES], amounts] if _shares_differ_most(pairs) else [amounts, told[Topic.SHARES]]
    last = (told[topic] for topic in (Topic.YIELDS, Topic.MILESTONES, Topic.MONEY))
    # Interruptions first: they are what a scenario of disruptions is about; empty in others.
    lines = tuple(filter(None, (stops(result, against), *first, *last)))
    nothing = f"In-house shares, compute, service and money are as in {name}."
    return Answer(lines or (nothing,), frozenset(topic for topic, sentence in told.items() if sentence))


def _shares_differ_most(pairs: dict[str, Pair]) -> bool:
    """Return whether a share differs by more than any line's service, and than compute relative to the larger run."""
    shares = [abs(_gap(pair)) for kpi, pair in pairs.items() if kpi.startswith(_SHARE)]
    amounts = [abs(_gap(pair)) for kpi, pair in pairs.items() if kpi.startswith(f"{_SERVED}.")]
    compute = pairs.get("h100e_delivered", (None, None))
    largest = max(compute[0] or 0.0, compute[1] or 0.0)
    amounts += [abs(_gap(compute)) / largest] if largest else []
    return max(shares, default=0.0) >= max(amounts, default=0.0)


def beside(result: Result, against: Against) -> Table | Lines | None:
    """Return the KPIs of both runs and their differences as a table."""
    pairs, said = _pairs(result, against), notes(result, against)
    shares = [k for k in pairs if k.startswith(_SHARE) and any(pairs[k])]
    shown = [*shares, *(k for k in _LABELS if k in pairs)]
    if not shown:
        return Lines("", tuple(said)) if said else None
    ours = result.scenario
    rows = [[_label(ours.document, kpi), *_cells(kpi, pairs[kpi])] for kpi in shown]
    columns = [left("KPI"), right(ours.name), right(against.name), right("difference")]
    return table(f"Against {against.name}", columns, rows, said)


def _label(document: Document, kpi: str) -> str:
    return _LABELS.get(kpi) or f"In-house: {_named(document, kpi)} [%]"


def _named(document: Document, share: str) -> str:
    """Return the title of a share as it is written in a sentence."""
    name = titled(document.shares, share.removeprefix(_SHARE))
    return name if name[:2].isupper() else f"{name[:1].lower()}{name[1:]}"


def _pairs(result: Result, against: Against) -> dict[str, Pair]:
    """Return the KPIs that both scenarios can have, in both runs.

    Where the counterfactual has more demand lines, sums over all demand are left out: they are not comparable.
    """
    ours, theirs = result.scenario, against.result.scenario
    kpis, others = result.kpis, against.result.kpis
    there = set(possible(others, [theirs]))
    known = [kpi for kpi in possible(kpis, [ours]) if kpi in there]
    known += [kpi for kpi in _MONEY if kpi in possible(_MONEY, [ours, theirs]) and kpi not in known]
    sums = _SUMS if _only(theirs, ours) else frozenset()
    return {kpi: (kpis[kpi], others[kpi]) for kpi in known if kpi not in sums}


def _only(one: Scenario, other: Scenario) -> list[str]:
    """Return the titles of the demand lines that only the first scenario has."""
    demand = one.document.demand
    return [titled(demand, line) for line in demand if line not in other.document.demand]


def _differ(pair: Pair) -> bool:
    return None not in pair and pair[0] != pair[1]


def _gap(pair: Pair) -> float:
    return (pair[0] or 0.0) - (pair[1] or 0.0)


def _shares(result: Result, name: str, pairs: dict[str, Pair]) -> str:
    """Return in-house shares of both where they differ, then those that are the same, and those planned nowhere."""
    document = result.scenario.document
    shares = {k: pair for k, pair in pairs.items() if k.startswith(_SHARE)}
    moved = _moved(shares)
    if not moved:
        return ""
    ours = {share: pair[0] or 0.0 for share, pair in shares.items()}
    span = "in the last 12 months" if is_dated(result) else "over the run"
    absent = [f"{_SHARE}{s}" for s in not_planned(result, [s.removeprefix(_SHARE) for s in shares])]
    same = [s for s in shares if s not in moved and ours[s] and shares[s][1] is not None]
    alike = ", ".join(_line(_named(document, s), (ours[s], None)) for s in same)
    rest = [f"{_alike(shares, same)}: {alike}"] if same else []
    rest += [f"no in-house source is planned for {either([_named(document, s) for s in absent])}"] if absent else []
    if any(pair[1] for pair in shares.values()):
        parts = [f"{_named(document, s)} {about(ours[s])} instead of {about(shares[s][1] or 0.0)}" for s in moved]
        return "; ".join([f"In-house {span}, against {name}: {', '.join(parts)}", *rest]) + "."
    parts = [f"{_named(document, s)} {about(ours[s])}{_of_good(result, s)}" for s in moved]
    return "; ".join([f"In-house {span}: {', '.join(parts)}, where {name} makes nothing in-house", *rest]) + "."


def _of_good(result: Result, share: str) -> str:
    """Return the share of good units in brackets, where yields make it differ from that of starts."""
    good = result.kpis.get(share.replace(_SHARE, "in_house_share_of_good.", 1))
    return "" if good is None or about(good) == about(result.kpis[share] or 0.0) else f" ({about(good)} of good units)"


def _moved(pairs: dict[str, Pair]) -> list[str]:
    """Return the shares that differ as they are written, the largest difference first."""
    # Numbers that print alike must not be called different.
    found = [n for n, pair in pairs.items() if _differ(pair) and about(pair[0] or 0.0) != about(pair[1] or 0.0)]
    return sorted(found, key=lambda n: -abs(_gap(pairs[n])))


def _compute(name: str, pairs: dict[str, Pair]) -> str:
    ours, theirs = pair = pairs.get("h100e_delivered", (None, None))
    if ours is None or theirs is None or count(ours) == count(theirs):
        return ""
    more = "more" if ours > theirs else "fewer"
    return f"{count(ours)} H100e are delivered, {count(abs(_gap(pair)))} {more} than the {count(theirs)} of {name}."


def _served(result: Result, name: str, pairs: dict[str, Pair]) -> str:
    """Return the demand lines served differently, then those served in part in both."""
    demand = result.scenario.document.demand
    lines = {line: pairs[f"{_SERVED}.{line}"] for line in demand if f"{_SERVED}.{line}" in pairs}
    moved = _moved(lines)
    new = [line for line in demand if line not in lines and result.kpis.get(f"{_SERVED}.{line}") is not None]
    if not moved:
        return ""
    parts = [_line(titled(demand, n), lines[n]) for n in moved[:_MOST_LINES]]
    more = len(moved) - _MOST_LINES
    parts += [f"and {more} more"] if more > 0 else []
    same = [n for n in lines if n not in moved and _in_part(lines[n])]
    parts += (
        [f"{_alike(lines, same)}: {', '.join(_line(titled(demand, n), (lines[n][0], None)) for n in same)}"]
        if same
        else []
    )
    alone = ", ".join(_line(titled(demand, n), (result.kpis[f"{_SERVED}.{n}"], None)) for n in new)
    parts += [f"only here: {alone}"] if new else []
    than = f", against {name}" if name else ""
    return f"Served by the end{than}: {'; '.join(parts)}."


def _in_part(pair: Pair) -> bool:
    return pair[0] is not None and pair[0] < 1


def _alike(pairs: dict[str, Pair], names: list[str]) -> str:
    """Return the words for pairs that are written alike: unchanged, or about the same."""
    return "about the same" if any(_differ(pairs[n]) for n in names) else "unchanged"


def _line(title: str, pair: Pair) -> str:
    instead = "" if pair[1] is None else f" instead of {about(pair[1])}"
    return f"{title} {about(pair[0] or 0.0)}{instead}"


def _money(name: str, pairs: dict[str, Pair]) -> str:
    nothing: Pair = (None, None)
    capex, npv = (pairs.get(k, nothing) for k in ("capex_usd", "npv_usd"))
    parts = [part for part in (_building(name, capex), _value(name, npv, named=not _differ(capex))) if part]
    told = "; ".join(parts)
    return f"{told[0].upper()}{told[1:]}." if told else ""


def _building(name: str, capex: Pair) -> str:
    if not _differ(capex):
        return ""
    # A difference from nothing would only repeat the amount.
    if not capex[1]:
        return f"building costs {dollars(capex[0])}, where {name} builds nothing"
    more = "more" if _gap(capex) > 0 else "less"
    return f"building costs {dollars(capex[0])}, {dollars(abs(_gap(capex)))} {more} than in {name}"


def _value(name: str, npv: Pair, *, named: bool) -> str:
    if not _differ(npv):
        return ""
    more = "higher" if _gap(npv) > 0 else "lower"
    than = f" than in {name}" if named else ""
    return f"NPV is {dollars(abs(_gap(npv)))} {more}{than}, {dollars(npv[0])} against {dollars(npv[1])}"


def _yields(result: Result, against: Against) -> str:
    """Return the sites whose learned yield over the run differs, with the number of recipes that share the learning."""
    ours, theirs = site_yields(result), site_yields(against.result)
    sites = result.scenario.document.sites
    parts = [
        f"{titled(sites, site)} {about(ours[site][0])} ({_recipes(ours[site][1])}) instead of {about(theirs[site][0])} ({theirs[site][1]})"
        for site in ours
        if site in theirs and abs(ours[site][0] - theirs[site][0]) >= _POINT
    ]
    return f"Yield over the run, where it is learned, against {against.name}: {'; '.join(parts)}." if parts else ""


def _recipes(number: int) -> str:
    return f"{number} recipe{'' if number == 1 else 's'}"


def _weighs(charge: Pair, npv: Pair) -> bool:
    return _differ(charge) and abs(_gap(charge)) > _MATERIAL * abs(_gap(npv))


def _charges(name: str, pairs: dict[str, Pair]) -> str:
    """Return charges for shortages, losses and commitments where they matter for the difference in NPV."""
    npv = pairs.get("npv_usd", (None, None))
    parts = [
        f"{words} {dollars(pairs[kpi][0])}, {dollars(abs(_gap(pairs[kpi])))} {'more' if _gap(pairs[kpi]) > 0 else 'less'}"
        for kpi, words in _CHARGES.items()
        if kpi in pairs and _weighs(pairs[kpi], npv)
    ]
    told = "; ".join(parts)
    return f"{told[0].upper()}{told[1:]} than in {name}." if told else ""


def _milestones(result: Result, against: Against) -> str:
    """Return how many milestones are reached and which move most; empty if none moves."""
    ours, theirs = result.milestone_days, against.result.milestone_days
    length = result.scenario.document.horizon.days
    least = _MONTH if is_dated(result) else length / 50
    # A milestone not reached counts as reached at the end: the least shift that is possible.
    shifts = {m: (ours[m] or length) - (theirs[m] or length) for m in ours if m in theirs and ours[m] != theirs[m]}
    moved = sorted((m for m, days in shifts.items() if abs(days) > least), key=lambda m: -abs(shifts[m]))
    if not moved:
        return ""
    rules = result.scenario.document.milestones
    end = str(result.horizon["end"])
    parts = [
        f"{titled(rules, m)} {when(result.milestones[m], end)} instead of {when(against.result.milestones[m], end)}"
        for m in moved[:_MOST_LINES]
    ]
    more = [f"and {len(moved) - _MOST_LINES} more"] if len(moved) > _MOST_LINES else []
    return f"{reached(result)[:-1]}; moved against {against.name}: {', '.join([*parts, *more])}."


def _cells(kpi: str, pair: Pair) -> list[str]:
    """Return both numbers and their signed difference as text."""
    written = dollars if kpi.endswith("_usd") else count if kpi.startswith("h100e") else percent
    gap = _gap(pair)
    signed = NOTHING if None in pair else "0" if not gap else f"+{written(gap)}" if gap > 0 else written(gap)
    return [*map(written, pair), signed]


def notes(result: Result, against: Against) -> list[str]:
    """Return what was set alike on both sides, and what still differs."""
    ours, theirs, how = result.scenario, against.result.scenario, against.counterfactual
    said = [
        f"{against.name} is run with the {what} of {ours.name}" for what in map(_SETTINGS.get, how.settings) if what
    ]
    if missing := _only(theirs, ours):
        said.append(
            f"demanded in {against.name} alone: {'; '.join(missing)}; so sums over all demand and money are not compared"
        )
    if new := _only(ours, theirs):
        said.append(f"demanded in {ours.name} alone, and part of its sums and money: {'; '.join(new)}")
    return [*said, *([how.not_applied] if how.left_out else [])]
