"""The figures of what an option is worth."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.report.figures import flexible, gates, option_values, regrets, spans
from sim.results.result import scenario_hash

if TYPE_CHECKING:
    from sim.flexibility.option import Flexibility
    from sim.report.figures.figure import Chart


def _source(found: Flexibility) -> str:
    lots = f"lots {found.lot_scale} times as large" if found.lot_scale > 1 else None
    runs = f"{found.valuation.fresh:,} of {found.n:,} paths"
    return spans.source(found.scenario.name, found.seed, scenario_hash(found.scenario), runs, lots)


def _npv(found: Flexibility) -> Chart | None:
    valuation = found.valuation
    worst = valuation.cvar_fixed, valuation.cvar_policy
    return flexible.flexible(
        found.frames["values"], (valuation.fixed.mean, valuation.policy.mean), worst, _source(found)
    )


def _choices(found: Flexibility) -> Chart | None:
    document = found.scenario.document.decisions
    titles = {gate.name: document[gate.name].title or gate.name for gate in found.gates}
    return gates.gates(found.frames["choices"], titles, _source(found))


def _options(found: Flexibility) -> Chart | None:
    table = found.frames.get("options")
    return None if table is None else option_values.option_values(table, _source(found))


def _readings(found: Flexibility) -> Chart | None:
    table = found.frames.get("readings")
    return None if table is None else regrets.regrets(table, _source(found))


FIGURES: dict[str, Callable[[Flexibility], Chart | None]] = {
    flexible.NAME: _npv, gates.NAME: _choices, option_values.NAME: _options, regrets.NAME: _readings,
}  # fmt: skip
"""Name -> the figure of an option, or None where it has nothing to show; the most telling first."""
