"""What a scenario foresaw: probabilities from its runs, and the Brier score, both worked out by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sim.api import run
from sim.claims.scorecard import ENOUGH, Scorecard, brier_score, scorecard
from sim.report.scorecard_report import as_json, scorecard_report
from sim.report.tables import Lines

START = dt.date(2026, 1, 1)
LIMITS = range(60, 160, 10)
N = 16


def day(number: int) -> dt.date:
    return START + dt.timedelta(days=number)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plant")


@pytest.fixture
def card(plant: Callable[[Any], dict[str, Any]], folder: Path) -> Callable[..., Scorecard]:
    """A scorecard of a plant that takes 50 to 150 days to build: one claim for each limit on its first own thing.

    It is reported open on day 100, so the claims with later limits come true; `kept` of them are settled.
    """

    def made(kept: int, *, with_scenario: bool = True) -> Scorecard:
        duration = {"assumed": 100, "low": 50, "high": 150, "source": "made up"}
        scenario = {**plant(duration), "uncertainty": {"ranges": "uniform"}}
        claims = {
            f"by-{limit:03}": {
                "statement": "The plant delivers.", "figure": "press.day", "measured": "it",
                "announced_for": {"until": day(limit)}, "expect": {"milestone": "first_own", "by": day(limit)},
            }
            for limit in LIMITS
        }  # fmt: skip
        about: list[dict[str, Any]] = [{"claim": id, "date": day(100)} for id in list(claims)[:kept]]
        report = {"statement": "It delivers.", "reported": day(200), "source": "a paper", "about": about}
        if not with_scenario:
            claims = {id: {**claim, "figure": "ai7.space"} for id, claim in claims.items()}
        for name, data in (
            ("plant", scenario),
            ("claims", {"bare_numbers": "made up", "claims": claims}),
            ("reports", {"reports": {"opens": report}}),
        ):
            with (folder / f"{name}.yaml").open("w", encoding="utf-8") as stream:
                YAML(typ="safe").dump(_dated(data), stream)
        return scorecard(
            folder / "plant.yaml" if with_scenario else None,
            claims=folder / "claims.yaml", reports=folder / "reports.yaml", n=N, seed=5,
        )  # fmt: skip

    return made


def _dated(data: Any) -> Any:
    """Text that looks like a date as a date, so that it is written without quotes."""
    if isinstance(data, dict):
        return {key: _dated(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_dated(value) for value in data]
    if isinstance(data, str) and data[:2] == "20" and len(data) == 10:
        return dt.date.fromisoformat(data)
    return data


@lru_cache
def by_hand(folder: Path) -> list[float]:
    """The share of runs, one by one in the readable engine, in which the plant delivers by each limit."""
    dates = [run(folder / "plant.yaml", seed=5, replication=k).milestones["first_own"] for k in range(N)]
    assert all(isinstance(date, dt.date) for date in dates)
    return [sum(isinstance(d, dt.date) and d <= day(limit) for d in dates) / N for limit in LIMITS]


def test_brier_score_by_hand() -> None:
    # (0.8 - 1)^2 = 0.04, (0.3 - 0)^2 = 0.09, (0.5 - 1)^2 = 0.25: a third of 0.38.
    assert brier_score([(0.8, True), (0.3, False), (0.5, True)]) == pytest.approx(0.38 / 3)
    assert brier_score([(1.0, True), (0.0, False)]) == 0.0


def test_probabilities_are_those_of_runs_with_inputs_drawn(card: Callable[..., Scorecard], folder: Path) -> None:
    found = card(len(LIMITS))
    assert [row.probability for row in found.rows] == by_hand(folder)
    # Building takes 50 to 150 days and 5 more to the first thing; 16 quasi-random points cover that evenly.
    assert found.rows[0].probability == pytest.approx(0.05, abs=1 / N)
    assert found.rows[5].probability == pytest.approx(0.55, abs=1 / N)


def test_enough_settled_announcements_are_scored(card: Callable[..., Scorecard], folder: Path) -> None:
    found = card(ENOUGH)
    # Reported for day 100: by day 60 to 90 proved wrong, by day 100 to 150 came true.
    assert [row.came_true for row in found.rows] == [limit >= 100 for limit in LIMITS]
    squares = [(p - (limit >= 100)) ** 2 for p, limit in zip(by_hand(folder), LIMITS, strict=True)]
    assert found.brier == pytest.approx(sum(squares) / 10)
    assert as_json(found)["brier"] == {"score": found.brier, "scored": 10, "needed": 10}
    assert f"Brier score over 10 settled announcements: {found.brier:.3f}" in headline(found)


def test_too_few_are_said_to_be_too_few(card: Callable[..., Scorecard]) -> None:
    found = card(ENOUGH - 1)
    assert found.brier is None
    assert as_json(found)["brier"] == {"score": None, "scored": 9, "needed": 10}
    assert "9 announcements are both settled and given a probability by the runs; a Brier score needs 10." in headline(
        found
    )


def test_without_a_scenario_nothing_is_run_or_scored(
    card: Callable[..., Scorecard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.claims.judging.each_block", lambda *_, **__: pytest.fail("no run is needed"))
    found = card(ENOUGH, with_scenario=False)
    assert (found.judgement, found.brier, found.scored) == (None, None, ())
    assert "Brier" not in headline(found)


def headline(found: Scorecard) -> str:
    lines = scorecard_report(found)[0]
    assert isinstance(lines, Lines)
    return "\n".join(lines.lines)
