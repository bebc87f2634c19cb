"""JSON Schema of scenario files, by which an editor completes keys and shows sentences and units.

It is made from the same declarations as the validator. Two things differ from what pydantic
makes of them: the shorthands (a bare scalar, a list of points) are spelled out, and a file that
`extends` another may hold any part of a scenario, with null to remove an inherited entry.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from types import GenericAlias
from typing import Any

from sim.scenario.csv_rows import shape_of
from sim.scenario.declared import Slot
from sim.scenario.schema import Document
from sim.scenario.schema.csv import Csv
from sim.scenario.schema.quantity import Strict
from sim.scenario.schema.sentences import sentences

Json = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_LIMITS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
_SIGNS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
_PART = "Part"
_PREFIX = "#/$defs/"


def scenario_schema() -> Json:
    """Return the JSON Schema of scenario files (draft 2020-12)."""
    whole = Document.model_json_schema(by_alias=True)
    definitions: Json = whole.pop("$defs")
    # The document becomes a definition too, so that a file which extends another can have a looser form of it.
    definitions["Document"] = whole
    table = Csv.model_json_schema(by_alias=True)
    definitions |= {**table.pop("$defs"), "Csv": table, **definitions}
    models = {model.__name__: model for model in _models(Strict)}
    for name, definition in definitions.items():
        _say(definition, models.get(name))
        _tidy(definition)
    _spell_out_shorthands(definitions)
    parts = {name + _PART: _as_part(definition) for name, definition in definitions.items()}
    parts["Document" + _PART]["required"] = ["title", "extends"]
    return {
        "$schema": DIALECT,
        "title": "fabshift scenario",
        "description": Document.__doc__,
        "type": "object",
        "if": {"required": ["extends"]},
        "then": {"$ref": _PREFIX + "Document" + _PART},
        "else": {"$ref": _PREFIX + "Document"},
        "$defs": dict(sorted((definitions | parts).items())),
    }


def _say(definition: Json, model: type[Strict] | None) -> None:
    """Give each property the sentence of its field; an enumeration has none."""
    for name, field in definition.get("properties", {}).items():
        sentence = sentences(model).get(name) if model is not None else None
        if sentence is not None:
            field["description"] = sentence


def _tidy(definition: Json) -> None:
    """Put units and bounds where an editor shows them; drop what only repeats a name."""
    for name, field in definition.get("properties", {}).items():
        field.pop("title", None)
        _default(field)
        unit = field.pop("unit", None)
        bounds = {key: field.pop(key) for key in _LIMITS if key in field}
        if unit is None:
            continue
        limits = ", ".join(f"{_SIGNS[key]} {value:g}" for key, value in bounds.items())
        sentence = field.get("description", name)
        field["description"] = f"{sentence} [{', '.join(text for text in (unit, limits) if text)}]"


def _default(field: Json) -> None:
    """Write a default as a user would, or drop it where it is nothing."""
    default = field.get("default")
    if isinstance(default, dict):
        mean = default.get("mean", default)
        default = mean.get("bare") if isinstance(mean, dict) else None
    if default in (None, [], {}):
        field.pop("default", None)
    else:
        field["default"] = default


def _spell_out_shorthands(definitions: Json) -> None:
    """Add the short forms that validators accept, which pydantic's schema does not show.

    A Quantity may be a bare scalar; a Random, Units, a Path or a Gate may be a Quantity; a Path may be a Quantity with
    a process, or a list of points.
    """
    scalar = {"type": ["number", "string", "boolean"], "description": "Only in a file with bare_numbers."}
    quantity, random, path = definitions["Quantity"], definitions["Random"], definitions["Path"]
    # The validator fills it in from a bare scalar; nobody writes it.
    del quantity["properties"]["bare"]
    any_quantity: Json = {"$ref": _PREFIX + "Quantity"}
    quantity["oneOf"] = [{"required": [origin]} for origin in ("figure", "assumed", "derived")]
    points = {"type": "array", "minItems": 1, "items": {"$ref": _PREFIX + "Point"}}
    # Copied before Quantity itself becomes a choice: this form has the same keys and one more.
    beside = copy.deepcopy(quantity)
    beside["properties"]["process"] = {"$ref": _PREFIX + "Process"}
    beside["required"] = ["process"]
    definitions["Quantity"] = _choice(quantity, scalar)
    definitions["Random"] = _choice(random, any_quantity)
    definitions["Units"] = _choice(definitions["Units"], any_quantity)
    definitions["Gate"] = _choice(definitions["Gate"], any_quantity)
    definitions["Path"] = _choice(path, any_quantity, beside, points)
    _allow_tables(definitions)


def _allow_tables(definitions: Json) -> None:
    """Allow columns of a CSV file in the place of every path, and of every list that takes them."""
    elements = {
        _PREFIX + model.__name__
        for model in _models(Strict)
        if shape_of(Slot(GenericAlias(list, (model,)))) is not None
    }

    def change(node: Json) -> None:
        """Let a list of such elements be a table instead."""
        if node.get("type") == "array" and node.get("items", {}).get("$ref") in elements:
            kept: Json = {key: node.pop(key) for key in ("description", "default") if key in node}
            listed = dict(node)
            node.clear()
            node.update(kept, anyOf=[listed, {"$ref": _PREFIX + "Csv"}])

    for definition in definitions.values():
        _walk(definition, change)


def _models(model: type[Strict]) -> Iterator[type[Strict]]:
    """Yield a model and all that derive from it."""
    yield model
    for derived in model.__subclasses__():
        yield from _models(derived)


def _choice(full: Json, *short: Json) -> Json:
    """Return a definition that may be written in full or in a shorter way."""
    return {"title": full.get("title"), "description": full.get("description"), "anyOf": [full, *short]}


def _as_part(definition: Json) -> Json:
    """Return the definition for a file that extends another: nothing is required, and null removes."""
    part = copy.deepcopy(definition)
    _walk(part, _loosen)
    return part


def _walk(node: Any, change: Callable[[Json], None]) -> None:
    """Make `change` to every schema in `node`, innermost first."""
    if isinstance(node, dict):
        for value in node.values():
            _walk(value, change)
        change(node)
    elif isinstance(node, list):
        for value in node:
            _walk(value, change)


def _loosen(node: Json) -> None:
    """Drop from a schema what a part of a scenario need not have, and allow null."""
    for key in ("required", "minItems", "minProperties", "discriminator"):
        # The walk also comes to mappings from a name to a schema: a field called `required` stays there. The value of
        # discriminator is itself a mapping.
        if not isinstance(node.get(key), dict) or key == "discriminator":
            node.pop(key, None)
    if "$ref" in node:
        node["$ref"] += _PART
    if "oneOf" in node:
        # Without `required` the variants overlap: one is no longer the only one.
        variants = [variant for variant in node.pop("oneOf") if variant]
        if variants:
            node["anyOf"] = variants
    for name, value in node.get("properties", {}).items():
        node["properties"][name] = _or_null(value)
    if isinstance(node.get("additionalProperties"), dict):
        node["additionalProperties"] = _or_null(node["additionalProperties"])


def _or_null(node: Json) -> Json:
    """Return `node`, or null."""
    # Editors show a description beside the choice, not one within it.
    description = node.pop("description", None)
    choices = node["anyOf"] if set(node) <= {"anyOf", "default"} and "anyOf" in node else [node]
    if {"type": "null"} not in choices:
        choices = [*choices, {"type": "null"}]
    return {**({"description": description} if description else {}), "anyOf": choices}
