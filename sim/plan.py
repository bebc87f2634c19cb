"""The compiled scenario: names become indices, numbers become references into one vector of inputs.

A `Ref` is an index into `Plan.inputs`; -1 (`NONE`) means that the scenario leaves the field out. Replications differ only
in that vector and in what is drawn from it (`sim.draws`), so a plan is compiled once. Times are in days, rates per day and
money in dollars, whatever the units in the scenario.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.calendar import Calendar
from sim.dimensions import Dimension, Lineage
from sim.planned import (
    LEAST_STEPS,
    NONE,
    BoolArray,
    CreditPlan,
    FloatArray,
    GatePlan,
    GenerationPlan,
    IntArray,
    MomentPlan,
    NoisePlan,
    OutsideSalesPlan,
    PaidAheadPlan,
    PathPlan,
    PlannedInput,
    PowerPlan,
    PrepaymentPlan,
    ProcessPlan,
    Ref,
    SplicePlan,
    ToolsPlan,
    UnitsPlan,
)
from sim.vocabulary import (
    LearnOver,
    MilestoneRule,
    Pattern,
    PolicyType,
    RampShape,
    SourcingPolicy,
    YieldModel,
    YieldNoise,
)

__all__ = [
    "LEAST_STEPS", "NONE", "BoolArray", "Calendar", "CreditPlan", "DisruptionPlan", "EffectsPlan", "FloatArray", "GatePlan", "GenerationPlan",
    "IntArray", "ItemPlan", "LearningPlan", "LinePlan", "MilestonePlan", "MomentPlan", "NoisePlan", "OpenOrderPlan", "OutsideSalesPlan", "PaidAheadPlan", "PathPlan",
    "Plan", "PlannedInput", "PoolPlan", "PowerPlan", "PrepaymentPlan", "ProcessPlan", "RampPlan", "Ref", "SharePlan", "SitePlan", "SourcePlan", "SplicePlan", "ToolsPlan",
    "UnitsPlan", "WipLimitPlan", "YieldPlan",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class RampPlan:
    """A ramp of capacity to `target` over `days`, which begins `after` days after the end of the one before."""

    after: Ref
    target: Ref
    days: Ref
    shape: RampShape


@dataclass(frozen=True, slots=True)
class SitePlan:
    """A site: its capacity, contract and costs."""

    name: str
    stream: str
    in_house: bool
    owner: str
    region: str
    unlimited: bool
    lines: Ref
    capacity: PathPlan | None
    ramp_start: Ref
    ramp_initial: Ref
    decision: Ref
    begun: tuple[MomentPlan, ...]
    """When choices decide its construction; the first counts."""
    stages: tuple[Ref, ...]
    ramps: tuple[RampPlan, ...]
    tools: ToolsPlan | None
    availability: Ref
    closes: Ref
    closings: tuple[MomentPlan, ...]
    """When choices close it; the first counts."""
    closed: tuple[tuple[float, float], ...]
    """Closures in days from the start: disjoint intervals, in order."""
    rivals: PathPlan | None
    tariff: PathPlan | None
    allocation: PathPlan | None
    commitment: PathPlan | None
    until: Ref
    notice: Ref
    take_or_pay: Ref
    prepayment: PrepaymentPlan | None
    announced: PathPlan | None
    capex_per_capacity: Ref
    equipment_share: Ref
    paid_ahead: PaidAheadPlan | None
    credit: CreditPlan | None
    sunk: bool | None
    """Whether the capacity of the first day was paid for before; None: it was, unless a ramp begins on that day."""
    life: Ref
    salvage: Ref
    fixed_cost: Ref
    outside_sales: OutsideSalesPlan | None
    echoes_assumption: str | None


@dataclass(frozen=True, slots=True)
class LearningPlan:
    """A value that approaches its mature level exponentially with time or with starts."""

    start: Ref
    mature: Ref
    over: LearnOver
    scale: Ref
    inherits: int
    keep: Ref


@dataclass(frozen=True, slots=True)
class YieldPlan:
    """The yields of a start; `die_area` is NONE where a start is not a wafer."""

    line: Ref
    assembly: Ref
    assembly_learning: LearningPlan | None
    defects: Ref
    defect_learning: LearningPlan | None
    model: YieldModel
    alpha: Ref
    lot_cv: Ref
    units_per_start: Ref
    die_area: Ref
    wafer: tuple[Ref, Ref, Ref]
    """Diameter, edge exclusion and scribe line, in mm."""


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """A recipe that some item or pool is sourced from."""

    name: str
    stream: str
    item: int
    site: int
    lot_size: Ref
    minimum: Ref
    multiple: Ref
    order_period: Ref
    load: NoisePlan
    cycle_time: NoisePlan
    queue_allowance: Ref
    planned_lead_time: Ref
    shipping_time: Ref
    yields: YieldPlan
    begins: Ref
    sample_days: Ref
    sample_starts: Ref
    risk_days: Ref
    risk_starts: Ref
    price: PathPlan | None
    variable_cost: Ref
    order_cost: Ref
    shipment_cost: Ref
    share: Ref


@dataclass(frozen=True, slots=True)
class OpenOrderPlan:
    """An order placed before the start and not yet received: starts, and the day of arrival."""

    source: int
    quantity: Ref
    due: Ref


@dataclass(frozen=True, slots=True)
class PaymentPlan:
    """A payment that depends on no volume.

    `source` is the source at whose qualification it is paid, -1 if it is paid on a date or by a choice.
    """

    name: str
    title: str
    amount: Ref
    at: Ref
    source: int
    every: Ref
    until: Ref
    chosen: MomentPlan | None = None


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """An item: its stage and family, holding costs, and compute per unit."""

    name: str
    stage: str
    family: str
    unit: str
    tops: Ref
    watts: Ref
    h100e: Ref
    holding_cost: Ref
    transit_cost: Ref
    initial_stock: Ref
    safety_days: Ref


@dataclass(frozen=True, slots=True)
class PoolPlan:
    """Items that are substitutes for each other (most often just one), and how they are replenished."""

    name: str
    members: tuple[int, ...]
    sources: tuple[int, ...]
    policy: PolicyType
    level: Ref
    reorder: Ref
    quantity: Ref
    safety: Ref
    review: Ref
    priority: int
    bypass: bool
    partial: bool
    sourcing: SourcingPolicy
    overflow: bool
    floor: Ref
    phase_out: tuple[Ref, Ref, Ref]
    """The begin and end of the phase-out, and the final outside share."""
    withdraw_on_announced: bool


@dataclass(frozen=True, slots=True)
class LinePlan:
    """A demand line."""

    name: str
    stream: str
    generations: tuple[GenerationPlan, ...]
    pattern: Pattern
    rate: PathPlan | None
    compute: PathPlan | None
    power: PowerPlan | None
    share: Ref
    per_unit: Ref
    every: Ref
    quantity: UnitsPlan | None
    sd: Ref
    values: tuple[Ref, ...]
    """The listed units of a series or of dated orders."""
    dates: tuple[Ref, ...]
    """The dates of orders, in the order in which they are listed."""
    repeats: bool
    begins: Ref
    priority: int
    backlog: bool
    cancel_after: Ref
    delivery_time: Ref
    shipment_cost: Ref
    shortage_cost: Ref
    lost_cost: Ref
    value: PathPlan | None
    value_per_h100e: PathPlan | None
    idle_share: Ref
    idle_of: tuple[int, ...]
    forecast_rate: PathPlan | None
    forecast_bias: Ref
    forecast_revision: Ref


@dataclass(frozen=True, slots=True)
class EffectsPlan:
    """The factors in force during a disruption."""

    capacity: Ref
    cycle_time: Ref
    yields: Ref
    price: Ref
    allocation: Ref
    shipments_held: bool
    scrap_stock: Ref
    scrap_wip: Ref


@dataclass(frozen=True, slots=True)
class DisruptionPlan:
    """A disruption: the numbers of its kind by name, the sites it strikes, and its effects."""

    name: str
    stream: str
    kind: str
    refs: dict[str, Ref]
    duration: NoisePlan | None
    recovery: Ref
    recovery_points: tuple[tuple[Ref, Ref], ...]
    """Days since the end of the disruption, and the factor on capacity then."""
    sites: tuple[int, ...]
    effects: EffectsPlan
    raises: tuple[tuple[int, Ref], ...]


@dataclass(frozen=True, slots=True)
class SharePlan:
    """An in-house share to report."""

    name: str
    title: str
    sources: tuple[int, ...]
    echoes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MilestonePlan:
    """A milestone, whose date is found in the records of a run."""

    name: str
    title: str
    rule: MilestoneRule
    sources: tuple[int, ...]
    pools: tuple[int, ...]
    share: int
    level: Ref
    months: Ref


@dataclass(frozen=True, slots=True)
class WipLimitPlan:
    """A limit on the work in process of a production line, which spans one or more sites."""

    name: str
    limit: Ref
    sites: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Plan:
    """The part of a scenario that all its replications share. Arrays are read-only.

    `inputs_start[r]:inputs_start[r + 1]` are the positions in `input_pool` and `input_ref` of the materials of source
    `r`: a pool, and its units for one start. `order` lists every pool before the pools it is made from (finished goods
    first). `dimensions` are the uncertain numbers that its inputs depend on, `correlations` the rank correlations of
    pairs of them. `known` are the inputs whose draw planners know from the start, each with the factor from the unit of
    its field to internal units. `process_correlations` are those of pairs of random streams of `processes`, by index
    among `process_streams`. `gates` come in this order.
    """

    name: str
    calendar: Calendar
    initial_pipeline: bool
    yield_noise: YieldNoise
    lot_scale: int
    discount_rate: Ref
    terminal_value: Ref
    inputs: tuple[PlannedInput, ...]
    dimensions: tuple[Dimension, ...]
    correlations: tuple[tuple[int, int, float], ...]
    lineage: Lineage
    known: tuple[tuple[Ref, float], ...]
    processes: tuple[ProcessPlan, ...]
    process_correlations: tuple[tuple[int, int, float], ...]
    items: tuple[ItemPlan, ...]
    pools: tuple[PoolPlan, ...]
    sites: tuple[SitePlan, ...]
    sources: tuple[SourcePlan, ...]
    wip_limits: tuple[WipLimitPlan, ...]
    open_orders: tuple[OpenOrderPlan, ...]
    payments: tuple[PaymentPlan, ...]
    lines: tuple[LinePlan, ...]
    disruptions: tuple[DisruptionPlan, ...]
    shares: tuple[SharePlan, ...]
    milestones: tuple[MilestonePlan, ...]
    gates: tuple[GatePlan, ...]
    item_pool: IntArray
    inputs_start: IntArray
    input_pool: IntArray
    input_ref: tuple[Ref, ...]
    order: IntArray

    def __repr__(self) -> str:
        return f"Plan({self.name!r}, {len(self.sites)} sites, {len(self.sources)} recipes, {len(self.inputs)} inputs)"

    @property
    def process_streams(self) -> tuple[str, ...]:
        """The random streams of the processes, each once."""
        return tuple(dict.fromkeys(process.stream for process in self.processes))

    def vector(self) -> FloatArray:
        """Return the typical values of all inputs in internal units and, behind them, the levels of processes (1)."""
        levels = sum(len(process.months) for process in self.processes)
        return np.array([*(i.value for i in self.inputs), *(1.0 for _ in range(levels))], dtype=np.float64)
