"""What the freedom to choose at the gates of a scenario is worth: its runs as paths, valued by `sim.options`."""
