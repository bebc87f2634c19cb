"""Three M/M/1 stations in a row at load 0.8, as one writes them in Ciw, with the figures one asks for."""

from __future__ import annotations

import ciw


def run(horizon: float, seed: int) -> tuple[int, list[float], float]:
    """Run to `horizon`; services completed, mean wait at each station, mean time in system."""
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(0.8), None, None],
        service_distributions=[ciw.dists.Exponential(1.0)] * 3,
        routing=[[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]],
        number_of_servers=[1, 1, 1],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(horizon)
    records = simulation.get_all_records(only=["service"])
    waits: list[list[float]] = [[], [], []]
    came: dict[int, float] = {}
    times: list[float] = []
    for record in sorted(records, key=lambda r: r.exit_date):
        waits[record.node - 1].append(record.waiting_time)
        if record.node == 1:
            came[record.id_number] = record.arrival_date
        elif record.node == 3:
            times.append(record.exit_date - came[record.id_number])
    return len(records), [sum(wait) / len(wait) for wait in waits], sum(times) / len(times)
