"""Scenarios: reading, merging, overriding, validating, resolving and checking them."""
