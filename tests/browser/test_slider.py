"""The slider of the flow diagram: by mouse, by keyboard, what it shows, and the diagram without it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, Locator, Page

from sim.report.formats import count
from tests.browser.conftest import Opened

pytestmark = pytest.mark.parametrize("file", ["plant"], indirect=True)

PERIODS = 12


@pytest.fixture
def page(opened: Opened) -> Iterator[Page]:
    """The page, its slider at the mean period."""
    opened.page.emulate_media(color_scheme="light")
    move(opened.page, 0)
    yield opened.page
    assert opened.complaints == []
    assert opened.requests == []


def slider(page: Page) -> Locator:
    """The native input, by its label."""
    return page.get_by_role("slider", name="Period")


def move(page: Page, period: int) -> None:
    """Put the slider to a period, as a hand does."""
    slider(page).fill(str(period))


def ribbons(page: Page) -> list[str]:
    """Outlines of all ribbons, in their order."""
    return page.locator("#flow-diagram path").evaluate_all("all => all.map(path => path.getAttribute('d'))")


def said(page: Page) -> str:
    """What a screen reader is told of the period."""
    return page.locator("[aria-live]").inner_text()


def by_period(page: Page) -> dict[str, list[float]]:
    """The downloaded table: for each flow, its units in each period."""
    href = str(page.locator("a[download$='-flow.csv']").get_attribute("href"))
    head, *rows = csv.reader(io.StringIO(unquote(href.partition(",")[2])))
    assert len(head) == 4 + PERIODS
    return {" to ".join(row[:2]): [float(units) for units in row[4:]] for row in rows}


def test_it_moves_by_mouse(page: Page) -> None:
    first = ribbons(page)
    box = slider(page).bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 3, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, middle, steps=4)
    assert said(page).startswith("June 2026.")
    page.mouse.move(box["x"] + box["width"] - 3, middle, steps=4)
    page.mouse.up()
    assert slider(page).input_value() == str(PERIODS)
    assert said(page).startswith("December 2026.")
    assert ribbons(page) != first


def test_it_moves_by_keyboard_and_says_where_it_is(page: Page) -> None:
    slider(page).focus()
    for key, month in (
        ("ArrowRight", "January"),
        ("ArrowRight", "February"),
        ("End", "December"),
        ("ArrowLeft", "November"),
    ):
        page.keyboard.press(key)
        assert said(page).startswith(f"{month} 2026.")
        assert slider(page).get_attribute("aria-valuetext") == f"{month} 2026"
    page.keyboard.press("Home")
    assert said(page).startswith("Mean of all 12 periods.")


def test_every_period_shows_the_numbers_of_its_column(page: Page) -> None:
    table = by_period(page)
    for period in range(1, PERIODS + 1):
        move(page, period)
        titles = page.locator("#flow-diagram path title").all_text_contents()
        shown = dict(re.fullmatch(r"(.*): ([\d.,kMG]+).*", title).groups() for title in titles)  # type: ignore[union-attr]
        told = {flow.lower(): units for flow, units in shown.items()}
        assert told == {flow.lower(): count(units[period - 1]) for flow, units in table.items()}
        drawn = [bool(outline) for outline in ribbons(page)]
        assert any(drawn)
        assert not any(seen for seen, units in zip(drawn, shown.values(), strict=True) if units == "0")


def test_going_back_shows_the_same(page: Page) -> None:
    first = (ribbons(page), said(page))
    move(page, 5)
    move(page, 0)
    assert (ribbons(page), said(page)) == first


def test_without_scripts_the_mean_and_its_table_are_there_and_no_dead_slider(
    browser: Browser, file: Path, page: Page
) -> None:
    context = browser.new_context(java_script_enabled=False)
    bare = Opened(context.new_page(), context, file).page
    assert not bare.locator("input").is_visible()
    assert said(bare).startswith("Mean of all 12 periods.")
    assert [bool(outline) for outline in ribbons(bare)] == [bool(outline) for outline in ribbons(page)]
    box = bare.locator("#flow-diagram").bounding_box()
    assert box is not None
    assert box["height"] > 100
    bare.locator(".flow summary").click()
    assert bare.locator(".flow table tbody tr").count() == len(by_period(page))
    context.close()
