"""What can be made, where and how: items, nodes, sites and recipes."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from sim.scenario.schema.closures import AnyClosure
from sim.scenario.schema.conditions import Entry
from sim.scenario.schema.quantity import MOST_COUNTED, Path, Quantity, Random, Strict, number
from sim.scenario.schema.terms import Credit, OutsideSales, PaidAhead, Prepayment, Tools
from sim.scenario.schema.yields import Yield
from sim.vocabulary import PolicyType, RampShape, SourcingPolicy, WithdrawOn


class DrawnEntry(Entry):
    """An entry with a random stream of its own."""

    stream: str | None = None
    """Name of its random stream (default: its own name); keep it when renaming, and every draw stays."""


class ReplenishmentPolicy(Strict):
    """Replenishment: forecast-driven planning, or a classical stock policy."""

    type: PolicyType = PolicyType.PLANNED
    """planned; base_stock (order up to level); min_max (at reorder or below, up to level); reorder (at reorder or below, multiples of quantity); periodic (quantity at every review)."""
    level: Quantity | None = number("unit", "Order up to this inventory position.", None, ge=0)
    reorder: Quantity | None = number("unit", "Order when the inventory position is at or below this.", None, ge=0)
    quantity: Quantity | None = number("unit", "Size of an order.", None, gt=0)
    safety: Quantity | None = number(
        "unit", "Safety stock, which is added to the level and the reorder point.", None, ge=0
    )
    review: Quantity | None = number(
        "day", "Days between reviews (default: continuous, after each demand).", None, gt=0
    )

    @model_validator(mode="after")
    def _needs(self) -> Self:
        """Check that a policy has the parameters that it needs, and no others."""
        needed = {
            PolicyType.PLANNED: (),
            PolicyType.BASE_STOCK: ("level",),
            PolicyType.MIN_MAX: ("reorder", "level"),
            PolicyType.REORDER: ("reorder", "quantity"),
            PolicyType.PERIODIC: ("quantity", "review"),
        }[self.type]
        given = [key for key in ("level", "reorder", "quantity") if getattr(self, key) is not None]
        missing = [key for key in needed if getattr(self, key) is None]
        extra = [key for key in given if key not in needed]
        if missing:
            raise ValueError(f"a {self.type} policy needs {', '.join(missing)}")
        if extra:
            raise ValueError(f"a {self.type} policy takes no {', '.join(extra)}")
        return self


class Item(DrawnEntry):
    """Anything counted: a die, a package, a board, a component, a finished product."""

    stage: str
    """The stage of the chain it is made in: wafer, package, board, component, ..."""
    family: str = "all"
    """Product family, for shares."""
    unit: str = "unit"
    """What one is called: die, package, board."""
    die_area: dict[str, Quantity] = number("mm2", "Die area at each process node it can be made on.", {}, gt=0)
    tops: Quantity | None = number("TOPS", "Compute of one unit.", None, ge=0)
    watts: Quantity | None = number("W", "Power drawn by one unit.", None, ge=0)
    h100e: Quantity | None = number("H100e", "Compute of one unit in H100-equivalents.", None, ge=0)
    holding_cost: Quantity | None = number("USD/day", "Cost of holding one unit in stock for a day.", None, ge=0)
    transit_cost: Quantity | None = number(
        "USD/day", "Cost of holding one unit for a day in transit, from its site to stock.", None, ge=0
    )
    initial_stock: Quantity | None = number("unit", "Units in stock at the start.", None, ge=0)
    safety_stock: Quantity | None = number("day", "Days of forecast kept as safety stock by the planner.", None, ge=0)
    policy: ReplenishmentPolicy = ReplenishmentPolicy()
    """Replenishment: planned, or a stock policy."""
    priority: int = 0
    """Rank for scarce capacity: lower goes first."""
    bypass: bool = False
    """Let a later order that can start pass one that waits for this item at the head of the queue."""
    partial: bool = True
    """An order of this item under a stock policy that meets too little of its materials ships what there is, and the rest when it comes; false: it waits for all. Lots with a size stay whole."""


class WipLimit(Entry):
    """A limit on the work in process of a line of sites (CONWIP): releases to it wait while it is full."""

    sites: list[str] = Field(min_length=1)
    """Sites of the line, in any order; what is made at one and taken at another stays within the line."""
    limit: Quantity = number(
        "unit",
        "Most units in the line at once: in process at its sites, and in stock or on the way between them.",
        ge=1,
    )


class ProcessNode(DrawnEntry):
    """A process node and its physical bounds."""

    reticle: Quantity = number("mm2", "Largest die the exposure field allows.", gt=0)
    wafer_diameter: Quantity = number("mm", "Wafer diameter.", gt=0)
    edge_exclusion: Quantity = number("mm", "Width of the unusable wafer edge.", ge=0)
    scribe: Quantity = number("mm", "Width of the scribe line, which widens the pitch.", ge=0)


class ConstructionStep(Strict):
    """One step of building a site."""

    name: str
    """permit, shell, tools, ..."""
    duration: Quantity = number("day", "How long the step takes.", ge=0)


class Construction(Strict):
    """Building a site from a named decision."""

    decision: Quantity | None = number("date", "The day building is decided (default: when a choice begins it).", None)
    stages: list[ConstructionStep] = Field(min_length=1)
    """The steps in order; the ramp begins when the last one ends."""


class Ramp(Strict):
    """Growth of nameplate capacity."""

    start: Quantity | None = number("date", "First day of the ramp (with construction: its end).", None)
    initial: Quantity = number("1/month", "Capacity on the first day.", ge=0)
    target: Quantity = number("1/month", "Capacity at the end of the ramp.", ge=0)
    months: Quantity = number("month", "Length of the ramp.", ge=0)
    shape: RampShape = RampShape.LINEAR
    """linear, logistic or (four equal) steps."""


class Expansion(Strict):
    """A later ramp of the same site, from where the one before ended."""

    after: Quantity = number("month", "Months after the end of the ramp before it.", ge=0)
    target: Quantity = number("1/month", "Capacity at the end of this ramp.", ge=0)
    months: Quantity = number("month", "Length of this ramp.", ge=0)
    shape: RampShape = RampShape.LINEAR
    """linear, logistic or (four equal) steps."""


class Capex(Strict):
    """Money that capacity costs to build."""

    per_capacity: Quantity = number("USD*month", "Outlay per unit of monthly capacity.", ge=0)
    equipment_share: Quantity | None = number(
        "1",
        "With construction: share that is equipment, paid as capacity is added; the rest is paid evenly over construction.",
        None,
        ge=0,
        le=1,
    )
    paid_ahead: PaidAhead | None = None
    """What is paid with the order of capacity, before it stands (default: nothing)."""
    sunk: bool | None = None
    """Whether the capacity there on the first day of the horizon was paid before (default: yes, unless a ramp begins on that day)."""
    credit: Credit | None = None
    """A tax credit or grant on it."""
    life: Quantity = number("year", "Depreciation life (straight line).", gt=0)
    salvage: Quantity | None = number(
        "1",
        "Share of undepreciated outlay recovered when the site closes, or at the end of the horizon.",
        None,
        ge=0,
        le=1,
    )


class Contract(Strict):
    """What binds buyer and outside supplier."""

    allocation: Path | None = number("1/month", "Most starts a month the supplier grants us.", None, ge=0)
    commitment: Path | None = number("1/month", "Starts a month we promised to order.", None, ge=0)
    until: Quantity | None = number("date", "Day on which the commitment ends (default: the end of the horizon).", None)
    notice: Quantity | None = number(
        "day",
        "Notice needed before orders may fall below the commitment (default: it is ordered to its end).",
        None,
        ge=0,
    )
    take_or_pay: Quantity | None = number(
        "1", "Share of the price paid for promised starts not ordered, settled at each year's end.", None, ge=0, le=1
    )
    prepayment: Prepayment | None = None
    """Money paid ahead."""


class Site(DrawnEntry):
    """A place with one bottleneck: fab, packager, board shop, supplier."""

    in_house: bool
    """Ours, or an outside supplier's."""
    owner: str = "us"
    """Who runs it; disruptions may strike an owner."""
    region: str = "here"
    """Where it stands; disruptions may strike a region."""
    lines: Quantity = number("unit", "Identical parallel lines that share the capacity.", Quantity(bare=1), ge=1)
    capacity: Path | Literal["unlimited"] | None = number(
        "1/month", "Nameplate capacity in bottleneck load a month; or unlimited.", None, ge=0
    )
    construction: Construction | None = None
    """Construction of the site (with ramp)."""
    ramp: Ramp | None = None
    """Growth from first starts to target."""
    expansions: list[Expansion] = []
    """Later growth."""
    tools: Tools | None = None
    """Tools without which capacity cannot grow (with ramp)."""
    availability: Quantity | None = number("1", "Share of nameplate time that the bottleneck is up.", None, ge=0, le=1)
    closes: Quantity | None = number(
        "date", "Day from which no lot is released at a site of ours; what was released before is finished.", None
    )
    closed: list[AnyClosure] = []
    """When it stands still: days of the week (sat), dates, and shutdowns (begins, ends, yearly); open, it works at its
    capacity."""
    rivals: Path | None = number("1/month", "Capacity held by other customers.", None, ge=0)
    tariff: Path | None = number(
        "1", "Import duty on what an outside supplier charges, as a share of the price.", None, ge=0
    )
    contract: Contract | None = None
    """Terms with an outside supplier."""
    announced: Path | None = number(
        "1/month", "Announced output, on which a planner who withdraws early relies.", None, ge=0
    )
    capex: Capex | None = None
    """Money that its capacity costs."""
    fixed_cost: Quantity | None = number(
        "USD", "Fixed operating cost per unit of installed monthly capacity, per month of capacity held.", None, ge=0
    )
    outside_sales: OutsideSales | None = None
    """Idle capacity that others buy; a line in the money alone, no plan changes with it."""
    echoes_assumption: str | None = None
    """Reason, shown beside every share that this site contributes to: no source states its capacity."""

    @model_validator(mode="after")
    def _one_capacity(self) -> Self:
        """Check that a site has either a capacity or a ramp, and that a ramp begins once."""
        if (self.capacity is None) == (self.ramp is None):
            raise ValueError("give either capacity or ramp")
        if self.ramp is None and (self.construction or self.expansions or self.tools):
            raise ValueError("construction, expansions and tools need a ramp")
        if self.ramp is not None and (self.ramp.start is None) == (self.construction is None):
            raise ValueError("a ramp begins either at its start or when construction ends")
        return self


class LimitedPhase(Strict):
    """A limited phase of qualification."""

    days: Quantity = number("day", "How long the phase lasts.", ge=0)
    starts: Quantity = number("1/month", "Starts a month allowed in the phase.", ge=0)


class Qualification(Strict):
    """From first silicon to high-volume manufacturing (HVM) of one item at one site."""

    begins: Quantity | None = number(
        "date", "Earliest day of the first sample start (default: when the site first has capacity).", None
    )
    samples: LimitedPhase | None = None
    """Engineering samples, started whatever the need; they serve no demand."""
    risk: LimitedPhase | None = None
    """Risk production: usable, but no reason yet to cut outside orders."""


class Recipe(DrawnEntry):
    """A site, on a process node if there is one, turns materials into an item."""

    item: str
    """The item that is made."""
    site: str
    """The site that makes it."""
    node: Quantity | None = number(
        "text", "Process node; with it each start is a wafer and units come from the die area.", None
    )
    inputs: dict[str, Quantity] = number("unit", "Materials: units of each item or pool that one unit takes.", {}, gt=0)
    units_per_start: Quantity | None = number(
        "unit", "Gross units of one start (packages on a panel); wafers derive it from die area.", None, gt=0
    )
    lot_size: Quantity | None = number("unit", "Starts in a lot (default: each order is one lot).", None, ge=1)
    minimum: Quantity | None = number("unit", "Fewest starts in an order (default: none).", None, ge=1, le=MOST_COUNTED)
    multiple: Quantity | None = number(
        "unit", "Orders are a multiple of this many starts (default: 1).", None, ge=1, le=MOST_COUNTED
    )
    order_period: Quantity | None = number(
        "day",
        "One order covers the net requirements of this many days (period order quantity; default: lot for lot).",
        None,
        gt=0,
    )
    load: Random = number("unit", "Bottleneck load of one start.", Random(mean=Quantity(bare=1)), gt=0)
    cycle_time: Random = number("day", "Time from the bottleneck to done.", Random(mean=Quantity(bare=0)), ge=0)
    queue_allowance: Quantity | None = number("day", "Allowance for queueing in the planned lead time.", None, ge=0)
    planned_lead_time: Quantity | None = number(
        "day", "Lead time the planner counts on (default: mean cycle time, shipping and queue allowance).", None, ge=0
    )
    shipping_time: Quantity | None = number("day", "Time from the site to our stock.", None, ge=0)
    yields: Yield = Field(Yield(), alias="yield")
    """Share of what is started that becomes good units."""
    qualification: Qualification | None = None
    """Phases before high volume (default: qualified)."""
    price: Path | None = number("USD", "What an outside supplier charges for one start.", None, ge=0)
    variable_cost: Quantity | None = number("USD", "Variable operating cost of one start in-house.", None, ge=0)
    order_cost: Quantity | None = number("USD", "Fixed cost of an order.", None, ge=0)
    shipment_cost: Quantity | None = number("USD", "Cost of a shipment (of a lot), paid when it leaves.", None, ge=0)


class OpenOrder(Strict):
    """An order placed before the start and not yet received (scheduled receipt)."""

    recipe: str
    """The recipe by which it is made or bought."""
    quantity: Quantity = number("unit", "Starts ordered.", ge=1, le=MOST_COUNTED)
    due: Quantity = number("date", "Day on which it arrives in stock.")


class PhaseOut(Strict):
    """Outside orders we would like to fall, between two dates."""

    begins: Quantity = number("date", "Until this date the wanted outside share is 1.")
    ends: Quantity = number("date", "From this date the wanted outside share is `to`.")
    to: Quantity = number("1", "Wanted outside share after the phase-out.", Quantity(bare=0), ge=0, le=1)


class Sourcing(DrawnEntry):
    """Who makes an item or the members of a pool."""

    sources: list[str] = Field(min_length=1)
    """Recipes, in order of preference."""
    policy: SourcingPolicy = SourcingPolicy.SPLIT
    """split (by shares), in_house_first, phase_out (dated) or least_cost."""
    shares: dict[str, Quantity] = number(
        "1", "Share of each source among those that are split (default: equal).", {}, ge=0, le=1
    )
    overflow: bool = True
    """What one source cannot take goes to the next."""
    second_source_floor: Quantity | None = number("1", "Least share of the need that stays outside.", None, ge=0, le=1)
    phase_out: PhaseOut | None = None
    """Dates of a phase-out."""
    withdraw_on: WithdrawOn = WithdrawOn.EXPECTED
    """Outside orders fall on expected output, or already on announced output."""

    @model_validator(mode="after")
    def _dates(self) -> Self:
        """Check that a phase-out has dates, and no other policy has."""
        if (self.policy is SourcingPolicy.PHASE_OUT) != (self.phase_out is not None):
            raise ValueError("phase_out dates belong to the phase_out policy")
        return self
