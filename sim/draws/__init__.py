"""Luck, drawn first: one replication of a plan in numbers."""

from sim.draws.draw import Draws, draw

__all__ = ["Draws", "draw"]
