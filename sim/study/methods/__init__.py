"""Statistics of tables and of functions of points: they know no scenario and no run."""
