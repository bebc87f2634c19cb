"""What the freedom to choose at gates is worth, on one screen and as JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.report.chosen import at_gate
from sim.report.formats import NOTHING, about, dollars, percent
from sim.report.tables import Block, Lines, left, right, table

if TYPE_CHECKING:
    from sim.flexibility.option import Flexibility
    from sim.options import Estimate, NodeRule


def option_report(found: Flexibility) -> list[Block]:
    """The value, the plans beside each other, the rule at each gate, each option alone and removed, and what it rests on."""
    v = found.valuation
    assert v.upper.value is not None
    most = max(v.upper.value.mean - v.fixed.mean, 0.0)
    fixed = ", ".join(f"{_gate(found, node)}: {_choice(found, node, choice)}" for node, choice in v.plan.items())
    head = (
        f"The best fixed plan ({fixed}) is worth {_sure(v.fixed)}; with the rule {_sure(v.policy)}.",
        f"The rule is better than the fixed plan on {about(v.better)} of paths and worse on {about(v.worse)}. Mean of the "
        f"worst 5 %: fixed {dollars(v.cvar_fixed)}, with the rule {dollars(v.cvar_policy)}.",
    )
    return [
        Lines(f"Freedom to change course: {_sure(v.gain)}, at most {dollars(most)}", head),
        _plans(found),
        Lines("Rule", tuple(_rule(found, rule) for rule in v.rules if rule.reached)),
        table(
            "Options",
            [left("option"), right("alone"), right("removed")],
            [[p.option, _sure(p.alone), "no plan is left" if p.removed is None else _sure(p.removed)] for p in v.parts],
            ["alone: added to the best fixed plan; removed: what the whole loses without it"],
        ),
        Lines("", (*_basis(found), *(f"Warning: {_money_words(w)}." for w in v.warnings))),
    ]


def _plans(found: Flexibility) -> Block:
    """Fixed plans from the best, and what is above them."""
    v, means = found.valuation, found.npv.mean(axis=0)
    order = sorted(range(len(means)), key=lambda j: -means[j])
    rows = [[", ".join(found.sequences[j]), dollars(means[j]), _spread(found, j)] for j in order[:8]]
    rows.append(["with the rule", dollars(v.policy.mean), ""])
    rows += [
        [f"upper bound: {b.known}", NOTHING if b.value is None else dollars(b.value.mean), b.invalid or ""]
        for b in v.bounds
    ]
    cut = [f"{len(order) - 8} more sequences are worth less"] if len(order) > 8 else []
    return table("NPV", [left("plan"), right("mean"), left("nine tenths of paths")], rows, cut)


def _spread(found: Flexibility, j: int) -> str:
    import numpy as np

    low, high = np.quantile(found.npv[:, j], [0.05, 0.95])
    return f"{dollars(low)} to {dollars(high)}"


def _rule(found: Flexibility, rule: NodeRule) -> str:
    shares = ", ".join(f"{choice} {about(share)}" for choice, share in rule.shares.items())
    came = "" if math.isclose(rule.reached, 1.0) else f"; reached on {about(rule.reached)} of paths"
    return f"{_when(found, rule.node)}: {rule.words} ({shares}{came})"


def _when(found: Flexibility, node: str) -> str:
    gate = next(g for g in found.gates if node == g.name or node.startswith(f"{g.name} after "))
    rest = node.removeprefix(gate.name)
    return f"{_gate(found, node)}{rest}, {at_gate(found.scenario, gate.name)}"


def _gate(found: Flexibility, node: str) -> str:
    name = node.partition(" after ")[0]
    return found.scenario.document.decisions[name].title or name


def _choice(found: Flexibility, node: str, choice: str) -> str:
    return found.scenario.document.decisions[node.partition(" after ")[0]].choices[choice].title or choice


def _sure(estimate: Estimate) -> str:
    """Dollars with their standard error."""
    error = estimate.error if estimate.error > 1e-9 * abs(estimate.mean) else 0.0
    return f"{dollars(estimate.mean)} (+- {dollars(error)})" if error else dollars(estimate.mean)


def _basis(found: Flexibility) -> list[str]:
    paths = f"{found.n:,} paths of {len(found.sequences)} sequences from seed {found.seed}"
    return [
        f"Means over {found.valuation.fresh:,} of {paths}; the other paths trained the rule; +- is a standard error.",
        f"Real probabilities, discounted at the scenario's {percent(found.rate)} % a year. Before each gate all sequences "
        "were the same to the bit, on every path.",
    ]


def _money_words(warning: str) -> str:
    return f"{warning[:1].upper()}{warning[1:]}"


def option_json(found: Flexibility) -> dict[str, Any]:
    """What `fabshift option --json` prints."""
    v = found.valuation

    def estimate(one: Estimate | None) -> dict[str, float] | None:
        return None if one is None else {"mean": one.mean, "standard_error": one.error}

    return {
        "scenario": found.scenario.name,
        "n": found.n,
        "fresh": v.fresh,
        "seed": found.seed,
        "basis": v.basis,
        "option_value": estimate(v.gain),
        "best_fixed": {"plan": v.plan, **(estimate(v.fixed) or {})},
        "policy": estimate(v.policy),
        "upper": {"known": v.upper.known, **(estimate(v.upper.value) or {})},
        "bounds": [{"known": b.known, "value": estimate(b.value), "invalid": b.invalid} for b in v.bounds],
        "rules": [{"node": r.node, "rule": r.words, "reached": r.reached, "shares": r.shares} for r in v.rules],
        "options": [{"option": p.option, "alone": estimate(p.alone), "removed": estimate(p.removed)} for p in v.parts],
        "better": v.better,
        "worse": v.worse,
        "cvar5": {"fixed": v.cvar_fixed, "policy": v.cvar_policy},
        "sequences": [
            {"choices": dict(zip((g.name for g in found.gates), s, strict=True)), "mean": float(m)}
            for s, m in zip(found.sequences, found.npv.mean(axis=0), strict=True)
        ],
        "warnings": list(v.warnings),
        "seconds": found.seconds,
    }
