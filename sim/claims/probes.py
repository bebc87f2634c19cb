"""What an expectation measures: each kind of probe reads one value from a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from sim.claims.schema import Per
from sim.clock import DAYS_PER_MONTH
from sim.errors import nearest

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.result import Result


class UntestableError(Exception):
    """Why a claim can't be tested on a scenario."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A value of one run; `beyond` means that it lies past `value`, the last that the run could show.

    A date is its proleptic ordinal in days.
    """

    value: float
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """A value of the ledger, the same in every run; `low` and `high` are the ends of its range."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def range(self) -> tuple[float, float]:
        """Its ends; the value itself where there is none."""
        return (self.value if self.low is None else self.low), (self.value if self.high is None else self.high)

    def seen(self, result: Result) -> Seen:
        """Return the value."""
        del result
        return Seen(self.value)


@dataclass(frozen=True, slots=True)
class MilestoneDate:
    """The date of a milestone."""

    name: str

    def seen(self, result: Result) -> Seen:
        """Return the date of the milestone as its ordinal; if it is not reached, the last day of the run, beyond."""
        _known("milestone", self.name, result.milestones)
        found = result.milestones[self.name]
        if found is None:
            return Seen(last_day(result).toordinal(), beyond=True)
        if not isinstance(found, dt.date):
            raise UntestableError("the scenario has no calendar")
        return Seen(found.toordinal())


@dataclass(frozen=True, slots=True)
class Gap:
    """Months from each of several milestones to the next; a scenario need not have those beyond the second."""

    names: tuple[str, ...]

    def seen(self, result: Result) -> Seen:
        """Return the longest gap in months; beyond, if a milestone is not reached after one that is."""
        names = [*self.names[:2], *(name for name in self.names[2:] if name in result.milestones)]
        dates = [MilestoneDate(name).seen(result) for name in names]
        if dates[0].beyond:
            raise UntestableError(f"{names[0]} is not reached within the run")
        known = [(a, b) for a, b in pairwise(dates) if not a.beyond]
        return Seen(max((b.value - a.value) / DAYS_PER_MONTH for a, b in known), any(b.beyond for _, b in known))


@dataclass(frozen=True, slots=True)
class Order:
    """Milestones, each to be earlier than the next: the smallest gap between neighbours, in months."""

    names: tuple[str, ...]

    def seen(self, result: Result) -> Seen:
        """Return the smallest gap in months: zero or negative where one is not earlier than the next."""
        dates = [MilestoneDate(name).seen(result) for name in self.names]
        pairs = list(pairwise(dates))
        known = [(b.value - a.value) / DAYS_PER_MONTH for a, b in pairs if not (a.beyond and b.beyond)]
        # Of two that are not reached, neither is known to be earlier; a violation elsewhere decides all the same.
        if len(known) < len(pairs) and min(known, default=1.0) > 0.0:
            raise UntestableError("two of these milestones are not reached within the run")
        return Seen(min(known))


@dataclass(frozen=True, slots=True)
class Kpi:
    """An indicator of the run."""

    name: str

    def seen(self, result: Result) -> Seen:
        """Return the value of the KPI."""
        _known("indicator", self.name, result.kpis)
        value = result.kpis[self.name]
        if value is None:
            raise UntestableError(f"{self.name} has no value: there is nothing to divide by")
        return Seen(value)


@dataclass(frozen=True, slots=True)
class UnitsCounted:
    """Units counted over a window: `measure` of the frame `monthly`, of recipes or of demand lines."""

    measure: str
    per: Per
    since: dt.date | None
    until: dt.date | None
    items: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    in_house: bool | None = None

    def seen(self, result: Result) -> Seen:
        """Return the total, or the mean or the highest rate a month."""
        self._check(result)
        return _per(self.per, self._counted(result))

    def _check(self, result: Result) -> None:
        plan = result.plan
        for kind, wanted, there in (
            ("item", self.items, plan.items), ("site", self.sites, plan.sites), ("demand line", self.lines, plan.lines),
        ):  # fmt: skip
            for name in wanted:
                _known(kind, name, [entity.name for entity in there])
        _reaches(result, self.until)

    def _counted(self, result: Result) -> pd.DataFrame:
        """Return value and days of each period within the window."""
        frame = result.frames["monthly"]
        rows = frame[(frame["scope"] == ("demand" if self.lines else "recipe")) & (frame["measure"] == self.measure)]
        for label, wanted in (("item", self.items), ("site", self.sites), ("name", self.lines)):
            if wanted:
                rows = rows[rows[label].isin(wanted)]
        if self.in_house is not None:
            rows = rows[rows["in_house"] == self.in_house]
        if rows.empty:
            raise UntestableError("the scenario makes nothing of that kind")
        return _within(rows.groupby("period_start")["value"].sum(), self.since, self.until, result)


@dataclass(frozen=True, slots=True)
class Net:
    """Net cash of own sites over a window: what their good units would have cost outside, less what they cost."""

    per: Per
    since: dt.date | None
    until: dt.date | None
    sites: tuple[str, ...]

    def seen(self, result: Result) -> Seen:
        """Return the net cash in USD: the total, or the mean or the highest rate a month.

        An item that no outside source makes saves nothing.
        """
        document = result.scenario.document
        for name in self.sites:
            _known("site", name, document.sites)
            if not document.sites[name].in_house:
                raise UntestableError(f"{name} is an outside site")
        _reaches(result, self.until)
        mine = {name: recipe for name, recipe in document.recipes.items() if recipe.site in self.sites}
        outside = {name: _least_outside(result, recipe.item) for name, recipe in mine.items()}
        monthly, cash = result.frames["monthly"], result.frames["cash"]
        good = monthly[(monthly["scope"] == "recipe") & (monthly["measure"] == "good") & monthly["name"].isin(mine)]
        saved = (good["value"] * good["name"].map(outside)).groupby(good["period_start"]).sum()
        own = (cash["scope"] == "site") & cash["name"].isin(self.sites)
        own |= (cash["scope"] == "recipe") & cash["name"].isin(mine)
        # Salvage values what is left at the end of the horizon; it is no cash of operating the sites.
        spent = cash[own & (cash["category"] != "salvage")].groupby("period_start")["usd"].sum()
        return _per(self.per, _within(saved.add(spent, fill_value=0.0), self.since, self.until, result))


def _least_outside(result: Result, item: str) -> float:
    """Return the least unit cost of an item, or of its pool, from an outside source in this run; 0 without one."""
    document = result.scenario.document
    alike = next((pool.members for pool in document.pools.values() if item in pool.members), [item])
    outside = (n for n, r in document.recipes.items() if r.item in alike and not document.sites[r.site].in_house)
    return min((cost for n in outside if (cost := result.kpis.get(f"unit_cost.{n}")) is not None), default=0.0)


def _reaches(result: Result, until: dt.date | None) -> None:
    if until is not None and until > last_day(result):
        raise UntestableError(f"the run ends on {last_day(result)}, before the window counted")


def _per(per: Per, counted: pd.DataFrame) -> Seen:
    if per is Per.TOTAL:
        return Seen(float(counted["value"].sum()))
    if per is Per.MEAN_MONTH:
        # Per day first: months have 28 to 31 days.
        return Seen(float(counted["value"].sum() / counted["days"].sum()) * DAYS_PER_MONTH)
    return Seen(float((counted["value"] / counted["days"]).max()) * DAYS_PER_MONTH)


def _within(values: pd.Series, since: dt.date | None, until: dt.date | None, result: Result) -> pd.DataFrame:
    """Return value and days of each period within the window.

    Args:
        values: index `period_start`, the first day of each period.
        since: first day of the window; None for the first of the run.
        until: last day of the window; None for the last of the run.
        result: the run, which ends the last period.

    Raises:
        UntestableError: no period lies within the window.
    """
    import pandas as pd

    by_period = values.rename("value").rename_axis("period_start").reset_index()
    end = pd.Timestamp(last_day(result)) + pd.Timedelta(days=1)
    begins = by_period["period_start"]
    ends = begins.shift(-1).fillna(end)
    by_period["days"] = (ends - begins).dt.days
    first = begins.min() if since is None else pd.Timestamp(since)
    last = end if until is None else pd.Timestamp(until) + pd.Timedelta(days=1)
    found = by_period[(begins >= first) & (ends <= last)]
    if found.empty:
        raise UntestableError("no reporting period lies within the window counted")
    return found


@dataclass(frozen=True, slots=True)
class Ratio:
    """One value over another."""

    top: Probe
    bottom: Probe

    def seen(self, result: Result) -> Seen:
        """Return the quotient."""
        top, bottom = self.top.seen(result), self.bottom.seen(result)
        if bottom.value == 0.0:
            raise UntestableError("there is nothing to divide by")
        return Seen(top.value / bottom.value)


Probe = Constant | MilestoneDate | Gap | Order | Kpi | UnitsCounted | Net | Ratio


def last_day(result: Result) -> dt.date:
    """Return the last day of the run.

    Raises:
        UntestableError: the scenario has no calendar.
    """
    end = result.scenario.document.horizon.end
    if end is None:
        raise UntestableError("the scenario has no calendar")
    return end - dt.timedelta(days=1)


def _known(kind: str, name: str, there: Collection[str]) -> None:
    if name not in there:
        close = nearest(name, there)
        raise UntestableError(f"the scenario has no {kind} {name!r}" + (f"; the nearest is {close!r}" if close else ""))
