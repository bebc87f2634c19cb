"""The planner's review, compiled by itself: it shares with the rest of the engine only what both see.

It is half of all there is to compile and runs a few dozen times, so the loop calls it by its address: another
process can compile it meanwhile (see `ahead`), nothing of it is optimised twice, and the reference engine can
call it too (see `kept`).
"""

from __future__ import annotations

from sim.engines.shared.initial import plan_before
from sim.engines.shared.planner import review
from sim.engines.shared.positions import Memory, Position
from sim.engines.shared.tables import Tables
from sim.engines.shared.worksheet import Worksheet

DECIDED, BEFORE = 1, -1
"""What a decision returns, and the review that stands for the time before the start."""


def decide(tables: Tables, position: Position, memory: Memory, sheet: Worksheet, k: int) -> int:
    """Decide the starts of the period that begins at review `k`, and leave them in the worksheet.

    Returns DECIDED: whoever calls by address learns of an exception by another number alone.
    """
    if k == BEFORE:
        plan_before(tables, position, memory, sheet)
    else:
        review(tables, position, memory, sheet, k)
    return DECIDED
