"""What a study and a comparison say, in a few sentences with probabilities and intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report import horizons
from sim.report.chain import titled
from sim.report.drawn_inputs import what_is_drawn
from sim.report.figures.kpis import apart, said, titled_kpi
from sim.report.figures.study_tables import on_time
from sim.report.figures.words import listed, opened, within
from sim.report.formats import dollars
from sim.report.indicators import chosen, possible
from sim.report.output_words import counted
from sim.report.periods import share_span
from sim.report.study_tables import chance
from sim.study.methods.intervals import Interval, probability_interval
from sim.study.runs.outputs import SHARES
from sim.study.runs.summary import SHARE

if TYPE_CHECKING:
    from sim.study.compare import Comparison
    from sim.study.montecarlo import MonteCarlo
    from sim.study.runs.summary import Spread

_HALF = 0.5
_AMOUNTS = ("h100e_delivered", "served_by_end")
_MOST = 4


def study_answer(found: MonteCarlo) -> list[str]:
    """Return shares, amounts and money with their 5th to 95th percentiles, and probabilities of milestones."""
    return [
        sentence
        for sentence in (
            _basis(found),
            _shares(found),
            _halves(found),
            _amounts(found),
            _money(found),
            *_milestones(found),
        )
        if sentence
    ]


def _basis(found: MonteCarlo) -> str:
    dropped = (
        f"; {found.dropped:,} of them draw inputs that make the scenario invalid and are left out"
        if found.dropped
        else ""
    )
    drawn = what_is_drawn(found.scenario, found.dimensions)
    return (
        f"{counted(found.n, 'run')}, {drawn}{dropped}. Amounts are medians; in brackets the 5th and 95th percentiles."
    )


def _span(kpi: str, spread: Spread) -> str:
    """Return a median, with the 5th and 95th percentiles where they differ."""
    low, middle, high = (said(kpi, spread.percentiles[p].estimate) for p in ("p5", "p50", "p95"))
    return middle if low == high else f"{middle} ({low} to {high})"


def _shares(found: MonteCarlo) -> str:
    shares = {k: s for k, s in found.kpis.items() if k.startswith(SHARE)}
    document = found.scenario.document
    some = {k: s for k, s in shares.items() if s.percentiles["p95"].estimate > 0}
    if not shares:
        return ""
    names = {k: within(titled(document.shares, k.removeprefix(SHARE))) for k in shares}
    most = sorted(some, key=lambda k: -some[k].percentiles["p50"].estimate)
    parts = [f"{names[k]} {_span(k, some[k])}" for k in most]
    none = [names[k] for k in shares if k not in some]
    rest = f"; in at least 95 % of the runs none of {listed(none)}" if none else ""
    span = share_span(found.scenario)
    return (
        f"In-house {span}: {', '.join(parts)}{rest}."
        if parts
        else f"Nothing is in-house {span} in at least 95 % of the runs."
    )


def _halves(found: MonteCarlo) -> str:
    """Return the probability that half or more is in-house, where that is uncertain."""
    shares = found.scenario.document.shares
    parts = [
        f"{within(titled(shares, name))} {chance(levels[_HALF])} %"
        for name, levels in found.passed.items()
        if 0 < levels[_HALF].estimate < 1
    ]
    return f"Probability that half or more is in-house, with its 95 % interval: {', '.join(parts)}." if parts else ""


def _amounts(found: MonteCarlo) -> str:
    known = possible(found.kpis, [found.scenario])
    parts = [f"{titled_kpi(found.scenario, kpi)}: {_span(kpi, found.kpis[kpi])}" for kpi in _AMOUNTS if kpi in known]
    return f"{'. '.join(parts)}." if parts else ""


def _money(found: MonteCarlo) -> str:
    known = possible(found.kpis, [found.scenario])
    if "npv_usd" not in known:
        return ""
    npv, values = found.kpis["npv_usd"], found.outcomes.column("npv_usd")
    above = probability_interval(int((values > 0).sum()), int((values == values).sum()))
    building = f"Building costs {_span('capex_usd', found.kpis['capex_usd'])}; " if "capex_usd" in known else ""
    mean = f"mean {dollars(npv.mean.estimate)}{_plus_minus(npv.mean)}"
    return opened(f"{building}NPV {_span('npv_usd', npv)}, {mean}; it is above zero in {chance(above)} % of the runs.")


def _plus_minus(mean: Interval) -> str:
    half = mean.half_width
    return f" +- {dollars(half)}" if half == half and half > 0 else ""


def _milestones(found: MonteCarlo) -> list[str]:
    """Return how many are reached in half of the runs, the uncertain ones, and the probability of announced dates."""
    every = found.milestones
    if not every:
        return []
    sure = sum(m.probability.estimate >= _HALF for m in every.values())
    open_ones = sorted((m for m in every.values() if m.probability.estimate < 1), key=lambda m: m.probability.estimate)
    parts = [f"{m.title} {chance(m.probability)} %" for m in open_ones]
    first = f"{sure} of {len(every)} milestones are reached in at least half of the runs"
    told = [
        f"{first}; not in all: {listed(parts, _MOST)}."
        if parts
        else f"{first[: first.index(' are')]} are reached in all runs."
    ]
    times = on_time(found)
    late = [
        f"{every[name].title} {chance(p)} %" for name, p in sorted(times.items(), key=lambda pair: pair[1].estimate)
    ]
    return [*told, *([f"Probability of the announced date: {listed(late, 2 * _MOST)}."] if late else [])]


def comparison_answer(found: Comparison) -> list[str]:
    """Return the differences of each scenario from the first whose 95 % confidence intervals exclude zero."""
    first, *others = found.found
    lines = [
        f"{counted(found.n, 'run')} of each with common random numbers, so that a difference is due to the scenarios. "
        f"Only differences whose 95 % confidence interval excludes zero are named; in brackets that interval."
    ]
    scenarios = {label: f.scenario for label, f in found.found.items()}
    if horizons.differ(list(scenarios.values())):
        ends = ", ".join(
            f"{label} {s.document.horizon.end or s.document.horizon.length}" for label, s in scenarios.items()
        )
        lines.append(
            f"They end at different times ({ends}): totals and dates cover different spans, and money is not compared."
        )
    for other in others:
        parts = _differences(found, first, other)
        lines.append(
            f"{other}, against {first}: {'; '.join(parts)}."
            if parts
            else f"{other}: no difference from {first} is significant."
        )
    return lines


def _differences(found: Comparison, first: str, other: str) -> list[str]:
    """Return significant differences in KPIs, then in dates, those of most days first."""
    pairs, both = found.against(first, other), [found.found[label].scenario for label in (first, other)]
    milestones = both[0].document.milestones
    names, _ = chosen([name for name in pairs if name not in milestones], (), both)
    apart_in_time = horizons.differ(both)
    parts = [
        f"{within(titled_kpi(both[0], kpi))} {apart(kpi, gap.estimate)} ({_ends(kpi, gap)})"
        for kpi in names
        if _certain(gap := pairs[kpi].difference) and not (apart_in_time and horizons.is_bound(kpi))
    ]
    dates = {m: pairs[m].difference for m in milestones if m in pairs and _certain(pairs[m].difference)}
    moved = sorted(dates, key=lambda m: -abs(dates[m].estimate))[:_MOST]
    unit = "days" if both[0].document.horizon.start is not None else both[0].document.horizon.time_unit or "time units"
    return [*parts, *(f"{titled(milestones, m)} {_later(dates[m], unit)}" for m in moved)]


def _certain(gap: Interval) -> bool:
    return gap.low > 0 or gap.high < 0


def _ends(kpi: str, gap: Interval) -> str:
    if kpi.startswith(SHARES):
        return f"{100 * gap.low:+.1f} to {100 * gap.high:+.1f}"
    return f"{said(kpi, gap.low)} to {said(kpi, gap.high)}"


def _later(gap: Interval, unit: str) -> str:
    return f"{abs(gap.estimate):.0f} {unit} {'later' if gap.estimate > 0 else 'earlier'} where both reach it"
