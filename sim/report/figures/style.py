"""How figures look: colours that colour-blind people tell apart, dashes for those who see none, one font."""

from __future__ import annotations

from typing import Any

# The palette of Okabe and Ito (Color Universal Design, 2008), darkest first; each colour stands for one
# thing, so that a page can replace it by a CSS variable.
BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"
INK, MUTED, RULE, SHADE, PAPER = "#1b1b1b", "#5a5a5a", "#d9d9d9", "#ece7dc", "#ffffff"

SERIES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
DASHES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (8, 2, 2, 2)), (0, (1, 1)), (0, (4, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P")
HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx", "++++")

VARIABLES = {
    BLUE: "--figure-blue", VERMILION: "--figure-vermilion", GREEN: "--figure-green", PURPLE: "--figure-purple",
    ORANGE: "--figure-orange", SKY: "--figure-sky", INK: "--figure-ink", MUTED: "--figure-muted",
    RULE: "--figure-rule", SHADE: "--figure-shade", PAPER: "--figure-paper",
}  # fmt: skip
"""Colour -> the CSS variable that stands for it in a page."""

FONT = "DejaVu Sans"
"""Comes with matplotlib, so that texts are measured alike everywhere; wide, so that in its place others fit."""
TITLE, LABEL, SMALL = 12.0, 9.5, 8.5
"""Sizes in points, of a figure eight inches wide."""

STYLE: Any = {
    "font.family": FONT, "font.size": LABEL, "axes.titlesize": LABEL, "axes.labelsize": SMALL,
    "xtick.labelsize": SMALL, "ytick.labelsize": SMALL, "text.color": INK, "axes.labelcolor": MUTED,
    "xtick.color": MUTED, "ytick.color": MUTED, "axes.titlecolor": INK, "axes.edgecolor": MUTED, "axes.facecolor": "none",
    "figure.facecolor": PAPER, "savefig.facecolor": PAPER, "axes.linewidth": 0.8, "axes.spines.top": False,
    "axes.spines.right": False, "axes.grid": True, "axes.grid.axis": "y", "grid.color": RULE, "grid.linewidth": 0.7,
    "axes.axisbelow": True, "lines.linewidth": 1.9, "lines.solid_capstyle": "butt", "hatch.linewidth": 0.6,
    "axes.titlelocation": "left", "axes.titleweight": "bold", "axes.unicode_minus": True,
    # Two dollar signs in a text are no formula.
    "text.parse_math": False,
    "svg.fonttype": "none", "svg.hashsalt": "fabshift", "pdf.fonttype": 42,
}  # fmt: skip
