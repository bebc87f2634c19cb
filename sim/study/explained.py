"""Findings of `explain`, kept in the user's cache, so that the next run of the same scenario can show them."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Hashable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_MOST_SCENARIOS = 200


@dataclass(frozen=True, slots=True)
class Explained:
    """The findings on one KPI: the numbers that change it most, in words, and the trials as the chart shows them.

    `factor` is the lot scale and `seed` the random seed of the runs.
    """

    told: list[str]
    trials: list[dict[Hashable, Any]]
    seed: int
    factor: int


def explained(scenario_hash: str) -> dict[str, Explained]:
    """Return the findings of `explain` for a scenario with this hash by KPI, the latest first; empty if none."""
    try:
        kept = json.loads(_place(scenario_hash).read_text(encoding="utf-8"))
        return {kpi: Explained(**found) for kpi, found in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def remember(scenario_hash: str, kpi: str, found: Explained) -> None:
    """Keep the findings on a KPI; a cache that cannot be written is no error."""
    place = _place(scenario_hash)
    kept = {kpi: found} | {k: v for k, v in explained(scenario_hash).items() if k != kpi}
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        written = place.with_suffix(".part")
        written.write_text(json.dumps({k: asdict(v) for k, v in kept.items()}), encoding="utf-8")
        written.replace(place)
        old = sorted(place.parent.glob("*.json"), key=lambda file: file.stat().st_mtime)[:-_MOST_SCENARIOS]
        for file in old:
            file.unlink()


def _place(scenario_hash: str) -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("fabshift") / "explained" / f"{scenario_hash[:32]}.json"


__all__ = ["Explained", "explained", "remember"]
