"""What the schema declares at a place: kind of value, keys, unit and sentence.

Places are those of the written data, where a path may be a plain list or number, and a Random a
plain number; `written` maps the schema's own longer places to them.
"""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.errors import nearest
from sim.scenario.compose import Loc
from sim.scenario.schema import Document
from sim.scenario.schema.decisions import Gate
from sim.scenario.schema.demand import Disruption, Markov, Scheduled, Sporadic
from sim.scenario.schema.quantity import Path, Point, Quantity, Random, Units
from sim.scenario.schema.sentences import sentences

DISRUPTIONS: dict[str, type[Disruption]] = {"scheduled": Scheduled, "random": Sporadic, "markov": Markov}
QUANTITY_KEYS = frozenset({"figure", "assumed", "derived"})
WHOLE_KEYS = QUANTITY_KEYS | {"shape", "mean", "points", "constant", "interpolate"}
PATH_KEYS = frozenset({"points", "constant", "interpolate", "process"})
SHORT = frozenset({"points", "constant", "mean"})
_BEGINNING, _END, _PRICE = ("begins", "start", "from"), ("ends", "end", "until"), ("price", "cost")
_SYNONYMS = {word: words for words in (_BEGINNING, _END, _PRICE) for word in words}


@dataclass(frozen=True, slots=True)
class Slot:
    """A place of the schema: its annotation (without None), its unit, and the field it is of if it is a field."""

    annotation: Any
    unit: str = ""
    model: type[BaseModel] | None = None
    field: str = ""

    @property
    def sentence(self) -> str:
        """What the field is, in words; empty at a place that is none."""
        return "" if self.model is None else sentences(self.model).get(self.field, "")

    @property
    def options(self) -> tuple[Any, ...]:
        """The kinds of value allowed here."""
        return tuple(_options(self.annotation))


ROOT = Slot(Document)


def _options(annotation: Any) -> Iterator[Any]:
    """Yield the kinds of value in an annotation, without None."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _options(part)
    elif origin is Annotated:
        yield from _options(get_args(annotation)[0])
    elif annotation is not type(None):
        yield annotation


def model_of(slot: Slot, value: Any) -> type[BaseModel] | None:
    """Return the model that a written value has here, or None.

    A Path, Random, Units or Gate that is written short is a Quantity.
    """
    models = [option for option in slot.options if isinstance(option, type) and issubclass(option, BaseModel)]
    # Disruptions are the only union of models: their kind decides.
    if len(models) > 1:
        kind = value.get("kind") if isinstance(value, dict) else None
        return DISRUPTIONS.get(str(kind), Disruption)
    if not models:
        return None
    # Whether a form is short shows by its keys alone, as for the validators of the schema.
    keys = value.keys() if isinstance(value, dict) else set()
    if models[0] is Path and not keys & PATH_KEYS:
        return Quantity
    if models[0] is Random and not keys & {"shape", "mean"}:
        return Quantity
    if models[0] is Gate and not keys & {"date", "milestone", "lag"}:
        return Quantity
    if models[0] is Units and not keys & {"shape", "mean", "values"}:
        return Quantity
    return models[0]


def fields_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a model by the name that is written."""
    hidden = {"bare"} if model is Quantity else set()
    fields = {info.alias or name: info for name, info in model.model_fields.items() if name not in hidden}
    if model is Disruption:
        kinds: Any = Literal["scheduled", "random", "markov"]
        fields["kind"] = FieldInfo(annotation=kinds)
    return fields


def keys_of(slot: Slot, value: Any) -> list[str]:
    """Return the keys that the schema has at this place, in its order."""
    model = model_of(slot, value)
    return [] if model is None else list(fields_of(model))


def close_key(key: str, allowed: Collection[str]) -> str | None:
    """Return the key that is meant: another word for the same thing, else the one spelt most alike."""
    same = next((word for word in _SYNONYMS.get(key, ()) if word in allowed), None)
    return same or nearest(key, allowed)


def child(slot: Slot, value: Any, key: str | int) -> Slot | None:
    """Return the place one step further in, or None if the schema has none."""
    if isinstance(value, list):
        return _element(slot) if isinstance(key, int) else None
    for option in slot.options:
        if get_origin(option) is dict:
            return replace(slot, annotation=get_args(option)[1])
    model = model_of(slot, value)
    info = fields_of(model).get(str(key)) if model is not None else None
    declaring = model
    # A constant path with a process has the keys of a number beside `process`.
    if info is None and model is Path:
        info, declaring = fields_of(Quantity).get(str(key)), Quantity
    if info is None:
        return None
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    # A mean or a point is in the unit of the field whose value it is; a cv or a date declares its own.
    keep = model in (Path, Random, Units, Point) and "unit" not in extra
    unit = slot.unit if keep else str(extra.get("unit", ""))
    return Slot(info.annotation, unit, declaring, str(key))


def _element(slot: Slot) -> Slot | None:
    """Return the place of an element of a list; the list may be a path written short."""
    for option in slot.options:
        if get_origin(option) is list:
            return replace(slot, annotation=get_args(option)[0])
        if option is Path:
            return replace(slot, annotation=Point)
    return None


def slot_at(data: Any, loc: Loc, root: Slot = ROOT) -> Slot | None:
    """Return what the schema declares at a place of the written data, or None.

    `root` is what it declares at the top.
    """
    slot: Slot | None = root
    value = data
    for key in loc:
        if slot is None:
            return None
        slot = child(slot, value, key)
        value = step(value, key)
    return slot


def step(value: Any, key: str | int) -> Any:
    """Return the value one step further in, or None."""
    if isinstance(value, dict):
        return value.get(str(key))
    if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
        return value[key]
    return None


def has(value: Any, key: str | int) -> bool:
    """Return whether there is a value one step further in."""
    if isinstance(value, dict):
        return str(key) in value
    return isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value)


def written(data: Any, loc: Loc, *, missing: bool = False) -> Loc:
    """Return the place in the written data of a place of the validated document.

    It drops what is not written: `points`, `constant` and `mean` of short forms, and the names that pydantic adds to
    the location of a union. With `missing` the last step stays all the same: it is the key that is missing.
    """
    value = data
    kept: list[str | int] = []
    for depth, key in enumerate(loc):
        if has(value, key):
            kept.append(key if isinstance(value, list) else str(key))
            value = step(value, key)
        elif missing and depth == len(loc) - 1:
            kept.append(key)
    return tuple(kept)


def kinds(slot: Slot) -> str:
    """Return in words what may stand here."""
    if any(isinstance(option, type) and issubclass(option, Disruption) for option in slot.options):
        return f"a mapping with a kind ({', '.join(DISRUPTIONS)}) and effects"
    return " or ".join(dict.fromkeys(_kind(option, slot) for option in slot.options)) or "a value"


def _kind(option: Any, slot: Slot) -> str:
    """Return one kind of value in words."""
    origin = get_origin(option)
    if origin is Literal:
        return " or ".join(str(value) for value in get_args(option))
    if origin is list:
        return f"a list of {_plural(get_args(option)[0])}"
    if origin is dict:
        return "a mapping"
    if isinstance(option, type) and issubclass(option, StrEnum):
        return ", ".join(str(word) for word in option)
    if option in (Quantity, Random, Units, Path, Gate):
        return _measured(option, slot.unit)
    words = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        dt.date: "a date such as 2027-01-31",
    }
    if option in words or not (isinstance(option, type) and issubclass(option, BaseModel)):
        return words.get(option, "a value")
    fields = fields_of(option)
    needed = [name for name, info in fields.items() if info.is_required()]
    return (
        f"a mapping with {', '.join(needed)}"
        if needed
        else f"a mapping with keys such as {', '.join(list(fields)[:4])}"
    )


def _plural(option: Any) -> str:
    """Return in words what the elements of a list are."""
    if option is str:
        return "names"
    return "numbers" if option is Quantity else "mappings"


def _measured(option: Any, unit: str) -> str:
    """Return in words how a number may be written here."""
    what = {"date": "a date", "text": "a name", "": "a number"}.get(unit, f"a number [{unit}]")
    sourced = f"{what} with its source ({{figure: ID}} or {{assumed: X, source: WHY}})"
    if option is Path:
        return f"{sourced}, or a list of dated points ({{at: DATE, value: X}})"
    if option is Gate:
        return f"{sourced}, or {{milestone: NAME, lag: DAYS}}"
    if option is Random:
        return f"{sourced}, or {{shape: NAME, mean: X, cv: X}}"
    if option is Units:
        return f"{sourced}, or {{shape: NAME, mean: X, cv: X}}, or {{shape: empirical, values: [...], weights: [...]}}"
    return sourced
