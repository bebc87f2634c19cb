"""Dies on a wafer, packages on a panel, and the share of dies that are good."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Density = TypeVar("Density", float, NDArray[np.float64])
"""Defects per cm2, one number or an array of any shape; shares of good dies come in the same shape."""


def gross_dies_per_wafer(
    die_area_mm2: float, diameter_mm: float = 300.0, edge_exclusion_mm: float = 3.0, scribe_mm: float = 0.1
) -> float:
    """Return the gross dies per wafer, unrounded, for a square die.

    The number is pi D^2 / (4 A) - pi D / sqrt(2 A), where D is the usable diameter (less the edge exclusion on both
    sides) and A the area of the die and its scribe line, (side + scribe)^2. It is 0 if no die fits. Lengths are in mm,
    the area is in mm2.

    Source: D. K. de Vries, Investigation of gross die per wafer formulas, IEEE Transactions on Semiconductor
    Manufacturing 18 (2005) 136-139.

    Raises:
        ValueError: the area is not positive.
    """
    if die_area_mm2 <= 0:
        raise ValueError(f"die area must be positive, found {die_area_mm2} mm2")
    usable = diameter_mm - 2 * edge_exclusion_mm
    pitch_area = (math.sqrt(die_area_mm2) + scribe_mm) ** 2
    if usable <= 0:
        return 0.0
    dies = math.pi * usable**2 / (4 * pitch_area) - math.pi * usable / math.sqrt(2 * pitch_area)
    # For a die wider than about a third of the wafer the correction for the edge is larger than the first term.
    return max(0.0, dies)


def poisson_yield(area_cm2: float, d0: Density) -> Density:
    """Return the share of good dies where defects fall independently: exp(-A D0).

    `area_cm2` is A; `d0` is the defect density D0 per cm2, one number or an array. The share has the shape of `d0`.
    """
    share: Density = np.exp(-area_cm2 * d0)
    return share


def murphy_yield(area_cm2: float, d0: Density) -> Density:
    """Return the share of good dies by Murphy's model: ((1 - exp(-A D0)) / (A D0))^2.

    `area_cm2` is A; `d0` is the defect density D0 per cm2, one number or an array. The share has the shape of `d0`.

    Source: B. T. Murphy, Proceedings of the IEEE 52 (1964).
    """
    # Without defects the formula divides 0 by 0. Its limit is 1, which a number this small returns.
    defects = np.maximum(area_cm2 * d0, 1e-300)
    share: Density = (-np.expm1(-defects) / defects) ** 2
    return share


def seeds_yield(area_cm2: float, d0: Density) -> Density:
    """Return the share of good dies by Seeds' model: 1 / (1 + A D0).

    The defect density is exponentially distributed. `area_cm2` is A; `d0` is its mean D0 per cm2, one number or an
    array. The share has the shape of `d0`.

    Source: R. B. Seeds, IEDM 1967.
    """
    return 1.0 / (1.0 + area_cm2 * d0)


def negative_binomial_yield(area_cm2: float, d0: Density, alpha: float) -> Density:
    """Return the share of good dies by the negative binomial model: (1 + A D0 / alpha)^-alpha.

    The defect density is gamma-distributed; a small `alpha` means strongly clustered defects. `area_cm2` is A; `d0` is
    the mean density D0 per cm2, one number or an array. The share has the shape of `d0`.

    Source: C. H. Stapper, IBM Journal of Research and Development 27 (1983).
    """
    # With an alpha of millions 1 + A D0 / alpha would lose most digits of A D0; log1p keeps them.
    share: Density = np.exp(-alpha * np.log1p(area_cm2 * d0 / alpha))
    return share


_UNCLUSTERED: dict[str, Callable[..., Any]] = {
    "poisson": poisson_yield,
    "murphy": murphy_yield,
    "seeds": seeds_yield,
}


def die_yield(model: str, area_cm2: float, d0: Density, alpha: float | None = None) -> Density:
    """Return the share of good dies by the named model.

    `model` is poisson, murphy, seeds or negative_binomial (which needs `alpha`). `area_cm2` is the area that yields,
    without scribe. `d0` is defects per cm2, one number or an array; the share has its shape.

    Raises:
        ValueError: there is no such model, or the negative binomial model has no positive `alpha`.
    """
    if model == "negative_binomial":
        if alpha is None or alpha <= 0:
            raise ValueError("the negative binomial yield needs a positive alpha")
        return negative_binomial_yield(area_cm2, d0, alpha)
    if model not in _UNCLUSTERED:
        raise ValueError(f"unknown yield model {model!r}; allowed: {', '.join([*_UNCLUSTERED, 'negative_binomial'])}")
    share: Density = _UNCLUSTERED[model](area_cm2, d0)
    return share


def packages_per_panel(
    width_mm: float, height_mm: float, package_mm: float, border_mm: float = 10.0, street_mm: float = 0.5
) -> int:
    """Return how many square packages fit on a rectangular panel. All lengths are in mm.

    There is a border all round, and a saw street between packages.
    """

    def fit(side: float) -> int:
        """Return how many packages fit along one side."""
        # n packages have n - 1 streets between them: adding one street to the length counts whole pitches.
        return max(0, math.floor((side - 2 * border_mm + street_mm) / (package_mm + street_mm)))

    return fit(width_mm) * fit(height_mm)
