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
    if figure.readings:
        return _with_fewer_readings(figure, articles)
    own = _kept(figure.own, articles)
    return _fallen_back(figure) if own is None else _valued(figure, own)


def _kept(reading: Reading, articles: frozenset[str]) -> Reading | None:
    """The reading as the articles left tell it; None if it rests on none of them."""
    left = [article for article in reading.articles if article not in articles]
    if len(left) == len(reading.articles):
        return reading
    if not left:
        return None
    if reading.kind is not Kind.STATED:
        return replace(reading, also=tuple(left))
    source = left[0] if reading.source == reading.article else reading.source
    return replace(reading, source=source, article=left[0], also=tuple(left[1:]))


def _with_fewer_readings(figure: Figure, articles: frozenset[str]) -> Figure:
    kept = {name: left for name, r in figure.readings.items() if (left := _kept(r, articles)) is not None}
    gone = {name: reading for name, reading in figure.readings.items() if name not in kept}
    # Another article's word comes before an assumption, then the order of the entry; no later report unasked.
    fit = sorted(
        (n for n, r in kept.items() if r.kind is not Kind.LATER_REPORT), key=lambda n: kept[n].kind is not Kind.STATED
    )
    if not fit:
        return _fallen_back(figure)
    default = figure.default if figure.default in kept else fit[0]
    return replace(_valued(figure, kept[str(default)]), readings=kept, default=default, left_out=gone)


def _fallen_back(figure: Figure) -> Figure:
    """The figure with its fallback in place of all that was said."""
    if figure.fallback is None:
        return replace(figure, unsupported=True)
    bare = replace(figure, readings={}, default=None, follows=None, left_out=figure.readings)
    if isinstance(figure.fallback, Reading):
        return _valued(bare, figure.fallback)
    source = f"in its place: {figure.fallback}"
    return replace(bare, formula=figure.fallback, kind=Kind.DERIVED, source=source, article=None, also=())


def _valued(figure: Figure, own: Reading) -> Figure:
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
