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
    """Gross dies per wafer, unrounded, for a square die.

    pi D^2 / (4 A) - pi D / sqrt(2 A) with D the usable diameter (less the edge exclusion on both
    sides) and A the area of the die and its scribe line, (side + scribe)^2. 0 when none fits.

    Reference: D. K. de Vries, Investigation of gross die per wafer formulas, IEEE Transactions on
    Semiconductor Manufacturing 18 (2005) 136-139.
    """
    if die_area_mm2 <= 0:
        raise ValueError(f"die area must be positive, found {die_area_mm2} mm2")
    usable = diameter_mm - 2 * edge_exclusion_mm
    pitch_area = (math.sqrt(die_area_mm2) + scribe_mm) ** 2
    if usable <= 0:
        return 0.0
    dies = math.pi * usable**2 / (4 * pitch_area) - math.pi * usable / math.sqrt(2 * pitch_area)
    return max(0.0, dies)


def poisson_yield(area_cm2: float, d0: Density) -> Density:
    """Share of good dies when defects fall independently: exp(-A D0)."""
    share: Density = np.exp(-area_cm2 * d0)
    return share


def murphy_yield(area_cm2: float, d0: Density) -> Density:
    """Share of good dies by B. T. Murphy (Proceedings of the IEEE 52, 1964): ((1 - exp(-A D0)) / (A D0))^2."""
    # The limit at 0 is 1, which the least of numbers gives.
    defects = np.maximum(area_cm2 * d0, 1e-300)
    share: Density = (-np.expm1(-defects) / defects) ** 2
    return share


def seeds_yield(area_cm2: float, d0: Density) -> Density:
    """Share of good dies by R. B. Seeds (IEDM 1967), exponentially distributed density: 1 / (1 + A D0)."""
    return 1.0 / (1.0 + area_cm2 * d0)


def negative_binomial_yield(area_cm2: float, d0: Density, alpha: float) -> Density:
    """Share of good dies with gamma-distributed density (C. H. Stapper, IBM J. Res. Dev. 27, 1983).

    (1 + A D0 / alpha)^-alpha; small alpha means strongly clustered defects.
    """
    # By logarithms, so that an alpha of millions loses no digits.
    share: Density = np.exp(-alpha * np.log1p(area_cm2 * d0 / alpha))
    return share


_UNCLUSTERED: dict[str, Callable[..., Any]] = {
    "poisson": poisson_yield,
    "murphy": murphy_yield,
    "seeds": seeds_yield,
}


def die_yield(model: str, area_cm2: float, d0: Density, alpha: float | None = None) -> Density:
    """Share of good dies by the named model.

    `model` is poisson, murphy, seeds or negative_binomial (which needs `alpha`), `area_cm2` the area
    that yields (without scribe), `d0` defects per cm2.
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
    """Square packages on a rectangular panel, with a border all round and a saw street between them."""

    def fit(side: float) -> int:
        # the last package in a row needs no street after it
        return max(0, math.floor((side - 2 * border_mm + street_mm) / (package_mm + street_mm)))

    return fit(width_mm) * fit(height_mm)
