"""What `fabshift option --json` prints, and a directory keeps: the answer as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.flexibility.frames import BETWEEN
from sim.study.runs.documents import ci95

if TYPE_CHECKING:
    from sim.flexibility.option import Flexibility
    from sim.options import Estimate, Valuation


def option_json(found: Flexibility) -> dict[str, Any]:
    """One document; money in dollars of NPV, shares from 0 to 1."""
    v = found.valuation
    return {
        "scenario": found.scenario.name,
        "n": found.n,
        "fresh": v.fresh,
        "seed": found.seed,
        "lot_scale": found.lot_scale,
        "lot_bias": found.bias.to_json() if found.bias else None,
        "features": list(found.features),
        "basis": v.basis,
        **_worth(v),
        "bounds": [{"known": b.known, "value": _estimate(b.value), "invalid": b.invalid} for b in v.bounds],
        "rules": [{"node": r.node, "rule": r.words, "reached": r.reached, "shares": r.shares} for r in v.rules],
        "choices": _choices(found),
        "states": _states(found),
        "options": [{"option": p.option, "alone": _estimate(p.alone), "removed": _estimate(p.removed)} for p in v.parts],
        "better": v.better,
        "worse": v.worse,
        "cvar5": {"fixed": v.cvar_fixed, "policy": v.cvar_policy},
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
        "warnings": list(v.warnings),
        "seconds": found.seconds,
    }  # fmt: skip


def _worth(v: Valuation) -> dict[str, Any]:
    return {
        "option_value": _estimate(v.gain),
        "best_fixed": {"plan": v.plan, **(_estimate(v.fixed) or {})},
        "policy": _estimate(v.policy),
        "upper": {"known": v.upper.known, **(_estimate(v.upper.value) or {})},
    }


def _estimate(one: Estimate | None) -> dict[str, float] | None:
    return None if one is None else {"mean": one.mean, "standard_error": one.error}


def _choices(found: Flexibility) -> list[dict[str, Any]]:
    return [
        {"gate": gate, "date": day, "choice": choice, "probability": float(share), "in_fixed_plan": bool(planned)}
        for day, gate, choice, share, planned in found.frames["choices"].itertuples(index=False)
    ]


def _states(found: Flexibility) -> list[dict[str, Any]]:
    return [
        {"after": gate, "choices": state.split(BETWEEN), "share": float(share)}
        for _, gate, state, share in found.frames["states"].itertuples(index=False)
    ]
