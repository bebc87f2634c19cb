"""The parts of a plan that stand alone: sites, recipes, demand lines, disruptions."""

from __future__ import annotations

from collections.abc import Mapping

from sim.compiler.closures import closed_days
from sim.compiler.courses import Courses
from sim.compiler.references import References
from sim.plan import (
    NONE,
    CreditPlan,
    DisruptionPlan,
    EffectsPlan,
    GenerationPlan,
    ItemPlan,
    LearningPlan,
    LinePlan,
    OutsideSalesPlan,
    PaidAheadPlan,
    PaymentPlan,
    PowerPlan,
    PrepaymentPlan,
    RampPlan,
    Ref,
    SitePlan,
    SourcePlan,
    ToolsPlan,
    YieldPlan,
)
from sim.scenario.schema.demand import AnyDisruption, DemandLine, Markov, Scheduled, Sporadic
from sim.scenario.schema.document import Horizon
from sim.scenario.schema.payments import Payment
from sim.scenario.schema.supply import Item, Recipe, Site
from sim.scenario.schema.terms import OutsideSales, Power, Tools
from sim.scenario.schema.yields import Learning


def item_plan(refs: References, name: str, item: Item) -> ItemPlan:
    """Return an item with its own numbers."""
    at = f"items.{name}"
    numbers = ("tops", "watts", "h100e", "holding_cost", "transit_cost", "initial_stock", "safety_stock")
    ref = {k: refs.ref(f"{at}.{k}") for k in numbers}
    return ItemPlan(
        name, item.stage, item.family, item.unit, ref["tops"], ref["watts"], ref["h100e"],
        ref["holding_cost"], ref["transit_cost"], ref["initial_stock"], ref["safety_stock"],
    )  # fmt: skip


def site_plan(refs: References, name: str, site: Site, horizon: Horizon, courses: Courses) -> SitePlan:
    """Return a site with its capacity, contract and money, and when choices begin and close it."""
    at = f"sites.{name}"
    unlimited = site.capacity == "unlimited"
    capacity = None if isinstance(site.capacity, str) else refs.path(f"{at}.capacity", site.capacity)
    contract = site.contract
    stages = site.construction.stages if site.construction else []
    ramps = (
        [RampPlan(NONE, refs.ref(f"{at}.ramp.target"), refs.ref(f"{at}.ramp.months"), site.ramp.shape)]
        if site.ramp
        else []
    )
    for i, expansion in enumerate(site.expansions):
        here = f"{at}.expansions.{i}"
        ramps.append(
            RampPlan(refs.ref(f"{here}.after"), refs.ref(f"{here}.target"), refs.ref(f"{here}.months"), expansion.shape)
        )
    return SitePlan(
        name=name,
        stream=site.stream or name,
        in_house=site.in_house,
        owner=site.owner,
        region=site.region,
        unlimited=unlimited,
        lines=refs.ref(f"{at}.lines"),
        capacity=capacity,
        ramp_start=refs.ref(f"{at}.ramp.start"),
        ramp_initial=refs.ref(f"{at}.ramp.initial"),
        decision=refs.ref(f"{at}.construction.decision"),
        begun=courses.begins.get(name, ()),
        stages=tuple(refs.ref(f"{at}.construction.stages.{i}.duration") for i in range(len(stages))),
        ramps=tuple(ramps),
        tools=_tools_plan(refs, f"{at}.tools", site.tools),
        availability=refs.ref(f"{at}.availability"),
        closes=refs.ref(f"{at}.closes"),
        closings=courses.closes.get(name, ()),
        closed=closed_days(site.closed, horizon),
        tariff=refs.path(f"{at}.tariff", site.tariff),
        rivals=refs.path(f"{at}.rivals", site.rivals),
        allocation=refs.path(f"{at}.contract.allocation", contract.allocation) if contract else None,
        commitment=refs.path(f"{at}.contract.commitment", contract.commitment) if contract else None,
        until=refs.ref(f"{at}.contract.until"),
        notice=refs.ref(f"{at}.contract.notice"),
        take_or_pay=refs.ref(f"{at}.contract.take_or_pay"),
        prepayment=_prepayment_plan(refs, f"{at}.contract.prepayment", site),
        announced=refs.path(f"{at}.announced", site.announced),
        capex_per_capacity=refs.ref(f"{at}.capex.per_capacity"),
        equipment_share=refs.ref(f"{at}.capex.equipment_share"),
        paid_ahead=_paid_ahead_plan(refs, f"{at}.capex.paid_ahead", site),
        credit=_credit_plan(refs, f"{at}.capex.credit", site),
        sunk=site.capex.sunk if site.capex else None,
        life=refs.ref(f"{at}.capex.life"),
        salvage=refs.ref(f"{at}.capex.salvage"),
        fixed_cost=refs.ref(f"{at}.fixed_cost"),
        outside_sales=_outside_sales_plan(refs, f"{at}.outside_sales", site.outside_sales),
        echoes_assumption=site.echoes_assumption,
    )


def _credit_plan(refs: References, at: str, site: Site) -> CreditPlan | None:
    """Return the credit on the outlay of a site, if it has one."""
    given = site.capex is not None and site.capex.credit is not None
    return CreditPlan(refs.ref(f"{at}.share"), refs.ref(f"{at}.begun_by")) if given else None


def _paid_ahead_plan(refs: References, at: str, site: Site) -> PaidAheadPlan | None:
    """Return what is paid ahead for the equipment of a site, if anything is."""
    given = site.capex is not None and site.capex.paid_ahead is not None
    return PaidAheadPlan(refs.ref(f"{at}.days"), refs.ref(f"{at}.share")) if given else None


def _prepayment_plan(refs: References, at: str, site: Site) -> PrepaymentPlan | None:
    """Return the prepayment to a site, if there is one."""
    if site.contract is None or site.contract.prepayment is None:
        return None
    return PrepaymentPlan(refs.ref(f"{at}.amount"), refs.ref(f"{at}.at"), refs.ref(f"{at}.set_off"))


def _outside_sales_plan(refs: References, at: str, sales: OutsideSales | None) -> OutsideSalesPlan | None:
    """Return the sales of a site's idle capacity, if there are any."""
    if sales is None:
        return None
    demand, price = refs.path(f"{at}.demand", sales.demand), refs.path(f"{at}.price", sales.price)
    assert demand is not None
    assert price is not None
    return OutsideSalesPlan(demand, price, refs.ref(f"{at}.variable_cost"))


def _tools_plan(refs: References, at: str, tools: Tools | None) -> ToolsPlan | None:
    """Return the deliveries of tools that limit a site, if any do."""
    supply = refs.path(f"{at}.supply", tools.supply) if tools else None
    return None if supply is None else ToolsPlan(refs.ref(f"{at}.per_capacity"), supply)


def source_plan(
    refs: References, name: str, recipe: Recipe, items: Mapping[str, int], sites: Mapping[str, int],
    sources: Mapping[str, int], share: Ref,
) -> SourcePlan:  # fmt: skip
    """Return a recipe in use."""
    at = f"recipes.{name}"

    def ref(key: str) -> Ref:
        return refs.ref(f"{at}.{key}")

    return SourcePlan(
        name=name,
        stream=recipe.stream or name,
        item=items[recipe.item],
        site=sites[recipe.site],
        lot_size=ref("lot_size"),
        minimum=ref("minimum"),
        multiple=ref("multiple"),
        order_period=ref("order_period"),
        load=refs.noise(f"{at}.load", recipe.load),
        cycle_time=refs.noise(f"{at}.cycle_time", recipe.cycle_time),
        queue_allowance=ref("queue_allowance"),
        planned_lead_time=ref("planned_lead_time"),
        shipping_time=ref("shipping_time"),
        yields=_yield_plan(refs, at, recipe, sources),
        begins=ref("qualification.begins"),
        sample_days=ref("qualification.samples.days"),
        sample_starts=ref("qualification.samples.starts"),
        risk_days=ref("qualification.risk.days"),
        risk_starts=ref("qualification.risk.starts"),
        price=refs.path(f"{at}.price", recipe.price),
        variable_cost=ref("variable_cost"),
        order_cost=ref("order_cost"),
        shipment_cost=ref("shipment_cost"),
        share=share,
    )


def _yield_plan(refs: References, at: str, recipe: Recipe, sources: Mapping[str, int]) -> YieldPlan:
    """Return the yield of a recipe, with the die and the wafer where it has a process node."""
    die_area, wafer = NONE, (NONE, NONE, NONE)
    if recipe.node is not None:
        node = refs.name(f"{at}.node")
        die_area = refs.ref(f"items.{recipe.item}.die_area.{node}")
        diameter, edge, scribe = (refs.ref(f"nodes.{node}.{k}") for k in ("wafer_diameter", "edge_exclusion", "scribe"))
        wafer = (diameter, edge, scribe)
    here, yields = f"{at}.yield", recipe.yields
    return YieldPlan(
        line=refs.ref(f"{here}.line"),
        assembly=refs.ref(f"{here}.assembly"),
        assembly_learning=_learning(refs, f"{here}.assembly_learning", yields.assembly_learning, sources),
        defects=refs.ref(f"{here}.defects"),
        defect_learning=_learning(refs, f"{here}.defect_learning", yields.defect_learning, sources),
        model=yields.model,
        alpha=refs.ref(f"{here}.alpha"),
        lot_cv=refs.ref(f"{here}.lot_cv"),
        units_per_start=refs.ref(f"{at}.units_per_start"),
        die_area=die_area,
        wafer=wafer,
    )


def _learning(refs: References, at: str, field: Learning | None, sources: Mapping[str, int]) -> LearningPlan | None:
    """Return how a number is learned, if it is."""
    if field is None:
        return None
    scale = refs.ref(f"{at}.days" if field.days is not None else f"{at}.starts")
    inherits = sources.get(field.inherits, -1) if field.inherits else -1
    return LearningPlan(
        refs.ref(f"{at}.start"), refs.ref(f"{at}.mature"), field.over, scale, inherits, refs.ref(f"{at}.keep")
    )


def payment_plan(refs: References, name: str, payment: Payment, source: int) -> PaymentPlan:
    """Return a payment, dated or with the qualification of a source."""
    at, numbers = f"payments.{name}", ("amount", "at", "every", "until")
    ref = {k: refs.ref(f"{at}.{k}") for k in numbers}
    return PaymentPlan(name, payment.title or name, ref["amount"], ref["at"], source, ref["every"], ref["until"])


def line_plan(
    refs: References,
    name: str,
    line: DemandLine,
    pool_of: Mapping[str, int],
    sources: Mapping[str, int],
    lines: Mapping[str, int],
) -> LinePlan:
    """Return a demand line."""
    at = f"demand.{name}"
    if line.item is not None:
        generations = [GenerationPlan(pool_of[line.item], NONE, NONE, NONE, ())]
    else:
        generations = [
            GenerationPlan(
                pool_of[g.item],
                refs.ref(f"{at}.generations.{i}.begins"),
                refs.ref(f"{at}.generations.{i}.cadence"),
                refs.ref(f"{at}.generations.{i}.months"),
                tuple(sources[r] for r in g.wait_for if r in sources),
            )
            for i, g in enumerate(line.generations)
        ]
    ref = {
        k: refs.ref(f"{at}.{k}")
        for k in (
            "share", "per_unit", "every", "sd", "begins", "cancel_after", "delivery_time",
            "shipment_cost", "shortage_cost", "lost_cost", "idle_share",
        )
    }  # fmt: skip
    return LinePlan(
        name=name,
        stream=line.stream or name,
        generations=tuple(generations),
        pattern=line.pattern,
        rate=refs.path(f"{at}.rate", line.rate),
        value=refs.path(f"{at}.value", line.value),
        value_per_h100e=refs.path(f"{at}.value_per_h100e", line.value_per_h100e),
        quantity=refs.units(f"{at}.quantity", line.quantity),
        compute=refs.path(f"{at}.compute", line.compute),
        power=_power_plan(refs, f"{at}.power", line.power),
        values=tuple(
            [refs.ref(f"{at}.values.{i}") for i in range(len(line.values))]
            or [refs.ref(f"{at}.orders.{i}.units") for i in range(len(line.orders))]
        ),
        dates=tuple(refs.ref(f"{at}.orders.{i}.date") for i in range(len(line.orders))),
        repeats=line.repeats,
        idle_of=tuple(lines[other] for other in line.idle_of),
        priority=line.priority,
        backlog=line.backlog,
        forecast_rate=refs.path(f"{at}.forecast.rate", line.forecast.rate),
        forecast_bias=refs.ref(f"{at}.forecast.bias"),
        forecast_revision=refs.ref(f"{at}.forecast.revision"),
        **ref,
    )


def _power_plan(refs: References, at: str, power: Power | None) -> PowerPlan | None:
    """Return the power that limits a compute need, if any does."""
    available = refs.path(f"{at}.available", power.available) if power else None
    return None if available is None else PowerPlan(available, refs.ref(f"{at}.per_compute"))


def disruption_plan(
    refs: References, name: str, disruption: AnyDisruption, sites: Mapping[str, tuple[int, str, str]],
    disruptions: Mapping[str, int],
) -> DisruptionPlan:  # fmt: skip
    """Return a disruption with the sites it strikes; `sites` holds each site's index, owner and region."""
    at = f"disruptions.{name}"
    own: dict[type, tuple[str, ...]] = {
        Scheduled: ("begins",),
        Sporadic: ("rate",),
        Markov: ("every", "fail", "recover"),
    }
    struck = tuple(
        index
        for site, (index, owner, region) in sites.items()
        if site in disruption.sites or owner in disruption.owners or region in disruption.regions
    )
    numbers = ("capacity", "cycle_time", "yield", "price", "allocation", "scrap_stock", "scrap_wip")
    effect = {k: refs.ref(f"{at}.effects.{k}") for k in numbers}
    duration = None if isinstance(disruption, Markov) else refs.noise(f"{at}.duration", disruption.duration)
    return DisruptionPlan(
        name=name,
        stream=disruption.stream or name,
        kind=disruption.kind,
        refs={k: refs.ref(f"{at}.{k}") for k in own[type(disruption)]},
        duration=duration,
        recovery=refs.ref(f"{at}.recovery"),
        recovery_points=tuple(
            (refs.ref(f"{at}.recovery_points.{i}.after"), refs.ref(f"{at}.recovery_points.{i}.value"))
            for i in range(len(disruption.recovery_points))
        ),
        sites=struck,
        effects=EffectsPlan(
            effect["capacity"], effect["cycle_time"], effect["yield"], effect["price"], effect["allocation"],
            disruption.effects.shipments_held, effect["scrap_stock"], effect["scrap_wip"],
        ),
        raises=tuple((disruptions[k], refs.ref(f"{at}.raises.{k}")) for k in disruption.raises),
    )  # fmt: skip
