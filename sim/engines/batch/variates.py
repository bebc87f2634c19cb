"""Variates of each source, one after the other: from the uniforms of its stream through its table of quantiles."""

from __future__ import annotations

from sim.engines.batch.philox import WORDS, draw_uniforms
from sim.engines.batch.state import NOTHING, State
from sim.engines.shared.quantiles import quantile


def variate(s: State, source: int, kind: int) -> float:
    """Return the next variate of a source."""
    n = s.noise[source, kind]
    if n.stream == NOTHING:
        return float(n.typical)
    place = n.at % WORDS
    if place == 0:
        draw_uniforms(s, n.stream, n.at // WORDS)
    n.at += 1
    return float(max(n.typical * quantile(s.quantiles, n.table, s.uniforms[WORDS * n.stream + place]), 0.0))
