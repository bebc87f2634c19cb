"""An option with all that can be asked for, run once for all tests of what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.flexibility.option import Flexibility, option
from sim.scenario.loader import Scenario
from tests.conftest import Build
from tests.flexibility.test_option import PATHS, uncertain

SEQUENCES, UNDER_READINGS = 4, 64
HOW: dict[str, Any] = {"contested": UNDER_READINGS, "sooner": 30.0}


def priced() -> dict[str, Any]:
    """The chargers with a price on which two sources disagree: at the lower one no own hall is worth building."""
    data = uncertain()
    readings = {
        "plan": {"value": 500, "kind": "assumed", "source": "a test"},
        "doubt": {"value": 305, "kind": "assumed", "source": "a test"},
    }
    data["figures"] = {"our.price": {"statement": "Price.", "unit": "USD", "default": "plan", "readings": readings}}
    data["demand"]["chargers"]["value"] = {"figure": "our.price"}
    return data


@pytest.fixture(scope="session")
def scenario(build: Build) -> Scenario:
    """Two gates, one uncertain input, one contested figure."""
    return build(priced(), "priced")


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `found` is kept."""
    return tmp_path_factory.mktemp("option") / "kept"


@pytest.fixture(scope="session")
def found(scenario: Scenario, kept: Path) -> Flexibility:
    """What the freedom to choose in it is worth."""
    told: list[int] = []
    result = option(scenario, PATHS, jobs=1, out=kept, announce=told.append, **HOW)
    assert told == [SEQUENCES * (2 * PATHS + UNDER_READINGS)]
    return result
