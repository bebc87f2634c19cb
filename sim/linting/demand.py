"""What demand lines ask for, in wafers, and how fast a compute need grows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from sim.clock import DAYS_PER_MONTH, DAYS_PER_YEAR
from sim.dies import gross_dies_per_wafer
from sim.draws.demand import items_per_unit, mean_rate
from sim.linting.place import Place
from sim.linting.subject import LintSubject, MeasuredInput
from sim.plan import NONE, LinePlan
from sim.vocabulary import Pattern


def in_wafers(subject: LintSubject) -> Iterator[MeasuredInput]:
    """Yield the wafers a month that each demand line needs at its peak rate, if every die were good.

    Where an item has several sources, or a line several generations, the one that needs the fewest wafers is taken.
    """
    needs = _Needs(subject)
    for line in subject.plan.lines:
        # A lower bound on the need: yield losses and other sources only add to it, so a finding is certain.
        peak = _height(subject, line)
        each = [needs.of(g.pool) * items_per_unit(subject.plan, line, subject.vector, g.pool) for g in line.generations]
        path = _asked(subject, line)
        if min(each) > 0 and subject.dated:
            place = Place(
                nodes=frozenset(node for g in line.generations for node in needs.nodes(g.pool)),
                stages=frozenset(["wafer"]),
            )
            yield MeasuredInput((path,), subject.figures([path]), peak * min(each) * DAYS_PER_MONTH, "1/month", place)


def _height(subject: LintSubject, line: LinePlan) -> float:
    """Return the peak rate of a line in units a day; of dated orders, the highest mean rate of any month."""
    rate = mean_rate(line, subject.vector, np.append(subject.grid, subject.grid[-1] + 1.0))
    if line.pattern is Pattern.ORDERS:
        # A dated order is a rate of one day: unless it is averaged, a single order would look like a huge demand.
        rate = np.convolve(rate, np.ones(round(DAYS_PER_MONTH))) / DAYS_PER_MONTH
    return float(rate.max())


def _asked(subject: LintSubject, line: LinePlan) -> str:
    """Return the path of the input that sets the peak rate of a line."""
    path = line.compute or line.rate
    if path is not None:
        return subject.path_of(subject.largest(path))
    listed = line.values if line.quantity is None else line.quantity.values or (line.quantity.mean,)
    return subject.path_of(max(listed, key=subject.number))


class _Needs:
    """Wafers in one unit of each pool along its bill of materials, and the nodes they are made on."""

    def __init__(self, subject: LintSubject) -> None:
        self._subject = subject
        self._known: dict[int, float] = {}

    def of(self, pool: int) -> float:
        """Return the wafers in one unit of a pool, by the source that needs the fewest."""
        if pool not in self._known:
            sources = self._subject.plan.pools[pool].sources
            self._known[pool] = min((self._by_source(r) for r in sources), default=0.0)
        return self._known[pool]

    def _by_source(self, place: int) -> float:
        plan, yields = self._subject.plan, self._subject.plan.sources[place].yields
        taken = range(int(plan.inputs_start[place]), int(plan.inputs_start[place + 1]))
        inputs = sum(self._subject.number(plan.input_ref[i]) * self.of(int(plan.input_pool[i])) for i in taken)
        if yields.die_area == NONE:
            return inputs
        gross = gross_dies_per_wafer(
            self._subject.number(yields.die_area), *(self._subject.number(ref) for ref in yields.wafer)
        )
        # A die too large for the wafer can't be made: infinitely many wafers, so that another source is taken.
        return inputs + (1 / gross if gross else float("inf"))

    def nodes(self, pool: int) -> set[str]:
        """Return the process nodes on which anything in a unit of this pool is made."""
        plan, inputs = self._subject.plan, self._subject.scenario.inputs
        found = set()
        for source in plan.pools[pool].sources:
            node = inputs.get(f"recipes.{plan.sources[source].name}.node")
            found |= {str(node.value)} if node else set()
            for child in plan.input_pool[plan.inputs_start[source] : plan.inputs_start[source + 1]].tolist():
                found |= self.nodes(child)
        return found


def compute_growth(subject: LintSubject) -> Iterator[MeasuredInput]:
    """Yield the growth factor a year of each compute need, between dated points that begin within the horizon."""
    for line in subject.plan.lines:
        if line.compute is None or not subject.dated:
            continue
        points = list(zip(line.compute.at, line.compute.values, strict=True))
        for (at, low), (after, high) in pairwise(points):
            begin, end, start, reached = (subject.number(ref) for ref in (at, after, low, high))
            if begin < subject.plan.calendar.days and end > max(begin, 0.0) and reached > start > 0:
                path = subject.path_of(high)
                yield MeasuredInput(
                    (path,), subject.figures([path]), (reached / start) ** (DAYS_PER_YEAR / (end - begin)), "1", Place()
                )
