"""All that is random in one replication of a plan, drawn before the run."""

from sim.draws.draw import Draws, draw

__all__ = ["Draws", "draw"]
