"""Where the files lie that a scenario may name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from sim.shipped import shipped_root

OUTSIDE = "lies outside the current folder, the folder of the scenario named and what is shipped"


def allowed_folders(file: Path) -> tuple[Path, ...]:
    """Where what a scenario names may be: the current folder, its own and that of what is shipped."""
    return (Path.cwd(), file.parent, shipped_root())


def is_below(file: Path, folders: Sequence[Path]) -> bool:
    """Whether a file is in one of the folders, wherever links lead."""
    real = Path(os.path.realpath(file))
    return any(real.is_relative_to(os.path.realpath(folder)) for folder in folders)


def neighbours(path: Path, pattern: str = "*.y*ml") -> list[Path]:
    """The first files beside a path whose names fit a pattern."""
    try:
        return sorted(path.parent.glob(pattern))[:200]
    except (OSError, ValueError):
        return []
