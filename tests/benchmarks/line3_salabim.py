"""Three M/M/1 stations in a row at load 0.8, as one writes them in salabim, with the figures one asks for."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import salabim


def run(horizon: float, seed: int) -> tuple[int, list[float], float]:
    """Run to `horizon`; services completed, mean wait at each station, mean time in system."""
    env = salabim.Environment(trace=False, random_seed=seed, yieldless=False)
    stations = [salabim.Resource(f"station {i}", env=env) for i in range(3)]
    service, gap = salabim.Exponential(1.0, env=env), salabim.Exponential(1.25, env=env)
    waits: list[list[float]] = [[], [], []]
    times: list[float] = []
    done = [0]

    class Job(salabim.Component):
        def process(self) -> Generator[Any, Any, None]:
            came = env.now()
            for station, wait in zip(stations, waits, strict=True):
                arrived = env.now()
                yield self.request(station)
                wait.append(env.now() - arrived)
                yield self.hold(service.sample())
                self.release()
                done[0] += 1
            times.append(env.now() - came)

    class Arrivals(salabim.Component):
        def process(self) -> Generator[Any, Any, None]:
            while True:
                yield self.hold(gap.sample())
                Job(env=env)

    Arrivals(env=env)
    env.run(horizon)
    return done[0], [sum(wait) / len(wait) for wait in waits], sum(times) / len(times)
