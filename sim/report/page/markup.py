"""HTML of texts, tables and figures."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

import pandas as pd

from sim.errors import visible
from sim.report.tables import Block, Column, Lines, Table

if TYPE_CHECKING:
    from sim.report.figures.figure import Figure

LONG = 30
"""A table of more rows scrolls by itself, under its headings."""


def text(words: object) -> str:
    """Words as text of a page, control characters made visible; a number stays with its sign."""
    return html.escape(visible(str(words))).replace(" %", "\u00a0%")


def paragraphs(lines: tuple[str, ...] | list[str], kind: str = "") -> str:
    """A paragraph for each line."""
    opening = f'<p class="{kind}">' if kind else "<p>"
    return "\n".join(f"{opening}{text(line)}</p>" for line in lines)


def block(shown: Block) -> str:
    """A table or lines of the report."""
    if isinstance(shown, Lines):
        return (f"<h3>{text(shown.title)}</h3>\n" if shown.title else "") + paragraphs(shown.lines)
    return scrolled(_table(shown), shown.title or "Table", rows=len(shown.rows)) + paragraphs(list(shown.notes), "note")


def _table(shown: Table) -> str:
    caption = f"<caption>{text(shown.title)}</caption>" if shown.title else ""
    # A heading that says nothing is none.
    head = "".join(_cell("th", c.heading, c, ' scope="col"') if c.heading else "<td></td>" for c in shown.columns)
    rows = (_row(row, shown.columns) for row in shown.rows)
    body = "\n".join(f"<tr>{cells}</tr>" for cells in rows)
    return f"<table>{caption}<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"


def _row(cells: Sequence[str], columns: Sequence[Column]) -> str:
    """The cells of a row; words in the first name it."""
    named = bool(columns) and columns[0].align == "left" and bool(cells[0])
    tags = ["th" if named and not k else "td" for k in range(len(cells))]
    return "".join(
        _cell(tag, cell, c, ' scope="row"' if tag == "th" else "")
        for tag, cell, c in zip(tags, cells, columns, strict=True)
    )


def _cell(tag: str, words: str, column: Column, more: str = "") -> str:
    kind = ' class="n"' if column.align == "right" else ""
    return f"<{tag}{kind}{more}>{text(words)}</{tag}>"


def scrolled(inner: str, label: str, *, rows: int = 0) -> str:
    """What may be wider than the page, or has many rows; the keyboard reaches it too. A group: as
    regions they would all be landmarks."""
    kind = "scroll long" if rows > LONG else "scroll"
    return f'<div class="{kind}" role="group" tabindex="0" aria-label="{text(label)}">{inner}</div>\n'


def folded(summary: str, inner: str) -> str:
    """What is shown when it is asked for."""
    return f"<details><summary>{text(summary)}</summary>\n{inner}</details>\n"


def figure(shown: Figure, of: str) -> str:
    """A figure with the table of its numbers, and the same as a CSV file to be kept.

    Its title is a heading and its key, description and source are text, so that they wrap where the window is narrow.
    """
    rows = len(shown.table)
    numbers = frame(shown.table, shown.title)
    heading = f"{shown.name}-heading"
    key = paragraphs([shown.key], "note") if shown.key else ""
    return (
        f'<figure aria-labelledby="{heading}">\n<h3 id="{heading}">{text(shown.title)}</h3>\n{key}'
        f"{scrolled(shown.svg(inline=True), shown.title)}"
        f'<figcaption class="note">{text(shown.description)} {text(shown.source)}</figcaption>\n'
        f"{folded(f'The numbers ({rows:,} rows)', numbers)}{download(shown.table, f'{of}-{shown.name}.csv')}</figure>\n"
    )


def frame(table: pd.DataFrame, title: str) -> str:
    """A data frame as a table, without what its CSV has for programs: names beside titles, the ends of periods beside
    their beginnings."""
    left_out = [other for shown, other in (("title", "name"), ("begin", "end")) if {shown, other} <= set(table.columns)]
    shown = table.drop(columns=left_out)
    numeric = [
        bool(pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)) for kind in shown.dtypes
    ]
    columns = tuple(Column(str(c), "", "right" if n else "left") for c, n in zip(shown.columns, numeric, strict=True))
    rows = tuple(tuple(_written(value) for value in row) for row in shown.itertuples(index=False))
    return scrolled(_table(Table(title, columns, rows)), f"Numbers: {title}", rows=len(rows))


def _written(value: object) -> str:
    """A value of a frame: dates without a time, numbers to six digits, nothing where there is none."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    return f"{value:,.6g}" if isinstance(value, float) else str(value)


def download(table: pd.DataFrame, name: str) -> str:
    """A link that holds the whole table as CSV, numbers to ten digits, so that no network is needed."""
    told = table.to_csv(index=False, date_format="%Y-%m-%d", float_format="%.10g")
    # What a URL without a host may hold as it is (https://url.spec.whatwg.org/#cannot-be-a-base-url-path-state).
    data = html.escape(quote(told, safe=" ,:;()-.+/=_*!?@$'|"))
    return f'<p class="download"><a download="{text(name)}" href="data:text/csv;charset=utf-8,{data}">{text(name)}</a></p>\n'
