"""The value of deciding later at the gates of a scenario: its runs are the paths, which `sim.options` values."""
