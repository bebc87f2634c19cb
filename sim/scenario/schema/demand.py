"""Who wants what, and what may go wrong: demand lines and disruptions."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from sim.scenario.schema.conditions import Condition
from sim.scenario.schema.quantity import MOST_COUNTED, Path, Quantity, Random, Strict, Units, number
from sim.scenario.schema.supply import DrawnEntry
from sim.scenario.schema.terms import Power
from sim.vocabulary import Pattern, UnitShape

_NEEDS: dict[Pattern, tuple[str, ...]] = {
    Pattern.EVEN: ("rate",),
    Pattern.POISSON: ("rate",),
    Pattern.PERIODIC: ("quantity", "every"),
    Pattern.NORMAL: ("quantity", "sd", "every"),
    Pattern.SERIES: ("values", "every"),
    Pattern.ORDERS: ("orders",),
}
"""The fields that each pattern is made from."""


class Generation(Strict):
    """A product that takes the demand over from the one before it."""

    item: str
    """The item or pool wanted."""
    only_if: Condition | None = None
    """Leave the generation out unless a figure has this value."""
    begins: Quantity | None = number("date", "Changeover begins (first generation: none).", None)
    cadence: Quantity | None = number("month", "Or: months after the changeover to the one before began.", None, gt=0)
    months: Quantity = number("month", "Length of the changeover.", Quantity(bare=0), ge=0)
    wait_for: list[str] = []
    """Recipes of which one must be in high volume before the changeover begins; planners count on the planned date until it has begun."""


class Forecast(Strict):
    """What the planner believes, where it differs from what comes."""

    rate: Path | None = number(
        "1/month",
        "Expected demand (default: the actual rate), counted for each period of the line, without one for each day.",
        None,
        ge=0,
    )
    bias: Quantity | None = number("1", "Factor on the expected demand.", None, ge=0)
    revision: Quantity | None = number("1", "Share of the observed error that each review corrects.", None, ge=0, le=1)


class DatedOrder(Strict):
    """A customer's order of known size and date."""

    date: Quantity = number("date", "Day on which it falls due.")
    units: Quantity = number("unit", "Units ordered.", ge=1, le=MOST_COUNTED)


class DemandLine(DrawnEntry):
    """One stream of demand."""

    item: str | None = None
    """The item or pool wanted."""
    generations: list[Generation] = []
    """Or: products that succeed each other."""
    pattern: Pattern = Pattern.EVEN
    """even, periodic, poisson, normal, series or orders."""
    rate: Path | None = number("1/month", "Units a month (even, poisson).", None, ge=0)
    compute: Path | None = number(
        "H100e", "Or: compute to have in service, in H100-equivalents; each month's growth is ordered.", None, ge=0
    )
    power: Power | None = None
    """Power without which compute cannot run: what is asked for beyond it waits for more power."""
    share: Quantity | None = number("1", "Share of the rate or compute that this line takes.", None, ge=0, le=1)
    per_unit: Quantity | None = number("unit", "Items in one unit of the rate (chips per car).", None, gt=0)
    every: Quantity | None = number(
        "day",
        "Period of periodic, normal and series demand; grain of even demand (default: a day, in a model in hours or less its time unit).",
        None,
        gt=0,
    )
    quantity: Units | None = number(
        "unit", "Units each period (periodic; may be a distribution), or their mean (normal).", None, ge=0
    )
    sd: Quantity | None = number("unit", "Standard deviation each period (normal).", None, ge=0)
    values: list[Quantity] = number("unit", "Units of each period in turn (series).", [], ge=0)
    repeats: bool = False
    """The list of values begins again after its end (series)."""
    orders: list[DatedOrder] = []
    """Dated orders; with them the pattern is orders."""
    begins: Quantity | None = number("date", "First demand (default: the start).", None)
    priority: int = 0
    """Rank for scarce stock: lower is served first."""
    backlog: bool = True
    """Unserved demand waits; else it is lost."""
    cancel_after: Quantity | None = number("day", "Waiting demand is cancelled after this.", None, ge=0)
    delivery_time: Quantity | None = number("day", "Time from our stock to the customer.", None, ge=0)
    shipment_cost: Quantity | None = number("USD", "Cost of each shipment to the customer.", None, ge=0)
    shortage_cost: Quantity | None = number("USD/day", "Cost of one unit waiting for a day.", None, ge=0)
    lost_cost: Quantity | None = number("USD", "Cost of one unit lost or cancelled.", None, ge=0)
    value: Path | None = number("USD", "Value of one unit delivered, on the day of its delivery.", None, ge=0)
    value_per_h100e: Path | None = number(
        "USD", "Or: value of each H100-equivalent of a unit delivered, on that day.", None, ge=0
    )
    idle_share: Quantity | None = number(
        "1",
        "Share of the compute delivered that stands idle in use and could compute for others (idle_of).",
        None,
        ge=0,
        le=1,
    )
    idle_of: list[str] = []
    """Demand lines whose idle compute, as demanded and changed over as planned, meets this compute need before anything is ordered for it."""
    forecast: Forecast = Forecast()
    """What the planner expects."""

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, data: Any) -> Any:
        """Fill in the pattern of a line with dated orders."""
        if isinstance(data, dict) and data.get("orders") and "pattern" not in data:
            return {**data, "pattern": Pattern.ORDERS}
        return data

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Check that a line has an item or generations, and the fields that its pattern needs and no others."""
        if (self.item is None) == (not self.generations):
            raise ValueError("give either item or generations")
        if self.value is not None and self.value_per_h100e is not None:
            raise ValueError("give either value or value_per_h100e")
        wanted = _NEEDS[self.pattern]
        if self.compute is not None:
            if self.pattern is not Pattern.EVEN or self.rate is not None:
                raise ValueError("a compute need falls evenly and takes no rate")
            wanted = ()
        elif self.power is not None:
            raise ValueError("power limits a compute need, and the line has none")
        missing = [key for key in wanted if not getattr(self, key)]
        allowed = {"every", *wanted}
        extra = [
            key for key in ("rate", "quantity", "sd", "values", "orders") if getattr(self, key) and key not in allowed
        ]
        what = "a list of dated orders" if self.pattern is Pattern.ORDERS else f"{self.pattern} demand"
        if missing:
            raise ValueError(f"{what} needs {', '.join(missing)}")
        if extra:
            raise ValueError(f"{what} takes no {', '.join(extra)}")
        if self.pattern is Pattern.NORMAL and self.quantity and self.quantity.shape is not UnitShape.CONSTANT:
            raise ValueError(
                "normal demand has a plain quantity and an sd; a quantity with a shape is for periodic demand"
            )
        return self


class Effects(Strict):
    """What a disruption does while it lasts; a factor of 1 changes nothing."""

    capacity: Quantity | None = number("1", "Factor on capacity.", None, ge=0)
    cycle_time: Quantity | None = number("1", "Factor on the cycle time of lots started meanwhile.", None, gt=0)
    yields: Quantity | None = Field(
        None,
        alias="yield",
        description="Factor on the yield of lots started meanwhile.",
        json_schema_extra={"unit": "1", "ge": 0, "le": 1},
    )
    price: Quantity | None = number("1", "Factor on prices of lots started meanwhile.", None, ge=0)
    allocation: Quantity | None = number("1", "Factor on the allocation.", None, ge=0)
    shipments_held: bool = False
    """Nothing leaves until it ends."""
    scrap_stock: Quantity | None = number(
        "1", "Share of the stock of what is made there that is destroyed when it begins.", None, ge=0, le=1
    )
    scrap_wip: Quantity | None = number(
        "1", "Share of what is in process there that is destroyed when it begins.", None, ge=0, le=1
    )


class RecoveryPoint(Strict):
    """Where capacity stands some time after the end of a disruption."""

    after: Quantity = number("day", "Time since the end of the disruption.", ge=0)
    value: Quantity = number("1", "Factor on capacity then.", ge=0)


class Disruption(DrawnEntry):
    """Fields common to every kind of disruption."""

    sites: list[str] = []
    """Sites struck."""
    owners: list[str] = []
    """Owners struck, with all their sites."""
    regions: list[str] = []
    """Regions struck."""
    effects: Effects
    """Effects while it lasts."""
    recovery: Quantity | None = number("day", "Capacity comes back linearly over this time after the end.", None, ge=0)
    recovery_points: list[RecoveryPoint] = []
    """Or: how capacity comes back, linearly from point to point; the value of the last one stays."""
    raises: dict[str, Quantity] = number(
        "1", "Factor on the rate of other random disruptions while this one lasts.", {}, ge=0
    )


class Scheduled(Disruption):
    """Strikes on a date."""

    kind: Literal["scheduled"]
    """scheduled."""
    begins: Quantity = number("date", "First day.")
    duration: Random = number("day", "Duration.", ge=0)


class Sporadic(Disruption):
    """Strikes at random, at a rate, for a random time."""

    kind: Literal["random"]
    """random."""
    rate: Quantity = number("1/year", "Expected number a year.", ge=0)
    duration: Random = number("day", "Duration of each.", ge=0)


class Markov(Disruption):
    """Up or down in each period, by a two-state Markov chain."""

    kind: Literal["markov"]
    """markov."""
    every: Quantity = number("day", "Length of a period.", gt=0)
    fail: Quantity = number("1", "Probability of going down in a period when up.", ge=0, le=1)
    recover: Quantity = number("1", "Probability of coming up in a period when down.", ge=0, le=1)


AnyDisruption = Annotated[Scheduled | Sporadic | Markov, Field(discriminator="kind")]
