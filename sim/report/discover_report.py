"""Under which conditions something happens, as tables: boxes of inputs, and how they were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.report.formats import about, plain, with_unit
from sim.report.output_words import counted
from sim.report.run_report import changes
from sim.report.study_tables import lot_bias
from sim.report.tables import Block, Lines, Table, left, right, table
from sim.study.discover import Discovery
from sim.study.methods.boxes import Limit, LimitSide, inside
from sim.study.methods.prim import HALVES, LEAST_HITS, Box, Found, PeelingStep, wanted
from sim.study.runs.documents import probability_json

SHOWN_STEPS = 8


def discover_report(found: Discovery) -> list[Block]:
    """Return how often it happens, each box, and the peeling trajectory of the first."""
    names = [name for name in found.when.names if name in found.catalogue.kpis]
    blocks: list[Block | None] = [
        changes(found.scenario),
        _head(found),
        *(_box(found, number, box) for number, box in enumerate(found.boxes, 1)),
        _trajectory(found.boxes[0]) if found.boxes else None,
        lot_bias(found.bias, names) if found.bias and names else None,
    ]
    return [block for block in blocks if block is not None]


def _head(found: Discovery) -> Lines:
    probability, hits = found.probability, int(found.happens.sum())
    lines = [
        f"It happens in {hits:,} of {counted(len(found.happens), 'run')}: {about(probability.estimate)} (95 % interval"
        f" {about(probability.low)} to {about(probability.high)}); seed {found.seed}, {_drawn(found)}."
    ]
    if found.unknown:
        lines.append(
            f"{counted(found.unknown, 'run')} more left out: a KPI in the condition has no value there (nothing was made, for example)."
        )
    if found.refused:
        lines.append(f"{counted(found.refused, 'run')} more refused: the values drawn contradict each other.")
    return Lines(f"{found.scenario.name}: when {found.when.text}", (*lines, *_outcome(found, hits)))


def _drawn(found: Discovery) -> str:
    inputs = counted(len(found.dimensions), "uncertain input")
    readings = len(found.columns) - len(found.dimensions)
    if not readings:
        return f"{inputs} drawn"
    return (
        f"{inputs} and readings of {counted(readings, 'contested figure')} drawn ({found.combinations:,} combinations)"
    )


def _outcome(found: Discovery, hits: int) -> list[str]:
    others = len(found.happens) - hits
    if hits < LEAST_HITS or not others:
        how = "never" if not hits else "always" if not others else "too rarely for a box"
        more = "" if len(found.columns) > len(found.dimensions) else "; --contested draws readings too"
        return [f"It happens {how} within what is drawn{more}."]
    if not found.boxes:
        return ["No condition on the inputs is distinguishable from chance."]
    least = wanted(hits / len(found.happens), found.density)
    if found.boxes[0].score.density < least:
        return [f"No box is as dense as asked for ({about(least)}); shown is the best balance of coverage and density."]
    return []


def _box(found: Discovery, number: int, box: Box) -> Table:
    score = box.score
    title = (
        f"Box {number}: there it happens in {score.hits:,} of {counted(score.inside, 'run')} (density {about(score.density)});"
        f" that is {about(score.coverage)} of all in which it does (coverage)"
    )
    columns = [left("input"), left("is"), right("of all runs [%]"), right("quasi-p"), right("found again [%]")]
    rows = [_row(found, together) for together in _together(box.found)]
    notes = [
        f"searched for among the {box.considered} of {counted(len(found.columns), 'input')} that are"
        " informative on their own",
        "of all runs: those within this limit; quasi-p: probability of so many hits in the box without it (binomial)",
        f"found again: in random halves of the runs, {HALVES} of them"
        + ("" if box.held_out is None else f"; their boxes have a density of {about(box.held_out)} in the other half"),
        *(
            ["coverage is of all runs in which it happens; the box was searched for outside the boxes before"]
            * (number > 1)
        ),
    ]
    return table(title, columns, rows, notes)


def _together(found: Sequence[Found]) -> list[list[Found]]:
    """Return the limits grouped by input and side: readings ruled out are one row."""
    rows: dict[tuple[int, LimitSide], list[Found]] = {}
    for each in found:
        rows.setdefault((each.limit.column, each.limit.side), []).append(each)
    return list(rows.values())


def _row(found: Discovery, together: Sequence[Found]) -> tuple[str, ...]:
    limits = [each.limit for each in together]
    return (
        found.columns[limits[0].column].name,
        _words(found, limits),
        f"{100 * float(inside(limits, found.columns).mean()):.0f}",
        f"{max(each.significance for each in together):.1g}",
        f"{100 * min(each.again for each in together):.0f}",
    )


def _words(found: Discovery, limits: Sequence[Limit]) -> str:
    """Return a limit in words; of readings, those that remain."""
    labels = found.columns[limits[0].column].labels
    if not labels:
        return f"{limits[0].side} {bound(found, limits[0])}"
    ruled_out = {int(limit.bound) for limit in limits}
    return " or ".join(label for place, label in enumerate(labels) if place not in ruled_out)


def bound(found: Discovery, limit: Limit) -> str:
    """Return a bound in the unit of its input."""
    column = found.columns[limit.column]
    if column.labels:
        return column.labels[int(limit.bound)]
    unit = next(d.unit for d in found.dimensions if d.name == column.name)
    written = found.scenario.document.horizon.written(unit)
    return with_unit(plain(float(f"{limit.bound:.4g}")), written)


def _trajectory(box: Box) -> Table:
    """Return some of the boxes from which the first was chosen."""
    steps = _evenly(box.trajectory, SHOWN_STEPS)
    rows = [
        (
            str(len({limit.column for limit in step.limits})),
            f"{100 * step.score.mass:.1f}",
            f"{100 * step.score.coverage:.1f}",
            f"{100 * step.score.density:.1f}",
        )
        for step in steps
    ]
    columns = [right("inputs limited"), right("runs inside", "%"), right("coverage", "%"), right("density", "%")]
    title = "Denser and wider boxes (peeling trajectory of box 1)"
    return table(
        title,
        columns,
        rows,
        ["limits that may be chance are removed, and the best box is kept; --density asks for another"],
    )


def _evenly(trajectory: Sequence[PeelingStep], most: int) -> list[PeelingStep]:
    """Return at most `most` steps of a trajectory, evenly spaced, including the first and the last."""
    places = np.linspace(0, len(trajectory) - 1, min(most, len(trajectory))).round().astype(int)
    return [trajectory[place] for place in dict.fromkeys(places.tolist())]


def discover_json(found: Discovery) -> dict[str, Any]:
    """Return the document of `discover --when --json`."""
    return {
        "scenario": found.scenario.name,
        "when": found.when.text,
        "n": found.n,
        "seed": found.seed,
        "runs": len(found.happens),
        "happens": int(found.happens.sum()),
        **probability_json(found.probability),
        "unknown": found.unknown,
        "refused": found.refused,
        "combinations": found.combinations,
        "lot_scale": found.bias.factor if found.bias else 1,
        "lot_bias": found.bias.to_json() if found.bias else None,
        "boxes": [_box_json(found, box) for box in found.boxes],
    }


def _box_json(found: Discovery, box: Box) -> dict[str, Any]:
    return {
        "limits": [_limit_json(found, each) for each in box.found],
        **_score_json(box.score),
        "held_out_density": box.held_out,
        "considered": box.considered,
        "trajectory": [{"limits": len(step.limits), **_score_json(step.score)} for step in box.trajectory],
    }


def _score_json(score: Any) -> dict[str, Any]:
    return {
        "hits": score.hits,
        "inside": score.inside,
        "coverage": score.coverage,
        "density": score.density,
        "mass": score.mass,
    }


def _limit_json(found: Discovery, each: Found) -> dict[str, Any]:
    column = found.columns[each.limit.column]
    labels = column.labels
    return {
        "input": column.name,
        "side": str(each.limit.side),
        "bound": labels[int(each.limit.bound)] if labels else each.limit.bound,
        "unit": None if labels else next(d.unit for d in found.dimensions if d.name == column.name),
        "quasi_p": each.significance,
        "found_again": each.again,
    }
