"""The documents: links lead somewhere, every page is on the map, references are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.cli.commands import COMMANDS
from tests.docs.examples import ROOT, pages
from tests.docs.reference import DOCS, PAGES

LINK = re.compile(r"\]\(([^)\s]+)\)")
MOST_README = 160


def links(page: Path) -> list[tuple[str, Path, str]]:
    """Each relative link of a page: as written, the file it leads to, and the heading."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = [link for link in LINK.findall(text) if "://" not in link]
    parted = [link.partition("#") for link in found]
    return [
        (link, page if not file else (page.parent / file).resolve(), heading)
        for link, (file, _, heading) in zip(found, parted, strict=True)
    ]


def anchors(page: Path) -> set[str]:
    """The headings of a page as links write them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link, file, heading in links(page):
        assert file.exists(), link
        assert not heading or heading in anchors(file), link


def test_a_link_to_nothing_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A page\n[a](none.md) [b](#a-page) [c](page.md#none) [d](https://example.org/x)\n", encoding="utf-8"
    )
    found = links(page)
    assert [link for link, _, _ in found] == ["none.md", "#a-page", "page.md#none"]
    assert not found[0][1].exists()
    assert anchors(page) == {"a-page"}


def test_the_map_lists_every_page() -> None:
    listed = {file for _, file, _ in links(DOCS / "README.md")}
    assert {page for page in pages() if page.is_relative_to(DOCS)} - listed == {DOCS / "README.md"}


@pytest.mark.parametrize("name", list(PAGES))
def test_a_reference_is_that_of_the_program(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "python -m tests.docs.reference writes it again"


def test_the_reference_names_fields_options_and_limits() -> None:
    fields, commands = (PAGES[f"reference/{name}.md"]() for name in ("fields", "commands"))
    assert "| `cycle_time` | [distribution](#random-distribution) | day | >= 0 |" in fields
    assert "At `recipes.NAME`." in fields
    assert "| `--set PATH=VALUE` |" in commands
    assert set(re.findall(r"^## (\w+)$", commands, re.MULTILINE)) == set(COMMANDS)


def test_the_readme_is_short() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8").count("\n") <= MOST_README
