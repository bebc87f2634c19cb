"""The figures of comparisons, sweeps and rankings of inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from sim.draws.inputs import input_quantile
from sim.report import horizons
from sim.report.figures import difference, ranking, side_by_side, spans, swept, tornado
from sim.report.figures.axes import day_tick, percent_tick
from sim.report.figures.kpis import said as said_kpi
from sim.report.figures.kpis import ticks_of, titled_kpi, unit_of
from sim.report.figures.tornado import HIGH, LOW, READING, TornadoKpi
from sim.report.formats import plain, with_unit
from sim.report.indicators import chosen, date
from sim.report.output_words import said
from sim.results.result import scenario_hash
from sim.study.methods.morris import Screening
from sim.study.methods.tornado import Bar, Tornado
from sim.study.runs.outputs import Output, OutputKind
from sim.study.sensitivity import HIGH as UPPER
from sim.study.sensitivity import LABELS, WITHIN_A_RUN, Sensitivity
from sim.study.sensitivity import LOW as LOWER

if TYPE_CHECKING:
    from sim.report.figures.figure import Chart
    from sim.scenario.loader import Scenario
    from sim.study.compare import Comparison
    from sim.study.dependence import Dependence, Dependences
    from sim.study.explain import Explanation
    from sim.study.sweep import Sweep

MOST_KPIS = 4
_TRIED = "Hatched: the input is low; plain: high; dotted: another reading"


def of_comparison(found: Comparison, wished: Sequence[str] = ()) -> Chart | None:
    """Return the chart of differences in the KPIs wished, by default the first ones; None if none can be compared."""
    first, *others = found.found
    scenarios = [f.scenario for f in found.found.values()]
    every = list(dict.fromkeys(name for f in found.found.values() for name in f.kpis))
    shown, _ = chosen(every, wished, scenarios, milestones=list(scenarios[0].document.milestones))
    rows = [
        (
            kpi,
            other,
            found.found[first].kpis[kpi].mean.estimate,
            pair.difference.estimate,
            pair.difference.low,
            pair.difference.high,
            pair.pairs,
        )
        for kpi in shown
        for other in others
        if (pair := found.paired[other].get(kpi)) is not None and pair.pairs and not _apart(kpi, found, first, other)
    ]
    table = pd.DataFrame(rows, columns=["kpi", "scenario", "first", "difference", "low", "high", "pairs"])
    # A KPI that is the same everywhere would take a panel and say nothing.
    moved = table.groupby("kpi")["difference"].transform(lambda d: (d != 0).any())
    table = table[moved.astype(bool)].reset_index(drop=True) if len(table) else table
    if table.empty:
        return None
    titles = {kpi: titled_kpi(scenarios[0], kpi) for kpi in table["kpi"]}
    told = spans.source(
        f"{', '.join(others)} against {first}", found.seed, None, f"{found.n:,} runs of each", _lots(found.lot_scale)
    )
    remark = (
        "; horizons differ: money is not compared, and other totals cover different spans"
        if horizons.differ(scenarios)
        else ""
    )
    return difference.differences(table, titles, first, told, found.n, remark=remark)


def of_scenarios(found: Comparison, wished: Sequence[str] = ()) -> Chart | None:
    """Return the chart of distributions by scenario, of the KPIs wished or the first ones that any run has."""
    scenarios = [f.scenario for f in found.found.values()]
    every = list(dict.fromkeys(name for f in found.found.values() for name in f.kpis))
    shown, _ = chosen(every, wished, scenarios)
    rows = [
        (kpi, label, spread.mean.estimate, *(spread.percentiles[p].estimate for p in ("p5", "p50", "p95")))
        for kpi in shown
        for label, f in found.found.items()
        if (spread := f.kpis.get(kpi)) is not None
    ]
    table = pd.DataFrame(rows, columns=["kpi", "scenario", "mean", "p5", "p50", "p95"])
    some = table.groupby("kpi")["p95"].transform(lambda values: (values.fillna(0) != 0).any())
    table = table[some.astype(bool)].reset_index(drop=True) if len(table) else table
    if table.empty:
        return None
    titles = {kpi: titled_kpi(scenarios[0], kpi) for kpi in dict.fromkeys(table["kpi"])}
    told = spans.source(", ".join(found.found), found.seed, None, f"{found.n:,} runs of each", _lots(found.lot_scale))
    remark = "; horizons differ: totals cover different spans" if horizons.differ(scenarios) else ""
    # Over different horizons a sum doesn't tell which scenario is better: the title takes the first KPI, a share where
    # there is one, instead of the last, money.
    telling = next(iter(titles)) if remark else list(titles)[-1]
    return side_by_side.side_by_side(table, titles, telling, told, found.n, remark=remark)


def _apart(kpi: str, found: Comparison, first: str, other: str) -> bool:
    """Return whether a KPI is money counted over different horizons, which can't be compared."""
    return horizons.is_bound(kpi) and horizons.differ([found.found[first].scenario, found.found[other].scenario])


def of_sweep(found: Sweep, wished: Sequence[str] = ()) -> Chart | None:
    """Return the chart of KPIs over the inputs varied, of those wished or the first ones; None without any."""
    scenarios = [f.scenario for f in found.found]
    every = list(dict.fromkeys(k for f in found.found for k in f.kpis))
    shown, _ = chosen(every, wished, scenarios)
    apart = horizons.differ(scenarios)
    table = found.means[found.means["kpi"].isin(shown) & ~(found.means["kpi"].map(horizons.is_bound) & apart)]
    moved = [k for k in shown if table.loc[table["kpi"] == k, "mean"].nunique() > 1]
    # What was asked for is shown even if it doesn't move.
    kept = (list(wished) or _telling(moved) or shown)[:MOST_KPIS]
    table = (
        table[table["kpi"].isin(kept)]
        .sort_values("kpi", key=lambda k: k.map(kept.index), kind="stable")
        .reset_index(drop=True)
    )
    if table.empty:
        return None
    titles = {kpi: titled_kpi(scenarios[0], kpi) for kpi in kept}
    told = spans.source(found.name, found.seed, None, f"{found.n:,} runs at each point", _lots(found.lot_scale))
    return swept.swept(table, titles, [v.path for v in found.varied], told, found.n)


def _telling(kpis: Sequence[str]) -> list[str]:
    """Return the KPIs worth showing first: at most two shares, then the others from the last (money before service)."""
    shares = [k for k in kpis if k.startswith("in_house_share.")]
    return [*shares[:2], *[k for k in reversed(kpis) if k not in shares]]


def _lots(factor: int) -> str | None:
    return f"lots {factor} times as large" if factor > 1 else None


# --- what drives a KPI ---------------------------------------------------------------------------


def of_sensitivity(found: Sensitivity) -> Chart | None:
    """Return the tornado chart, or the ranking of inputs by their effects or indices."""
    factor = found.bias.factor if found.bias else 1
    told = spans.source(
        found.scenario.name, found.seed, scenario_hash(found.scenario), f"{found.runs:,} runs", _lots(factor)
    )
    pairs = [(o, f) for o, f in zip(found.outputs, found.found, strict=True)]
    bars = {o.name: _bar_table(found, o, f) for o, f in pairs if isinstance(f, Tornado) and f.base is not None}
    if bars:
        measures = {o.name: _measure(found, o) for o, _ in pairs if o.name in bars}
        return tornado.tornado(bars, measures, told, f"Each input at its 5th and 95th percentile. {_TRIED}")
    ranked = {o.name: _ranked(list(f.records())) for o, f in pairs if not isinstance(f, Tornado)}
    ranked = {name: table for name, table in ranked.items() if len(table)}
    if not ranked:
        return None
    titles = {name: _titled(found.scenario, name) for name in ranked}
    if isinstance(found.found[0], Screening):
        ticks = {o.name: _measure(found, o).tick for o, _ in pairs}
        key = "Mean size of the change as an input goes from its 5th to its 95th percentile, wherever the others are"
        return ranking.ranking(ranked, titles, ticks, "mean effect", told, key)
    key = "Dot: total index, what stays of the variance when all others are known; diamond: first order, what goes when it is known"
    return ranking.ranking(
        ranked, titles, {name: lambda v: f"{v:.2g}" for name in ranked}, "share of the variance", told, key
    )


def _ranked(records: list[dict[str, object]]) -> pd.DataFrame:
    """Return records of Morris or Sobol with the measure as `value` and its interval, the largest first."""
    frame = pd.DataFrame(records)
    if frame.empty:
        return frame
    measure = "mu_star" if "mu_star" in frame else "total"
    named = {measure: "value", f"{measure}_low": "low", f"{measure}_high": "high"}
    found = frame.rename(columns=named).sort_values("value", ascending=False, ignore_index=True)
    return found[found["value"] > 0]


def _titled(scenario: Scenario, output: str) -> str:
    title = titled_kpi(scenario, output.removesuffix(" reached"))
    return f"{title} reached" if output.endswith(" reached") else title


def _measure(found: Sensitivity, output: Output) -> TornadoKpi:
    scenario, column = found.scenario, output.column
    title = _titled(scenario, output.name)

    def told(value: float) -> str:
        return said(scenario, found.catalogue, output, value)

    if output.kind is OutputKind.REACHED:
        return TornadoKpi(title, told, percent_tick, "%")
    if output.kind is OutputKind.DATE:
        return _of_dates(scenario, title)
    return TornadoKpi(title, told, ticks_of(column), unit_of(column))


def _of_dates(scenario: Scenario, title: str) -> TornadoKpi:
    if scenario.document.horizon.start is None:
        return TornadoKpi(title, lambda v: date(scenario, v), day_tick, scenario.document.horizon.time_unit or "")
    return TornadoKpi(title, lambda v: date(scenario, v), lambda v: date(scenario, v)[:7])


def _bar_table(found: Sensitivity, output: Output, one: Tornado) -> pd.DataFrame:
    """Return a row for each trial of each input that moves the output, including random variation."""
    del output
    rows = [(bar.name, *trial, one.base) for bar in one.bars if bar.swing > 0 for trial in _trials(found, bar)]
    return pd.DataFrame(rows, columns=["input", "side", "tried", "value", "base"]).astype(
        {"value": float, "base": float}
    )


def _trials(found: Sensitivity, bar: Bar) -> list[tuple[str, str, float | None]]:
    """Return side, value tried, and the resulting KPI."""
    if bar.name == WITHIN_A_RUN or tuple(label for label, _ in bar.ends) != LABELS:
        side = {LABELS[0]: LOW, LABELS[1]: HIGH}
        return [(side.get(label, READING), label, value) for label, value in bar.ends]
    dimension = next(d for d in found.plan.dimensions if d.name == bar.name)
    unit = found.scenario.document.horizon.written(dimension.unit)
    tried = [with_unit(plain(float(f"{input_quantile(dimension, u):.3g}")), unit) for u in (LOWER, UPPER)]
    return [(side, words, value) for side, words, (_, value) in zip((LOW, HIGH), tried, bar.ends, strict=True)]


def of_explanation(found: Explanation) -> Chart | None:
    """Return the tornado chart of what `explain` found; None if the KPI has no value at typical inputs."""
    return of_dependences(found.scenario, found.dependences, found.result.seed, found.lot_scale)


def of_dependences(scenario: Scenario, found: Dependences, seed: int, factor: int) -> Chart | None:
    """Return the tornado chart of what `explain` found; None if the KPI has no value at the values in force."""
    return None if found.base is None else of_trials(scenario, found.kpi, trials_of(found), seed, factor)


def trials_of(found: Dependences) -> pd.DataFrame:
    """Return every trial of `explain`.

    Columns: input, side, tried (in words), value (the KPI of the trial) and base (the KPI at the values in force).
    """
    rows = [(d.knob.name, *trial, found.base) for d in found.found for trial in _tried(d)]
    table = pd.DataFrame(rows, columns=["input", "side", "tried", "value", "base"])
    return table.astype({"value": float, "base": float})


def of_trials(scenario: Scenario, kpi: str, table: pd.DataFrame, seed: int, factor: int) -> Chart:
    """Return the tornado chart of trials as `trials_of` returns them."""
    title = titled_kpi(scenario, kpi)
    measure = (
        _of_dates(scenario, title)
        if kpi in scenario.document.milestones
        else TornadoKpi(title, lambda v: said_kpi(kpi, v), ticks_of(kpi), unit_of(kpi))
    )
    told = spans.source(scenario.name, seed, scenario_hash(scenario), _lots(factor))
    key = f"Each number at the ends of its range, or 10 % to either side where it has none. {_TRIED}"
    return tornado.tornado({kpi: table}, {kpi: measure}, told, key)


def _tried(dependence: Dependence) -> list[tuple[str, str, float | None]]:
    """Return side, value tried, and the resulting KPI; a reading is given by its name."""
    found = []
    for trial in dependence.trials:
        side = (
            LOW
            if trial.label == "low" or trial.label[0] == "-"
            else HIGH
            if trial.label == "high" or trial.label[0] == "+"
            else READING
        )
        found.append((side, trial.label if side == READING else plain(trial.value), trial.kpi))
    return found
