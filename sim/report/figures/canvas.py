"""Puts a figure on a canvas: its title above, its panels in rows, its source below."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from sim.report.figures.style import FONT, INK, LABEL, MUTED, SMALL, STYLE, TITLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

    from sim.report.figures.figure import Chart

WIDTH, PANEL = 8.0, 2.2
MARGIN = 0.1
"""Inches: of a figure, of one of three panels in a row, around."""
_LINE = 1.3
"""Height of a line of text, of its size."""
_POINTS = 72.0


@contextmanager
def canvas(figure: Chart, *, bare: bool = False) -> Iterator[Canvas]:
    """Draw a chart, eight inches wide, and yield it; what is done with it happens under its style.

    `bare`: without title, key and source, for a page that writes them as text that wraps.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure as Canvas

    # No pyplot: it would keep every figure, and look for a screen.
    with rc_context(STYLE):
        said = ("", "", "") if bare else (figure.title, figure.key, figure.source)
        title = wrapped(said[0], TITLE, WIDTH - 2 * MARGIN, bold=True)
        key, source = (wrapped(text, SMALL, WIDTH - 2 * MARGIN) for text in said[1:])
        named, below = _height(title, TITLE), _height(source, SMALL)
        above = named + (_height(key, SMALL) - MARGIN if said[1] else 0.0)
        rows = -(-len(figure.panels) // figure.columns)
        whole = above + below + rows * figure.height
        drawn = Canvas(figsize=(WIDTH, whole))
        rect = (MARGIN / WIDTH, below / whole, 1 - 2 * MARGIN / WIDTH, 1 - (above + below) / whole)
        # The layout keeps tick labels inside the rectangle; title, key and source are placed outside it by hand.
        drawn.set_layout_engine("constrained", rect=rect, hspace=0.04, wspace=0.03)
        grid = drawn.subplots(rows, figure.columns, squeeze=False)
        axes = grid.ravel().tolist()
        for spare in axes[len(figure.panels) :]:
            spare.remove()
        used = axes[: len(figure.panels)]
        for one, panel in zip(used, figure.panels, strict=True):
            one.set_title(panel)
        figure.draw(used)
        left = MARGIN / WIDTH
        drawn.text(
            left, 1 - MARGIN / whole, "\n".join(title), size=TITLE, weight="bold", color=INK, va="top",
            linespacing=_LINE,
        )  # fmt: skip
        drawn.text(
            left,
            1 - (named - 0.4 * MARGIN) / whole,
            "\n".join(key),
            size=SMALL,
            color=MUTED,
            va="top",
            linespacing=_LINE,
        )
        drawn.text(left, MARGIN / whole, "\n".join(source), size=SMALL, color=MUTED, va="bottom", linespacing=_LINE)
        yield drawn


def _height(lines: list[str], size: float) -> float:
    return 2 * MARGIN + (len(lines) * size * _LINE / _POINTS if any(lines) else 0.0)


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """Break a text at blanks into lines of at most `width` inches."""
    lines: list[str] = []
    # A number and its per cent sign stay on one line.
    for word in text.replace(" %", "\u00a0%").split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and inches(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def panel_title(title: str, value: str = "", width: float = PANEL) -> str:
    """Return the title of a panel with a value behind it, in at most two lines; a longer title is cut at a word."""
    words = title.split(" ")
    for kept in range(len(words), 0, -1):
        short = " ".join(words[:kept]) + (" …" if kept < len(words) else "")
        lines = wrapped(f"{short}: {value}" if value else short, LABEL, width, bold=True)
        if len(lines) <= 2:
            break
    return "\n".join(lines)


@lru_cache(maxsize=1024)
def inches(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text in inches, at a size in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=FONT, weight="bold" if bold else "normal", size=size)
    # Measured from the outlines of the font: no renderer is needed, and the result is the same on every machine.
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(width) / _POINTS
