"""The chain of events that led to a milestone, followed back lot by lot to the decisions it began with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.clock import NEVER, TICKS_PER_DAY
from sim.draws import Draws, draw
from sim.draws.curves import value
from sim.draws.rates import moment_day
from sim.draws.sites import ramp_begins
from sim.plan import NONE, MilestonePlan, Ref
from sim.results.result import Result
from sim.vocabulary import MilestoneRule

if TYPE_CHECKING:
    import pandas as pd

INSTANT = 1e-6
"""Days within which two events are the same instant (a tick is 2^-20 day)."""
LONG = 35.0
"""Days between permission and release above which a reason is given: more than a review period."""
DEEPEST = 8
"""The most lots that a chain follows from material to material."""


@dataclass(frozen=True, slots=True)
class CausalStep:
    """An event, its day from the start, and the paths of the inputs that set this day."""

    day: float
    what: str
    inputs: tuple[str, ...] = ()


def causes(result: Result, milestone: str) -> list[CausalStep]:
    """Return the steps from a milestone back to its first cause; none if it was not reached.

    `result` must carry a trace. For a milestone by month, the chain is that of the first lot of the recipe with the
    largest output in that month.
    """
    plan = next(each for each in result.plan.milestones if each.name == milestone)
    rows = result.frames["milestones"].set_index("name")["time"]
    day = rows[milestone]
    return [] if day is None or day != day else list(_Walk(result).milestone(plan, float(day)))


class _Walk:
    def __init__(self, result: Result) -> None:
        self._result, self._plan = result, result.plan
        self._draws: Draws = draw(result.plan, result.seed)
        self._lots = result.frames["lots"]
        self._recipes = [source.name for source in self._plan.sources]

    # --- from a milestone to a lot -----------------------------------------------------------

    def milestone(self, plan: MilestonePlan, day: float) -> Iterator[CausalStep]:
        """Yield the lot that reached a milestone, and what led to that lot."""
        if plan.rule is MilestoneRule.FIRST_OUTPUT:
            lots = self._of(plan.sources)
            lot = lots[(lots["good"] > 0) & (lots["ready"] >= day - INSTANT)].sort_values("ready").iloc[0]
            yield CausalStep(
                day, f"{plan.title}: lot {lot['lot']} of {self._named(lot)} gave its first good {self._unit(lot)}"
            )
        else:
            sources = plan.sources if plan.share < 0 else self._own(self._plan.shares[plan.share].sources)
            lot, brought = self._first_of_month(sources, day)
            yield CausalStep(
                day,
                f"{plan.title}: in this month {self._named(lot)} brought most, {brought:,.0f} good {self._unit(lot)}s",
            )
        yield from self.lot(lot, 0)

    def _of(self, sources: tuple[int, ...]) -> pd.DataFrame:
        return self._lots[self._lots["recipe"].isin([self._recipes[r] for r in sources])]

    def _own(self, sources: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(r for r in sources if self._plan.sites[self._plan.sources[r].site].in_house)

    def _first_of_month(self, sources: tuple[int, ...], day: float) -> tuple[Any, float]:
        end = min(edge for edge in self._plan.calendar.months if edge > day)
        lots = self._of(sources)
        lots = lots[(lots["ready"] >= day) & (lots["ready"] < end) & (lots["phase"] != "samples")]
        made = lots.groupby("recipe")["good"].sum()
        return lots[lots["recipe"] == made.idxmax()].sort_values("ready").iloc[0], float(made.max())

    def _named(self, lot: Any) -> str:
        source = self._plan.sources[self._recipes.index(lot["recipe"])]
        site = self._result.scenario.document.sites[self._plan.sites[source.site].name]
        return f"{lot['recipe']} ({site.title or source.site})"

    def _unit(self, lot: Any) -> str:
        return self._plan.items[self._plan.sources[self._recipes.index(lot["recipe"])].item].unit

    # --- from a lot to its materials or its release --------------------------------------------

    def lot(self, lot: Any, depth: int) -> Iterator[CausalStep]:
        """Yield when a lot was finished, began and was released, and what it waited for."""
        r = self._recipes.index(lot["recipe"])
        source = self._plan.sources[r]
        cycle = lot["ready"] - lot["leave"]
        done = "was done when it left the line" if cycle <= 0 else f"was done {cycle:.0f} days after it left the line"
        yield CausalStep(
            lot["ready"], f"lot {lot['lot']} of {lot['recipe']} {done}", self._inputs(source.cycle_time.mean)
        )
        yield CausalStep(lot["begin"], f"it began, with {lot['starts']:,.0f} starts")
        waited = lot["begin"] - lot["released"]
        before = self._awaited(r, lot["begin"]) if waited > INSTANT else None
        if before is not None and depth < DEEPEST:
            yield CausalStep(
                lot["begin"],
                f"it had waited {waited:.1f} days for its materials: lot {before['lot']} of {self._named(before)} arrived",
            )
            yield from self.lot(before, depth + 1)
            return
        if waited > INSTANT:
            yield CausalStep(lot["begin"], f"it had waited {waited:.1f} days for its turn at the line")
        yield CausalStep(lot["released"], f"it was released ({lot['phase']}), as the review of that period had planned")
        expected = self._expected(r, lot)
        if expected is not None and depth < DEEPEST:
            named = f"lot {expected['lot']} of {self._named(expected)}"
            yield CausalStep(
                expected["arrive"], f"that was planned for its materials: {named} arrived, whose units it took"
            )
            yield from self.lot(expected, depth + 1)
            return
        yield from self._gate(r, lot)

    def _awaited(self, r: int, begin: float) -> Any | None:
        """Return the lot of a material that arrived at the instant at which a lot began, if there is one."""
        pools = self._plan.input_pool[self._plan.inputs_start[r] : self._plan.inputs_start[r + 1]]
        makers = tuple(maker for pool in pools for maker in self._plan.pools[pool].sources)
        lots = self._of(makers)
        arrived = lots[(lots["arrive"] - begin).abs() < INSTANT]
        return arrived.iloc[0] if len(arrived) else None

    def _expected(self, r: int, lot: Any) -> Any | None:
        """Return the last to arrive of the lots whose units a lot took, if it arrived after the lot was ordered.

        Units are taken first in, first out.
        """
        begin, end = self._plan.inputs_start[r : r + 2]
        taken = [self._taken(pool, take, lot) for pool, take in zip(
            self._plan.input_pool[begin:end].tolist(), self._draws.sources[r].takes.tolist(), strict=True
        )]  # fmt: skip
        found = [before for before in taken if before is not None and before["arrive"] > lot["ordered"]]
        return max(found, key=lambda before: before["arrive"], default=None)

    def _taken(self, pool: int, take: int, lot: Any) -> Any | None:
        """Return the lot that brought the last unit of a pool taken by a lot; None if it was in stock at the start."""
        earlier = self._lots[self._lots["begin"] < lot["begin"]].groupby("recipe")["starts"].sum()
        units = take * lot["starts"] - sum(
            int(self._draws.initial_stock[member]) for member in self._plan.pools[pool].members
        )
        for r, source in enumerate(self._plan.sources):
            begin, end = self._plan.inputs_start[r : r + 2]
            for place, needed in zip(range(begin, end), self._draws.sources[r].takes.tolist(), strict=True):
                if self._plan.input_pool[place] == pool:
                    units += needed * int(earlier.get(source.name, 0))
        brought = self._of(self._plan.pools[pool].sources)
        brought = brought[brought["phase"] != "samples"].sort_values("arrive")
        enough = brought[brought["good"].cumsum() >= units]
        return enough.iloc[0] if units > 0 and len(enough) else None

    # --- from a release to what allowed it ---------------------------------------------------

    def _gate(self, r: int, lot: Any) -> Iterator[CausalStep]:
        """Yield the qualification phase in which a lot was released, and what delayed it within that phase."""
        s = self._draws.sources[r]
        allowed = {"samples": s.sample_begins, "risk": s.risk_begins, "volume": s.volume_begins}[
            lot["phase"]
        ] / TICKS_PER_DAY
        held = self._held(lot["recipe"], allowed, lot["ordered"])
        earlier = (
            (self._lots["recipe"] == lot["recipe"])
            & (self._lots["ordered"] < lot["ordered"])
            & (self._lots["ordered"] >= allowed)
        )
        if held:
            yield CausalStep(lot["ordered"], f"since {lot['recipe']} was allowed to, {held} had held it back")
        elif lot["ordered"] > allowed + LONG and not earlier.any():
            yield CausalStep(lot["ordered"], f"before this review the forecast asked for nothing of {lot['recipe']}")
        yield from self._phases(r, lot["phase"])

    def _held(self, recipe: str, since: float, until: float) -> str:
        """Return the cause that cut releases most between two days, in words; empty if none did."""
        frame = self._result.frames["monthly"]
        rows = frame[(frame["scope"] == "recipe") & (frame["name"] == recipe) & frame["measure"].str.startswith("cut.")]
        edges = self._plan.calendar.reports
        inside = [k for k, edge in enumerate(edges[:-1]) if since <= edge < until]
        cut = rows[rows["period"].isin(inside)].groupby("measure")["value"].sum()
        return str(cut.idxmax()).removeprefix("cut.").replace("_", " ") if len(cut) and cut.max() > 0 else ""

    def _phases(self, r: int, phase: str) -> Iterator[CausalStep]:
        source, drawn = self._plan.sources[r], self._draws.sources[r]
        if phase == "volume" and drawn.volume_begins > drawn.risk_begins:
            day = drawn.volume_begins / TICKS_PER_DAY
            yield CausalStep(
                day,
                f"{source.name} ended risk production and was qualified for high volume",
                self._inputs(source.risk_days),
            )
        if phase != "samples" and drawn.risk_begins > drawn.sample_begins:
            day = drawn.risk_begins / TICKS_PER_DAY
            yield CausalStep(
                day, f"{source.name} ended its samples and began risk production", self._inputs(source.sample_days)
            )
        opened = self._draws.sites[source.site].nameplate.first_positive()
        begins = drawn.sample_begins
        if begins >= NEVER:
            return
        if source.begins != NONE and begins > opened:
            yield CausalStep(
                begins / TICKS_PER_DAY, f"{source.name} could begin at the earliest", self._inputs(source.begins)
            )
        else:
            yield from self._site(source.site, opened / TICKS_PER_DAY)

    def _site(self, s: int, opened: float) -> Iterator[CausalStep]:
        """Yield the steps to a site's first capacity."""
        plan, vector = self._plan.sites[s], self._draws.vector
        title = self._result.scenario.document.sites[plan.name].title or plan.name
        if plan.stages:
            construction = self._result.scenario.document.sites[plan.name].construction
            assert construction is not None
            yield CausalStep(opened, f"{title} could make its first start")
            end = ramp_begins(plan, vector)
            for stage, ref in list(zip(construction.stages, plan.stages, strict=True))[::-1]:
                yield CausalStep(end, f"{stage.name} was over, after {value(vector, ref):.0f} days", self._inputs(ref))
                end -= value(vector, ref)
            chosen = min(plan.begun, key=lambda moment: moment_day(moment, vector), default=None)
            decided = plan.decision if chosen is None else chosen.gate
            yield CausalStep(end, f"building {title} was decided", self._inputs(decided))
        elif plan.ramp_start != NONE and opened > 0:
            yield CausalStep(opened, f"{title} began its ramp", self._inputs(plan.ramp_start))
        else:
            yield CausalStep(min(opened, 0.0), f"{title} was there from the start")

    def _inputs(self, ref: Ref) -> tuple[str, ...]:
        return () if ref == NONE else (self._plan.inputs[ref].path,)
