"""numba for the batch engine: compiling, keeping what was compiled, and calling it; nothing of the model."""
