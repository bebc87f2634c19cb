"""What sites assume: how fast they are built and grow, how large they get, what that costs in a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from sim.clock import DAYS_PER_MONTH, DAYS_PER_YEAR, TICKS_PER_DAY
from sim.draws.curves import path_at
from sim.draws.outlay import capex
from sim.draws.sites import nameplate_curve, ramp_begins
from sim.linting.place import Place, together
from sim.linting.subject import LintSubject, MeasuredInput
from sim.plan import FloatArray, SitePlan


@dataclass(frozen=True, slots=True)
class Growth:
    """One ramp that begins within the horizon: from a level to a target, both a month, in so many months."""

    site: str
    path: str
    level: float
    target: float
    months: float


def growths(subject: LintSubject) -> Iterator[Growth]:
    """Yield ramps and expansions of all sites, including those that add nothing."""
    for plan in subject.plan.sites:
        yield from _growths_of(subject, plan)


def _growths_of(subject: LintSubject, plan: SitePlan) -> Iterator[Growth]:
    """Yield those of one site that begin within the horizon; later ones play no part in a run."""
    site = subject.scenario.document.sites[plan.name]
    if site.ramp is None:
        return
    begins, level = ramp_begins(plan, subject.vector), subject.read(f"sites.{plan.name}.ramp.initial")
    paths = [
        f"sites.{plan.name}.{part}" for part in ("ramp", *(f"expansions.{i}" for i in range(len(site.expansions))))
    ]
    for ramp, path in zip(plan.ramps, paths, strict=True):
        begins += subject.number(ramp.after)
        target = subject.read(f"{path}.target")
        if begins < subject.plan.calendar.days:
            yield Growth(plan.name, path, level, target, subject.read(f"{path}.months"))
        # An expansion counts from the end of the ramp before it, and starts at the level reached there.
        begins, level = begins + subject.number(ramp.days), target


def construction(subject: LintSubject) -> Iterator[MeasuredInput]:
    """Yield the days from the decision to the first start of each site that is built."""
    for name, site in subject.scenario.document.sites.items():
        if site.construction is not None:
            paths = tuple(
                f"sites.{name}.construction.stages.{i}.duration" for i in range(len(site.construction.stages))
            )
            days = sum(subject.read(path) for path in paths)
            yield MeasuredInput(paths, subject.figures(paths), days, "day", subject.place(f"sites.{name}"))


def ramp_length(subject: LintSubject) -> Iterator[MeasuredInput]:
    """Yield the months of each growth of a site."""
    for growth in growths(subject):
        path = f"{growth.path}.months"
        if growth.target > growth.level:
            yield MeasuredInput(
                (path,), subject.figures([path]), growth.months, "month", subject.place(f"sites.{growth.site}")
            )


def ramp_steepness(subject: LintSubject) -> Iterator[MeasuredInput]:
    """Yield the starts a month that each growth adds per month; a step has no slope but a length of 0."""
    for growth in growths(subject):
        if growth.months > 0 and growth.target > growth.level:
            paths = (f"{growth.path}.target", f"{growth.path}.months")
            slope = (growth.target - growth.level) / growth.months
            yield MeasuredInput(
                paths, subject.figures(paths), slope, "1/month/month", subject.place(f"sites.{growth.site}")
            )


def capacity(subject: LintSubject) -> Iterator[MeasuredInput]:
    """Yield the starts a month of each site at its largest."""
    for plan in subject.plan.sites:
        path = _largest(subject, plan)
        if path is not None:
            yield MeasuredInput(
                (path,), subject.figures([path]), subject.read(path), "1/month", subject.place(f"sites.{plan.name}")
            )


def _largest(subject: LintSubject, plan: SitePlan) -> str | None:
    """Return the path of the input that sets the largest capacity of a site, or None if it is unlimited."""
    if plan.capacity is not None:
        return subject.path_of(subject.largest(plan.capacity))
    if plan.unlimited:
        return None
    targets = [f"{growth.path}.target" for growth in _growths_of(subject, plan)]
    return max([f"sites.{plan.name}.ramp.initial", *targets], key=subject.read) if targets else None


def own_capacity(subject: LintSubject) -> Iterator[MeasuredInput]:
    """Yield the starts a month of all own sites on a node together, each at its largest."""
    for node, plans in _own_by_node(subject).items():
        paths = tuple(path for plan in plans if (path := _largest(subject, plan)) is not None)
        if paths:
            total = sum(subject.read(path) for path in paths)
            yield MeasuredInput(paths, subject.figures(paths), total, "1/month", _on_node(subject, plans, node))


def own_growth(subject: LintSubject) -> Iterator[MeasuredInput]:
    """Yield the starts a month that all own sites on a node add in the twelve months of fastest growth."""
    for node, plans in _own_by_node(subject).items():
        paths = tuple(path for plan in plans if (path := _largest(subject, plan)) is not None)
        total = np.sum([_nameplate(subject, plan) for plan in plans], axis=0) * DAYS_PER_MONTH
        # A horizon shorter than a year is compared as a whole.
        reach = min(int(DAYS_PER_YEAR), len(total) - 1)
        if paths and subject.dated and reach > 0:
            most = float((total[reach:] - total[:-reach]).max())
            yield MeasuredInput(paths, subject.figures(paths), most, "1/month/year", _on_node(subject, plans, node))


def _own_by_node(subject: LintSubject) -> dict[str, list[SitePlan]]:
    """Return the own sites with limited capacity, by the nodes that they make anything on."""
    found: dict[str, list[SitePlan]] = {}
    for plan in subject.plan.sites:
        if plan.in_house and not plan.unlimited:
            for node in subject.place(f"sites.{plan.name}").nodes:
                found.setdefault(node, []).append(plan)
    return found


def _on_node(subject: LintSubject, plans: list[SitePlan], node: str) -> Place:
    return replace(together(subject.place(f"sites.{plan.name}") for plan in plans), nodes=frozenset([node]))


def _nameplate(subject: LintSubject, plan: SitePlan) -> FloatArray:
    """Return installed capacity on every day of the horizon, in starts a day; shape (days + 1,)."""
    curve = nameplate_curve(plan, subject.vector, subject.plan.calendar)
    return curve.at_all((subject.grid * TICKS_PER_DAY).astype(np.int64))


def allocation(subject: LintSubject) -> Iterator[MeasuredInput]:
    """Yield the largest share of an outside site's capacity that its contract allocates."""
    for plan in subject.plan.sites:
        if plan.allocation is None or plan.capacity is None:
            continue
        # On a daily grid, since the two paths may have their points on different days.
        granted, whole = (path_at(path, subject.vector, subject.grid) for path in (plan.allocation, plan.capacity))
        paths = tuple(subject.path_of(subject.largest(path)) for path in (plan.allocation, plan.capacity))
        if (whole > 0).any():
            share = float((granted[whole > 0] / whole[whole > 0]).max())
            yield MeasuredInput(paths, subject.figures(paths), share, "1", subject.place(f"sites.{plan.name}"))


def capex_a_year(subject: LintSubject) -> Iterator[MeasuredInput]:
    """Yield the largest capital expenditure of each owner in any year counted from the start of the horizon."""
    days = subject.plan.calendar.days
    if not subject.dated:
        return
    # Whole years alone: a part of a year would look cheap. A shorter horizon is one period.
    years = tuple(np.arange(0.0, days + 1, DAYS_PER_YEAR)) if days >= DAYS_PER_YEAR else (0.0, days)
    for owner in dict.fromkeys(plan.owner for plan in subject.plan.sites):
        plans = [plan for plan in subject.plan.sites if plan.owner == owner]
        opened = [nameplate_curve(plan, subject.vector, subject.plan.calendar) for plan in plans]
        calendar, vector = subject.plan.calendar, subject.vector
        outlays = [capex(p, vector, o, calendar).by_period(years) for p, o in zip(plans, opened, strict=True)]
        most = int(np.argmax(np.sum(outlays, axis=0)))
        paying = [(float(o[most]), p.name) for o, p in zip(outlays, plans, strict=True) if o[most] > 0]
        # The largest outlay first: it is the input to look at.
        paths = tuple(f"sites.{name}.capex.per_capacity" for _, name in sorted(paying, reverse=True))
        if paths:
            place = together(subject.place(f"sites.{name}") for _, name in paying)
            yield MeasuredInput(paths, subject.figures(paths), sum(paid for paid, _ in paying), "USD/year", place)
