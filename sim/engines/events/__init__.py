"""The reference engine, `events`: SimPy, made to be read and traced."""
