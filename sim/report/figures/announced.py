"""The dates announced for milestones, as the shipped claims have them."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import pandas as pd

from sim.claims.load import load_claims, shipped_claims
from sim.claims.probes import MilestoneDate
from sim.ledger import load_ledger

if TYPE_CHECKING:
    from sim.claims.compile import CompiledClaim
    from sim.scenario.loader import Scenario


def announced(scenario: Scenario) -> pd.DataFrame:
    """Return the dates announced for the milestones of a scenario.

    Of contested dates the one whose reading is in force counts, else the earliest.

    Returns:
        A row for each milestone that is announced, index its name, with the dates `since` (missing: any day up to
        `until`) and `until`, the last day on which `fabshift claims` judges the claim met.
    """
    found: dict[str, CompiledClaim] = {}
    for claim in load_claims(shipped_claims(), load_ledger()).claims.values():
        if claim.announced is None or not isinstance(claim.probe, MilestoneDate):
            continue
        name = claim.probe.name
        if name in scenario.document.milestones and (name not in found or _first(scenario, claim, found[name])):
            found[name] = claim
    rows = {name: (claim.announced.since if claim.announced else None, _until(claim)) for name, claim in found.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["since", "until"])
    return pd.DataFrame({column: pd.to_datetime(table[column]) for column in table})


def _first(scenario: Scenario, claim: CompiledClaim, other: CompiledClaim) -> bool:
    """Return whether a claim takes precedence over another on the same milestone."""
    return _key(scenario, claim) < _key(scenario, other)


def _key(scenario: Scenario, claim: CompiledClaim) -> tuple[bool, dt.date]:
    figure, reading = claim.claim.figure, claim.claim.reading
    known = figure in scenario.ledger.figures
    in_force = reading is None or (known and scenario.ledger.reading_name(figure) == reading)
    return not in_force, _until(claim)


def _until(claim: CompiledClaim) -> dt.date:
    """Return the last day on which the claim would be met."""
    assert claim.announced is not None
    if claim.bounds is None or not math.isfinite(claim.bounds.high):
        return claim.announced.until
    return dt.date.fromordinal(int(claim.bounds.high))
