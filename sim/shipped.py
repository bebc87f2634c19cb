"""The folder of the shipped scenarios and figures."""

from __future__ import annotations

from pathlib import Path


def shipped_root() -> Path:
    """Return the folder of the shipped scenarios and figures.

    An installed wheel has them in the package; a working copy has them in `scenarios/` beside it.
    """
    package = Path(__file__).resolve().parent
    inside = package / "shipped"
    return inside if inside.is_dir() else package.parent / "scenarios"
