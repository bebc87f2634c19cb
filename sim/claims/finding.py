"""What was found about a claim: verdict, probability, margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sim.claims.compile import CompiledClaim
from sim.claims.probes import Constant, Seen
from sim.display import Displayed

HALF = 0.5
"""A claim is met if it held in at least this share of the replications."""


class Verdict(StrEnum):
    """What becomes of a claim."""

    MET = "met"
    MISSED = "missed"
    CONTRADICTED = "contradicted"
    UNTESTABLE = "untestable"


@dataclass(frozen=True, slots=True, repr=False)
class JudgedClaim(Displayed):
    """The verdict on one claim.

    `probability` is the share of replications in which it held, with its 95 % confidence
    interval (Wilson) in `ci95`; the interval is None for what the ledger alone decides, and both are None without a
    test. `typical` is the median of what was measured and `margin` its room to the bound: months
    for dates and spans, a share of the bound for numbers, negative if it is missed.
    """

    compiled: CompiledClaim
    verdict: Verdict
    probability: float | None = None
    ci95: tuple[float, float] | None = None
    typical: Seen | None = None
    margin: float | None = None
    reason: str | None = None

    @property
    def range(self) -> tuple[float, float] | None:
        """The range of what the ledger gives, where its figures have one."""
        probe = self.compiled.probe
        return probe.range if isinstance(probe, Constant) and probe.low is not None else None

    @property
    def open(self) -> bool:
        """Whether an end of that range would turn the test round."""
        bounds, ends = self.compiled.bounds, self.range
        if bounds is None or ends is None or self.probability is None:
            return False
        return any(bounds.hold(Seen(end)) != bool(self.probability) for end in ends)


def untestable(compiled: CompiledClaim, reason: str) -> JudgedClaim:
    """Return the finding for a claim that can't be tested here; another source may still contradict it."""
    verdict = Verdict.CONTRADICTED if compiled.others else Verdict.UNTESTABLE
    return JudgedClaim(compiled, verdict, reason=reason)


def conclude(compiled: CompiledClaim, seen: Sequence[Seen], *, certain: bool = False) -> JudgedClaim:
    """Return the verdict on a claim from the values seen in the replications.

    Args:
        compiled: the claim.
        seen: one value for each replication; a single one if `certain`.
        certain: whether the ledger alone decides, so that the probability has no interval.
    """
    bounds = compiled.bounds
    if bounds is None:
        return untestable(compiled, "no source here says otherwise")
    held = [bounds.hold(value) for value in seen]
    # Leaving such replications out would bias the probability: a date that lies beyond the run is a late one.
    if None in held:
        return untestable(compiled, "the run ends before it can be told")
    successes = sum(bool(h) for h in held)
    probability = successes / len(held)
    # From best to worst: at least half of the replications are as good as the one in the middle, so that the typical
    # value is within the bounds exactly where the claim is met.
    typical = sorted(seen, key=lambda s: (-bounds.margin(s.value), s.beyond))[(len(seen) - 1) // 2]
    verdict = Verdict.MET if probability >= HALF else Verdict.MISSED
    return JudgedClaim(
        compiled,
        Verdict.CONTRADICTED if compiled.others else verdict,
        probability,
        None if certain else wilson(successes, len(held)),
        typical,
        bounds.margin(typical.value),
    )


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Return the 95 % confidence interval of a probability (Wilson 1927).

    Args:
        successes: replications in which the claim held.
        n: replications.
    """
    from scipy.stats import binomtest

    interval = binomtest(successes, n).proportion_ci(confidence_level=0.95, method="wilson")
    return float(interval.low), float(interval.high)
