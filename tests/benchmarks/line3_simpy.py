"""Three M/M/1 stations in a row at load 0.8, as one writes them in SimPy."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import simpy


def run(horizon: float, seed: int) -> int:
    """Run to `horizon`; the number of services completed at all stations."""
    env = simpy.Environment()
    rng = random.Random(seed)
    stations = [simpy.Resource(env, capacity=1) for _ in range(3)]
    done = [0]

    def job() -> Generator[simpy.Event, Any, None]:
        for station in stations:
            with station.request() as turn:
                yield turn
                yield env.timeout(rng.expovariate(1.0))
            done[0] += 1

    def arrivals() -> Generator[simpy.Event, Any, None]:
        while True:
            yield env.timeout(rng.expovariate(0.8))
            env.process(job())

    env.process(arrivals())
    env.run(until=horizon)
    return done[0]
