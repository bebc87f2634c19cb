"""The counterfactual of a scenario, loaded under the same assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim.errors import InputError, Problem
from sim.scenario.against import AGAINST, READINGS
from sim.scenario.loader import Scenario, load_scenario
from sim.scenario.merge import merged
from sim.scenario.schema import Document
from sim.scenario.schema.document import Horizon, OtherReadings
from sim.scenario.without import WITHOUT
from sim.scenario.written import READING, SET

_SETTINGS = ("horizon", "lot_scale", "report_every")
"""The settings of a run, which must be equal on both sides of a comparison."""

Override = tuple[str, str]
"""The option and its argument: ("--set", "horizon.end=2028-07-01")."""


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The counterfactual of a scenario, with its name in reports.

    `left_out` are the overrides of the scenario that could not be applied to it, as on the command line. `settings` are
    the sections that it takes from the scenario instead of its own.
    """

    scenario: Scenario
    name: str
    left_out: tuple[str, ...]
    settings: tuple[str, ...]

    @property
    def not_applied(self) -> str:
        """A line that lists the overrides left out."""
        return f"{self.name} is run without {', '.join(self.left_out)}"


def load_counterfactual(scenario: Scenario) -> Counterfactual | None:
    """Load the counterfactual of a scenario, or return None if it names none.

    It takes the horizon, the lot scale and the reporting period of the scenario, the readings that `against` lists, and
    every other override of the scenario that applies to it.

    Raises:
        InputError: it cannot be loaded; one of the problems is at `against` of the scenario.
    """
    if scenario.against is None:
        return None
    try:
        return _loaded(scenario)
    except InputError as error:
        problems = [_placed(scenario, problem) for problem in error.problems]
        named = scenario.document.against
        what = named if isinstance(named, str) else (named and named.scenario) or scenario.name
        message = f"the counterfactual {what} cannot be loaded for this comparison"
        raise InputError([Problem(scenario.mark(AGAINST), AGAINST, message), *problems]) from None


def _placed(scenario: Scenario, problem: Problem) -> Problem:
    """Return a problem; one with a reading under `against` gets its place in the file."""
    for figure, reading in _readings(scenario).items():
        if problem.mark.file == _told((READING, f"{figure}={reading}")):
            path = f"{AGAINST}.{READINGS}.{figure}"
            return replace(problem, mark=scenario.mark(path), path=path)
    return problem


def _readings(scenario: Scenario) -> dict[str, str]:
    """Return the readings that `against` sets for the counterfactual."""
    written = scenario.document.against
    return written.readings if isinstance(written, OtherReadings) else {}


def _name(scenario: Scenario, loaded: Scenario) -> str:
    written = scenario.document.against
    if not isinstance(written, OtherReadings):
        return loaded.name
    return written.name or f"{loaded.name} with {', '.join(f'{f} {r}' for f, r in written.readings.items())}"


def _told(override: Override) -> str:
    return " ".join(override)


def _loaded(scenario: Scenario) -> Counterfactual:
    settings = _settings(scenario)
    asked, own = scenario.asked, _readings(scenario)
    kept: list[Override] = [
        *((SET, text) for text in asked.sets if _path(text).split(".")[0] not in _SETTINGS),
        *((READING, text) for text in asked.readings),
        *((WITHOUT, text) for text in asked.without),
    ]
    kept = [o for o in kept if o[0] == WITHOUT or _path(o[1]).removeprefix(f"{READINGS}.") not in own]
    left_out: list[Override] = []
    while True:
        try:
            loaded = _load(scenario, kept, settings)
        except InputError as error:
            blamed = [o for o in kept if any(p.mark.writer.file == _told(o) for p in error.problems)]
            wrong = any(_placed(scenario, p) is not p for p in error.problems)
            if wrong or not kept:
                raise
            # Problems at other places in the file are consequences of some of the overrides, it is not known of which.
            left_out += blamed or kept
            kept = [o for o in kept if o not in left_out]
        else:
            return Counterfactual(loaded, _name(scenario, loaded), tuple(map(_told, left_out)), tuple(settings))


def _path(text: str) -> str:
    """Return the path that an override changes."""
    return text.partition("=")[0].strip()


def _load(scenario: Scenario, overrides: Sequence[Override], settings: dict[str, str]) -> Scenario:
    given = {option: [text for o, text in overrides if o == option] for option in (SET, READING, WITHOUT)}
    return load_scenario(
        str(scenario.against),
        sets=[*given[SET], *(f"{section}={text}" for section, text in settings.items())],
        readings=[*given[READING], *(f"{figure}={reading}" for figure, reading in _readings(scenario).items())],
        without=given[WITHOUT],
        values=dict(scenario.asked.values),
        allow_outside=scenario.asked.allow_outside,
    )


def _settings(scenario: Scenario) -> dict[str, str]:
    """Return the settings of the scenario that differ from those of the counterfactual's file, as override texts."""
    assert scenario.against is not None
    data = merged(scenario.against, [], allow_outside=scenario.asked.allow_outside).data
    ours, found = scenario.document, {}
    if not _same_horizon(data.get("horizon"), ours.horizon):
        found["horizon"] = _written(ours.horizon)
    for key in ("lot_scale", "report_every"):
        if data.get(key, Document.model_fields[key].default) != getattr(ours, key):
            found[key] = str(getattr(ours, key))
    return found


def _same_horizon(written: object, horizon: Horizon) -> bool:
    try:
        return Horizon.model_validate(written) == horizon
    except ValueError:
        return False


def _written(horizon: Horizon) -> str:
    fields = horizon.model_dump(exclude_defaults=True)
    parts = (f"{name}: {str(value).lower() if isinstance(value, bool) else value}" for name, value in fields.items())
    return "{" + ", ".join(parts) + "}"
