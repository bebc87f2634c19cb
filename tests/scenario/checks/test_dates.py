"""Dates: in order, and inside the horizon where they must be; the year of the shop has 365 days."""

from __future__ import annotations

import pytest

from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

WARMED = SHOP.replace("end: 2027-01-01}", "end: 2027-01-01, warmup: 30}")
POINTS = "[{at: 2026-05-01, value: 5}, {at: %s, value: 6}]"
OUTAGE = "disruptions: {d: {kind: scheduled, sites: [hall], begins: %s, duration: %d, effects: {capacity: 0}}}"
TWO = "items: {new: {stage: part}}\nrecipes: {made: {item: new, site: hall, cycle_time: 4}}\n"
LATE = "lies after the end of the horizon and would never"


def test_statistics_start_before_the_end(refuses: Refuses, accepts: Accepts) -> None:
    refuses("horizon: {warmup: 365}", "horizon.warmup", 1, "statistics would start only after the end", WARMED)
    accepts("horizon: {warmup: 364}", WARMED)


@pytest.mark.parametrize("key", ["report_every", "review_every"])
def test_a_period_lasts_a_day_at_least(refuses: Refuses, accepts: Accepts, key: str) -> None:
    refuses(f"{key}: 0", key, 1, "must be at least 1 day")
    accepts(f"{key}: 1")


def test_a_time_unit_belongs_to_an_abstract_length(refuses: Refuses) -> None:
    refuses("horizon: {time_unit: hour}", "horizon.time_unit", 1, "has no effect with dates")


def test_a_run_is_no_longer_than_can_be_played(refuses: Refuses, accepts: Accepts) -> None:
    abstract = "horizon: {start: null, end: null, time_unit: hour, length: %s}"
    refuses(abstract % "1_000_001", "horizon.length", 1, "more days or time units than can be played")
    accepts(abstract % "1_000_000")


def test_points_of_a_path_run_forward_in_time(refuses: Refuses, accepts: Accepts) -> None:
    change = "sites: {hall: {capacity:\n  %s}}"
    for day in ("2026-04-30", "2026-05-01"):
        refuses(
            change % (POINTS % day), "sites.hall.capacity.points.1.at", 2, "comes no later than the point before it"
        )
    accepts(change % (POINTS % "2026-05-02"))


def test_a_path_ends_after_its_last_point(refuses: Refuses, accepts: Accepts) -> None:
    change = "demand: {sales: {rate: {points: [{at: 2026-01-01, value: 1}, {at: 2027-06-01, value: 2}], ends: %s}}}"
    refuses(change % "2027-05-31", "demand.sales.rate.ends", 1, "the path ends before its last point (2027-06-01)")
    accepts(change % "2027-06-01")


def test_demand_begins_within_the_horizon(refuses: Refuses, accepts: Accepts) -> None:
    refuses("demand: {sales: {begins: 2027-01-01}}", "demand.sales.begins", 1, f"{LATE} happen")
    refuses("demand: {sales: {begins: 2025-12-31}}", "demand.sales.begins", 1, "lies before the start of the horizon")
    for day in ("2026-01-01", "2026-12-31"):
        accepts(f"demand: {{sales: {{begins: {day}}}}}")


def test_a_disruption_may_have_begun_before_if_it_still_lasts(refuses: Refuses, accepts: Accepts) -> None:
    refuses(OUTAGE % ("2025-12-30", 2), "disruptions.d.begins", 1, "and is over by then")
    accepts(OUTAGE % ("2025-12-30", 3))
    refuses(OUTAGE % ("2027-01-01", 2), "disruptions.d.begins", 1, f"{LATE} happen")


def test_generations_follow_each_other(refuses: Refuses, accepts: Accepts) -> None:
    line = (
        TWO
        + "demand: {sales: {item: null, generations: [{item: part%s}, {item: new%s}, {item: part, begins: 2026-06-01}]}}"
    )
    here = "demand.sales.generations"
    refuses(line % (", begins: 2026-02-01", ", begins: 2026-05-01"), f"{here}.0.begins", 3, "is there from the start")
    refuses(line % ("", ", begins: 2026-06-01"), f"{here}.2.begins", 3, "begins no later than the generation before it")
    both = ", begins: 2026-05-01, cadence: 4"
    assert refuses(line % ("", both), f"{here}.1", 3, "has either begins or cadence").found == "begins and cadence"
    assert refuses(line % ("", ""), f"{here}.1", 3, "has either begins or cadence").found == "neither"
    accepts(line % ("", ", begins: 2026-05-31"))


def test_orders_fall_due_from_the_start_on(refuses: Refuses, accepts: Accepts) -> None:
    placed = "open_orders:\n  - {recipe: bought, quantity: 5, due: %s}"
    refuses(placed % "2025-12-31", "open_orders.0.due", 2, "was due before the start")
    accepts(placed % "2026-01-01")
    listed = "demand: {sales: {rate: null, orders: [{date: 2026-02-01, units: 5}, {date: %s, units: 5}]}}"
    refuses(listed % "2025-12-31", "demand.sales.orders.1.date", 1, "lies before the start of the horizon")


def test_a_commitment_is_in_force_for_some_of_the_horizon(refuses: Refuses, accepts: Accepts) -> None:
    contract = "sites:\n  maker: {contract: {commitment: 3, until: %s}}"
    refuses(contract % "2026-01-01", "sites.maker.contract.until", 2, "over before the horizon starts")
    accepts(contract % "2026-01-02")


def test_money_is_paid_ahead_before_the_end(refuses: Refuses, accepts: Accepts) -> None:
    contract = "sites:\n  maker: {contract: {prepayment: {amount: 50, at: %s, set_off: 0.5}}}"
    refuses(contract % "2027-01-01", "sites.maker.contract.prepayment.at", 2, f"{LATE} be paid")
    accepts(contract % "2026-12-31")


def test_a_phase_out_lies_in_the_horizon_and_ends_after_it_begins(refuses: Refuses, accepts: Accepts) -> None:
    change = "sourcing: {part: {policy: phase_out, phase_out: {begins: %s, ends: %s}}}"
    here = "sourcing.part.phase_out"
    refuses(change % ("2026-05-02", "2026-05-01"), f"{here}.ends", 1, "the phase-out ends before it begins")
    refuses(change % ("2027-01-01", "2027-02-01"), f"{here}.begins", 1, "lies after the end of the horizon")
    refuses(change % ("2025-01-01", "2026-01-01"), f"{here}.ends", 1, "over before the horizon starts")
    accepts(change % ("2026-05-01", "2026-05-01"))


@pytest.mark.parametrize(
    ("change", "least", "most"),
    [
        ("", "2027-02-10", "2027-02-11"),  # 10 days from the maker, and a review of 31
        ("review_every: 1\n", "2027-01-11", "2027-01-12"),
        ("review_every: 1\nrecipes: {bought: {planned_lead_time: 3}}\n", "2027-01-05", "2027-01-06"),
        (
            "review_every: 1\nitems: {blank: {stage: blank}}\nrecipes: {cut: {item: blank, site: maker, cycle_time: 20,\n"
            "  shipping_time: 5, queue_allowance: 2}, own: {inputs: {blank: 1}}}\n",
            "2027-02-01",
            "2027-02-02",
        ),  # 27 days for the blank and 4 for the part of it, which is longer than the 10 of the maker
    ],
    ids=["by months", "by days", "as planned", "through two stages"],
)
def test_demand_is_known_as_far_as_planning_looks(
    refuses: Refuses, accepts: Accepts, change: str, least: str, most: str
) -> None:
    """The longest lead time along the bill of materials, and a review, beyond the end on day 365."""
    line = "demand: {sales: {rate: [{at: 2026-01-01, value: 100}, {at: %s, value: 200}]}}"
    path, last = "demand.sales.rate.points.1.at", change.count("\n") + 1
    assert refuses(change + line % least, path, last, "the path ends too early").expected == f"from {most}"
    accepts(change + line % most)
