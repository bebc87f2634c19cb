"""What `fabshift montecarlo` prints."""

from __future__ import annotations

from collections.abc import Sequence

from sim.draws.points import SCRAMBLES
from sim.report import study_tables
from sim.report.drawn_inputs import what_is_drawn
from sim.report.indicators import chosen
from sim.report.output_words import counted
from sim.report.run_report import changes
from sim.report.tables import Block, Lines
from sim.scenario.catalogue import typed
from sim.study.methods.intervals import ENOUGH
from sim.study.montecarlo import MonteCarlo
from sim.study.runs.summary import SHARE


def montecarlo_report(found: MonteCarlo, wished: Sequence[str] = (), *, everything: bool = False) -> list[Block]:
    """Return every table of a study, of the KPIs asked for, of all, or of the default ones."""
    names, dates = chosen(
        list(found.kpis), wished, [found.scenario], milestones=list(found.milestones), everything=everything
    )
    lying = [
        study_tables.histogram(name, found.outcomes.column(f"{SHARE}{name}"))
        for name in found.passed
        if f"{SHARE}{name}" in names and (name == next(iter(found.passed)) or f"{SHARE}{name}" in wished)
    ]
    blocks: list[Block | None] = [
        changes(found.scenario),
        _head(found),
        study_tables.kpis({name: found.kpis[name] for name in names}, found.n - found.dropped, _notes(found)),
        study_tables.passed(found.scenario, {n: p for n, p in found.passed.items() if f"{SHARE}{n}" in names}),
        *lying,
        *study_tables.milestones(found.scenario, {name: found.milestones[name] for name in dates}),
        study_tables.lot_bias(found.bias, names) if found.bias else None,
    ]
    return [block for block in blocks if block is not None]


def montecarlo_screen(found: MonteCarlo, wished: Sequence[str] = ()) -> list[Block]:
    """Return a study on one screen: KPIs and their distributions, and milestones by the end."""
    names, dates = chosen(list(found.kpis), wished, [found.scenario], milestones=list(found.milestones))
    kpis = {name: found.kpis[name] for name in names}
    blocks: list[Block | None] = [
        changes(found.scenario),
        _head(found),
        study_tables.kpis(kpis, found.n - found.dropped, _notes(found), found.outcomes) if kpis else None,
        study_tables.reached(found.scenario, {name: found.milestones[name] for name in dates}) if dates else None,
        study_tables.lot_bias(found.bias, names) if found.bias else None,
        _next(found, names),
    ]
    return [block for block in blocks if block is not None]


def _next(found: MonteCarlo, names: Sequence[str]) -> Lines:
    """Return what to type next; what drives a KPI can be asked only if something is uncertain."""
    scenario = found.scenario
    named = typed(scenario.name, scenario.file)
    drives = f"; fabshift sensitivity {named} --kpi {names[-1]}" if found.dimensions and names else ""
    return Lines("", (f"Next: fabshift montecarlo {named} -n {found.n} --full{drives}",))


def _head(found: MonteCarlo) -> Lines:
    document = found.scenario.document
    drawn = what_is_drawn(found.scenario, found.dimensions)
    lines = [f"{counted(found.n, 'run')} from seed {found.seed}, engine {found.engine}; {drawn}."]
    if found.dropped:
        lines.append(f"{found.dropped:,} of them drew inputs that make the scenario invalid and are left out.")
    if found.until is not None:
        wanted = f"the half-width {found.until.half_width:g} of {found.until.name}"
        lines.append(f"It stopped at {wanted}." if found.narrow else f"{found.n:,} runs were not enough for {wanted}.")
    return Lines(f"{found.scenario.name}: {document.title}", tuple(lines))


def _notes(found: MonteCarlo) -> list[str]:
    if found.dimensions and found.n >= ENOUGH:
        how = f"+-: half-width of the 95 % confidence interval of the mean, Student's over the means of {SCRAMBLES} independent scrambles of the points"
    elif found.dimensions:
        how = f"+-: half-width of the 95 % confidence interval of the mean, Student's, runs taken as independent (fewer than {ENOUGH})"
    else:
        how = "+-: half-width of the 95 % confidence interval of the mean, Student's over independent runs"
    return [f"{how}; of probabilities: Wilson's"]
