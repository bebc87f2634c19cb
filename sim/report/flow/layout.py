"""Where nodes and ribbons of a flow diagram stand: the same places in every period, so that only widths move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.report.flow.graph import Graph, Link, touching

if TYPE_CHECKING:
    from sim.plan import FloatArray

WIDTH, BAR, MARGIN = 1340.0, 12.0, 6.0
TITLES = 160.0
"""Room for the titles of the last column, beside those of the column before it."""
STAGE = 78.0
"""Height of the largest period of each stage."""
LINE, GAP = 13.0, 9.0
"""A line of text, the room between nodes."""
LETTERS = 25
_LEAST = 2.0
_SWEEPS = 6


@dataclass(frozen=True, slots=True)
class NodePlace:
    """Where a node stands: the left and upper corner of its bar, the greatest height of that, its title in lines."""

    x: float
    y: float
    height: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Layout:
    """The place of each node by key, and how high a unit of each stage is."""

    places: Mapping[str, NodePlace]
    scale: Mapping[str, float]
    height: float


def layout(graph: Graph) -> Layout:
    """Return places for all nodes, in columns from left to right.

    Nodes of a column are ordered so that those with links to the same nodes are neighbours (see `_pull`).
    """
    # Stages have units of their own (wafers, boards): each is scaled to its own largest period.
    scale = {key: STAGE / most for key in graph.nodes if (most := _most(graph, key)) > 0}
    tall = {key: max(_tallest(graph, key, scale), _LEAST) for key in graph.nodes}
    lines = {key: wrapped(node.title) for key, node in graph.nodes.items()}
    columns = [[key for key, node in graph.nodes.items() if node.column == number] for number in range(graph.columns)]
    rooms = {key: LINE * (len(lines[key]) + 1) + tall[key] + GAP for key in graph.nodes}
    height = max(sum(rooms[key] for key in column) for column in columns)
    step = (WIDTH - 2 * MARGIN - TITLES) / max(graph.columns - 1, 1)
    # Right to left and left to right in turn; a few sweeps settle the order.
    for sweep in range(_SWEEPS):
        middles = _middles(columns, rooms, height)
        for column in columns if sweep % 2 else columns[::-1]:
            column.sort(key=lambda key: _pull(graph, key, middles, scale))
            middles = _middles(columns, rooms, height)
    places = {}
    for number, column in enumerate(columns):
        y = (height - sum(rooms[key] for key in column)) / 2
        for key in column:
            places[key] = NodePlace(MARGIN + number * step, y + LINE * (len(lines[key]) + 1), tall[key], lines[key])
            y += rooms[key]
    return Layout(places, scale, height)


def _most(graph: Graph, key: str) -> float:
    """Return the most units of a stage that come or go in one period."""
    if not any(link.stage == key for link in graph.links):
        return 0.0
    return float(max(_sum(graph, key, into=True).max(), _sum(graph, key, into=False).max()))


def _sum(graph: Graph, key: str, *, into: bool) -> FloatArray:
    nothing = np.zeros(len(graph.links[0].units))
    return np.asarray(sum((link.units for link in touching(graph, key, into=into)), nothing))


def _tallest(graph: Graph, key: str, scale: Mapping[str, float]) -> float:
    """Return the greatest height of what comes to a node, or leaves it, in one period."""
    nothing = np.zeros(len(graph.links[0].units))
    sides = (
        sum((link.units * scale[link.stage] for link in touching(graph, key, into=into)), nothing)
        for into in (True, False)
    )
    return float(max(np.max(side) for side in sides))


def _middles(columns: Sequence[Sequence[str]], rooms: Mapping[str, float], height: float) -> dict[str, float]:
    found = {}
    for column in columns:
        y = (height - sum(rooms[key] for key in column)) / 2
        for key in column:
            found[key] = y + rooms[key] / 2
            y += rooms[key]
    return found


def _pull(graph: Graph, key: str, middles: Mapping[str, float], scale: Mapping[str, float]) -> float:
    """Return the mean height of the linked nodes, weighted by flow (the barycentre of Sugiyama, Tagawa & Toda 1981)."""
    ends = [
        (middles[link.target if link.source == key else link.source], float(link.units.sum()) * scale[link.stage])
        for link in graph.links
        if key in (link.source, link.target)
    ]
    weight = sum(w for _, w in ends)
    return sum(m * w for m, w in ends) / weight if weight else middles[key]


def wrapped(title: str) -> tuple[str, ...]:
    """Return a title in at most three lines that fit between two columns."""
    lines: list[str] = []
    for word in title.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LETTERS:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return (*lines[:2], f"{lines[2]} …") if len(lines) > 3 else tuple(lines)


def ribbons(graph: Graph, layout: Layout, units: Sequence[float]) -> list[tuple[float, float, float]]:
    """Return the ribbon of each link: its top at the source, its top at the target, and its height.

    The ribbons of a node lie one below the other, in the order of their other ends. `units`: one number for each link.
    """
    heights = [amount * layout.scale[link.stage] for link, amount in zip(graph.links, units, strict=True)]
    left, right = (_tops(graph, layout, heights, into=into) for into in (False, True))
    return [(round(left[k], 1), round(right[k], 1), round(height, 1)) for k, height in enumerate(heights)]


def spans(graph: Graph, layout: Layout) -> list[tuple[float, float]]:
    """Return where the ribbon of each link begins and ends from the left."""
    return [(round(layout.places[link.source].x + BAR), round(layout.places[link.target].x)) for link in graph.links]


def path(span: tuple[float, float], ribbon: tuple[float, float, float]) -> str:
    """Return a band with level ends as an SVG path, as the page's script draws it; empty if it has no height."""
    (x0, x1), (top, end, height) = span, ribbon
    if height == 0:
        return ""
    middle = (x0 + x1) / 2
    return (
        f"M{x0:g} {top:g}C{middle:g} {top:g} {middle:g} {end:g} {x1:g} {end:g}"
        f"v{height:g}C{middle:g} {end + height:g} {middle:g} {top + height:g} {x0:g} {top + height:g}Z"
    )


def _tops(graph: Graph, layout: Layout, heights: Sequence[float], *, into: bool) -> dict[int, float]:
    """Return the top of each ribbon at its source, or at its target."""

    def ends(link: Link) -> tuple[str, str]:
        return (link.target, link.source) if into else (link.source, link.target)

    order = sorted(range(len(graph.links)), key=lambda k: layout.places[ends(graph.links[k])[1]].y)
    found, used = {}, dict.fromkeys(graph.nodes, 0.0)
    for k in order:
        here = ends(graph.links[k])[0]
        found[k] = layout.places[here].y + used[here]
        used[here] += heights[k]
    return found


def bars(graph: Graph, layout: Layout, units: Sequence[float]) -> list[float]:
    """Return the height of each node's bar: the larger of what comes and what goes."""
    found = []
    for key in graph.nodes:
        sides = [0.0, 0.0]
        for link, amount in zip(graph.links, units, strict=True):
            for side, end in enumerate((link.source, link.target)):
                sides[side] += amount * layout.scale[link.stage] if end == key else 0.0
        # A node that nothing flows through in a period stays visible.
        found.append(round(max(*sides, _LEAST), 1))
    return found
