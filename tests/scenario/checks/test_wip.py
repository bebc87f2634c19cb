"""Limits on work in process: each stands at a line of sites, which only its own releases feed and only finished units leave."""

from __future__ import annotations

import pytest

from tests.scenario.checks.conftest import Accepts, Refuses

LINE = """
horizon: {start: 2026-01-01, end: 2027-01-01}
items: {blank: {stage: blank}, part: {stage: part}, other: {stage: part}}
sites:
  saw: {in_house: true, capacity: 900}
  press: {in_house: true, capacity: 900}
  shed: {in_house: true, capacity: 900}
recipes:
  cut: {item: blank, site: saw}
  pressed: {item: part, site: press, inputs: {blank: 1}}
wip_limits: {line: {sites: [saw, press], limit: 20}}
demand: {sales: {item: part, rate: 100}}
"""
"""Blanks are cut and pressed on one line."""


def test_a_site_stands_in_one_line(refuses: Refuses) -> None:
    change = "wip_limits:\n  more: {sites: [shed, press], limit: 5}\nrecipes: {x: {item: other, site: shed}}"
    refuses(change, "wip_limits.more.sites.1", 2, "'press' stands in the line of 'line' too", LINE)


def test_something_is_made_on_a_line(refuses: Refuses, accepts: Accepts) -> None:
    change = "wip_limits:\n  more: {sites: [shed], limit: 5}\n"
    refuses(change, "wip_limits.more.sites", 2, "nothing is made at these sites", LINE)
    accepts(f"{change}recipes: {{x: {{item: other, site: shed}}}}", LINE)


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        (
            "recipes:\n  more: {item: blank, site: shed}",
            "recipes.more.site",
            "blank is made off the line and taken on it",
        ),
        (
            "recipes:\n  spare: {item: other, site: shed, inputs: {blank: 1}}",
            "recipes.spare.inputs.blank",
            "blank is taken off the line on which it goes on",
        ),
        (
            "demand:\n  blanks: {item: blank, rate: 5}",
            "demand.blanks",
            "blank is sold off the line on which it goes on",
        ),
    ],
)
def test_nothing_enters_or_leaves_a_line_between_its_sites(refuses: Refuses, change: str, path: str, said: str) -> None:
    refuses(change, path, 2, f"{said}; the limit 'line' could not count it", LINE)


def test_what_is_finished_may_be_sold_or_go_on_elsewhere(accepts: Accepts) -> None:
    accepts(
        "recipes: {spare: {item: other, site: shed, inputs: {part: 1}}}\ndemand: {spares: {item: other, rate: 5}}", LINE
    )


def test_a_lot_enters_a_line_as_a_whole(refuses: Refuses, accepts: Accepts) -> None:
    lots = "recipes: {cut: {lot_size: %d}}\nlot_scale: %d\nwip_limits: {line: {limit: 20}}"
    for size, scale, least in ((21, 1, 21), (11, 2, 22)):
        problem = refuses(lots % (size, scale), "wip_limits.line.limit", 3, "is less than a lot of cut", LINE)
        assert problem.expected == f"at least {least}"
    for size, scale in ((20, 1), (10, 2)):
        accepts(lots % (size, scale), LINE)


def test_a_lot_that_goes_on_within_the_line_has_entered_it_before(accepts: Accepts) -> None:
    accepts("recipes: {pressed: {lot_size: 50}}", LINE)
