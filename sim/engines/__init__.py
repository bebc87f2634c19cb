"""Engines: a plan and its draws in, records out. What both engines must decide stands in `rules` and `planner`."""
