"""What is drawn: names that lead to numbers with a range, draws that keep to bounds, correlations that can be."""

from __future__ import annotations

import pytest

from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

DAYS = "{statement: Days., unit: day, value: 9, low: 5, high: 20, kind: assumed, source: us}"
FIGURES = f"""figures:
  days: {DAYS}
  ship: {DAYS}
  idle: {DAYS}
  sure: {{statement: Days., unit: day, value: 9, kind: assumed, source: us}}
  both: {{statement: Days., unit: day, formula: days + ship}}
recipes:
  own: {{cycle_time: {{figure: both}}, queue_allowance: {{figure: sure}}}}
"""
AFTER = FIGURES.count("\n")
NAMED = "uncertainty: {draw: {%s}}"
OWN = "{assumed: %s, low: %s, high: %s, draw: %s, source: us}"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dyas: pert", "there is no figure 'dyas'"),
        ("recipes.own.cycle_time: pert", "takes its value from the ledger's both; name the figure"),
        ("recipes.bought.cycle_time: pert", "has no low and no high to draw from"),
        ("both: pert", "is worked out from other figures; name those: days, ship"),
        ("idle: pert", "no number here depends on this figure"),
        ("sure: pert", "this figure has no low and no high to draw from"),
        ("days: fixed", "nothing is drawn that is not named"),
    ],
)
def test_what_is_named_is_a_number_that_can_be_drawn(refuses: Refuses, name: str, said: str) -> None:
    path = f"uncertainty.draw.{name.partition(':')[0]}"
    refuses(FIGURES + NAMED % name, path, AFTER + 1, said)


def test_a_figure_with_a_range_is_drawn_where_it_is_named(accepts: Accepts) -> None:
    assert set(accepts(FIGURES + NAMED % "days: pert").uncertain) == {"days"}
    assert set(accepts(f"{FIGURES}uncertainty: {{ranges: pert, draw: {{ship: fixed}}}}").uncertain) == {"days"}


def test_two_places_do_not_say_two_things(refuses: Refuses) -> None:
    itself = "sites: {hall: {capacity: %s}}\n" % (OWN % (500, 400, 600, "uniform"))
    change = itself + NAMED % "sites.hall.capacity: pert"
    refuses(
        change, "uncertainty.draw.sites.hall.capacity", 2, "contradicts sites.hall.capacity, which says draw: uniform"
    )


def test_a_lognormal_begins_above_zero(refuses: Refuses, accepts: Accepts) -> None:
    change = "recipes:\n  own: {cycle_time: %s}"
    refuses(change % (OWN % (4, 0, 9, "lognormal")), "recipes.own.cycle_time", 2, "needs a low above 0")
    accepts(change % (OWN % (4, 0.1, 9, "lognormal")))


def test_a_draw_without_ends_keeps_to_the_bounds_of_what_it_feeds(refuses: Refuses, accepts: Accepts) -> None:
    change = "sites:\n  hall: {availability: %s}"
    refuses(change % (OWN % (0.9, 0.8, 0.99, "normal")), "sites.hall.availability", 2, "a normal draw has no end")
    accepts(change % (OWN % (0.9, 0.8, 0.99, "triangular")))
    accepts(change % (OWN % (0.5, 0.49, 0.51, "normal")))


def test_a_whole_number_is_drawn_from_whole_numbers(refuses: Refuses, accepts: Accepts) -> None:
    change = "sites:\n  hall: {lines: %s}"
    refuses(change % (OWN % (2, 1.5, 4, "uniform")), "sites.hall.lines", 2, "must be a whole number")
    accepts(change % (OWN % (2, 1, 4, "uniform")))


def test_only_what_is_drawn_can_be_known_at_the_start(refuses: Refuses, accepts: Accepts) -> None:
    change = "sites:\n  hall: {capacity: {assumed: 500, low: 400, high: 600, known: start, source: us%s}}"
    refuses(change % "", "sites.hall.capacity.known", 2, "the number is not drawn")
    accepts(change % ", draw: uniform")


def correlated(*entries: str) -> str:
    """Rank correlations between days, days at sea and the hall's capacity, all of which are drawn."""
    listed = "".join(f"\n  - {{{entry}}}" for entry in entries)
    drawn = "sites: {hall: {capacity: {assumed: 500, low: 400, high: 600, source: us}}}\nuncertainty: {ranges: pert}"
    return f"{FIGURES}{drawn}\ncorrelations:{listed}"


@pytest.mark.parametrize(
    ("entries", "path", "line", "said"),
    [
        (["inputs: [days, days], rank: 0.5"], "correlations.0", 1, "an input cannot be correlated with itself"),
        (
            ["inputs: [days, ship], rank: 0.5", "inputs: [ship, days], rank: 0.2"],
            "correlations.1",
            2,
            "days and ship are correlated already, by correlations.0",
        ),
        (["inputs: [days, both], rank: 0.5"], "correlations.0.inputs.1", 1, "both is worked out from other figures"),
        (["inputs: [days, sure], rank: 0.5"], "correlations.0.inputs.1", 1, "sure is not uncertain here"),
        (["inputs: [days, shop], rank: 0.5"], "correlations.0.inputs.1", 1, "no input has the path or figure 'shop'"),
        (
            ["inputs: [days, ship, sites.hall.capacity], rank: -0.6"],
            "correlations.0",
            1,
            "no numbers can have all these rank correlations at once",
        ),
    ],
)
def test_a_pair_is_correlated_once_and_as_numbers_can_be(
    refuses: Refuses, entries: list[str], path: str, line: int, said: str
) -> None:
    """Three numbers correlated alike by less than -1/2 would have a sum of negative variance."""
    refuses(correlated(*entries), path, AFTER + 3 + line, said)


def test_three_numbers_may_be_correlated_by_less_than_a_half(accepts: Accepts) -> None:
    """Of normals; -0.48 in ranks is 2 sin(-0.08 pi) = -0.497 of them."""
    assert len(accepts(correlated("inputs: [days, ship, sites.hall.capacity], rank: -0.48")).uncertain) == 3


def test_a_process_is_correlated_with_processes_alone(refuses: Refuses) -> None:
    moves = "demand: {sales: {rate: {constant: 5, process: {kind: geometric, volatility: 0.2}}}}\n"
    pair = "correlations: [{inputs: [demand.sales.rate.process, sites.hall.capacity], rank: 0.5}]"
    change = "sites: {hall: {capacity: %s}}\n" % (OWN % (500, 400, 600, "uniform"))
    refuses(moves + change + pair, "correlations.0", 3, "correlated with other processes alone", SHOP)
