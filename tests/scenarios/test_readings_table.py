"""The page's table of the own side's readings says what the runs print."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.api import run
from sim.report.formats import about, count, dollars
from sim.scenario.loader import load_scenario

PAGE = Path(__file__).parents[2] / "scenarios" / "README.md"
BASE = "as announced"


def rows() -> dict[str, list[str]]:
    """Cells of the table by reading."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("| reading |")) + 2
    last = next(i for i in range(first, len(lines)) if not lines[i].startswith("|"))
    found = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines[first:last])
    return {cells[0]: cells[1:] for cells in found}


def cells(reading: str) -> list[str]:
    """What a run of the announced shift prints under a reading: NPV, H100e, and shares made in-house."""
    scenario = load_scenario("as-announced", readings=[] if reading == BASE else [reading])
    kpis = run(scenario, engine="batch").kpis
    shares = ("wafer", "component", "board")
    wafers, components, boards = (about(kpis[f"in_house_share.{name}"] or 0.0) for name in shares)
    good = about(kpis["in_house_share_of_good.wafer"] or 0.0)
    return [dollars(kpis["npv_usd"]), count(kpis["h100e_delivered"]), wafers, good, components, boards]


@pytest.mark.parametrize("reading", list(rows()))
def test_the_table_says_what_the_run_prints(reading: str) -> None:
    assert rows()[reading] == cells(reading)
