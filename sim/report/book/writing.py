"""Writes a workbook: sheets of lines and tables, and native charts of what the tables hold.

Text is always written as text: what begins like a formula, from a scenario of anyone's, is none.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from xlsxwriter import Workbook

from sim.errors import visible
from sim.scenario.sheets import PROPERTY

if TYPE_CHECKING:
    from collections.abc import Iterable

PERCENT, WHOLE, NUMBER, DATE = "0.0%", "#,##0", "#,##0.####", "yyyy-mm-dd"
UNLIMITED = "unlimited"
_OPTIONS = {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
_MADE = dt.datetime(2000, 1, 1)
"""The same workbook has the same bytes, whenever it is made."""
_LONGEST = 32_000
_NARROWEST, _WIDEST, _MEASURED = 8, 48, 200
_WRAPPED, _LINE = 105, 15
_MONTHS_APART = 3
_STYLE = "Table Style Light 1"
_CHART = {"width": 720, "height": 320}
_CHARTS_ABREAST, _COLUMNS_EACH, _ROWS_EACH = 2, 12, 17
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")
"""Colours that the colour-blind tell apart (Okabe and Ito 2008)."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A table on its sheet: the names of its columns in order, and the number of its rows."""

    sheet: str
    columns: tuple[str, ...]
    rows: int

    def range(self, column: str) -> list[Any]:
        """Return the cells below a heading, as a chart refers to them."""
        at = self.columns.index(column)
        return [self.sheet, 1, at, self.rows, at]


class Book:
    """A workbook that is being written; `scenario` is kept in it for those who give its inputs back."""

    def __init__(self, scenario: str, title: str) -> None:
        self._data = BytesIO()
        self._book = Workbook(self._data, {**_OPTIONS, "default_date_format": DATE})
        self._book.set_properties({"title": visible(title), "created": _MADE})
        self._book.set_custom_property(PROPERTY, scenario)
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._charts: Any = None
        self._drawn = 0

    def bytes(self) -> bytes:
        """Return the finished workbook."""
        self._book.close()
        return self._data.getvalue()

    def form(self, **properties: Any) -> Any:
        """Return a format of cells; equal ones are made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]

    def _sheet(self, name: str) -> Any:
        """Return a new sheet that prints on A4 landscape, one page wide."""
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def lines(self, name: str, rows: Iterable[tuple[str, str]]) -> None:
        """Write a sheet of labels and texts; a row without a label continues the one above."""
        sheet = self._sheet(name)
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, _WRAPPED)
        sheet.hide_gridlines(2)
        for row, (label, text) in enumerate(rows):
            # Not every program adjusts the height of a row to wrapped text.
            sheet.set_row(row, _LINE * max(1, math.ceil(len(text) / _WRAPPED)))
            sheet.write_string(row, 0, visible(label), self.form(bold=True, valign="top"))
            sheet.write_string(row, 1, _text(text), self.form(text_wrap=True, valign="top"))

    def charts(self) -> None:
        """Add the sheet for charts; it comes after the sheets written so far."""
        self._charts = self._sheet("Charts")
        self._charts.hide_gridlines(2)

    def table(
        self, name: str, frame: pd.DataFrame, forms: Mapping[str, str | Sequence[str]] | None = None, *,
        frozen: int = 1, editable: Sequence[str] = (), hidden: Sequence[str] = (),
    ) -> Placed:  # fmt: skip
        """Write a frame to a sheet as a native table, with fixed headings, column widths and number formats.

        Args:
            name: the name of the sheet.
            frame: the rows.
            forms: column -> its number format, or one for each row; the others depend on the values in the column.
            frozen: columns that stay in view.
            editable: columns that are coloured, for values to be changed.
            hidden: columns that are hidden.
        """
        sheet = self._sheet(name)
        sheet.repeat_rows(0)
        names = tuple(str(column) for column in frame.columns)
        chosen = {c: (forms or {}).get(c) or _form(frame[c]) for c in names}
        for at, column in enumerate(names):
            shade = {"bg_color": "#FFF8DC"} if column in editable else {}
            told = chosen[column]
            each = [told] * len(frame) if isinstance(told, str) else told
            known = {form: self.form(num_format=form, **shade) for form in {*each, DATE}}
            for row, (value, form) in enumerate(zip(frame[column].tolist(), each, strict=True), 1):
                _write(sheet, row, at, value, known[DATE if isinstance(value, dt.date) else form])
            sheet.set_column(at, at, _width(column, frame[column]), None, {"hidden": column in hidden})
        options = {
            "name": name.replace(" ", "_"),
            "style": _STYLE,
            "columns": [{"header": c, "header_format": self.form(bold=True)} for c in names],
        }
        # A native table needs at least one row; without data it is blank.
        sheet.add_table(0, 0, max(len(frame), 1), len(names) - 1, options)
        sheet.freeze_panes(1, frozen)
        return Placed(name, names, len(frame))

    def allow(self, placed: Placed, row: int, column: str, rule: dict[str, Any]) -> None:
        """Restrict the values of a cell by a rule of data validation."""
        at = placed.columns.index(column)
        self._book.get_worksheet_by_name(placed.sheet).data_validation(row, at, row, at, rule)

    def chart(
        self, title: str, placed: Placed, along: str, shown: Mapping[str, str], *, stacked: bool = False, bars: bool = False,
        line: str | None = None, form: str = WHOLE, most: float | None = None, dated: bool = False,
    ) -> None:  # fmt: skip
        """Add a native chart of columns of a table: lines, bars, or stacked bars with a line over them.

        Args:
            title: the title.
            placed: the table.
            along: the column along the bottom.
            shown: column -> its name in the legend.
            stacked: whether bars are stacked.
            bars: whether there are bars instead of lines.
            line: a column drawn as a line over stacked bars.
            form: the number format of the axis.
            most: the upper end of the axis.
            dated: whether `along` has dates.
        """
        if not placed.rows or not shown:
            return
        kind = {"type": "column", "subtype": "stacked" if stacked else "clustered"}
        kind = kind if stacked or bars else {"type": "line"}
        chart = self._book.add_chart(kind)
        for (column, label), colour in zip(shown.items(), COLOURS * len(shown), strict=False):
            look = {"fill": {"color": colour}} if stacked or bars else {"line": {"color": colour, "width": 1.75}}
            chart.add_series(
                {"name": _label(label), "categories": placed.range(along), "values": placed.range(column), **look}
            )
        if line is not None:
            # A second chart on the same axes: XlsxWriter combines two types only so.
            over = self._book.add_chart({"type": "line"})
            look = {"line": {"color": "#000000", "width": 2}, "marker": {"type": "circle", "size": 5}}
            over.add_series(
                {"name": _label(line), "categories": placed.range(along), "values": placed.range(line), **look}
            )
            chart.combine(over)
        chart.set_title({"name": _label(title), "name_font": {"size": 11}, "overlay": False})
        time = {"date_axis": True, "num_format": "yyyy-mm", "major_unit": _MONTHS_APART, "major_unit_type": "months"}
        chart.set_x_axis({"label_position": "low", **(time if dated else {})})
        grid = {"major_gridlines": {"visible": True, "line": {"color": "#DDDDDD"}}}
        chart.set_y_axis({"num_format": form, **grid, **({"min": 0, "max": most} if most is not None else {})})
        chart.set_legend({"position": "bottom"})
        chart.set_size(_CHART)
        row, column_at = divmod(self._drawn, _CHARTS_ABREAST)
        self._charts.insert_chart(row * _ROWS_EACH, column_at * _COLUMNS_EACH, chart, {"description": visible(title)})
        self._drawn += 1


def _write(sheet: Any, row: int, column: int, value: Any, form: Any) -> None:
    """Write one value; a blank where there is none."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        sheet.write_blank(row, column, None, form)
    # As text: `true` is what a scenario file accepts when the sheet is read back, in every language of the program.
    elif isinstance(value, (bool, np.bool_)):
        sheet.write_string(row, column, str(bool(value)).lower(), form)
    elif isinstance(value, (dt.date, pd.Timestamp)):
        sheet.write_datetime(row, column, value, form)
    elif isinstance(value, (int, float, np.number)) and math.isfinite(value):
        sheet.write_number(row, column, value, form)
    else:
        sheet.write_string(row, column, UNLIMITED if isinstance(value, float) else _text(str(value)), form)


def money_form(values: Iterable[float]) -> str:
    """Return the number format of an axis of money: in dollars, thousands, millions or billions."""
    most = max((abs(value) for value in values), default=0.0)
    scales = ((1e9, '#,##0,,," bn"'), (1e6, '#,##0,," M"'), (1e3, '#,##0," k"'))
    # From five units of a scale on, so that the ticks of the axis differ when rounded to whole units.
    return next((form for scale, form in scales if most >= 5 * scale), WHOLE)


def _label(text: str) -> str:
    """Return a name for a chart; a leading = would be read as a reference to cells."""
    return f" {visible(text)}" if text.startswith("=") else visible(text)


def _text(text: str) -> str:
    """Return text that fits into a cell."""
    shown = visible(text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]} ..."


def _form(column: pd.Series) -> str:
    """Return the number format of a column by its values."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return DATE
    present = [value for value in column.tolist() if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if not pd.api.types.is_numeric_dtype(column) or not present:
        return "General"
    return WHOLE if all(abs(v) >= 1000 or float(v).is_integer() for v in present if math.isfinite(v)) else NUMBER


def _width(name: str, column: pd.Series) -> float:
    """Return a column width that fits the heading and most cells."""
    shown = [
        len(f"{v:,.0f}") + 3 if isinstance(v, float) and math.isfinite(v) else len(str(v))
        for v in column.head(_MEASURED)
    ]
    return (
        min(max(_NARROWEST, len(name) + 3, *(n + 1 for n in shown)), _WIDEST)
        if shown
        else max(_NARROWEST, len(name) + 3)
    )
