"""The batch engine as a program to compile: `loop.play`, and the planner, which is compiled by itself."""

from __future__ import annotations

from pathlib import Path

from sim import clock
from sim.engines import shared
from sim.engines.batch import (
    calendar,
    curves,
    demand,
    lists,
    looking,
    loop,
    losses,
    lots,
    open_lots,
    ordering,
    philox,
    recording,
    sites,
    stock,
    variates,
    waiting,
    wip,
    yields,
)
from sim.engines.batch.compiling.program import Program
from sim.engines.shared import (
    attainable,
    capability,
    causes,
    contracts,
    entitlement,
    initial,
    netting,
    planner,
    positions,
    quantiles,
    release,
    requirements,
    reviews,
    rules,
    shares,
    sourcing,
)
from sim.engines.shared import ordering as division

DECIDING = (
    clock, rules, quantiles, positions, capability, requirements, attainable, causes, division, shares, sourcing, contracts, entitlement,
    release, netting, planner, initial, reviews,
)  # fmt: skip
"""What both engines call."""
MOVING = (
    calendar,
    lists,
    curves,
    philox,
    variates,
    sites,
    yields,
    recording,
    stock,
    demand,
    waiting,
    wip,
    open_lots,
    lots,
    losses,
    ordering,
)
"""What moves lots and demand, event by event."""

PROGRAM = Program(
    main=loop.play,
    apart=reviews.decide,
    modules=(*DECIDING, *MOVING, looking, loop),
    # What happens to each lot and demand; the rest is left to the compiler.
    inlined=(
        clock,
        rules,
        quantiles,
        calendar,
        lists,
        curves,
        variates,
        sites,
        yields,
        stock,
        demand,
        waiting,
        open_lots,
        lots,
    ),
    # Long, and called from several places: to compile them into each takes longer than they run.
    called=(lots.enter, lots.dispatch, lots.order),
    sources=(
        Path(str(clock.__file__)),
        *Path(__file__).parent.rglob("*.py"),
        *(file for folder in shared.__path__ for file in Path(folder).glob("*.py")),
    ),
    place=__name__,
    title="the batch engine",
)
