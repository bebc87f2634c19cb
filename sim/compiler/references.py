"""From dotted paths of a scenario to references into the plan's vector of inputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import inf

from sim.clock import DAYS_PER_MONTH, DAYS_PER_YEAR
from sim.plan import NONE, GatePlan, NoisePlan, PathPlan, PlannedInput, ProcessPlan, Ref, SplicePlan, UnitsPlan
from sim.scenario.gates import in_order
from sim.scenario.resolve import Inputs
from sim.scenario.schema import Document
from sim.scenario.schema.decisions import GateChoice
from sim.scenario.schema.quantity import Path, Process, Random, Units


class References:
    """Registers each number that the plan uses, once, in internal units.

    Times become days, rates become per day. In an abstract model the time unit stands for day,
    month and year alike, so nothing is scaled.
    """

    def __init__(
        self, inputs: Inputs, *, dated: bool, streams: Mapping[str, str] | None = None,
        months: tuple[float, ...] = (), risk_neutral: bool = False,
    ) -> None:  # fmt: skip
        self._inputs, self._streams = inputs, streams or {}
        self._months, self._risk_neutral = months, risk_neutral
        month, year = (DAYS_PER_MONTH, DAYS_PER_YEAR) if dated else (1.0, 1.0)
        self._scale = {
            "month": month, "year": year, "1/month": 1 / month, "1/year": 1 / year, "USD*month": month,
            "tool*month": month, "tool/year": 1 / year,
        }  # fmt: skip
        self._refs: dict[str, Ref] = {}
        self._splices: dict[str, list[SplicePlan]] = {}
        self.planned: list[PlannedInput] = []
        self.processes: list[ProcessPlan] = []

    def ref(self, path: str) -> Ref:
        """Return the reference of the number at `path`, or NONE if the scenario leaves it out."""
        if path not in self._inputs:
            # The day of a gate on a milestone has a place, but is no number of the scenario.
            return self._refs.get(path, NONE)
        if path not in self._refs:
            self._refs[path] = Ref(len(self.planned))
            self.planned.append(PlannedInput(path, self._inputs.number(path) * self.scale(path)))
        return self._refs[path]

    def scale(self, path: str) -> float:
        """Return what a number at `path` is multiplied by to be in internal units."""
        return self._scale.get(self._inputs[path].unit, 1.0)

    def stream(self, path: str) -> str:
        """Return the name of a number's random stream.

        It is the figure the number comes from, wherever that is used, else its path, under the name of its entity's
        stream.
        """
        figure = self._inputs[path].figure
        return self._renamed(path) if figure is None else f"figure/{figure}"

    def _renamed(self, path: str) -> str:
        """Return a path under the name of its entity's stream."""
        entity, rest = path.split(".")[:2], path.split(".")[2:]
        return ".".join([self._streams.get(".".join(entity), ".".join(entity)), *rest])

    def name(self, path: str) -> str:
        """Return the name at `path`."""
        return str(self._inputs[path].value)

    def noise(self, path: str, field: Random) -> NoisePlan:
        """Return an operational distribution."""
        mean = self.ref(f"{path}.mean")
        return NoisePlan(field.shape, self.ref(path) if mean == NONE else mean, self.ref(f"{path}.cv"))

    def units(self, path: str, field: Units | None) -> UnitsPlan | None:
        """Return a random number of units, if the field has one."""
        if field is None:
            return None
        mean = self.ref(f"{path}.mean")
        return UnitsPlan(
            field.shape,
            self.ref(path) if mean == NONE else mean,
            self.ref(f"{path}.cv"),
            tuple(self.ref(f"{path}.values.{i}") for i in range(len(field.values))),
            tuple(self.ref(f"{path}.weights.{i}") for i in range(len(field.weights))),
        )

    def path(self, path: str, field: Path | None) -> PathPlan | None:
        """Return a value over time, if the field has one."""
        if field is None:
            return None
        splices = tuple(self._splices.get(path, ()))
        if field.constant is not None:
            return PathPlan(field.interpolate, (NONE,), (self.ref(path),), splices, self._process(path, field.process))
        at = tuple(self.ref(f"{path}.points.{i}.at") for i in range(len(field.points)))
        values = tuple(self.ref(f"{path}.points.{i}.value") for i in range(len(field.points)))
        return PathPlan(field.interpolate, at, values, splices, self._process(path, field.process))

    def _process(self, path: str, field: Process | None) -> ProcessPlan | None:
        """Return the random factor on a path, if it has one."""
        if field is None:
            return None

        def ref(key: str) -> Ref:
            return self.ref(f"{path}.process.{key}")

        # Registered in any case, so that both valuations have the same inputs; it counts in the risk-neutral one alone.
        premium = ref("risk_premium")
        plan = ProcessPlan(
            path=path,
            stream=field.stream or self._renamed(path),
            place=len(self.processes),
            months=self._months,
            volatility=ref("volatility"),
            drift=ref("drift"),
            premium=premium if self._risk_neutral else NONE,
            reversion=ref("reversion"),
            jump_rate=ref("jumps.rate"),
            jump_mean=ref("jumps.mean"),
            jump_sd=ref("jumps.sd"),
        )
        self.processes.append(plan)
        return plan

    def choose(
        self, document: Document, chosen: Mapping[str, str], left_out: Collection[str] = (), sooner: float = 0.0
    ) -> tuple[GatePlan, ...]:
        """Put what is chosen in the place of the paths that are read after this, and return the gates in their order.

        The numbers of all choices are registered, so that plans that choose otherwise have the same inputs. Values
        `left_out`, by where they stand in their choice, change nothing. What comes after a gate comes `sooner` by so
        many days.
        """
        gates: list[GatePlan] = []
        order = in_order(document.decisions, self._inputs.number)
        for name in order:
            decision, here = document.decisions[name], f"decisions.{name}"
            milestone = -1 if decision.at.milestone is None else list(document.milestones).index(decision.at.milestone)
            day = self.ref(f"{here}.at") if milestone < 0 else self._found_later(f"{here}.at")
            lag = self.ref(f"{here}.at.lag")
            taken = decision.choices[chosen[name]]
            moves = bool(taken.begins or taken.closes or taken.payments)
            for option, choice in decision.choices.items():
                for path, splice, place in self._splices_of(day, f"{here}.choices.{option}", choice, sooner):
                    if option == chosen[name] and place not in left_out:
                        self._splices.setdefault(path, []).append(splice)
                        moves = True
            needs = tuple(order.index(other) for other in taken.after)
            gates.append(GatePlan(name, day, milestone, lag, chosen[name], needs, moves))
        return tuple(gates)

    def _found_later(self, path: str) -> Ref:
        """Return a place for a day that a run finds; until then it never comes."""
        self._refs[path] = Ref(len(self.planned))
        self.planned.append(PlannedInput(path, inf))
        return self._refs[path]

    def _splices_of(self, gate: Ref, here: str, choice: GateChoice, sooner: float) -> list[tuple[str, SplicePlan, str]]:
        """Return what a choice changes: the path, its value and from when on, and where that stands in the scenario."""
        places = [(path, NONE, f"{here}.from_gate.{path}") for path in choice.from_gate]
        for i, later in enumerate(choice.later):
            after = self.ref(f"{here}.later.{i}.after")
            places += [(path, after, f"{here}.later.{i}.values.{path}") for path in later.values]
        return [
            (path, SplicePlan(gate, after, 0.0 if after == NONE else sooner, value=self.ref(place)), place)
            for path, after, place in places
        ]
