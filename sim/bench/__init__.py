"""Benchmarks: each beside its yardsticks, in turn in the same run, medians of several rounds."""

from sim.bench.measure import Measure
from sim.bench.suite import benchmarks

__all__ = ["Measure", "benchmarks"]
