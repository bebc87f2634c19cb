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
    """Wafers a month that each line asks for at its height, if every die were good.

    Where there is a choice of sources or generations it is made so as to need the fewest.
    """
    needs = _Needs(subject)
    for line in subject.plan.lines:
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
    """The highest rate of a line, in units a day; of dated orders, the mean of the month that asks for most."""
    rate = mean_rate(line, subject.vector, np.append(subject.grid, subject.grid[-1] + 1.0))
    if line.pattern is Pattern.ORDERS:
        rate = np.convolve(rate, np.ones(round(DAYS_PER_MONTH))) / DAYS_PER_MONTH
    return float(rate.max())


def _asked(subject: LintSubject, line: LinePlan) -> str:
    """The input that says how much a line asks for at its height."""
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
        """Wafers for one unit: of all sources, what the thriftiest takes."""
        if pool not in self._known:
            sources = self._subject.plan.pools[pool].sources
            self._known[pool] = min((self._by_source(r) for r in sources), default=0.0)
        return self._known[pool]

    def _by_source(self, r: int) -> float:
        plan, yields = self._subject.plan, self._subject.plan.sources[r].yields
        taken = range(int(plan.inputs_start[r]), int(plan.inputs_start[r + 1]))
        inputs = sum(self._subject.number(plan.input_ref[i]) * self.of(int(plan.input_pool[i])) for i in taken)
        if yields.die_area == NONE:
            return inputs
        gross = gross_dies_per_wafer(
            self._subject.number(yields.die_area), *(self._subject.number(ref) for ref in yields.wafer)
        )
        return inputs + (1 / gross if gross else float("inf"))

    def nodes(self, pool: int) -> set[str]:
        """The nodes on which anything in a unit of this pool is made."""
        plan, inputs = self._subject.plan, self._subject.scenario.inputs
        found = set()
        for r in plan.pools[pool].sources:
            node = inputs.get(f"recipes.{plan.sources[r].name}.node")
            found |= {str(node.value)} if node else set()
            for child in plan.input_pool[plan.inputs_start[r] : plan.inputs_start[r + 1]].tolist():
                found |= self.nodes(child)
        return found


def compute_growth(subject: LintSubject) -> Iterator[MeasuredInput]:
    """What a compute need multiplies by in a year, between dated points of which the first is within the horizon."""
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
