"""Named tuples of arrays as compiled code takes them."""

from __future__ import annotations

from typing import Any

import numpy as np


def alike(arrays: Any) -> Any:
    """Return the same named tuple with arrays of one kind: contiguous and writable."""
    # To numba another layout is another type, for which all would be compiled again.
    flags = ((array, array.flags) for array in arrays)
    return type(arrays)(
        *(array if f.c_contiguous and f.writeable else np.array(array, order="C") for array, f in flags)
    )
