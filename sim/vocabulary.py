"""The words that fields of a scenario allow, apart from the schema, which engines and draws do not import."""

from __future__ import annotations

from enum import StrEnum


class Pattern(StrEnum):
    """How demand is distributed over time."""

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
    """How a requirement is divided among sources."""

    SPLIT = "split"
    IN_HOUSE_FIRST = "in_house_first"
    PHASE_OUT = "phase_out"
    LEAST_COST = "least_cost"


class WithdrawOn(StrEnum):
    """The in-house output against which outside orders are reduced."""

    EXPECTED = "expected"
    ANNOUNCED = "announced"


class RampShape(StrEnum):
    """How capacity grows."""

    LINEAR = "linear"
    LOGISTIC = "logistic"
    STEPS = "steps"


class YieldModel(StrEnum):
    """The model of die yield as a function of defect density."""

    POISSON = "poisson"
    MURPHY = "murphy"
    SEEDS = "seeds"
    NEGATIVE_BINOMIAL = "negative_binomial"


class LearnOver(StrEnum):
    """What yield learning depends on."""

    STARTS = "starts"
    TIME = "time"


class YieldNoise(StrEnum):
    """The random variation of the yield of a lot."""

    OFF = "off"
    BINOMIAL = "binomial"
    GAMMA = "gamma"


class Initial(StrEnum):
    """The state at the start: a filled pipeline or an empty one."""

    PIPELINE = "pipeline"
    EMPTY = "empty"


class MilestoneRule(StrEnum):
    """How a milestone's date is found."""

    FIRST_OUTPUT = "first_output"
    OUTPUT_RATE = "output_rate"
    IN_HOUSE_SHARE = "in_house_share"


class Discounting(StrEnum):
    """The probability measure under which prices move, and so the rate at which money is discounted."""

    REAL = "real"
    RISK_NEUTRAL = "risk_neutral"


class Shape(StrEnum):
    """The distribution of operational noise, which is drawn anew each time with the stated mean."""

    CONSTANT = "constant"
    EXPONENTIAL = "exponential"
    GAMMA = "gamma"
    LOGNORMAL = "lognormal"
    UNIFORM = "uniform"
    NORMAL = "normal"


class UnitShape(StrEnum):
    """The distribution of a random number of units: those of noise, distributions of counts, and listed values."""

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
    """How a path is interpolated between its dated points."""

    LINEAR = "linear"
    STEP = "step"
    EXPONENTIAL = "exponential"


class ProcessKind(StrEnum):
    """The kind of a random process."""

    GEOMETRIC = "geometric"
    MEAN_REVERTING = "mean_reverting"


class Known(StrEnum):
    """The time from which on planners know the drawn value of an uncertain input."""

    START = "start"


class At(StrEnum):
    """A point of a figure's range."""

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
