"""Classical stock policies in numbers: which pools have one, and when it looks at them."""

from __future__ import annotations

from sim.engines.shared import rules
from sim.plan import NONE, PoolPlan
from sim.vocabulary import PolicyType

POLICIES = {
    PolicyType.BASE_STOCK: rules.BASE_STOCK,
    PolicyType.MIN_MAX: rules.MIN_MAX,
    PolicyType.REORDER: rules.REORDER,
    PolicyType.PERIODIC: rules.PERIODIC,
}


def is_planned(pool: PoolPlan) -> bool:
    """Return whether reviews order for a pool, rather than a stock policy."""
    return pool.policy is PolicyType.PLANNED


def watched(pool: PoolPlan) -> bool:
    """Return whether a stock policy reviews a pool continuously."""
    return not is_planned(pool) and pool.review == NONE


def ships_parts(pool: PoolPlan, lot_size: int) -> bool:
    """Return whether an order with too few inputs ships in parts; lots with a size stay whole."""
    return not is_planned(pool) and pool.partial and lot_size == 0
