"""Named tuples of arrays as compiled code knows them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def alike(arrays: Any) -> Any:
    """The same named tuple with arrays of one kind: contiguous, and free to be written."""
    flags = ((array, array.flags) for array in arrays)
    return type(arrays)(
        *(array if f.c_contiguous and f.writeable else np.array(array, order="C") for array, f in flags)
    )


def in_memory(arrays: Any) -> NDArray[np.int64]:
    """A named tuple of arrays as numba lays it out: of each its two owners (none), size, item size, address, shape, strides."""
    parts = [[0, 0, a.size, a.itemsize, a.ctypes.data, *a.shape, *a.strides] for a in arrays]
    return np.array([number for part in parts for number in part], dtype=np.int64)
