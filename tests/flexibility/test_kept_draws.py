"""What is drawn once for all choices on a path is what each would draw alone."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

import pytest

from sim.api import play
from sim.draws import draw
from sim.draws.kept import Kept
from sim.draws.points import point
from sim.flexibility.observe import history
from sim.flexibility.sequences import Tree, tree_of
from tests.conftest import Build
from tests.property.test_choices import CHARGER, DECISIONS

SOURCE = {"source": "a test"}


@pytest.fixture(scope="module")
def tree(build: Build) -> Tree:
    """Two gates in a network with noise in cycle times and demand, strokes of a disruption and an uncertain price."""
    data: dict[str, Any] = copy.deepcopy(CHARGER)
    data["horizon"] = {"start": dt.date(2026, 1, 1), "end": dt.date(2028, 1, 1)}
    data["sites"]["maker"]["contract"]["allocation"] = 500
    data["recipes"]["bought"]["price"] = {"assumed": 400, "low": 300, "high": 600, **SOURCE}
    data["recipes"]["own"]["cycle_time"] = {"shape": "gamma", "mean": 20, "cv": 0.3}
    data["demand"]["chargers"] |= {"pattern": "poisson"}
    data["disruptions"] = {
        "strike": {
            "kind": "random", "sites": ["maker"], "rate": 1.0, "duration": {"shape": "exponential", "mean": 20},
            "effects": {"capacity": 0.2},
        }
    }  # fmt: skip
    return tree_of(build({**data, "decisions": copy.deepcopy(DECISIONS), "plan": {}}, "kept"))


@pytest.mark.parametrize("engine", ["events", "batch"])
def test_a_run_is_the_same_whatever_was_run_on_its_path_before(tree: Tree, engine: str) -> None:
    at, kept = point(tree.plan(tree.planned).dimensions, 0, 3), Kept()
    ends = set()
    for sequence in tree.sequences:
        alone, among = (
            play(
                tree.scenario, tree.plan(sequence), replication=3, point=at, engine=engine,
                foreseen=tree.foreseen(sequence), kept=what,
            )
            for what in (None, kept)
        )  # fmt: skip
        end = tree.plan(sequence).calendar.days
        assert history(alone, end) == history(among, end)
        assert alone.kpis == among.kpis
        ends.add(history(alone, end))
    assert len(ends) == len(tree.sequences)


def test_only_what_a_choice_changes_is_drawn_again(tree: Tree) -> None:
    at, kept = point(tree.plan(tree.planned).dimensions, 0, 3), Kept()
    one, other = (draw(tree.plan((first, "wait")), 0, 3, at, kept=kept) for first in ("keep", "drop"))
    maker, hall = (next(s for s, site in enumerate(one.plan.sites) if site.name == name) for name in ("maker", "hall"))
    assert one.sites[maker] is not other.sites[maker]
    assert one.sites[hall] is other.sites[hall]
    assert one.flows == other.flows
    assert one.sources[0].load is not other.sources[0].load or one.sources[0].load.constant
