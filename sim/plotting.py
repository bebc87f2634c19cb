"""The base class of runs and studies, which have a short repr and a method `plot`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from sim.display import Displayed

if TYPE_CHECKING:
    import pandas as pd


class Drawing(Protocol):
    """The interface of a chart; `sim.report.figures` implements it."""

    @property
    def name(self) -> str:
        """The name by which `plot` finds it."""

    @property
    def title(self) -> str:
        """The finding, in one sentence."""

    @property
    def table(self) -> pd.DataFrame:
        """The numbers that the chart shows."""

    def svg(self, *, inline: bool = False) -> str:
        """Return the chart as SVG."""

    def save(self, path: str | Path) -> None:
        """Write the chart to a file."""


class Plotted(Displayed):
    """A run or a study that can be plotted."""

    __slots__ = ()

    def plot(self, name: str | None = None, *, kpis: Sequence[str] = ()) -> Drawing:
        """Draw the chart called `name`, the first one by default; the same as `sim.plot`.

        `kpis` are those that a comparison or a sweep shows.

        Raises:
            InputError: there is no chart of that name (the message lists them), or nothing to show in it.
        """
        # Imported here: the package imports this module.
        import sim

        figure: Drawing = sim.plot(self, name, kpis=kpis)
        return figure
