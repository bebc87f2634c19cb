"""Named tuples of arrays as compiled code knows them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def alike(arrays: Any) -> Any:
    """Return the same named tuple with arrays of one kind: contiguous and writable."""
    # To numba another layout is another type, for which all would be compiled again.
    flags = ((array, array.flags) for array in arrays)
    return type(arrays)(
        *(array if f.c_contiguous and f.writeable else np.array(array, order="C") for array, f in flags)
    )


def in_memory(arrays: Any) -> NDArray[np.int64]:
    """Return a named tuple of arrays as numba lays it out in memory.

    Of each array: its two owners (none), size, item size, address, shape and strides.
    """
    parts = [[0, 0, a.size, a.itemsize, a.ctypes.data, *a.shape, *a.strides] for a in arrays]
    return np.array([number for part in parts for number in part], dtype=np.int64)
