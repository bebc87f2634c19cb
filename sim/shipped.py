"""Where the shipped scenarios and figures are."""

from __future__ import annotations

from pathlib import Path


def shipped_root() -> Path:
    """The folder of the shipped scenarios: inside the wheel, else `scenarios/` beside the package."""
    package = Path(__file__).resolve().parent
    inside = package / "shipped"
    return inside if inside.is_dir() else package.parent / "scenarios"
