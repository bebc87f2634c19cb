"""What comes out good of what is started: die yield, assembly yield, and how they are learned."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from sim.scenario.schema.quantity import Quantity, Strict, number
from sim.vocabulary import LearnOver, YieldModel


class Learning(Strict):
    """A value that approaches maturity exponentially."""

    start: Quantity
    """Value at the first start."""
    mature: Quantity
    """Value in the end."""
    over: LearnOver = LearnOver.TIME
    """Learn over time since the first start, or over cumulative starts out of the bottleneck."""
    days: Quantity | None = number("day", "Time constant of learning over time.", None, gt=0)
    starts: Quantity | None = number("unit", "Starts after which 63 % is learned.", None, gt=0)
    inherits: str | None = None
    """The recipe at the same site, of the generation before, whose learning carries over."""
    keep: Quantity | None = number("1", "Share of that learning that carries over.", None, ge=0, le=1)

    @model_validator(mode="after")
    def _constant(self) -> Self:
        """Check that learning has its one constant (days or starts), and the share it keeps if it inherits."""
        if (self.over is LearnOver.TIME) != (self.days is not None) or (self.over is LearnOver.STARTS) != (
            self.starts is not None
        ):
            raise ValueError("learning over time needs days, over starts needs starts, and not the other")
        if (self.inherits is None) != (self.keep is None):
            raise ValueError("inherits and keep go together")
        return self


class DefectLearning(Learning):
    """Defect density that falls as a site learns."""

    start: Quantity = number("1/cm2", "Defect density at the first start.", ge=0)
    mature: Quantity = number("1/cm2", "Mature defect density.", ge=0)


class ShareLearning(Learning):
    """A yield that rises as a line learns."""

    start: Quantity = number("1", "Yield at the first start.", ge=0, le=1)
    mature: Quantity = number("1", "Mature yield.", ge=0, le=1)


class Yield(Strict):
    """What comes out good. Fab recipes have line and die yield; others an assembly yield."""

    line: Quantity | None = number("1", "Share of starts that come out at all (wafers not scrapped).", None, ge=0, le=1)
    assembly: Quantity | None = number("1", "Share of units that pass assembly and test.", None, ge=0, le=1)
    assembly_learning: ShareLearning | None = None
    """Assembly yield that is learned."""
    defects: Quantity | None = number("1/cm2", "Defect density, if constant.", None, ge=0)
    defect_learning: DefectLearning | None = None
    """Defect density that is learned."""
    model: YieldModel = YieldModel.NEGATIVE_BINOMIAL
    """Die yield model."""
    alpha: Quantity | None = number("1", "Clustering of defects within wafers (negative binomial).", None, gt=0)
    lot_cv: Quantity | None = number(
        "1", "Coefficient of variation of defect density between lots, with yield_noise: gamma.", None, ge=0, le=1
    )

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        """Check that each yield is given once, and that a negative binomial model has its alpha."""
        if self.assembly is not None and self.assembly_learning is not None:
            raise ValueError("give assembly or assembly_learning, not both")
        if self.defect_learning is not None and self.assembly_learning is not None:
            raise ValueError("give defect_learning or assembly_learning, not both: a recipe learns one thing")
        if self.defects is not None and self.defect_learning is not None:
            raise ValueError("give defects or defect_learning, not both")
        has_defects = self.defects is not None or self.defect_learning is not None
        if has_defects and self.model is YieldModel.NEGATIVE_BINOMIAL and self.alpha is None:
            raise ValueError("the negative binomial model needs alpha")
        return self
