"""The rate and the probabilities with which cash is valued: one of two consistent pairs, never a mixture.

A hurdle rate contains a risk premium, and belongs with the real probabilities. The risk-free rate contains none, and
belongs with price paths whose drift is lowered by the premium; risks without a market price keep their real
probabilities (Dixit & Pindyck 1994, ch. 4; Smith & Nau 1995). A hurdle rate on risk-neutral paths counts the premium
twice, the risk-free rate on real paths not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Drift = Literal["real", "risk-neutral"]


@dataclass(frozen=True, slots=True)
class RealProbabilities:
    """All paths under real probabilities; `hurdle_rate` is effective, a year (0.1 is 10 %), and known in advance."""

    hurdle_rate: float

    @property
    def rate(self) -> float:
        """The rate a year, effective."""
        return self.hurdle_rate

    @property
    def drift(self) -> Drift:
        """The drift that priced paths must have been drawn with."""
        return "real"

    def __str__(self) -> str:
        return f"real probabilities, discounted at a hurdle rate of {100 * self.rate:.4g} % a year"


@dataclass(frozen=True, slots=True)
class RiskNeutral:
    """Prices with risk-neutral drift, other risks under real probabilities; `risk_free_rate` is effective, a year."""

    risk_free_rate: float

    @property
    def rate(self) -> float:
        """The rate a year, effective."""
        return self.risk_free_rate

    @property
    def drift(self) -> Drift:
        """The drift that priced paths must have been drawn with."""
        return "risk-neutral"

    def __str__(self) -> str:
        return (
            f"priced risks with risk-neutral drift and the rest under real probabilities, "
            f"discounted at the risk-free rate of {100 * self.rate:.4g} % a year"
        )


Discounting = RealProbabilities | RiskNeutral
