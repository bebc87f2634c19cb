"""Figures as they would be if some articles had not been written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sim.ledger.figure import Figure, Kind, Reading


class Without(Mapping[str, Figure]):
    """Figures without some articles; each is changed when it is asked for."""

    def __init__(self, figures: Mapping[str, Figure], articles: frozenset[str]) -> None:
        self._figures, self._articles = figures, articles

    def __getitem__(self, id: str) -> Figure:
        return _without(self._figures[id], self._articles)

    def __contains__(self, id: object) -> bool:
        return id in self._figures

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures)

    def __len__(self) -> int:
        return len(self._figures)


def _without(figure: Figure, articles: frozenset[str]) -> Figure:
    """Return the figure without what these articles say."""
    if figure.readings:
        return _with_fewer_readings(figure, articles)
    own = _kept(figure.own, articles)
    return _fallen_back(figure) if own is None else _valued(figure, own)


def _kept(reading: Reading, articles: frozenset[str]) -> Reading | None:
    """Return the reading with the articles that are left, or None if it used none of them."""
    left = [article for article in reading.articles if article not in articles]
    if len(left) == len(reading.articles):
        return reading
    # Any one of its articles is enough for a reading: it goes when the last of them does.
    if not left:
        return None
    if reading.kind is not Kind.STATED:
        return replace(reading, also=tuple(left))
    # A source that only named the article names the next one; words of its own stay.
    source = left[0] if reading.source == reading.article else reading.source
    return replace(reading, source=source, article=left[0], also=tuple(left[1:]))


def _with_fewer_readings(figure: Figure, articles: frozenset[str]) -> Figure:
    """Return the figure with the readings that are left, or its fallback if none of them can be the default."""
    kept = {name: left for name, reading in figure.readings.items() if (left := _kept(reading, articles)) is not None}
    gone = {name: reading for name, reading in figure.readings.items() if name not in kept}
    # What an article states comes before an assumption; sorting keeps the order of the entry otherwise.
    # A later report is taken only where it is chosen.
    fit = sorted(
        (name for name, reading in kept.items() if reading.kind is not Kind.LATER_REPORT),
        key=lambda name: kept[name].kind is not Kind.STATED,
    )
    if not fit:
        return _fallen_back(figure)
    default = figure.default if figure.default in kept else fit[0]
    return replace(_valued(figure, kept[str(default)]), readings=kept, default=default, left_out=gone)


def _fallen_back(figure: Figure) -> Figure:
    """Return the figure with its fallback in the place of all that was said."""
    if figure.fallback is None:
        return replace(figure, unsupported=True)
    bare = replace(figure, readings={}, default=None, follows=None, left_out=figure.readings)
    if isinstance(figure.fallback, Reading):
        return _valued(bare, figure.fallback)
    source = f"in its place: {figure.fallback}"
    # The id of a figure is a formula too: value and range follow from it.
    return replace(bare, formula=figure.fallback, kind=Kind.DERIVED, source=source, article=None, also=())


def _valued(figure: Figure, own: Reading) -> Figure:
    """Return the figure with the value, range and origin of a reading."""
    return replace(
        figure,
        value=own.value,
        low=own.low,
        high=own.high,
        kind=own.kind,
        source=own.source,
        article=own.article,
        also=own.also,
    )
