"""Any public object in a few rows, for its repr and for notebooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Sized
from functools import singledispatch

from sim.claims.finding import JudgedClaim, Verdict
from sim.claims.judging import Judgement
from sim.claims.scorecard import Outcome, Scorecard, Standing
from sim.display import MOST_LINES, Listed, Summary
from sim.flexibility.option import Flexibility
from sim.linting import Finding
from sim.report.claims_words import by_how_much
from sim.report.formats import NOTHING, about, dollars, with_unit
from sim.report.indicators import headline, shown
from sim.report.output_words import apart, counted, said
from sim.results.result import Result
from sim.scenario.loader import Scenario
from sim.study.compare import Comparison, Paired
from sim.study.discover import Discovery
from sim.study.explain import Decomposition, Explanation
from sim.study.methods.intervals import Interval
from sim.study.methods.morris import Screening
from sim.study.methods.tornado import Tornado
from sim.study.montecarlo import MonteCarlo
from sim.study.regret import RegretComparison
from sim.study.runs.lots import Bias
from sim.study.runs.outputs import SHARES
from sim.study.runs.summary import Reached, Replications, Spread
from sim.study.sensitivity import Sensitivity
from sim.study.sweep import Sweep

MOST_ROWS = MOST_LINES - 3
_MOST_SCENARIOS = 4
_MOST_KPIS = 3
_MOST_SHARES = 3
_LEFT_OUT = ("fill_rate", "capex_usd")
"""Of the first KPIs, those whose neighbours `served_by_end` and `npv_usd` say more in a few rows."""

Row = tuple[str, ...]


@singledispatch
def summary(subject: object) -> Summary:
    """Summarise a public object in a few rows: what its repr prints and a notebook shows.

    Args:
        subject: a scenario, a result, a study, a comparison, claims, findings or a figure.

    Returns:
        A Summary: `title`, `headings`, `rows` of text; `text()` is at most ten lines, `html()` a small table.

    Raises:
        TypeError: it is none of these.
    """
    raise TypeError(f"no summary of a {type(subject).__name__}")


def _first(title: str, headings: Row, rows: Iterable[Row]) -> Summary:
    """Return a summary of the first rows, and how many more there are."""
    every = list(rows)
    return Summary(title, headings, tuple(every[:MOST_ROWS]), max(len(every) - MOST_ROWS, 0))


@summary.register
def _scenario(subject: Scenario) -> Summary:
    document = subject.document
    parts: dict[str, Sized] = {"item": document.items, "site": document.sites, "recipe": document.recipes, "demand line": document.demand,
             "disruption": document.disruptions, "milestone": document.milestones}  # fmt: skip
    rows = [
        ("title", document.title),
        ("horizon", _horizon(subject)),
        ("contents", ", ".join(counted(len(part), name) for name, part in parts.items() if part)),
        ("inputs", f"{len(subject.inputs):,} numbers, {len(subject.uncertain):,} of them uncertain"),
        ("counterfactual", subject.against.stem if subject.against else "none"),
    ]
    rows += [("changed", f"{c.path}: {c.old} -> {c.new}") for c in subject.changes]
    return _first(f"Scenario {subject.name}", (), rows)


def _horizon(scenario: Scenario) -> str:
    horizon = scenario.document.horizon
    if horizon.start is None:
        return f"{horizon.length or 0:g} {horizon.time_unit or ''}".rstrip()
    return f"{horizon.start} to {horizon.end}"


@summary.register
def _result(subject: Result) -> Summary:
    drawn = "typical inputs" if subject.point is None else f"replication {subject.replication}, inputs drawn"
    title = f"Run of {subject.scenario.name}, {_horizon(subject.scenario)}: {drawn}, seed {subject.seed}"
    names = _telling(subject.kpis, [subject.scenario])[: MOST_ROWS - 1]
    rows = [(name, shown(subject.scenario, name, subject.kpis[name])) for name in names]
    if subject.milestones:
        reached = sum(date is not None for date in subject.milestones.values())
        rows.append(("milestones", f"{reached} of {len(subject.milestones)} reached"))
    return Summary(title, (), tuple(rows), len(subject.kpis) - len(rows))


def _telling(names: Iterable[str], scenarios: Sequence[Scenario]) -> list[str]:
    """Return the first in-house shares, service and money: what a few rows have room for."""
    known = headline(names, scenarios)
    shares = [name for name in known if name.startswith("in_house_share.")]
    left_out = {*shares[_MOST_SHARES:], *_LEFT_OUT}
    return [name for name in known if name not in left_out]


@summary.register
def _replications(subject: Replications) -> Summary:
    return _distributions(subject, f"{counted(subject.n, 'replication')} of {subject.scenario.name}")


@summary.register
def _monte_carlo(subject: MonteCarlo) -> Summary:
    inputs = counted(subject.dimensions, "uncertain input")
    return _distributions(
        subject, f"{counted(subject.n, 'replication')} of {subject.scenario.name}, {inputs} drawn, seed {subject.seed}"
    )


def _distributions(subject: Replications, title: str) -> Summary:
    names = _telling(subject.kpis, [subject.scenario])
    rows: list[Row] = []
    for name in names:
        spread = subject.kpis[name]
        ends = [*(spread.mean.low, spread.mean.high), *(q.estimate for q in spread.percentiles.values())]
        low, high, *quantiles = [shown(subject.scenario, name, end) for end in ends]
        rows.append((name, shown(subject.scenario, name, spread.mean.estimate), f"{low} to {high}", *quantiles))
    headings = ("KPI", "mean", "95 % interval", "p5", "p50", "p95")
    found = _first(title, headings, rows)
    return Summary(found.title, headings, found.rows, len(subject.kpis) - len(found.rows))


@summary.register
def _comparison(subject: Comparison) -> Summary:
    labels = list(subject.found)
    scenarios = [each.scenario for each in subject.found.values()]
    first, others = labels[0], labels[1:_MOST_SCENARIOS]
    title = f"{counted(len(labels), 'scenario')}, {counted(subject.n, 'replication')} of each, seed {subject.seed}"
    known = _telling(subject.found[first].kpis, scenarios)
    headings = ("KPI, mean", first, *(f"{label} minus it" for label in others))
    rows = [
        (
            name,
            shown(scenarios[0], name, subject.found[first].kpis[name].mean.estimate),
            *(_difference(subject, label, name) for label in others),
        )
        for name in known
    ]
    return _first(title, headings, rows)


def _difference(subject: Comparison, label: str, name: str) -> str:
    pair: Paired | None = subject.paired[label].get(name)
    if pair is None:
        return NOTHING
    difference = pair.difference.estimate
    if name.startswith(SHARES):
        return f"{100 * difference:+.1f} points"
    return f"{'-' if difference < 0 else '+'}{shown(subject.found[label].scenario, name, abs(difference))}"


@summary.register
def _sweep(subject: Sweep) -> Summary:
    scenarios = [each.scenario for each in subject.found]
    names = _telling(subject.found[0].kpis, scenarios)
    # The first of the shares, and the NPV.
    chosen = list(dict.fromkeys([*names[: _MOST_KPIS - 1], *names[-1:]]))
    rows = [
        (*point, *(_mean(found, name) for name in chosen))
        for point, found in zip(subject.points, subject.found, strict=True)
    ]
    title = f"{counted(len(rows), 'point')} of {subject.name}, {counted(subject.n, 'replication')} at each, seed {subject.seed}"
    return _first(title, (*(vary.path for vary in subject.varied), *(f"mean {name}" for name in chosen)), rows)


def _mean(found: Replications, name: str) -> str:
    return shown(found.scenario, name, found.kpis[name].mean.estimate) if name in found.kpis else NOTHING


@summary.register
def _sensitivity(subject: Sensitivity) -> Summary:
    output, found = subject.outputs[0], subject.found[0]
    more = [other.name for other in subject.outputs[1:]]
    also = f" (also of {', '.join(more)})" if more else ""
    title = f"{subject.method.capitalize()} of {output.name} in {subject.scenario.name}{also}"
    if isinstance(found, Tornado):
        ends = [
            (bar.name, apart(output, bar.swing), ", ".join(_end(subject, label, value) for label, value in bar.ends))
            for bar in found.bars
        ]
        return _first(title, ("input", "swing", "tried"), ends)
    if isinstance(found, Screening):
        ranked = sorted(zip(found.factors, found.effects, strict=False), key=lambda pair: -pair[1].mu_star.estimate)
        return _first(title, ("input", "mu*"), ((f.name, apart(output, e.mu_star.estimate)) for f, e in ranked))
    parts = sorted(zip(found.factors, found.first, found.total, strict=False), key=lambda each: -each[2].estimate)
    headings = ("input", "first-order index", "total index")
    return _first(title, headings, ((f.name, _number(s), _number(t)) for f, s, t in parts))


def _end(subject: Sensitivity, label: str, value: float | None) -> str:
    return f"{label}: {said(subject.scenario, subject.catalogue, subject.outputs[0], value)}"


def _number(interval: Interval) -> str:
    return f"{interval.estimate:.2f} ({interval.low:.2f} to {interval.high:.2f})"


@summary.register
def _discovery(subject: Discovery) -> Summary:
    probability = subject.probability
    title = (
        f"{subject.when.text} in {subject.scenario.name}: {about(probability.estimate)} of {counted(len(subject.happens), 'run')}"
        f" (95 % interval {about(probability.low)} to {about(probability.high)})"
    )
    rows = [
        (
            str(number),
            about(box.score.density),
            about(box.score.coverage),
            ", ".join(dict.fromkeys(subject.columns[limit.column].name for limit in box.limits)),
        )
        for number, box in enumerate(subject.boxes, 1)
    ]
    return _first(title, ("box", "density", "coverage", "inputs that limit it") if rows else (), rows)


@summary.register
def _choice(subject: RegretComparison) -> Summary:
    better = "less" if subject.least else "more"
    title = f"Regret on {subject.output.name} ({better} is better) over {counted(len(subject.values), 'world')}"
    if subject.regrets is None:
        return Summary(title, (), (("no world in which every plan has a value",),))
    ranked = sorted(subject.regrets.plans, key=lambda plan: plan.most)
    rows = [
        (plan.plan, apart(subject.output, plan.mean.estimate), apart(subject.output, plan.most), about(plan.best))
        for plan in ranked
    ]
    return _first(title, ("plan", "mean regret", "greatest", "best in"), rows)


@summary.register
def _explanation(subject: Explanation) -> Summary:
    found, scenario = subject.dependences, subject.scenario
    base = shown(scenario, found.kpi, found.base)
    title = f"{found.kpi} of {scenario.name} is {base}; {counted(len(found.found), 'input')} move it"
    rows = [
        (dependence.knob.name, with_unit(dependence.knob.value, dependence.knob.unit), ", ".join(
            f"{trial.label}: {shown(scenario, found.kpi, trial.kpi)}" for trial in dependence.trials
        ))
        for dependence in found.found
    ]  # fmt: skip
    return _first(title, ("input", "value", found.kpi), rows)


@summary.register
def _decomposition(subject: Decomposition) -> Summary:
    found = subject.disagreement
    title = f"Variance of {found.kpi} over {counted(found.combinations, 'combination')} of readings"
    rows = [(part.name, about(part.share), f"{about(part.low)} to {about(part.high)}") for part in found.parts]
    return _first(title, ("part", "share", "95 % interval"), rows)


@summary.register
def _judgement(subject: Judgement) -> Summary:
    counts = Counter(finding.verdict for finding in subject.findings)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
    title = f"Claims on {subject.scenario.name}, {counted(subject.n, 'replication')}: {told}"
    order = (Verdict.MISSED, Verdict.CONTRADICTED, Verdict.UNTESTABLE, Verdict.MET)
    ranked = sorted(subject.findings, key=lambda finding: order.index(finding.verdict))
    return _first(title, ("verdict", "claim", "margin"), map(_claim, ranked))


@summary.register
def _claim_finding(subject: JudgedClaim) -> Summary:
    return Summary(f"Claim {subject.compiled.id}", (), (_claim(subject),))


def _claim(finding: JudgedClaim) -> Row:
    return finding.verdict.value, finding.compiled.id, by_how_much(finding)


@summary.register
def _scorecard(subject: Scorecard) -> Summary:
    counts = Counter(row.outcome for row in subject.rows)
    told = ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome])
    title = f"{counted(len(subject.rows), 'announcement')} as known on {subject.as_known}: {told}"
    ranked = sorted(subject.rows, key=lambda row: row.outcome is Outcome.OPEN)
    return _first(title, ("outcome", "claim", "months late", "probability"), map(_standing_row, ranked))


@summary.register
def _standing(subject: Standing) -> Summary:
    return Summary(f"Announcement {subject.compiled.id}", (), (_standing_row(subject),))


def _standing_row(row: Standing) -> Row:
    months = NOTHING if row.months is None else f"{row.months:.1f}"
    chance = NOTHING if row.probability is None else about(row.probability)
    return row.outcome.value, row.compiled.id, months, chance


@summary.register
def _bound_finding(subject: Finding) -> Summary:
    return Summary(f"{subject.rule}: {subject.severity.value.replace('_', ' ')}", _BOUND, (_bound_row(subject),))


_BOUND = ("rule", "value", "bound", "unit", "input")


def _bound_row(finding: Finding) -> Row:
    sign = "<=" if finding.upper else ">="
    where = ", ".join(finding.figures or finding.paths)
    return finding.rule, f"{finding.value:.4g}", f"{sign} {finding.bound:.4g}", finding.unit, where


@summary.register
def _listed(subject: Listed) -> Summary:  # type: ignore[type-arg]
    found = [entry for entry in subject if isinstance(entry, Finding)]
    if found:
        return _first(f"Beyond a bound: {counted(len(found), 'number')}", _BOUND, map(_bound_row, found))
    return _first(f"A list of {len(subject):,}", (), (tuple(map(str, entry)) for entry in subject))


@summary.register
def _bias(subject: Bias) -> Summary:
    title = f"Lots {subject.factor} times as large, {counted(subject.n, 'paired run')}"
    rows = [(name, f"{subject.own[name]:.6g}", _interval(d)) for name, d in subject.difference.items()]
    return _first(title, ("KPI", "own lots", "difference"), rows)


@summary.register
def _spread(subject: Spread) -> Summary:
    values = {"mean": _interval(subject.mean), "sd": f"{subject.sd:.6g}", **_percentiles(subject.percentiles)}
    return Summary(f"Distribution over {counted(subject.n, 'run')}", (), tuple(values.items()))


@summary.register
def _reached(subject: Reached) -> Summary:
    values = {"probability": _interval(subject.probability), **_percentiles(subject.percentiles)}
    return Summary(f"Milestone {subject.title}, days from the start", (), tuple(values.items()))


@summary.register
def _paired(subject: Paired) -> Summary:
    rows = (
        ("difference", _interval(subject.difference)),
        ("better than the first", _interval(subject.beats)),
        ("worse than the first", _interval(subject.beaten)),
    )
    return Summary(f"Paired difference over {counted(subject.pairs, 'run')}", (), rows)


def _percentiles(found: Mapping[str, Interval]) -> dict[str, str]:
    return {name: _interval(interval) for name, interval in found.items()}


def _interval(interval: Interval) -> str:
    return f"{interval.estimate:.6g} (95 % interval {interval.low:.6g} to {interval.high:.6g})"


@summary.register
def _flexibility(subject: Flexibility) -> Summary:
    valuation = subject.valuation
    rows = [
        ("option value", dollars(valuation.gain.mean), f"+- {dollars(valuation.gain.error)}"),
        ("best fixed plan", dollars(valuation.fixed.mean), ", ".join(valuation.plan.values())),
        ("with the rule", dollars(valuation.policy.mean), ""),
        (
            "upper bound",
            NOTHING if valuation.upper.value is None else dollars(valuation.upper.value.mean),
            valuation.upper.known,
        ),
        *((rule.node, "rule", rule.words) for rule in valuation.rules if rule.reached),
    ]
    title = f"Freedom to choose in {subject.scenario.name}: {subject.n:,} paths, {len(subject.sequences):,} sequences"
    return _first(title, (), rows)
