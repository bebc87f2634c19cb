"""Dies and yields against published formulas, worked by hand where they are short."""

import math

import pytest

from sim.dies import die_yield, gross_dies_per_wafer, packages_per_panel


def half_up(number: float) -> int:
    return math.floor(number + 0.5)


@pytest.mark.parametrize(
    ("area", "gross", "mature", "launch"),
    [(430, 125, 84, 43), (814, 60, 29, 10), (260, 218, 170, 109), (300, 186, 140, 85), (600, 86, 50, 21)],
)
def test_gross_and_good_dies(area: float, gross: int, mature: int, launch: int) -> None:
    """pi D^2/4A - pi D/sqrt(2A), D 294 mm, scribe 0.1 mm; negative binomial (Stapper 1983), alpha 3.

    Scribe widens the pitch, not the area that yields; every number from unrounded gross dies.
    """
    dies = gross_dies_per_wafer(area, 300, 3, 0.1)
    assert half_up(dies) == gross
    assert half_up(dies * die_yield("negative_binomial", area / 100, 0.1, 3)) == mature
    assert half_up(dies * die_yield("negative_binomial", area / 100, 0.3, 3)) == launch


def test_gross_dies_by_hand() -> None:
    """A 10 x 10 mm die without scribe or edge: pi 300^2/400 - pi 300/sqrt(200)."""
    assert gross_dies_per_wafer(100, 300, 0, 0) == pytest.approx(706.8583 - 66.6432, abs=1e-3)


def test_no_die_fits() -> None:
    assert gross_dies_per_wafer(90_000) == 0
    assert gross_dies_per_wafer(100, 300, 150) == 0
    with pytest.raises(ValueError, match="positive"):
        gross_dies_per_wafer(0)


def test_yield_models_by_hand() -> None:
    """At A D0 = 1: Poisson 1/e, Murphy (1 - 1/e)^2, Seeds 1/2, negative binomial (4/3)^-3."""
    assert die_yield("poisson", 2, 0.5) == pytest.approx(math.exp(-1))
    assert die_yield("murphy", 2, 0.5) == pytest.approx((1 - math.exp(-1)) ** 2)
    assert die_yield("seeds", 2, 0.5) == pytest.approx(0.5)
    assert die_yield("negative_binomial", 2, 0.5, 3) == pytest.approx((4 / 3) ** -3)


def test_limits_of_the_negative_binomial() -> None:
    """It is Seeds at alpha 1, and Poisson as alpha grows."""
    assert die_yield("negative_binomial", 4.3, 0.3, 1) == pytest.approx(die_yield("seeds", 4.3, 0.3))
    assert die_yield("negative_binomial", 4.3, 0.3, 1e9) == pytest.approx(die_yield("poisson", 4.3, 0.3))


@pytest.mark.parametrize("model", ["poisson", "murphy", "seeds"])
def test_no_defects_no_loss(model: str) -> None:
    assert die_yield(model, 4.3, 0) == 1
    assert die_yield("negative_binomial", 4.3, 0, 3) == 1


def test_refuses_unknown_models() -> None:
    with pytest.raises(ValueError, match="allowed: poisson"):
        die_yield("bose", 1, 1)
    with pytest.raises(ValueError, match="alpha"):
        die_yield("negative_binomial", 1, 1)


@pytest.mark.parametrize(
    ("width", "height", "package", "count"),
    [
        (310, 310, 40, 49),
        (510, 515, 40, 144),
        (600, 600, 40, 196),
        (700, 700, 40, 256),
        (700, 700, 20, 1089),
        (700, 700, 6, 10816),
    ],
)
def test_packages_on_a_panel(width: float, height: float, package: float, count: int) -> None:
    assert packages_per_panel(width, height, package) == count
