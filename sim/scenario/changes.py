"""What overrides changed, old -> new, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.ledger import Ledger, LedgerError
from sim.units import UnitError, convert

PROCESS = "process"
_UNSAID = ("", "1", "date", "text")


@dataclass(frozen=True, slots=True)
class Change:
    """What an override changed, in words: `24 month (figure fab.ramp)` -> `36 month`."""

    path: str
    old: str
    new: str
    origin: str


def show(value: Any, unit: str, ledger: Ledger) -> str:
    """Return a written value as a person reads it: `24 month (figure fab.ramp)`, `0.9 (assumed)`."""
    if value is None:
        return "not set"
    if isinstance(value, dict) and PROCESS in value:
        rest = {key: part for key, part in value.items() if key != PROCESS}
        return show(rest.get("constant", rest), unit, ledger)
    if isinstance(value, dict) and isinstance(value.get("figure"), str):
        return f"{_figure(value, unit, ledger)}(figure {value['figure']})"
    if isinstance(value, dict):
        for kind in ("assumed", "derived"):
            if kind in value:
                return f"{with_unit(value[kind], value.get('unit') or unit)} ({kind})"
    if isinstance(value, list) and value and all(isinstance(part, dict) and "at" in part for part in value):
        ends = [
            f"{show(part.get('value'), unit, ledger)} at {show(part['at'], 'date', ledger)}"
            for part in (value[0], value[-1])
        ]
        return f"{len(value)} dated points, {ends[0]} to {ends[1]}" if len(value) > 1 else ends[0]
    return with_unit(value, unit)


def _figure(value: Mapping[str, Any], unit: str, ledger: Ledger) -> str:
    """Return the value of a figure in the field's unit and a blank, or "" if it has none."""
    try:
        reading = ledger.resolve(value["figure"], value.get("reading"))
        own = ledger[value["figure"]].unit
        number = getattr(reading, str(value["at"])) if value.get("at") in ("low", "high") else reading.value
        if isinstance(number, (int, float)) and unit not in _UNSAID:
            return f"{with_unit(convert(number, own, unit), unit)} "
        return f"{with_unit(number, own)} "
    except (LedgerError, UnitError):
        return ""


def with_unit(value: Any, unit: str) -> str:
    """Return a value as a person reads it, with its unit where that is of use."""
    # Before numbers, since to Python a truth value is one.
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        number = f"{value:,}" if isinstance(value, int) and abs(value) >= 10_000 else f"{value:.10g}"
        return number if unit in _UNSAID else f"{number} {unit}"
    if isinstance(value, dt.date):
        return value.isoformat()
    text = value if isinstance(value, str) else _flow(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _flow(value: Any) -> str:
    """Return data in YAML's short form."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(part) for part in value) + "]"
    return "null" if value is None else with_unit(value, "")
