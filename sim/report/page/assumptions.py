"""What a page says of inputs: what was changed, what sources disagree on, and each with value, range, kind and source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.formats import plain
from sim.report.indicators import date
from sim.report.inputs import COLUMNS, inputs_frame
from sim.report.page.markup import block, download, folded, frame
from sim.report.run_report import changes
from sim.scenario.listing import listed
from sim.scenario.sheets import quoted

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.loader import Scenario


def inputs_part(scenario: Scenario) -> str:
    """Return changes, uncertain inputs and all inputs as HTML."""
    changed = changes(scenario)
    table, drawn = inputs_frame(listed(scenario)), ranges(scenario)
    uncertain = (
        folded(
            f"What a study draws: {len(drawn):,} uncertain inputs", frame(drawn, "Uncertain inputs and their ranges")
        )
        + download(drawn, f"{scenario.name}-uncertain.csv")
        if len(drawn)
        else ""
    )
    every = folded(f"All {len(table):,} inputs", frame(table[list(COLUMNS)], "All inputs")) + download(
        table.map(quoted), f"{scenario.name}-inputs.csv"
    )
    return ("" if changed is None else block(changed)) + uncertain + every


def ranges(scenario: Scenario) -> pd.DataFrame:
    """Return every uncertain input.

    Columns: input, low, typical and high (in its unit), unit, distribution, statement.
    """
    import pandas as pd

    figures = scenario.ledger.figures
    rows = [
        (
            name,
            *(_written(scenario, entry.unit, value) for value in (entry.low, entry.mode, entry.high)),
            entry.unit,
            str(entry.draw),
            figures[name].statement if name in figures else "",
        )
        for name, entry in scenario.uncertain.items()
    ]
    return pd.DataFrame(rows, columns=["input", "low", "typical", "high", "unit", "distribution", "statement"])


def _written(scenario: Scenario, unit: str, value: float | str | None) -> str:
    """Return a value of an input as text; a date, given in days from the start, as the date."""
    if value is None:
        return ""
    return date(scenario, value) if unit == "date" and isinstance(value, (int, float)) else plain(value)
