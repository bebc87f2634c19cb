"""What several kinds of test need: a scenario from plain data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sim.scenario.loader import Scenario, load_scenario

Build = Callable[..., Scenario]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Write plain data to a scenario file and load it; title and licence are filled in."""
    folder = tmp_path_factory.mktemp("scenarios")

    def scenario(data: dict[str, Any], name: str = "built") -> Scenario:
        file: Path = folder / f"{name}.yaml"
        with file.open("w", encoding="utf-8") as stream:
            YAML(typ="safe").dump({"title": name, "bare_numbers": "made up for a test", **data}, stream)
        return load_scenario(file)

    return scenario
