"""Regret of plans over shared worlds: a table, and one JSON document."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sim.report.formats import about
from sim.report.output_words import apart, counted, said, unit
from sim.report.study_tables import lot_bias
from sim.report.tables import Block, Lines, Table, left, right, table
from sim.study.methods.regret import Regret
from sim.study.regret import RegretComparison
from sim.study.runs.documents import ci95, number


def regret_report(found: RegretComparison) -> list[Block]:
    """Return the regret of each plan, the least maximum regret first."""
    title = f"Regret of plans on {found.output.name} ({'less' if found.least else 'more'} is better)"
    if found.regrets is None:
        return [Lines(title, ("in no world every plan has a value", *_remarks(found)))]
    ranked = sorted(found.regrets.plans, key=lambda plan: plan.most)
    of = unit(found.output)
    columns = [
        left("plan"), right("mean"), right("mean regret", of), right("95 % interval"), right("95th percentile", of),
        right("greatest", of), right("best in", "%"),
    ]  # fmt: skip
    notes = [
        f"least greatest regret (minimax): {found.regrets.minimax}",
        "regret: how much worse than the best plan in the same world; best in: share of worlds in which none is better",
        f"{_worlds(found)}, the same in every plan that has them (seed {found.worlds.seed}); the greatest is of these worlds",
        *_remarks(found),
    ]
    blocks: list[Block | None] = [
        table(title, columns, [_row(found, plan) for plan in ranked], notes),
        _bias(found),
    ]
    return [block for block in blocks if block is not None]


def _bias(found: RegretComparison) -> Table | None:
    """Return the effect of larger lots on each plan."""
    rows, shown = [], None
    for name, bias in zip(found.names, found.biases, strict=True):
        if bias is not None and found.output.column in bias.own:
            shown = lot_bias(bias, [found.output.column])
            rows += [(name, *row[1:]) for row in shown.rows] if shown else []
    return replace(shown, columns=(left("plan"), *shown.columns[1:]), rows=tuple(rows)) if shown else None


def _worlds(found: RegretComparison) -> str:
    drawn = f"{counted(len(found.values), 'world')}: {counted(len(found.worlds.dimensions), 'uncertain input')} drawn"
    combinations = len(found.worlds.combinations)
    return f"{drawn}, {combinations} combinations of readings" if combinations > 1 else drawn


def _row(found: RegretComparison, plan: Regret) -> tuple[str, ...]:
    of, output = found.subjects[found.names.index(plan.plan)], found.output
    return (
        plan.plan,
        said(of.asked, of.catalogue, output, plan.value.estimate),
        apart(output, plan.mean.estimate),
        f"{apart(output, max(plan.mean.low, 0.0))} to {apart(output, plan.mean.high)}",
        apart(output, plan.p95),
        apart(output, plan.most),
        about(plan.best).removesuffix(" %"),
    )


def _remarks(found: RegretComparison) -> list[str]:
    runs, end = found.values.size, found.subjects[0].catalogue.end
    left_out = found.regrets.left_out if found.regrets else 0
    spans = {(s.catalogue.start, s.catalogue.end) for s in found.subjects}
    return [
        *([f"{counted(left_out, 'world')} left out: a plan has no value there"] if left_out else []),
        *([f"{counted(found.refused, 'run')} refused: the values drawn contradict each other"] if found.refused else []),
        *([f"not reached in {found.not_reached:,} of {runs:,} runs: counted as {end}"] if found.not_reached else []),
        *(["the plans do not begin and end on the same days"] if len(spans) > 1 else []),
    ]  # fmt: skip


def regret_json(found: RegretComparison) -> dict[str, Any]:
    """Return the document of `discover --regret --json`."""
    regrets = found.regrets
    return {
        "kpi": found.output.name,
        "better": "less" if found.least else "more",
        "worlds": len(found.values),
        "seed": found.worlds.seed,
        "combinations": len(found.worlds.combinations),
        "left_out": regrets.left_out if regrets else len(found.values),
        "refused": found.refused,
        "not_reached": found.not_reached,
        "minimax": regrets.minimax if regrets else None,
        "plans": {plan.plan: _plan_json(plan) for plan in (regrets.plans if regrets else ())},
    }


def _plan_json(plan: Regret) -> dict[str, Any]:
    return {
        "mean": number(plan.value.estimate),
        "mean_ci95": ci95(plan.value),
        "mean_regret": number(plan.mean.estimate),
        "mean_regret_ci95": ci95(plan.mean),
        "p95_regret": plan.p95,
        "max_regret": plan.most,
        "worst_world": plan.worst_world,
        "best_share": plan.best,
    }
