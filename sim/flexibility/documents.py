"""The document of `fabshift option --json`, which a directory keeps too: the result as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.flexibility.frames import BETWEEN
from sim.study.runs.documents import ci95

if TYPE_CHECKING:
    from sim.flexibility.option import Flexibility
    from sim.options import Estimate, Valuation


def option_json(found: Flexibility) -> dict[str, Any]:
    """Return the result as one document; money in dollars of NPV, shares from 0 to 1."""
    valuation = found.valuation
    return {
        "scenario": found.scenario.name,
        "n": found.n,
        "fresh": valuation.fresh,
        "seed": found.seed,
        "lot_scale": found.lot_scale,
        "lot_bias": found.bias.to_json() if found.bias else None,
        "features": list(found.features),
        "basis": valuation.basis,
        **_worth(valuation),
        "bounds": [{"known": b.known, "value": _estimate(b.value), "invalid": b.invalid} for b in valuation.bounds],
        "rules": [{"node": r.node, "rule": r.words, "reached": r.reached, "shares": r.shares} for r in valuation.rules],
        "choices": _choices(found),
        "states": _states(found),
        "options": [{"option": p.option, "alone": _estimate(p.alone), "removed": _estimate(p.removed)} for p in valuation.parts],
        "better": valuation.better,
        "worse": valuation.worse,
        "cvar5": {"fixed": valuation.cvar_fixed, "policy": valuation.cvar_policy},
        "sequences": [
            {"choices": dict(zip((g.name for g in found.gates), s, strict=True)), "mean": float(m)}
            for s, m in zip(found.sequences, found.npv.mean(axis=0), strict=True)
        ],
        "hindsight": [
            {
                "choices": list(b.sequence), "share": b.share.estimate, "share_ci95": ci95(b.share),
                "limits": [{"input": i.input, "low": i.low, "high": i.high, "unit": i.unit} for i in b.limits],
                "density": b.density if b.limits else None, "coverage": b.coverage if b.limits else None,
            }
            for b in found.best
        ],
        "readings": [
            {
                "figure": r.figure or None, "reading": r.reading or None, "best": None if r.best is None else list(r.best),
                "fixed": _estimate(r.fixed), "regret": _estimate(r.regret),
            }
            for r in found.readings
        ],
        "sooner": None
        if found.sooner is None
        else {
            "days": found.sooner.days, **_worth(found.sooner.valuation), "fixed_difference": _estimate(found.sooner.fixed),
            "policy_difference": _estimate(found.sooner.policy),
        },
        "warnings": list(valuation.warnings),
        "seconds": found.seconds,
    }  # fmt: skip


def _worth(valuation: Valuation) -> dict[str, Any]:
    """Return the option value, the best fixed plan, the policy and the upper bound of a valuation."""
    return {
        "option_value": _estimate(valuation.gain),
        "best_fixed": {"plan": valuation.plan, **(_estimate(valuation.fixed) or {})},
        "policy": _estimate(valuation.policy),
        "upper": {"known": valuation.upper.known, **(_estimate(valuation.upper.value) or {})},
    }


def _estimate(one: Estimate | None) -> dict[str, float] | None:
    """Return the mean and the standard error of an estimate; None where there is none."""
    return None if one is None else {"mean": one.mean, "standard_error": one.error}


def _choices(found: Flexibility) -> list[dict[str, Any]]:
    """Return for each gate and choice the probability that the policy makes it."""
    return [
        {"gate": gate, "date": day, "choice": choice, "probability": float(share), "in_fixed_plan": bool(planned)}
        for day, gate, choice, share, planned in found.frames["choices"].itertuples(index=False)
    ]


def _states(found: Flexibility) -> list[dict[str, Any]]:
    """Return for each gate the states after it, with their shares of the paths."""
    return [
        {"after": gate, "choices": state.split(BETWEEN), "share": float(share)}
        for _, gate, state, share in found.frames["states"].itertuples(index=False)
    ]
