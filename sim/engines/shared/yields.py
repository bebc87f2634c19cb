"""What of a source's yield is known before it makes anything."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from sim.draws.sites import SiteDraws
from sim.draws.sources import SourceDraws
from sim.engines.shared.rules import good_share


class KnownYield(NamedTuple):
    """Yields that simple sources have, which spares both engines the tables.

    `has_fixed`: without learning, `fixed` good units are expected of a start, and `share_fixed` of its gross units are
    good in a lot of average defect density (both 0 otherwise). `certain`: good units are a fixed share of starts, with
    fractions carried over. `perfect`: each start yields exactly one good unit.
    """

    has_fixed: bool
    fixed: float
    share_fixed: float
    certain: bool
    perfect: bool


@lru_cache(maxsize=4096)
def known_yield(source: SourceDraws, site: SiteDraws) -> KnownYield:
    """Return what is known of the yield of a source at its site before it makes anything."""
    yields, factor = source.yields, site.factors.yields
    undisturbed = len(factor.values) == 1 and float(factor.values[0]) == 1.0
    if yields.learns:
        return KnownYield(has_fixed=False, fixed=0.0, share_fixed=0.0, certain=False, perfect=False)
    share = good_share(yields.defects, yields.survival, yields.assembly, 0.0, 1.0)
    fixed = yields.line * yields.gross * good_share(yields.defects, yields.expected, yields.assembly, 0.0, 1.0)
    # Where all of a die survives, no spread of defect densities can change that.
    sure = undisturbed and (source.yield_noise is None or share == 1.0)
    return KnownYield(
        has_fixed=True,
        fixed=fixed,
        share_fixed=share,
        certain=undisturbed and source.yield_noise is None,
        perfect=sure and yields.line == 1.0 and fixed == 1.0,
    )
