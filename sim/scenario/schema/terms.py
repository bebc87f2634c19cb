"""Terms under which sites are built and lines served: parts of an entry that a reading may switch off."""

from __future__ import annotations

from sim.scenario.schema.conditions import ConditionalPart
from sim.scenario.schema.quantity import Path, Quantity, Strict, number


class Tools(ConditionalPart):
    """Tools that must be delivered before capacity can grow: it is never more than those delivered so far make."""

    per_capacity: Quantity = number("tool*month", "Tools for one unit of monthly capacity.", ge=0)
    supply: Path = number("tool/year", "Tools a year that are delivered to the site, from the first delivery on.", ge=0)


class PaidAhead(Strict):
    """A down payment for capacity that is ordered some time before it stands."""

    days: Quantity = number("day", "Days from the order to the day on which the capacity stands.", gt=0)
    share: Quantity = number(
        "1", "Share of its outlay that is paid with the order; the rest is paid when it stands.", gt=0, le=1
    )


class Credit(Strict):
    """A tax credit or grant for building."""

    share: Quantity = number("1", "Share of the outlay that is given back as it is paid.", ge=0, le=1)
    begun_by: Quantity | None = number(
        "date", "Last day on which building must have begun: growth that begins later has none (default: any).", None
    )


class Prepayment(Strict):
    """Money paid ahead to an outside supplier, and set off against what is bought there afterwards."""

    amount: Quantity = number("USD", "Amount paid ahead.", ge=0)
    at: Quantity = number("date", "Date of payment; before the start it was paid already, and is only set off.")
    set_off: Quantity = number(
        "1", "Share of each later purchase that is paid out of it, until it is used up.", Quantity(bare=1), gt=0, le=1
    )


class OutsideSales(ConditionalPart):
    """Idle capacity of an own site that others buy."""

    demand: Path = number("1/month", "Most load a month that others would buy.", ge=0)
    price: Path = number("USD", "What they pay for one unit of load.", ge=0)
    variable_cost: Quantity = number("USD", "What one unit costs us to make.", Quantity(bare=0), ge=0)


class Power(ConditionalPart):
    """Electric power at the data centres of a compute need: no more is asked for than it can run."""

    available: Path = number("W", "Power there for the whole compute need, of which the line takes its share.", ge=0)
    per_compute: Quantity = number(
        "W/H100e", "Power of one H100-equivalent in service, cooling and all included.", gt=0
    )
