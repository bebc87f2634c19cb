"""The words that a scenario chooses from, for all rooms: neither engines nor draws import its schema for them."""

from __future__ import annotations

from enum import StrEnum


class Pattern(StrEnum):
    """How demand falls in time."""

    EVEN = "even"
    PERIODIC = "periodic"
    POISSON = "poisson"
    NORMAL = "normal"
    SERIES = "series"
    ORDERS = "orders"


class PolicyType(StrEnum):
    """How an item is replenished."""

    PLANNED = "planned"
    BASE_STOCK = "base_stock"
    MIN_MAX = "min_max"
    REORDER = "reorder"
    PERIODIC = "periodic"


class SourcingPolicy(StrEnum):
    """How need is divided among sources."""

    SPLIT = "split"
    IN_HOUSE_FIRST = "in_house_first"
    PHASE_OUT = "phase_out"
    LEAST_COST = "least_cost"


class WithdrawOn(StrEnum):
    """What lets outside orders fall."""

    EXPECTED = "expected"
    ANNOUNCED = "announced"


class RampShape(StrEnum):
    """How capacity grows."""

    LINEAR = "linear"
    LOGISTIC = "logistic"
    STEPS = "steps"


class YieldModel(StrEnum):
    """Die yield from defects."""

    POISSON = "poisson"
    MURPHY = "murphy"
    SEEDS = "seeds"
    NEGATIVE_BINOMIAL = "negative_binomial"


class LearnOver(StrEnum):
    """What yield learns with."""

    STARTS = "starts"
    TIME = "time"


class YieldNoise(StrEnum):
    """Randomness of each lot's yield."""

    OFF = "off"
    BINOMIAL = "binomial"
    GAMMA = "gamma"


class Initial(StrEnum):
    """State at the start."""

    PIPELINE = "pipeline"
    EMPTY = "empty"


class MilestoneRule(StrEnum):
    """How a milestone's date is found."""

    FIRST_OUTPUT = "first_output"
    OUTPUT_RATE = "output_rate"
    IN_HOUSE_SHARE = "in_house_share"


class Discounting(StrEnum):
    """Under which probabilities, and at which rate, money is discounted."""

    REAL = "real"
    RISK_NEUTRAL = "risk_neutral"


class Shape(StrEnum):
    """Shape of operational noise: drawn anew each time, with the stated mean."""

    CONSTANT = "constant"
    EXPONENTIAL = "exponential"
    GAMMA = "gamma"
    LOGNORMAL = "lognormal"
    UNIFORM = "uniform"
    NORMAL = "normal"


class UnitShape(StrEnum):
    """Shape of a random number of units: those of noise, counts, and a list of values."""

    CONSTANT = "constant"
    EXPONENTIAL = "exponential"
    GAMMA = "gamma"
    LOGNORMAL = "lognormal"
    UNIFORM = "uniform"
    NORMAL = "normal"
    POISSON = "poisson"
    NEGATIVE_BINOMIAL = "negative_binomial"
    EMPIRICAL = "empirical"


class Interpolate(StrEnum):
    """How a path runs between its dated points."""

    LINEAR = "linear"
    STEP = "step"
    EXPONENTIAL = "exponential"


class ProcessKind(StrEnum):
    """How a random process moves."""

    GEOMETRIC = "geometric"
    MEAN_REVERTING = "mean_reverting"


class Known(StrEnum):
    """From when on planners know an uncertain input."""

    START = "start"


class At(StrEnum):
    """Which point of a figure's range is meant."""

    LOW = "low"
    TYPICAL = "typical"
    HIGH = "high"


class Weekday(StrEnum):
    """A day of the week."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
