"""What a run means: tidy frames, indicators, milestones and money."""
