"""Pages of runs, studies and comparisons in a browser: alone, without scripts, narrow, dark, printed, by keyboard, and under axe-core."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Opened

PAPER = {"width": 794 - 2 * 38, "height": 1123 - 2 * 38}
"""CSS pixels of A4 without margins of a centimetre."""

FIGURES = """() => [...document.querySelectorAll('main figure')].map(figure => {
  const svg = figure.querySelector('svg'), box = svg.getBoundingClientRect();
  const named = svg.getAttribute('aria-labelledby').split(' ').map(id => document.getElementById(id).textContent.trim());
  return {role: svg.getAttribute('role'), title: svg.querySelector('title').textContent, named,
          desc: svg.querySelector('desc').textContent, width: box.width, height: box.height,
          heading: document.getElementById(figure.getAttribute('aria-labelledby')).textContent};
})"""

WIDER = """() => [...document.querySelectorAll('body *')].filter(e =>
  !e.closest('.scroll') && e.clientWidth > 0 && e.getBoundingClientRect().left + e.scrollWidth > innerWidth + 1
).map(e => e.outerHTML.slice(0, 80))"""

FOCUS = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  if (e === document.body) return null;
  return {what: e.outerHTML.slice(0, 80), text: e.textContent.trim().slice(0, 40), outline: style.outlineStyle,
          thick: parseFloat(style.outlineWidth), seen: box.bottom > 0 && box.top < innerHeight && box.width > 1,
          href: e.getAttribute('href')};
}"""


def test_it_opens_without_a_complaint_and_asks_nobody(opened: Opened) -> None:
    opened.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    opened.page.wait_for_load_state("networkidle")
    assert opened.complaints == []
    assert opened.requests == []


def test_what_a_page_asks_for_is_seen(browser: Browser, tmp_path: Path) -> None:
    written = tmp_path / "bad.html"
    written.write_text('<img src="https://example.org/a.png"><img src="b.png"><script>x.y</script>', encoding="utf-8")
    context = browser.new_context()
    bad = Opened(context.new_page(), context, written)
    assert sorted(bad.requests) == [(tmp_path / "b.png").as_uri(), "https://example.org/a.png"]
    assert any("x is not defined" in complaint for complaint in bad.complaints)
    context.close()


def test_every_figure_has_a_name_and_a_description(opened: Opened) -> None:
    figures = opened.page.evaluate(FIGURES)
    assert len(figures) == opened.page.locator("main figure").count() >= 2
    for figure in figures:
        assert figure["role"] == "img"
        assert unbroken(figure["heading"]) == unbroken(figure["title"]) != ""
        assert figure["desc"]
        assert figure["named"] == [figure["title"], figure["desc"]]
        # As the browser works it out for a screen reader.
        assert opened.page.get_by_role("img", name=figure["title"]).count() == 1
    assert len({figure["title"] for figure in figures}) == len(figures)


def unbroken(words: str) -> str:
    """Words with their blanks alike: text of the page keeps a number with its sign."""
    return words.replace("\u00a0", " ")


def test_headings_are_in_order(opened: Opened) -> None:
    levels = opened.page.evaluate(
        "() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(h => +h.tagName[1])"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(next_level <= level + 1 for level, next_level in pairwise(levels))


def test_every_link_within_the_page_leads_somewhere(opened: Opened) -> None:
    for link in opened.page.locator("nav a").all():
        link.click()
        target = str(link.get_attribute("href"))
        top = opened.page.evaluate("id => document.querySelector(id).getBoundingClientRect().top", target)
        at_end = opened.page.evaluate("() => innerHeight + scrollY >= document.documentElement.scrollHeight - 1")
        assert abs(top) < 60 or at_end


def test_each_table_of_numbers_downloads_as_csv(opened: Opened, tmp_path: Path) -> None:
    links = opened.page.locator("a[download]").all()
    assert len(links) > opened.page.locator("main figure").count()
    for link in links:
        with opened.page.expect_download() as awaited:
            link.click()
        # A long one is packed in the page, and unpacked on its way.
        name = str(link.get_attribute("download")).removesuffix(".gz")
        assert awaited.value.suggested_filename == name
        awaited.value.save_as(tmp_path / name)
        with (tmp_path / name).open(encoding="utf-8", newline="") as stream:
            head, *rows = csv.reader(stream)
        assert rows
        assert all(len(row) == len(head) for row in rows)
        if not name.endswith("-flow.csv"):  # of which the page has the sums alone
            table = link.locator("xpath=preceding::table[1]")
            assert set(table.locator("thead th").all_text_contents()) <= set(head)
            assert table.locator("tbody tr").count() == len(rows)
    assert opened.requests == []


@pytest.mark.parametrize("width", [320, 390, 820, 1440])
def test_only_tables_and_figures_scroll_sideways(opened: Opened, width: int) -> None:
    """320 pixels are a window of 1280 at 400 %, the width at which WCAG 2.2 (1.4.10) asks for reflow."""
    opened.width(width)
    assert opened.page.evaluate(WIDER) == []
    assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_text_twice_as_large_still_fits(opened: Opened) -> None:
    opened.width(1440)
    style = opened.page.add_style_tag(content="html { font-size: 200% }")
    assert opened.page.evaluate("() => document.documentElement.scrollWidth") <= 1440
    style.evaluate("tag => tag.remove()")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing(opened: Opened, axe: str, scheme: Any, width: int) -> None:
    opened.width(width)
    opened.page.emulate_media(color_scheme=scheme)
    # Ten thousand cells take a minute; those of the small page are made alike.
    unfold(opened.page, opened.size < 500_000)
    assert violations(opened.page, axe) == []


def test_axe_sees_what_is_wrong(browser: Browser, axe: str) -> None:
    page = browser.new_page()
    page.set_content("<p style='color: #999; background: #fff'>pale</p><img src='data:image/png,'>")
    assert {told.partition(":")[0] for told in violations(page, axe)} >= {"color-contrast", "image-alt"}
    page.close()


def unfold(page: Page, wide: bool) -> None:
    """Open or close all that is folded."""
    page.evaluate("wide => document.querySelectorAll('details').forEach(d => { d.open = wide })", wide)


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(axe)
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)")
    return [f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:200]}" for one in found]


def test_the_keyboard_reaches_everything_in_order_and_one_sees_where_it_is(browser: Browser, file: Path) -> None:
    context = browser.new_context(viewport={"width": 820, "height": 900})
    page = Opened(context.new_page(), context, file).page
    focusable = page.locator("a[href], summary, input, button, [tabindex='0']").filter(visible=True).count()
    walk = []
    for _ in range(focusable + 5):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUS)
        if here is None:
            break
        walk.append(here)
    assert len(walk) == focusable
    for here in walk:
        assert here["outline"] not in ("none", "hidden"), here["what"]
        assert here["thick"] >= 2, here["what"]
        assert here["seen"], here["what"]
    assert walk[0]["href"] == "#content"
    context.close()


def test_the_first_stop_leads_past_the_links(browser: Browser, file: Path) -> None:
    context = browser.new_context(viewport={"width": 820, "height": 900})
    page = Opened(context.new_page(), context, file).page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")
    context.close()


def test_a_summary_opens_its_table_by_keyboard(opened: Opened) -> None:
    details = opened.page.locator("figure details").first
    details.evaluate("d => { d.open = false }")
    details.locator("summary").focus()
    opened.page.keyboard.press("Enter")
    assert details.evaluate("d => d.open")
    assert details.locator("table").is_visible()


def test_without_scripts_every_figure_and_table_is_there(browser: Browser, file: Path, opened: Opened) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, java_script_enabled=False)
    page = Opened(context.new_page(), context, file).page
    figures = page.locator("main figure svg").all()
    assert len(figures) == opened.page.locator("main figure").count()
    for figure in figures:
        box = figure.bounding_box()
        assert box is not None
        assert box["width"] > 500
        assert box["height"] > 100
        assert figure.locator("text").first.is_visible()
    packed = page.locator("a[download$='.csv.gz']").all()
    assert bool(packed) == (opened.size > 500_000)
    for link in packed[:1]:
        with page.expect_download() as awaited:
            link.click()
        with gzip.open(awaited.value.path(), "rt", encoding="utf-8") as stream:
            assert len(next(csv.reader(stream))) > 1
    for summary in page.locator("summary").all():
        summary.click()
    tables = page.locator("table").all()
    assert len(tables) == opened.page.locator("table").count()
    assert all(table.is_visible() for table in tables)
    context.close()


@pytest.fixture
def printed(opened: Opened) -> Iterator[Page]:
    """The page as it is printed on A4, everything folded as when it was opened."""
    opened.page.set_viewport_size(PAPER)
    opened.page.emulate_media(media="print", color_scheme="dark")
    unfold(opened.page, False)
    yield opened.page
    opened.page.emulate_media(media="screen", color_scheme="light")


def test_print_leaves_out_what_only_a_screen_can_use(printed: Page) -> None:
    for selector in ("nav", ".skip", ".download", ".control", "summary"):
        assert not any(element.is_visible() for element in printed.locator(selector).all())
    assert printed.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert all(figure.is_visible() for figure in printed.locator("main figure svg").all())


def test_print_cuts_no_figure_in_two_and_loses_nothing_at_the_margin(printed: Page) -> None:
    for figure in printed.locator("main figure").all():
        box = figure.bounding_box()
        assert box is not None
        assert box["height"] < PAPER["height"]
        assert figure.evaluate("f => getComputedStyle(f).breakInside") == "avoid"
    wider = """() => [...document.querySelectorAll('svg.figure, table')].filter(e =>
      e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1).map(e => e.textContent.slice(0, 60))"""
    assert printed.evaluate(wider) == []


def test_a_pdf_of_it_has_its_pages(printed: Page) -> None:
    pdf = printed.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "1cm"))
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") >= 2


def test_nothing_moves_where_motion_is_unwanted(opened: Opened) -> None:
    opened.page.emulate_media(reduced_motion="reduce")
    moving = """() => [...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);
      return parseFloat(s.transitionDuration) > 0 || s.animationName !== 'none' || s.scrollBehavior === 'smooth';
    }).length"""
    assert opened.page.evaluate(moving) == 0
    opened.page.emulate_media(reduced_motion="no-preference")


def test_forced_colours_reach_the_figures(opened: Opened) -> None:
    opened.page.emulate_media(forced_colors="active")
    system = opened.page.evaluate("""() => { const d = document.createElement('i'); d.style.color = 'CanvasText';
      document.body.append(d); const c = getComputedStyle(d).color; d.remove(); return c; }""")
    text = opened.page.locator("main figure svg text").first
    assert text.evaluate("t => getComputedStyle(t).fill") == system
    opened.page.emulate_media(forced_colors="none")
