"""Benchmarks: each beside its yardsticks, in turn in the same run, medians of several rounds."""

from sim.bench.measure import BenchValue
from sim.bench.suite import benchmarks

__all__ = ["BenchValue", "benchmarks"]
