"""`fabshift bench`."""

from __future__ import annotations

import sys

from sim.bench import benchmarks
from sim.cli.choices import JSON
from sim.cli.output import emit_json
from sim.report.render import show
from sim.report.tables import left, right, table


def command(as_json: JSON = False) -> None:
    """Run the benchmarks."""
    results = benchmarks(lambda line: print(line, file=sys.stderr))
    if as_json:
        emit_json({name: measure.to_json() for name, measure in results.items()})
        return
    rows = []
    for name, measure in results.items():
        versus = "; ".join(f"{ratio:.3g} x {other}" for other, ratio in measure.versus.items())
        value = f"{measure.value:,.0f}" if measure.value >= 100 else f"{measure.value:.3g}"
        rows.append([name, value, measure.unit, versus])
    show([table("", [left("benchmark"), right("value"), left("unit"), left("versus")], rows)])
