"""Tidy frames, KPIs, milestones and cash flows of a run."""
