"""The repr of objects in a terminal and in a notebook: a few lines of text, or a small table."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sim.errors import visible

MOST_LINES = 10
WIDTH = 120
_MOST_CELL = 60

K = TypeVar("K")
V = TypeVar("V")
T = TypeVar("T")


@dataclass(frozen=True, repr=False)
class Summary:
    """An object in a few rows: a title, headings, rows, and the number of rows beyond those shown.

    A row may have any number of cells; `headings` may be empty.
    """

    title: str
    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    more: int = 0

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.html()

    def text(self) -> str:
        """Return at most MOST_LINES lines of at most WIDTH characters."""
        lines = [self.title, *_aligned([*([self.headings] if self.headings else []), *self.rows])]
        more = self.more
        # The line that counts what is left out is one of MOST_LINES.
        if len(lines) + bool(more) > MOST_LINES:
            more += len(lines) - (MOST_LINES - 1)
            lines = lines[: MOST_LINES - 1]
        if more:
            lines.append(f"  and {more:,} more")
        # Names come from files: a control character would reach the terminal.
        return "\n".join(_cut(visible(line), WIDTH) for line in lines)

    def html(self) -> str:
        """Return a table with everything escaped."""
        head = f"<thead>{_row('th', self.headings)}</thead>" if self.headings else ""
        body = "".join(_row("td", row) for row in self.rows)
        more = f"<p>and {self.more:,} more</p>" if self.more else ""
        return f"<table><caption>{_escaped(self.title)}</caption>{head}<tbody>{body}</tbody></table>{more}"


class Displayed:
    """An object whose repr is a few lines of text, and which a notebook shows as a small table.

    `sim.summary` computes both.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return _summary(self).text()

    def _repr_html_(self) -> str:
        return _summary(self).html()


class Listed(list[T], Displayed):
    """A list that shows its first rows."""

    __slots__ = ()

    def __repr__(self) -> str:
        return Displayed.__repr__(self)


class Named(dict[K, V]):
    """Values by name: a dict that shows its first entries."""

    __slots__ = ()

    def __repr__(self) -> str:
        return self._summary().text()

    def _repr_html_(self) -> str:
        return self._summary().html()

    def _summary(self) -> Summary:
        # Two lines are kept: the title and the count of what is left out.
        shown = list(self.items())[: MOST_LINES - 2]
        rows = tuple((str(name), _value(value)) for name, value in shown)
        return Summary(f"{len(self):,} values by name", (), rows, len(self) - len(rows))


def _value(value: object) -> str:
    if isinstance(value, Displayed):
        return "; ".join(" ".join(row) for row in _summary(value).rows)
    if hasattr(value, "columns") and hasattr(value, "index"):
        return f"{len(value.index):,} rows of {', '.join(map(str, value.columns))}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _summary(subject: object) -> Summary:
    import sim

    found: Summary = sim.summary(subject)
    return found


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterable[str]:
    """Yield rows as lines with their cells in columns; the last cell of a row is not padded."""
    cells = [[_cut(cell, _MOST_CELL) for cell in row[:-1]] + list(row[-1:]) for row in rows]
    most = max(map(len, cells), default=0)
    # The last cell of a row sets no width: it may be a long sentence.
    widths = [max((len(row[k]) for row in cells if k < len(row) - 1), default=0) for k in range(most)]
    for row in cells:
        yield "  " + "  ".join([*(f"{c:<{w}}" for c, w in zip(row[:-1], widths, strict=False)), *row[-1:]]).rstrip()


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"


def _row(tag: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{_escaped(cell)}</{tag}>' for cell in cells)}</tr>"


def _escaped(text: str) -> str:
    return html.escape(visible(text))
