"""A figure: what it finds, what it shows, its numbers, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Draw = Callable[["Sequence[Axes]"], None]


@dataclass(frozen=True)
class Chart:
    """A chart, and the table of the numbers that it shows.

    `title` states what the numbers say; `description` says what the axes and marks are, for those who do not see them;
    `key` says under the title how to read it, in a few words;
    `source` names scenario, seed and version. `draw` fills one axes for each of `panels`, which stand in `columns`, each row
    `height` inches high.
    """

    name: str
    title: str
    description: str
    source: str
    table: pd.DataFrame
    panels: tuple[str, ...]
    draw: Draw
    key: str = ""
    columns: int = 1
    height: float = 3.2

    def svg(self, *, inline: bool = False) -> str:
        """Return the chart as an SVG document, identical on every call.

        `inline`: as an element of a page, with CSS variables as colours and ids that begin with its name. Title, key
        and source are then not drawn, since the page writes them.
        """
        from sim.report.figures.vector import document, element

        return element(self) if inline else document(self)

    def save(self, path: str | Path) -> None:
        """Write the chart to a file; its ending gives the format: svg, png or pdf.

        Raises:
            InputError: the ending is another, or the file cannot be written.
        """
        from sim.report.figures.files import write

        write(self, Path(path))

    def _repr_svg_(self) -> str:
        """Return what a notebook shows."""
        return self.svg()

    def __repr__(self) -> str:
        return f"Figure {self.name}: {self.title} ({len(self.table)} rows in its table)"


@dataclass(frozen=True)
class Band:
    """A span of time that is shaded in every chart over time: a disruption."""

    begin: object
    end: object
    title: str


@dataclass(frozen=True)
class Setting:
    """What all figures of one run or study share: the source line, the time they span, the disruptions in it.

    `begin` and `end` are dates, or numbers of `unit` where time is abstract. `recent` is what the time is called
    that KPIs of shares count.
    """

    source: str
    begin: object
    end: object
    unit: str
    recent: str
    bands: tuple[Band, ...] = ()

    @property
    def letters(self) -> dict[str, str]:
        """A letter for each title of a band."""
        return {
            title: chr(ord("A") + k % 26) for k, title in enumerate(dict.fromkeys(band.title for band in self.bands))
        }

    def keyed(self, key: str) -> str:
        """Return a key with the disruptions appended."""
        named = ", ".join(f"{letter} {title}" for title, letter in self.letters.items())
        return "; ".join(part for part in (key, f"shaded: {named}" if named else "") if part)

    @property
    def dated(self) -> bool:
        """Whether time has dates."""
        return not isinstance(self.begin, float)
