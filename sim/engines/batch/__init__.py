"""The compiled engine, `batch`: numba over the plan, draws and rules that the reference uses."""
