"""The frame of every page: head, style, the way to its parts, the parts themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from sim.report.page.markup import text


@dataclass(frozen=True, slots=True)
class PagePart:
    """A part of a page: its id, its heading, and what stands in it as HTML. One without anything in it is left out."""

    id: str
    title: str
    body: str


def document(name: str, title: str, question: str, parts: Sequence[PagePart]) -> str:
    """Return a whole HTML document of the parts that have a body."""
    said = [part for part in parts if part.body.strip()]
    sections = "".join(
        f'<section id="part-{part.id}" aria-labelledby="part-{part.id}-heading"><h2 id="part-{part.id}-heading">{text(part.title)}</h2>\n'
        f"{part.body}</section>\n"
        for part in said
    )
    links = "".join(f'<li><a href="#part-{part.id}">{text(part.title)}</a></li>' for part in said)
    # Inline, like the style: a page must open from a mail attachment, without a network.
    script = _kept("page.js")
    asked = f'<p class="question">{text(question)}</p>\n' if question else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8" />\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1" />\n'
        f"<title>{text(name)}: {text(title)}</title>\n<style>\n{_kept('page.css')}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#content">Skip to the content</a>\n'
        f"<header><h1>{text(title)}</h1>\n{asked}"
        f'<nav aria-label="Parts of this page"><ul>{links}</ul></nav></header>\n'
        f'<main id="content" tabindex="-1">\n{sections}</main>\n<script>\n{script}</script>\n</body>\n</html>\n'
    )


def _kept(name: str) -> str:
    """Return the text of a file beside this module."""
    return files("sim.report.page").joinpath(name).read_text(encoding="utf-8")
