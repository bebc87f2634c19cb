"""HTML of texts, tables and figures."""

from __future__ import annotations

import base64
import gzip
import html
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

import pandas as pd

from sim.errors import visible
from sim.report.tables import Block, Column, Lines, Table

if TYPE_CHECKING:
    from sim.report.figures.figure import Chart

LONG = 30
"""A table of more rows scrolls by itself, under its headings."""
MOST_ROWS = 600
LONG_FILE = 30_000
"""A CSV file of more characters is packed."""
_AS_IT_IS = " ,:;()-.+/=_*!?@$'|"
WORDY = 60
"""A table with a cell of more letters is not squeezed to the width of a telephone."""


def text(words: object) -> str:
    """Return words escaped for HTML, with control characters visible and per cent signs kept beside their numbers."""
    return html.escape(visible(str(words))).replace(" %", "\u00a0%")


def paragraphs(lines: tuple[str, ...] | list[str], kind: str = "") -> str:
    """Return a paragraph for each line."""
    opening = f'<p class="{kind}">' if kind else "<p>"
    return "\n".join(f"{opening}{text(line)}</p>" for line in lines)


def block(shown: Block) -> str:
    """Return a table or lines of the report as HTML."""
    if isinstance(shown, Lines):
        return (f"<h3>{text(shown.title)}</h3>\n" if shown.title else "") + paragraphs(shown.lines)
    return scrolled(_table(shown), shown.title or "Table", rows=len(shown.rows)) + paragraphs(list(shown.notes), "note")


def _table(shown: Table) -> str:
    caption = f"<caption>{text(shown.title)}</caption>" if shown.title else ""
    # An empty header cell would be announced as a header without a name.
    head = "".join(_cell("th", c.heading, c, ' scope="col"') if c.heading else "<td></td>" for c in shown.columns)
    rows = (_row(row, shown.columns) for row in shown.rows)
    body = "\n".join(f"<tr>{cells}</tr>" for cells in rows)
    wordy = any(len(cell) > WORDY for row in shown.rows for cell in row)
    kind = ' class="wordy"' if wordy else ""
    return f"<table{kind}>{caption}<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"


def _row(cells: Sequence[str], columns: Sequence[Column]) -> str:
    """Return the cells of a row; words in the first cell are its header."""
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
    """Return a box that scrolls by itself, for what may be wider than the page or has many rows.

    The keyboard can focus it (WCAG 2.1.1). Its role is a group: as a region each one would be a landmark.
    """
    kind = "scroll long" if rows > LONG else "scroll"
    return f'<div class="{kind}" role="group" tabindex="0" aria-label="{text(label)}">{inner}</div>\n'


def folded(summary: str, inner: str) -> str:
    """Return a part that is folded until a reader opens it."""
    return f"<details><summary>{text(summary)}</summary>\n{inner}</details>\n"


def figure(shown: Chart, of: str) -> str:
    """Return a chart under its finding, with its source, the table of its numbers, and these as a CSV file."""
    rows = len(shown.table)
    numbers = frame(shown.table, shown.title)
    heading = f"{shown.name}-heading"
    key = paragraphs([shown.key], "note key") if shown.key else ""
    return (
        f'<figure aria-labelledby="{heading}">\n<h3 id="{heading}">{text(shown.title)}</h3>\n{key}'
        f"{scrolled(shown.svg(inline=True), shown.title)}"
        f'<figcaption class="note">{text(shown.description)} {text(shown.source)}.</figcaption>\n'
        f"{folded(f'The numbers ({rows:,} rows)', numbers)}{download(shown.table, f'{of}-{shown.name}.csv')}</figure>\n"
    )


def frame(table: pd.DataFrame, title: str) -> str:
    """Return a data frame as an HTML table.

    Columns that only programs need are left to the CSV file: names beside titles, ends of periods beside beginnings.
    """
    left_out = [other for shown, other in (("title", "name"), ("begin", "end")) if {shown, other} <= set(table.columns)]
    shown, every = _thinned(table)
    shown = shown.drop(columns=left_out)
    if every > 1:
        title = f"{title} (every {every} periods; all of them are in the CSV file)"
    numeric = [
        bool(pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind)) for kind in shown.dtypes
    ]
    columns = tuple(Column(str(c), "", "right" if n else "left") for c, n in zip(shown.columns, numeric, strict=True))
    rows = tuple(tuple(_written(value) for value in row) for row in shown.itertuples(index=False))
    return scrolled(_table(Table(title, columns, rows)), f"Numbers: {title}", rows=len(rows))


def _thinned(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the rows of every so many periods, about MOST_ROWS in all, and that number of periods."""
    time = next((column for column in ("begin", "time") if column in table.columns), None)
    # Thousands of rows would make the page slow and unreadable; the CSV file has all of them.
    every = -(-len(table) // MOST_ROWS)
    if time is None or every == 1:
        return table, 1
    return table[table[time].isin(list(dict.fromkeys(table[time]))[::every])], every


def _written(value: object) -> str:
    """Return a value of a frame as text: dates without a time, numbers to six digits, empty where missing."""
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return ""
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    return f"{value:,.6g}" if isinstance(value, float) else str(value)


def download(table: pd.DataFrame, name: str) -> str:
    """Return a link that contains the whole table as CSV, numbers to seven digits; it needs no network.

    A long table is compressed, and the page's script unpacks it; without JavaScript the file saved is a .gz.
    """
    told = table.to_csv(index=False, date_format="%Y-%m-%d", float_format="%.7g")
    if len(told) > LONG_FILE:
        # mtime=0: the same table gives the same bytes.
        packed = base64.b64encode(gzip.compress(told.encode(), mtime=0)).decode()
        name, address = f"{name}.gz", f"data:application/gzip;base64,{packed}"
    else:
        # What a URL without a host may hold as it is (https://url.spec.whatwg.org/#cannot-be-a-base-url-path-state).
        address = f"data:text/csv;charset=utf-8,{html.escape(quote(told, safe=_AS_IT_IS))}"
    return f'<p class="download"><a download="{text(name)}" href="{address}">{text(name)}</a></p>\n'
