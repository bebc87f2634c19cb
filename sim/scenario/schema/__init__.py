"""What a scenario file may hold: one declaration for each field, with its unit and sentence."""

from sim.scenario.schema.document import Document

__all__ = ["Document"]
