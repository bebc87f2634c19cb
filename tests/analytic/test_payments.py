"""Payments that depend on no volume, by hand: when they fall due, and what they do to the books."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.api import Result, run
from sim.errors import InputError
from sim.report.payments_table import payments
from sim.scenario.loader import Scenario, load_scenario

CASE = Path(__file__).parent / "cases" / "payments.yaml"
Agreed = Callable[[Scenario], Result]


def loaded(*sets: str) -> Scenario:
    return load_scenario(CASE, sets=list(sets))


def paid(result: Result) -> dict[str, list[tuple[str, float]]]:
    """Month and dollars of each payment by its name."""
    cash = result.frames["cash"]
    cash = cash[cash["category"] == "payment"]
    found: dict[str, list[tuple[str, float]]] = {}
    for name, start, usd in zip(cash["name"], cash["period_start"], cash["usd"], strict=True):
        found.setdefault(name, []).append((f"{start:%Y-%m}", usd))
    return found


def test_each_payment_is_booked_once_in_the_month_in_which_it_is_due(agreed: Agreed) -> None:
    result = agreed(loaded())
    assert paid(result) == {
        "design": [("2026-01", -5_000.0)],  # a site that stands there begins to qualify on the day named
        "masks": [("2026-04", -300.0)],  # the hall opens on 1 April
        "fee": [("2026-02", -20.0), ("2026-05", -20.0), ("2026-08", -20.0)],  # not again on 1 November or later
        "grant": [("2026-12", 1_000.0)],
    }
    assert result.kpis["payments_usd"] == pytest.approx(5_000 + 300 + 3 * 20 - 1_000)


def test_payments_are_part_of_costs_and_npv_and_of_no_unit_cost() -> None:
    """Undiscounted, the difference to the same run without them is their sum."""
    whole, bare = run(loaded()), run(loaded("payments=null"))
    total = 5_000 + 300 + 3 * 20 - 1_000
    assert whole.kpis["total_cost_usd"] == pytest.approx(bare.kpis["total_cost_usd"] + total)
    assert whole.kpis["npv_usd"] == pytest.approx(bare.kpis["npv_usd"] - total)
    assert {k: v for k, v in whole.kpis.items() if k.startswith("unit_cost")} == {
        k: v for k, v in bare.kpis.items() if k.startswith("unit_cost")
    }
    assert whole.kpis["one_off_cost.bought"] == pytest.approx(5_000 / whole.kpis["good.bought"])
    assert "one_off_cost.bought" not in bare.kpis


def test_a_payment_outside_the_horizon_or_for_a_site_that_never_opens_is_not_made(agreed: Agreed) -> None:
    result = agreed(
        loaded("payments.grant.at=2025-12-31", "payments.design.qualification=own", "sites.hall.ramp.start=2027-06-01")
    )
    assert set(paid(result)) == {"fee"}
    table = payments(result)
    assert table is not None
    assert [row[1:3] for row in table.rows] == [("-", "-"), ("-", "-"), ("2026-02-01", "3"), ("-", "-")]


def test_a_fee_that_began_before_is_paid_from_the_first_date_within_the_horizon(agreed: Agreed) -> None:
    """Every 91.3125 days from 1 October 2025: 31 December, then 2 April, 2 July and, before November, 1 October."""
    assert [month for month, _ in paid(agreed(loaded("payments.fee.at=2025-10-01")))["fee"]] == [
        "2026-04", "2026-07", "2026-10",
    ]  # fmt: skip


def test_in_a_model_without_dates_time_units_stand_for_months(agreed: Agreed) -> None:
    result = agreed(
        loaded(
            "horizon={length: 10}", "sites.hall.ramp.start=3", "recipes.bought.qualification.begins=1",
            "payments={fee: {amount: 2, at: 1, every: 4}}", "report_every=1", "review_every=1",
        )
    )  # fmt: skip
    assert result.kpis["payments_usd"] == pytest.approx(3 * 2)


def test_a_payment_goes_with_its_recipe(tmp_path: Path) -> None:
    """Where a reading switches the recipe off, nothing is paid for it."""
    node = "{statement: a node, unit: text, default: a, readings: {a: {value: a, kind: assumed, source: us}, b: {value: b, kind: assumed, source: us}}}"
    file = tmp_path / "switched.yaml"
    file.write_text(
        f"title: Switched\nextends: {CASE}\nfigures: {{plant.node: {node}}}\n"
        "recipes: {own: {only_if: {figure: plant.node, equals: a}}}\n"
    )
    assert "masks" in load_scenario(file).document.payments
    off = load_scenario(file, readings=["plant.node=b"])
    assert set(off.document.payments) == {"design", "fee", "grant"}
    assert "payments.masks" in off.pruned


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("payments.masks.qualification=owm", "there is no recipe 'owm'; allowed: bought, own; did you mean 'own'?"),
        ("payments.masks.at=2026-05-01", "give either at, a date, or qualification, a recipe"),
        ("payments.grant.at=null", "give either at, a date, or qualification, a recipe"),
        ("payments.grant.until=2027-01-01", "until belongs to a payment that is repeated: give every too"),
        ("payments.fee.every=0", "must be more than 0"),
        ("payments.fee.every=1e-9", "is paid more often than can be counted"),
        ("payments.grant.amount=-1e30", "more money than can be counted in cents"),
        ("payments.fee.evry=3", "did you mean 'payments.fee.every'?"),
    ],
)
def test_what_cannot_be_paid_is_refused(override: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        run(loaded(override))
    assert message in str(refused.value)
