"""Benchmarks: each beside its yardsticks, in turn in the same run, medians of several rounds."""

from sim.bench.suite import benchmarks
from sim.bench.measure import Measure

__all__ = ["Measure", "benchmarks"]
