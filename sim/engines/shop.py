"""One site in motion: lots queue first-in-first-out at the bottleneck, then spend their cycle time."""

from __future__ import annotations

import math
from heapq import heapreplace

from sim.draws.curves import TICKS_PER_DAY, Curve
from sim.draws.sites import SiteDraws
from sim.draws.sources import SourceDraws
from sim.draws.streams import Noise
from sim.engines import rules
from sim.engines.recorder import Lot
from sim.scenario.schema.document import YieldNoise


class Step:
    """A step function read forward in time."""

    __slots__ = ("_i", "constant", "knots", "values")

    def __init__(self, curve: Curve) -> None:
        self.knots: list[int] = curve.knots.tolist()
        self.values: list[float] = curve.values.tolist()
        self.constant = self.values[0] if len(self.values) == 1 else None
        self._i = 0

    def at(self, tick: int) -> float:
        """The value in force; any order of instants is allowed, forward is fast."""
        if self.constant is not None:
            return self.constant
        if self.knots[self._i] > tick:
            self._i = 0
        self._i = rules.segment(self.knots, tick, self._i)
        return self.values[self._i]


class Variates:
    """Successive variates of a noise, fetched in blocks."""

    __slots__ = ("_block", "_next", "_noise", "constant")

    def __init__(self, noise: Noise) -> None:
        self.constant = noise.mean if noise.constant else None
        self._noise, self._next = noise, 0
        self._block: list[float] = []

    def draw(self) -> float:
        """The next one."""
        if self.constant is not None:
            return self.constant
        if self._next == len(self._block):
            self._block, self._next = self._noise.block().tolist(), 0
        value = self._block[self._next]
        self._next += 1
        return value


class Bottleneck:
    """Identical parallel lines; a lot takes the one that would finish it first, the one free first."""

    __slots__ = ("_lines", "knots", "rates")

    def __init__(self, site: SiteDraws) -> None:
        self.knots: list[int] = site.line_rate.knots.tolist()
        self.rates: list[float] = site.line_rate.values.tolist()
        self._lines = [(0, line, 0) for line in range(site.lines)]

    def work(self, now: int, load: float) -> tuple[int, int]:
        """When a load that arrives now begins and leaves."""
        free, line, i = self._lines[0]
        begin = max(free, now)
        if begin >= rules.NEVER:
            return rules.NEVER, rules.NEVER
        i = rules.segment(self.knots, begin, i)
        leave, i = rules.finish(begin, load, self.knots, self.rates, i)
        heapreplace(self._lines, (leave, line, i))
        return begin, leave

    def committed(self, now: int) -> float:
        """Load accepted and not worked off, at the rate in force, for the planner."""
        rate = self.rates[rules.segment(self.knots, now, 0)]
        if not 0.0 < rate < math.inf:
            return 0.0
        return sum(min(max(free - now, 0), 10**6 * TICKS_PER_DAY) for free, _, _ in self._lines) * rate


class Maker:
    """One source in motion: its luck, its learning and the fractions it carries over."""

    __slots__ = (
        "_carry_good",
        "_carry_out",
        "_cycle",
        "_cycle_factor",
        "_first",
        "_fixed",
        "_leaving",
        "_load",
        "_luck",
        "_noise",
        "_offset",
        "_started",
        "_worked",
        "_yield_factor",
        "draws",
        "y",
    )  # fmt: skip

    def __init__(self, source: SourceDraws, site: SiteDraws, noise: YieldNoise) -> None:
        y = source.yields
        self.draws, self.y = source, y
        self._load, self._cycle = Variates(source.load), Variates(source.cycle)
        self._luck = Variates(source.luck) if source.luck is not None else None
        self._noise = noise
        self._yield_factor, self._cycle_factor = Step(site.factors.yields), Step(site.factors.cycle_time)
        self._carry_out = self._carry_good = 0.0
        self._first = -1
        self._started = False
        self._offset = 0.0
        self._worked = 0
        self._leaving: list[tuple[int, int]] = []
        self._fixed = self._share(0.0, 1.0) if y.learns == 0 else None

    def _share(self, x: float, factor: float) -> float:
        y = self.y
        return rules.good_share(y.defects, y.survival, y.assembly, x, factor)

    def experience(self, at: int) -> float:
        """Learning constants behind the source at an instant."""
        y = self.y
        if y.learns == 2:
            return self._offset + (max(at - self._first, 0) / y.scale if self._first >= 0 else 0.0)
        if y.learns == 1:
            still = sum(starts for leave, starts in self._leaving if leave > at)
            return self._offset + (self._worked - still) / y.scale
        return 0.0

    def good_per_start(self, at: int) -> float:
        """Good units that a start begun now is expected to give."""
        share = self._fixed if self._fixed is not None else self._share(self.experience(at), 1.0)
        return self.y.line * self.y.gross * share

    def load(self) -> float:
        """Bottleneck load of a start of the next lot."""
        return self._load.draw()

    def cycle(self, begin: int) -> int:
        """Cycle time of a lot begun then, in ticks."""
        days = self._cycle.draw()
        return rules.stretched(math.ceil(days * TICKS_PER_DAY), self._cycle_factor.at(begin))

    @property
    def started(self) -> bool:
        """Whether a lot has begun here."""
        return self._started

    def inherit(self, before: Maker, at: int) -> None:
        """Begin with the kept share of what the generation before has learned, in this one's constants."""
        self._offset = self.y.keep * before.experience(at)

    def begin(self, lot: Lot) -> None:
        """Settle the lot's output, as its yield stands when it begins; remember it as experience."""
        self._started = True
        if self._first < 0:
            self._first = lot.begin
        x = self.experience(lot.begin)
        factor = self._yield_factor.at(lot.begin)
        self._carry_out += lot.starts * self.y.line
        lot.out = math.floor(self._carry_out)
        self._carry_out -= lot.out
        lot.good = self._good(lot.starts * self.y.line * self.y.gross, x, factor)
        if self.y.learns == 1:
            self._leaving = [entry for entry in self._leaving if entry[0] > lot.begin]
            self._leaving.append((lot.leave, lot.starts))
            self._worked += lot.starts

    def _good(self, gross: float, x: float, factor: float) -> int:
        if self._noise is YieldNoise.BINOMIAL and self._luck is not None:
            share = (self._fixed if self._fixed is not None else self._share(x, 1.0)) * factor
            units = math.floor(gross + self._carry_good)
            self._carry_good += gross - units
            u = self._luck.draw()
            return rules.binomial(units, share, u, _normal(u))
        spread = self._luck.draw() if self._luck is not None else 1.0
        share = self._fixed if self._fixed is not None and spread == 1.0 else self._share(x, spread)
        exact = gross * share * factor + self._carry_good
        good = math.floor(exact)
        self._carry_good = exact - good
        return good


def _normal(u: float) -> float:
    from scipy import special

    return float(special.ndtri(u))

