"""What the freedom to choose at gates is worth, on one screen or in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.flexibility.readings import others
from sim.flexibility.sequences import sells
from sim.report import option_words as words
from sim.report.figures.regrets import SURE
from sim.report.formats import NOTHING, about, dollars
from sim.report.indicators import alike
from sim.report.output_words import counted
from sim.report.study_tables import lot_bias
from sim.report.tables import Block, Lines, Table, left, right, table
from sim.scenario.catalogue import typed

if TYPE_CHECKING:
    from sim.flexibility.option import Flexibility
    from sim.options import Estimate

_NPV = "npv_usd"
_MOST_RULES, _MOST_OPTIONS, _MOST_STATES, _MOST_PLANS, _MOST_READINGS = 5, 6, 3, 20, 5
LITTLE = 0.0005
"""A smaller share of paths is not listed."""


def option_screen(found: Flexibility) -> list[Block]:
    """Return an option on one screen: at most 45 lines of 120 columns for a few gates."""
    blocks: list[Block | None] = [
        _head(found),
        _worth(found),
        _rules(found, _MOST_RULES),
        _by_date(found),
        _options(found, _MOST_OPTIONS),
        _staying(found),
        _readings(found, _MOST_READINGS),
        _sooner(found),
        _lots(found),
        Lines("", (*words.warnings(found), *words.basis(found), _next(found))),
    ]
    return [block for block in blocks if block is not None]


def option_report(found: Flexibility) -> list[Block]:
    """Return all tables of an option."""
    blocks: list[Block | None] = [
        _head(found),
        _worth(found),
        _rules(found),
        _choices(found),
        _states(found),
        _options(found),
        _plans(found),
        _hindsight(found),
        _readings(found),
        _sooner(found),
        _lots(found),
        Lines("", (*words.warnings(found), *words.basis(found))),
    ]
    return [block for block in blocks if block is not None]


def _head(found: Flexibility) -> Lines:
    valuation = found.valuation
    return Lines(
        f"Freedom to change course: {words.sure(valuation.gain)}, at most {dollars(words.most(found))}",
        (
            f"{found.scenario.name}: {found.scenario.document.title}",
            f"Best fixed plan: {words.made(found, found.plan)}",
        ),
    )


def _worth(found: Flexibility) -> Table:
    """Return NPV with the best fixed plan, with the rule, and the upper bounds."""
    valuation = found.valuation
    known: list[tuple[str, Estimate, float | None]] = [
        ("best fixed plan", valuation.fixed, valuation.cvar_fixed),
        ("with the rule", valuation.policy, valuation.cvar_policy),
        *(
            (f"{above.known} ({'upper bound' if above is valuation.upper else 'a higher bound'})", above.value, None)
            for above in sorted(valuation.bounds, key=lambda above: above.value.mean if above.value else np.inf)
            if above.value is not None
        ),
    ]
    step = valuation.gain.error or valuation.policy.error
    rows = [
        [name, *alike(_NPV, [one.mean, words.negligible(one), np.nan if worst is None else worst], step)]
        for name, one, worst in known
    ]
    columns = [
        left("NPV with salvage" if sells(found.scenario) else "NPV"),
        right("mean"),
        right("+-"),
        right("worst 5 %"),
    ]
    better = f"with the rule better than fixed on {about(valuation.better)} of paths, worse on {about(valuation.worse)}"
    return table("", columns, rows, [better])


def _rules(found: Flexibility, most: int | None = None) -> Lines:
    reached = [rule for rule in found.valuation.rules if rule.reached > LITTLE]
    # Of many rules, those that most paths reach, in the order of the gates.
    shown = sorted(reached, key=lambda rule: -rule.reached)[:most]
    more = [f"{counted(len(reached) - len(shown), 'rule')} more with --full"] if len(shown) < len(reached) else []
    return Lines("Rule", (*(words.rule(found, rule) for rule in reached if rule in shown), *more))


def _by_date(found: Flexibility) -> Table:
    """Return the probability of each choice gate by gate, and the states of the paths before it."""
    choices, states = found.frames["choices"], found.frames["states"]
    rows = []
    for place, gate in enumerate(found.gates):
        made = choices[choices["gate"] == gate.name]
        there = states[states["gate"] == gate.name]
        shown = there.head(_MOST_STATES)
        rest = float(there["share"].iloc[_MOST_STATES:].sum())
        rows.append([
            words.when(found, place), words.gate(found, place), _shares(made["choice"], made["probability"]),
            NOTHING if place == 0 else _shares(shown["state"], shown["share"]) + (f", others {about(rest)}" if rest else ""),
        ])  # fmt: skip
    columns = [left("date"), left("decision"), left("choices with the rule"), left("states then")]
    return table("Choices by date", columns, rows)


def _shares(names: object, shares: object) -> str:
    pairs = zip(list(names), list(shares), strict=True)  # type: ignore[call-overload]
    return ", ".join(f"{name} {about(share)}" for name, share in pairs)


def _choices(found: Flexibility) -> Table:
    frame = found.frames["choices"]
    titles = {gate.name: words.gate(found, place) for place, gate in enumerate(found.gates)}
    rows = [
        [words.when(found, [g.name for g in found.gates].index(gate)), titles[gate], choice, _percent(share), "yes" if planned else ""]
        for _, gate, choice, share, planned in frame.itertuples(index=False)
    ]  # fmt: skip
    columns = [
        left("date"),
        left("decision"),
        left("choice"),
        right("probability", "%"),
        left("in the best fixed plan"),
    ]
    return table("Choices by date, with the rule", columns, rows)


def _states(found: Flexibility) -> Table:
    rows = [
        [words.gate(found, [g.name for g in found.gates].index(gate)), state, _percent(share)]
        for _, gate, state, share in found.frames["states"].itertuples(index=False)
    ]
    return table(
        "States after each gate: what was chosen so far", [left("after"), left("state"), right("paths", "%")], rows
    )


def _options(found: Flexibility, most: int | None = None) -> Table:
    parts = found.valuation.parts
    shown = parts if most is None else parts[:most]
    rows = [
        [p.option, words.sure(p.alone), "no plan is left" if p.removed is None else words.sure(p.removed)]
        for p in shown
    ]
    more = [f"{counted(len(parts) - len(shown), 'option')} more with --full"] if len(shown) < len(parts) else []
    notes = ["alone: added to the best fixed plan; removed: change in NPV with the rule if it is not available", *more]
    return table("Options", [left("option"), right("alone"), right("removed")], rows, notes)


def _plans(found: Flexibility) -> Table:
    """Return the fixed plans, the best first."""
    frame = found.frames["sequences"]
    rows = [
        [words.listed(row[: len(found.gates)]), dollars(mean), f"{dollars(low)} to {dollars(high)}", dollars(worst)]
        for row in frame.head(_MOST_PLANS).itertuples(index=False, name=None)
        for mean, low, high, worst in [row[len(found.gates) :]]
    ]
    cut = len(frame) - len(rows)
    notes = [f"{counted(cut, 'sequence')} more {'is' if cut == 1 else 'are'} worth less"] if cut else []
    columns = [left("fixed plan"), right("mean NPV"), left("90 % of paths"), right("worst 5 %")]
    return table("Fixed plans, over all paths", columns, rows, notes)


def _staying(found: Flexibility) -> Lines | None:
    """Return on which paths the scenario's own plan is best with hindsight."""
    own = tuple(gate.choices[0] for gate in found.gates)
    of = next((one for one in found.best if one.sequence == own), None)
    if of is None:
        return Lines("With hindsight", (f"The scenario's plan ({words.listed(own)}) is best on no path.",))
    return Lines("With hindsight", (f"The scenario's plan, {words.hindsight(found, of)}.",))


def _hindsight(found: Flexibility) -> Lines:
    told = tuple(f"{words.hindsight(found, one)}." for one in found.best)
    return Lines("With hindsight: the sequence that is worth most on a path, and the inputs that tell when it is", told)


def _readings(found: Flexibility, most: int | None = None) -> Block | None:
    """Return the plans under other readings, the greatest regret first."""
    if not found.contested:
        return None
    own, *rest = found.readings
    if not rest:
        return Lines("", ("No figure behind the scenario is contested.",))
    ranked = sorted(rest, key=lambda r: -(r.regret.mean if r.regret else -np.inf))
    rows = [
        [
            f"{r.figure}={r.reading}" if r.figure else "as the scenario takes them",
            "contradicted" if r.best is None else words.listed(r.best),
            NOTHING if r.fixed is None else dollars(r.fixed.mean),
            NOTHING if r.regret is None else words.sure(r.regret),
        ]
        for r in [own, *ranked[:most]]
    ]
    cut = len(ranked) - len(ranked[:most])
    sure = sum(r.regret is not None and r.regret.mean > SURE * r.regret.error for r in ranked)
    notes = [
        f"regret: how much more the best plan is worth there than the best fixed plan; more than {SURE:g} standard errors under {sure} "
        f"of {counted(len(ranked), 'other reading')}, on {found.contested:,} paths each",
        *([f"{counted(cut, 'reading')} of less regret with --full"] if cut else []),
    ]  # fmt: skip
    columns = [left("reading"), left("best plan"), right("fixed plan"), right("regret")]
    return table("Fixed plans under other readings of contested figures", columns, rows, notes)


def _sooner(found: Flexibility) -> Lines | None:
    """Return what a shorter lead time adds."""
    if found.sooner is None:
        return None
    one, valuation = found.sooner, found.sooner.valuation
    return Lines(
        f"With lead times after the gates {one.days:g} days shorter",
        (
            f"the option would be worth {words.sure(valuation.gain)}; fixed {words.sure(one.fixed)} more, with the rule "
            f"{words.sure(one.policy)} more (paired, same paths).",
        ),
    )


def _lots(found: Flexibility) -> Table | None:
    return lot_bias(found.bias, [_NPV], of="the scenario's plan") if found.bias is not None else None


def _next(found: Flexibility) -> str:
    """Return what to type next: options not used yet that apply to the scenario."""
    named = typed(found.scenario.name, found.scenario.file)
    choices = (c for decision in found.scenario.document.decisions.values() for c in decision.choices.values())
    more = [
        *(["--contested 64"] if not found.readings and others(found.scenario) else []),
        *(["--sooner 30"] if found.sooner is None and any(choice.later for choice in choices) else []),
    ]
    return "; ".join([f"Next: fabshift option {named} -n {found.n} --full", *more])


def _percent(share: float) -> str:
    return about(share).removesuffix(" %")
