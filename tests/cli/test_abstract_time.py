"""A model in a time unit of its own is told in that unit: it has no months."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli.main import main
from sim.scenario.schema.document import Horizon

CASE = Path(__file__).parents[1] / "analytic" / "cases" / "weeks-not-months.yaml"
RUN = ("run", str(CASE), "--engine", "events")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command prints, in one line; there is no month in it."""
    assert main(list(arguments)) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "month" not in out.lower().replace("weeks-not-months", "")
    return out


def test_what_is_out_of_reach_in_weeks(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, *RUN)
    assert "from week 0: at the end the demand requires 25 part a week" in out
    assert "could make 10." in out


@pytest.mark.parametrize(
    ("unit", "phrase"), [("hour", "an hour"), ("year", "a year"), ("period", "a period"), ("null", "a time unit")]
)
def test_any_unit_is_named(capsys: pytest.CaptureFixture[str], unit: str, phrase: str) -> None:
    assert f"25 part {phrase}" in told(capsys, *RUN, "--set", f"horizon.time_unit={unit}")


def test_what_a_kpi_rests_on_is_written_in_weeks(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "explain", str(CASE), "served_by_end")
    assert "25 1/week" in out
    assert "1 week" in out


def test_distributions_are_over_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert "over the run" in told(capsys, "montecarlo", str(CASE), "-n", "2", "--full")


def test_units_of_dated_models_stay() -> None:
    dated, weeks = (Horizon.model_validate(h) for h in ({"start": "2026-01-01", "end": "2027-01-01"}, {"length": 3}))
    assert dated.written("USD*month") == "USD*month"
    assert weeks.written("USD*month") == "USD*time unit"
    assert weeks.written("1/year") == "1/time unit"
    assert weeks.written("mm2") == "mm2"
