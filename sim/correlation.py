"""Rank correlations by a Gaussian copula: the matrix of the normals, group by group."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Pairs = Sequence[tuple[int, int, float]]


def linked(pairs: Pairs) -> list[tuple[int, ...]]:
    """Return the groups of inputs that correlations link, directly or through others; each in order."""
    groups: list[set[int]] = []
    for a, b, _ in pairs:
        touched = [group for group in groups if group & {a, b}]
        groups = [group for group in groups if not group & {a, b}] + [{a, b}.union(*touched)]
    return [tuple(sorted(group)) for group in groups]


def normal_matrix(group: tuple[int, ...], pairs: Pairs) -> NDArray[np.float64]:
    """Return the correlations of the normals of one group, shape (len(group), len(group)).

    A Spearman correlation r of two inputs takes a correlation 2 sin(pi r / 6) of their normals (Pearson 1907).
    """
    import numpy as np

    place = {k: i for i, k in enumerate(group)}
    matrix = np.eye(len(group))
    for a, b, rank in pairs:
        if a in place:
            matrix[place[a], place[b]] = matrix[place[b], place[a]] = 2 * math.sin(math.pi * rank / 6)
    return matrix


def possible(matrix: NDArray[np.float64]) -> bool:
    """Return whether inputs can be correlated so: no combination of the normals has a negative variance."""
    import numpy as np

    # A singular matrix is allowed; rounding may give it a slightly negative eigenvalue.
    return bool(np.linalg.eigvalsh(matrix)[0] > -1e-9)
