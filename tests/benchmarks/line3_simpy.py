"""Three M/M/1 stations in a row at load 0.8, as one writes them in SimPy, with the figures one asks for."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import simpy


def run(horizon: float, seed: int) -> tuple[int, list[float], float]:
    """Run to `horizon`; services completed, mean wait at each station, mean time in system."""
    env = simpy.Environment()
    rng = random.Random(seed)
    stations = [simpy.Resource(env, capacity=1) for _ in range(3)]
    waits: list[list[float]] = [[], [], []]
    times: list[float] = []
    done = [0]

    def job() -> Generator[simpy.Event, Any, None]:
        came = env.now
        for station, wait in zip(stations, waits, strict=True):
            arrived = env.now
            with station.request() as turn:
                yield turn
                wait.append(env.now - arrived)
                yield env.timeout(rng.expovariate(1.0))
            done[0] += 1
        times.append(env.now - came)

    def arrivals() -> Generator[simpy.Event, Any, None]:
        while True:
            yield env.timeout(rng.expovariate(0.8))
            env.process(job())

    env.process(arrivals())
    env.run(until=horizon)
    return done[0], [sum(wait) / len(wait) for wait in waits], sum(times) / len(times)
