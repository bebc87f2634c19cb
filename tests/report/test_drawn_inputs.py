"""The table of what a replication drew."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from sim.dimensions import Dimension
from sim.distributions import Draw
from sim.report.drawn_inputs import MOST, drawn_inputs
from sim.report.tables import Table
from sim.results.result import DrawnInput


def test_a_replication_shows_its_uncertain_inputs_the_furthest_out_first() -> None:
    def one(name: str, value: float, probability: float) -> DrawnInput:
        return DrawnInput(Dimension(name, name, 5, 10, 30, Draw.TRIANGULAR, "day"), value, probability)

    many = tuple(one(f"n{k}", 12.0, 0.5 + k / 100) for k in range(MOST + 3))
    table = drawn_inputs(cast(Any, SimpleNamespace(replication=4, drawn=(*many, one("far", 29.123456, 0.9987)))))
    assert isinstance(table, Table)
    assert table.title == "Uncertain inputs as replication 4 draws them"
    assert table.rows[0] == ("far", "10", "29.12", "5 to 30 day", "99.9")
    assert len(table.rows) == MOST
    assert "4 more with --json" in table.notes[-1]
    assert drawn_inputs(cast(Any, SimpleNamespace(drawn=None))) is None
