"""Whether a higher or a lower value of a KPI is better, where that is known."""

_HIGHER = (
    "in_house_share", "fill_rate", "served", "delivered", "h100e_delivered", "h100e_growth_per", "megawatts_delivered",
    "throughput", "npv", "value_usd", "disposal_usd", "salvage_usd",
)  # fmt: skip
_LOWER = (
    "backlog_end", "lost", "time_to_serve", "capex_usd", "spend_", "holding_usd", "shortage_usd", "take_or_pay_usd", "payments_usd",
    "transport_usd", "total_cost_usd", "unit_cost", "one_off_cost", "wait_probability", "mean_wait", "mean_queue", "time_in_system", "left_over", "waiting_to_enter", "time_in_line",
    "h100e_idle",
)  # fmt: skip


def higher_is_better(kpi: str) -> bool | None:
    """Return whether a higher value of a KPI is better; None where it depends (demand, starts, stocks, utilisation)."""
    if kpi.startswith(_HIGHER):
        return True
    return False if kpi.startswith(_LOWER) else None
