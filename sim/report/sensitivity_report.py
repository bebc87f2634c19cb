"""What drives a KPI, as tables: bars of a tornado, elementary effects, Sobol indices; and as one JSON document."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.dimensions import Dimension
from sim.draws.inputs import input_quantile
from sim.report.formats import NOTHING, plain, with_unit
from sim.report.output_words import apart, counted, in_percent, said, unit
from sim.report.run_report import changes
from sim.report.study_tables import lot_bias
from sim.report.tables import Block, Lines, left, right, table
from sim.study.methods.factors import Factor
from sim.study.methods.intervals import Interval
from sim.study.methods.morris import LEAST_TRAJECTORIES, Effect, Screening
from sim.study.methods.sobol import LEAST_ROWS, Indices
from sim.study.methods.tornado import Bar, Tornado
from sim.study.runs.outputs import Output
from sim.study.sensitivity import HIGH, LABELS, LOW, STREAMS_TRIED, WITHIN_A_RUN, Sensitivity

BAR = 16
SAME = "it is the same in every run: nothing drives it"
"""Characters of a bar."""


def sensitivity_report(found: Sensitivity, top: int) -> list[Block]:
    """Return a table for each output, with the `top` inputs in each."""
    tables = [_table(found, output, one, top) for output, one in zip(found.outputs, found.found, strict=True)]
    columns = list(dict.fromkeys(output.column for output in found.outputs))
    bias = lot_bias(found.bias, columns) if found.bias else None
    return [block for block in (changes(found.scenario), *tables, bias) if block is not None]


def _table(found: Sensitivity, output: Output, one: Tornado | Screening | Indices, top: int) -> Block:
    if isinstance(one, Tornado):
        return _tornado(found, output, one, top)
    return _effects(found, output, one, top) if isinstance(one, Screening) else _indices(found, output, one)


# --- tornado -------------------------------------------------------------------------------------


def _tornado(found: Sensitivity, output: Output, one: Tornado, top: int) -> Block:
    inputs = [bar for bar in one.bars if bar.swing > 0.0 and bar.name != WITHIN_A_RUN]
    # The random variation of single runs is the yardstick: shown wherever it stands.
    kept = [bar for bar in one.bars if bar.name == WITHIN_A_RUN or bar in inputs[:top]]
    if all(bar.swing == 0.0 for bar in kept):
        return Lines(f"{found.scenario.name}: {output.name}", (SAME, *_remarks(found, output)))
    scale = _scale(one.base, kept)
    rows = [_bar_row(found, output, bar, one.base, scale) for bar in kept]
    still = sum(bar.swing == 0.0 and bar.name != WITHIN_A_RUN for bar in one.bars)
    columns = [
        left("input"),
        left("from 5 % to 95 %"),
        left("KPI then", "%" * in_percent(output)),
        right("swing", unit(output)),
        left(""),
    ]
    title = f"{found.scenario.name}: {output.name} is {_said(found, output, one.base)} at typical inputs; one input at a time"
    more = len(inputs) - top
    notes = [
        *([f"{more} more move it by less"] if more > 0 else []),
        *([_still(still)] if still else []),
        "5 % and 95 %: percentiles of the input, moved on its own, correlations ignored; a word: another"
        " reading of a contested figure",
        "---- where it is low, ++++ where it is high, ==== under other readings; | at typical inputs",
        f"{WITHIN_A_RUN}: percentiles of {STREAMS_TRIED} runs at typical inputs; {_replications(found)}",
        *_without_value(found, output),
        *_remarks(found, output),
    ]
    return table(title, columns, rows, notes)


def _without_value(found: Sensitivity, output: Output) -> list[str]:
    missing = found.missing[output.name]
    if not missing:
        return []
    return [f"in {counted(missing, 'run')} of {found.runs:,} it has no value; bars are of the others"]


def _still(others: int) -> str:
    return f"{others} others do not move it" if others > 1 else "one other does not move it"


def _replications(found: Sensitivity) -> str:
    if found.n == 1:
        return f"bars are one run each, with common random numbers (seed {found.seed})"
    return f"bars are means of {counted(found.n, 'run')}, with common random numbers (seed {found.seed})"


def _bar_row(
    found: Sensitivity, output: Output, bar: Bar, base: float | None, scale: tuple[float, float]
) -> tuple[str, ...]:
    labels = [label for label, _ in bar.ends]
    values = [_said(found, output, value).removesuffix(" %") for _, value in bar.ends]
    if bar.name == WITHIN_A_RUN:
        tried, then = "", " to ".join(values)
    elif tuple(labels) == LABELS:
        tried, then = _span(found, _dimension(found, bar.name)), " to ".join(values)
    else:
        tried, then = "; ".join(labels), "; ".join(values)
    return bar.name, tried, then, apart(output, bar.swing), _drawn(bar, base, scale)


def _dimension(found: Sensitivity, name: str) -> Dimension:
    return next(d for d in found.plan.dimensions if d.name == name)


def _span(found: Sensitivity, dimension: Dimension) -> str:
    low, high = (plain(float(f"{input_quantile(dimension, u):.4g}")) for u in (LOW, HIGH))
    return f"{low} to {with_unit(high, found.scenario.document.horizon.written(dimension.unit))}"


def _scale(base: float | None, shown: Sequence[Bar]) -> tuple[float, float]:
    values = [v for bar in shown for _, v in bar.ends if v is not None] + [v for v in [base] if v is not None]
    return (min(values), max(values)) if values else (0.0, 0.0)


def _drawn(bar: Bar, base: float | None, scale: tuple[float, float]) -> str:
    """Return the bar in characters, on the scale of the table."""
    low, high = scale
    if base is None or high <= low:
        return ""

    def cell(value: float) -> int:
        return round((BAR - 1) * (value - low) / (high - low))

    signs = ("-", "+") if tuple(label for label, _ in bar.ends) == LABELS else ("=",) * len(bar.ends)
    reaches = [(cell(value), sign) for (_, value), sign in zip(bar.ends, signs, strict=True) if value is not None]
    # Dots, not blanks, which would be a place to break a line.
    cells = ["."] * BAR
    # The longer first, so that a shorter one on the same side still shows.
    for to, sign in sorted(reaches, key=lambda reach: -abs(reach[0] - cell(base))):
        for place in range(min(to, cell(base)), max(to, cell(base)) + 1):
            cells[place] = sign
    cells[cell(base)] = "|"
    return "".join(cells)


# --- Morris and Sobol ----------------------------------------------------------------------------


def _effects(found: Sensitivity, output: Output, one: Screening, top: int) -> Block:
    title = f"{found.scenario.name}: effects on {output.name}, by Morris"
    if not one.effects:
        return Lines(
            title,
            (_nothing(one.left_out, one.trajectories, "trajectories", LEAST_TRAJECTORIES), *_remarks(found, output)),
        )
    ranked = sorted(zip(one.factors, one.effects, strict=True), key=lambda pair: -pair[1].mu_star.estimate)
    moving = [(factor, effect) for factor, effect in ranked if effect.mu_star.estimate > 0.0]
    of = unit(output)
    columns = [left("input"), right("mu*", of), right("95 % interval"), right("mu", of), right("sigma", of)]
    rows = [_effect_row(output, factor, effect) for factor, effect in moving[:top]]
    notes = [
        *([f"{len(moving) - top} more move it by less"] if len(moving) > top else []),
        *([_still(len(ranked) - len(moving))] if len(ranked) > len(moving) else []),
        "mu*: mean absolute change as an input goes from its 5th to its 95th percentile, over values of the others;"
        " mu: with its sign; sigma: its standard deviation over them",
        f"{counted(one.trajectories, 'trajectory').replace('trajectorys', 'trajectories')}, each with random numbers of its own"
        f" (seed {found.seed})",
        *_dropped(one.left_out, one.missing, "trajectories"),
        *_grouped(one.factors),
        *_remarks(found, output),
    ]
    return table(title, columns, rows, notes)


def _effect_row(output: Output, factor: Factor, effect: Effect) -> tuple[str, ...]:
    size = effect.mu_star
    signed = NOTHING if effect.mu is None else f"{'-' if effect.mu < 0 else ''}{apart(output, abs(effect.mu))}"
    between = f"{apart(output, max(size.low, 0.0))} to {apart(output, size.high)}"
    return factor.name, apart(output, size.estimate), between, signed, apart(output, effect.sigma)


def _indices(found: Sensitivity, output: Output, one: Indices) -> Block:
    mean = _said(found, output, one.mean)
    sd = f"{apart(output, math.sqrt(one.variance.estimate))} {unit(output)}".rstrip()
    title = f"{found.scenario.name}: variance of {output.name} decomposed, by Sobol"
    if not one.first:
        return Lines(
            title, (_nothing(one.left_out, one.rows, "rows", LEAST_ROWS), f"mean {mean}", *_remarks(found, output))
        )
    ranked = sorted(zip(one.factors, one.first, one.total, strict=True), key=lambda row: -row[2].estimate)
    columns = [left("input"), right("first order"), right("95 % interval"), right("total"), right("95 % interval")]
    rows = [(f.name, *_index(first), *_index(total), _share(total)) for f, first, total in ranked]
    notes = [
        f"mean {mean}, standard deviation {sd}; first-order indices add up to"
        f" {sum(first.estimate for first in one.first):.2f}: the rest to 1 is interaction, within the intervals",
        "first order: share of the variance that the input explains alone; total: with its interactions",
        f"{WITHIN_A_RUN} is an input like the others: each run of a row has random numbers of its own",
        f"{counted(one.rows, 'row')} of {len(one.factors) + 2} runs, quasi-random (seed {found.seed})",
        *_noisy(one.noisy),
        *_dropped(one.left_out, one.missing, "rows"),
        *_grouped(one.factors),
        *_remarks(found, output),
    ]
    return table(title, [*columns, left("")], rows, notes)


def _noisy(factors: Sequence[Factor]) -> list[str]:
    if not factors:
        return []
    names = ", ".join(factor.name for factor in factors)
    return [
        f"first order above total is sampling noise, since the exact index is never above: {names}; give a larger -n"
    ]


def _index(index: Interval) -> tuple[str, str]:
    return f"{index.estimate:.2f}", f"{index.low:.2f} to {index.high:.2f}"


def _share(total: Interval) -> str:
    return "#" * round(10 * min(max(total.estimate, 0.0), 1.0))


# --- what all methods have to say ----------------------------------------------------------------


def _said(found: Sensitivity, output: Output, value: float | None) -> str:
    return said(found.scenario, found.catalogue, output, value)


def _nothing(left_out: int, given: int, what: str, least: int) -> str:
    if left_out:
        return f"no value in {left_out} of {given} {what}: too few are complete for a ranking"
    if given < least:
        return f"a ranking needs {least} {what} or more, these are {given}: give a larger -n"
    return SAME


def _dropped(left_out: int, missing: int, what: str) -> list[str]:
    if not left_out:
        return []
    return [f"in {counted(missing, 'run')} it has no value; the {left_out} {what} they belong to are left out"]


def _grouped(factors: Sequence[Factor]) -> list[str]:
    if not any(" + " in factor.name for factor in factors):
        return []
    return ["inputs joined by + are correlated and grouped, since the method requires independent inputs"]


def _remarks(found: Sensitivity, output: Output) -> list[str]:
    never = found.not_reached.get(output.name, 0)
    return [
        *(
            [f"not reached in {never:,} of {counted(found.runs, 'run')}: counted as {found.catalogue.end}"]
            if never
            else []
        ),
        *(
            [f"{counted(found.refused, 'run')} refused: the values drawn contradict each other"]
            if found.refused
            else []
        ),
    ]


# --- JSON ----------------------------------------------------------------------------------------


def sensitivity_json(found: Sensitivity) -> dict[str, Any]:
    """Return the document of `sensitivity --json`; an infinite swing is null."""
    return {
        "scenario": found.scenario.name,
        "method": str(found.method),
        "n": found.n,
        "seed": found.seed,
        "runs": found.runs,
        "refused": found.refused,
        "not_reached": found.not_reached,
        "missing": found.missing,
        "lot_scale": found.bias.factor if found.bias else 1,
        "lot_bias": found.bias.to_json() if found.bias else None,
        "kpis": {o.name: _one_json(found, one) for o, one in zip(found.outputs, found.found, strict=True)},
    }


def _one_json(found: Sensitivity, one: Tornado | Screening | Indices) -> dict[str, Any]:
    if isinstance(one, Tornado):
        return {"value": one.base, "inputs": [_bar_json(found, bar) for bar in one.bars]}
    if isinstance(one, Screening):
        left_out = {"trajectories": one.trajectories, "left_out": one.left_out, "missing": one.missing}
        return {
            **left_out,
            "inputs": [_effect_json(*pair) for pair in zip(one.factors, one.effects, strict=bool(one.effects))],
        }
    indices = zip(one.factors, one.first, one.total, strict=bool(one.first))
    noisy = {factor.name for factor in one.noisy}
    return {
        "mean": _finite(one.mean),
        "variance": _finite(one.variance.estimate),
        "variance_ci95": _ends(one.variance),
        "rows": one.rows,
        "left_out": one.left_out,
        "missing": one.missing,
        "inputs": [{**_index_json(*row), "first_above_total": row[0].name in noisy} for row in indices],
    }


def _bar_json(found: Sensitivity, bar: Bar) -> dict[str, Any]:
    at = {label: {"kpi": value} for label, value in bar.ends}
    if bar.name != WITHIN_A_RUN and tuple(at) == LABELS:
        dimension = _dimension(found, bar.name)
        at = {label: {"input": input_quantile(dimension, u), **at[label]} for label, u in zip(LABELS, (LOW, HIGH), strict=True)}  # fmt: skip
    return {"name": bar.name, "swing": _finite(bar.swing), "at": at}


def _effect_json(factor: Factor, effect: Effect) -> dict[str, Any]:
    size = effect.mu_star
    return {"name": factor.name, "mu_star": size.estimate, "ci95": _ends(size), "mu": effect.mu, "sigma": effect.sigma}


def _index_json(factor: Factor, first: Interval, total: Interval) -> dict[str, Any]:
    return {
        "name": factor.name,
        "first": first.estimate,
        "first_ci95": _ends(first),
        "total": total.estimate,
        "total_ci95": _ends(total),
    }


def _ends(interval: Interval) -> list[float | None]:
    return [_finite(interval.low), _finite(interval.high)]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
