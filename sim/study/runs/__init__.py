"""Designs of runs: what their rows change, how they are run, kept and summarised."""
