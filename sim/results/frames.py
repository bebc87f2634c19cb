"""Tables of a run: plain columns for what needs no pandas, and tidy frames, one row per observation with its unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.clock import TICKS_PER_DAY
from sim.draws import Draws
from sim.draws.sites import integral_by_period
from sim.engines.shared.phases import Cause, QualificationPhase
from sim.engines.shared.records import Records
from sim.plan import NONE, FloatArray, Plan
from sim.results.books import CashEntry
from sim.results.compute import delivered, idle
from sim.results.periods import between, summed

if TYPE_CHECKING:
    import pandas as pd


class Observed(NamedTuple):
    """What was observed of one measure, by reporting period."""

    scope: str
    name: str
    measure: str
    unit: str
    labels: dict[str, Any]
    values: FloatArray


class Booked(NamedTuple):
    """The sum of a cash entry in one reporting period, costs negative."""

    period_start: Any
    period: int
    category: str
    scope: str
    name: str
    in_house: bool | None
    usd: float


_Series = tuple[str, str, str, str, dict[str, Any], Any]
"""The fields of `Observed`, its values as any array."""

SOURCE_MEASURES = (
    "starts", "sample_starts", "out", "good", "samples", "scrapped", "received", "seeded", "seeded_destroyed", "waiting", "in_process",
    "in_transit", "orders", "shipments",
)  # fmt: skip
COMPUTE_MEASURES = (("h100e", "H100e"), ("watts", "W"), ("tops", "TOPS"))
LINE_MEASURES = ("demanded", "served", "delivered", "lost", "cancelled", "backlog", "deliveries")


def observed(draws: Draws, records: Records) -> tuple[Observed, ...]:
    """Return all measures of a run by reporting period."""
    calendar = draws.plan.calendar
    found = _series(draws, between(records, calendar.periods, calendar.reports))
    return tuple(one._replace(values=np.asarray(one.values, dtype=np.float64)) for one in map(Observed._make, found))


def monthly(starts: list[Any], series: Sequence[Observed]) -> pd.DataFrame:
    """Return measures by reporting period as a frame, of periods that begin at `starts`.

    Columns: period_start (a date, or a number of time units), period, scope, name, measure, unit,
    value, and the labels item, site, in_house, stage and family where they apply.
    """
    import pandas as pd

    n, count = len(starts), len(series)
    columns = {key: [getattr(one, key) for one in series] for key in ("scope", "name", "measure", "unit")}
    columns |= {label: [one.labels.get(label) for one in series] for label in LABELS}
    frame = pd.DataFrame({key: np.repeat(np.array(entries, dtype=object), n) for key, entries in columns.items()})
    frame.insert(0, "period_start", starts * count)
    frame.insert(1, "period", np.tile(np.arange(n), count))
    frame.insert(6, "value", np.concatenate([one.values for one in series]) if count else np.zeros(0))
    return _typed(frame)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Set the dtypes of dates, and of `in_house`, which may be missing."""
    import pandas as pd

    if len(frame) and isinstance(frame["period_start"].iloc[0], dt.date):
        frame["period_start"] = pd.to_datetime(frame["period_start"])
    frame["in_house"] = frame["in_house"].astype("boolean")
    return frame


LABELS = ("item", "site", "in_house", "stage", "family")


def period_starts(draws: Draws) -> list[Any]:
    """Return the first day of each reporting period."""
    return [date_of(draws, day) for day in draws.plan.calendar.reports[:-1]]


def date_of(draws: Draws, days: float) -> Any:
    """Return the date of a day from the start; of an abstract model, the number of time units."""
    start = draws.plan.calendar.start
    return days if start is None else (start + np.timedelta64(int(days), "D")).astype(dt.date)


def _series(draws: Draws, records: Records) -> Iterator[_Series]:
    yield from _sources(draws, records)
    yield from _items(draws, records)
    yield from _sites(draws, records)
    yield from _lines(draws, records)
    yield from _pools(draws, records)
    yield from _shares(draws, records)


def _sources(draws: Draws, records: Records) -> Iterator[_Series]:
    plan = draws.plan
    for r, source in enumerate(plan.sources):
        item, site = plan.items[source.item], plan.sites[source.site]
        labels = {
            "item": item.name,
            "site": site.name,
            "in_house": site.in_house,
            "stage": item.stage,
            "family": item.family,
        }
        for measure in SOURCE_MEASURES:
            unit = (
                item.unit
                if measure in ("good", "samples", "received", "seeded", "seeded_destroyed", "in_transit")
                else "start"
            )
            yield "recipe", source.name, measure, unit, labels, records.source[measure][:, r]
        for cause in Cause:
            yield "recipe", source.name, f"cut.{cause.name.lower()}", item.unit, labels, records.cut[:, r, cause]


def _items(draws: Draws, records: Records) -> Iterator[_Series]:
    for i, item in enumerate(draws.plan.items):
        labels = {"item": item.name, "stage": item.stage, "family": item.family}
        yield "item", item.name, "stock", item.unit, labels, records.item["stock"][:, i]
        yield "item", item.name, "consumed", item.unit, labels, records.item["consumed"][:, i]
        yield "item", item.name, "destroyed", item.unit, labels, records.item["destroyed"][:, i]


def _sites(draws: Draws, records: Records) -> Iterator[_Series]:
    plan = draws.plan
    for s, site in enumerate(plan.sites):
        labels = {"site": site.name, "in_house": site.in_house}
        capacity = integral_by_period(draws.sites[s].available, plan.calendar.reports)
        yield "site", site.name, "capacity", "load", labels, capacity
        if site.allocation is not None:
            allocation = integral_by_period(draws.sites[s].allocation, plan.calendar.reports)
            yield "site", site.name, "allocation", "start", labels, allocation
        yield "site", site.name, "load", "load", labels, records.load[:, s]
        yield "site", site.name, "lots", "lot", labels, records.site["lots"][:, s]
        yield "site", site.name, "delayed", "lot", labels, records.site["delayed"][:, s]
        yield "site", site.name, "wait_days", "day", labels, records.site["wait"][:, s] / TICKS_PER_DAY


def _lines(draws: Draws, records: Records) -> Iterator[_Series]:
    plan = draws.plan
    for index, line in enumerate(plan.lines):
        flows = [f for f, flow in enumerate(draws.flows) if flow.line == index]
        for measure in LINE_MEASURES:
            yield "demand", line.name, measure, "unit", {}, records.flow[measure][:, flows].sum(axis=1)
        yield "demand", line.name, "served_from_stock", "unit", {}, records.flow["from_stock"][:, flows].sum(axis=1)
        for measure, unit in COMPUTE_MEASURES:
            yield "demand", line.name, measure, unit, {}, delivered(draws, records, index, measure)
        if line.idle_share != NONE:
            yield "demand", line.name, "h100e_idle", "H100e", {}, idle(draws, records, index)


def _pools(draws: Draws, records: Records) -> Iterator[_Series]:
    plan = draws.plan
    for p, pool in enumerate(plan.pools):
        first = plan.items[pool.members[0]]
        labels = {"stage": first.stage, "family": first.family}
        yield "pool", pool.name, "need", first.unit, labels, records.need[:, p]
        yield "pool", pool.name, "released", first.unit, labels, records.released[:, p]
        for cause in Cause:
            short = records.short[:, list(pool.sources), cause].sum(axis=1)
            yield "pool", pool.name, f"short.{cause.name.lower()}", first.unit, labels, short
            starved = records.starved[:, p, cause]
            yield "pool", pool.name, f"starved.{cause.name.lower()}", "unit", labels, starved


def share_output(draws: Draws, records: Records, index: int) -> tuple[FloatArray, FloatArray]:
    """Return the in-house and total output of a share by period: wafers if every source starts them, else good units.

    What was in process or in transit at the start counts in neither.
    """
    plan, share = draws.plan, draws.plan.shares[index]
    table = records.source["out" if in_wafers(draws, index) else "good"]
    own = [r for r in share.sources if plan.sites[plan.sources[r].site].in_house]

    return table[:, own].sum(axis=1).astype(np.float64), table[:, list(share.sources)].sum(axis=1).astype(np.float64)


def in_wafers(draws: Draws, index: int) -> bool:
    """Return whether every source of a share starts wafers."""
    return all(draws.plan.sources[r].yields.die_area != NONE for r in draws.plan.shares[index].sources)


def _shares(draws: Draws, records: Records) -> Iterator[_Series]:
    for index, share in enumerate(draws.plan.shares):
        own, total = share_output(draws, records, index)
        with np.errstate(invalid="ignore", divide="ignore"):
            part = np.where(total > 0, own / total, np.nan)
        for measure, series in (("in_house", own), ("total", total), ("share", part)):
            yield "share", share.name, measure, "1" if measure == "share" else "unit", {}, series


def milestones(
    plan: Plan, dates: Mapping[str, dt.date | float | None], days: Mapping[str, float | None]
) -> pd.DataFrame:
    """Return milestones in the order of the scenario: name, title, date, and time in days from the start."""
    import pandas as pd

    rows = [(one.name, one.title, dates[one.name], days[one.name]) for one in plan.milestones]
    return pd.DataFrame(rows, columns=["name", "title", "date", "time"])


def booked(draws: Draws, entries: list[CashEntry]) -> list[Booked]:
    """Return the cash entries by reporting period, without zeros."""
    calendar, starts, found = draws.plan.calendar, period_starts(draws), []
    for entry in entries:
        for period, amount in enumerate(summed(entry.cents, calendar.periods, calendar.reports).tolist()):
            if amount:
                about = entry.category, entry.scope, entry.name, entry.in_house
                found.append(Booked(starts[period], period, *about, amount / 100))
    return found


def cash(bookings: list[Booked]) -> pd.DataFrame:
    """Return bookings as a frame: period, category, entity and dollars."""
    import pandas as pd

    return _typed(pd.DataFrame(bookings, columns=list(Booked._fields)))


def lots(draws: Draws, records: Records) -> pd.DataFrame:
    """Return one row for each lot that arrived, with its instants in days from the start."""
    import pandas as pd

    rows = [
        {
            "recipe": draws.plan.sources[lot.source].name,
            "lot": lot.number,
            **{
                name: getattr(lot, name) / TICKS_PER_DAY
                for name in ("ordered", "released", "begin", "leave", "ready", "arrive")
            },
            "starts": lot.starts,
            "out": lot.out,
            "good": lot.good,
            "phase": QualificationPhase(lot.stage).name.lower(),
        }
        for lot in records.lots
    ]
    return pd.DataFrame(rows)
