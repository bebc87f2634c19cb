"""Which periods of a run count, and how they make up longer ones."""

from __future__ import annotations

import numpy as np

from sim.plan import BoolArray, Calendar


def counted(calendar: Calendar) -> BoolArray:
    """Whether each period lies after the warm-up, which always ends a period."""
    return np.asarray(np.array(calendar.periods[:-1]) >= calendar.warmup)
