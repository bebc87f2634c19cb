"""When a site is closed: days of the week, holidays, shutdowns."""

from __future__ import annotations

import datetime as dt
from typing import Self

from pydantic import model_validator

from sim.scenario.schema.quantity import Strict
from sim.vocabulary import Weekday


class Shutdown(Strict):
    """Days in a row on which a site is closed."""

    begins: dt.date
    """First day closed."""
    ends: dt.date
    """Last day closed."""
    yearly: bool = False
    """Again on the same days of every year."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """Check that a shutdown ends after it begins, and that a yearly one is shorter than a year."""
        if self.ends < self.begins:
            raise ValueError(f"ends must not come before begins (begins {self.begins}, ends {self.ends})")
        if self.yearly and (self.ends - self.begins).days >= 365:
            raise ValueError("a yearly shutdown must be shorter than a year")
        return self


AnyClosure = Weekday | dt.date | Shutdown
