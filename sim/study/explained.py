"""What `explain` found, kept beside the compiled code, so that the next run of the same scenario can say it."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

_MOST_SCENARIOS = 200


def explained(scenario_hash: str) -> dict[str, list[str]]:
    """KPI -> what moves it most, each in a few words, as `explain` found for a scenario with this hash; empty where it
    was never asked."""
    try:
        found = json.loads(_place(scenario_hash).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    words = found if isinstance(found, dict) else {}
    return {k: [str(w) for w in told] for k, told in words.items() if isinstance(told, list)}


def remember(scenario_hash: str, kpi: str, told: list[str]) -> None:
    """Keep what moves a KPI most. Where nothing can be kept, nothing is: it is no error."""
    place = _place(scenario_hash)
    kept = explained(scenario_hash)
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        written = place.with_suffix(".part")
        # The KPI asked for last comes first.
        written.write_text(json.dumps({kpi: told} | {k: v for k, v in kept.items() if k != kpi}), encoding="utf-8")
        written.replace(place)
        old = sorted(place.parent.glob("*.json"), key=lambda file: file.stat().st_mtime)[:-_MOST_SCENARIOS]
        for file in old:
            file.unlink()


def _place(scenario_hash: str) -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("fabshift") / "explained" / f"{scenario_hash[:32]}.json"


__all__ = ["explained", "remember"]
