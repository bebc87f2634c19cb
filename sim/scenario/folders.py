"""Where the files lie that a scenario may name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from sim.remembered import not_kept
from sim.shipped import shipped_root

OUTSIDE = "lies outside the current folder, the folder of the scenario named and what is shipped"


def allowed_folders(file: Path) -> tuple[Path, ...]:
    """Return the folders below which a scenario may name files: the current one, its own, and the shipped one."""
    return (Path.cwd(), file.parent, shipped_root())


def is_below(file: Path, folders: Sequence[Path]) -> bool:
    """Return whether a file is in one of the folders."""
    # Links are followed first: one that leads out of a folder is outside it.
    real = Path(os.path.realpath(file))
    below = any(real.is_relative_to(os.path.realpath(folder)) for folder in folders)
    if not below:
        not_kept(f"{file}: outside")
    return below


def neighbours(path: Path, pattern: str = "*.y*ml") -> list[Path]:
    """Return the first files beside a path whose names fit a pattern: it is asked for where a file is missing."""
    not_kept(f"{path}: missing")
    try:
        return sorted(path.parent.glob(pattern))[:200]
    # They only serve to suggest a name in an error, which is reported in any case.
    except (OSError, ValueError):
        return []
