"""A scenario with other numbers: worked out from the loaded one, where its files need not be read again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from sim.errors import InputError
from sim.ledger import Ledger, LedgerError, Scalar
from sim.scenario.checks import check_numbers
from sim.scenario.compose import Loc
from sim.scenario.lineage import ONLY_IF
from sim.scenario.loader import Scenario
from sim.scenario.resolve import Input, Inputs, UnresolvedError, resolve_one
from sim.scenario.schema import Document
from sim.scenario.schema.decisions import Gate
from sim.scenario.schema.quantity import Path, Quantity
from sim.scenario.written import SET
from sim.units import UnitError


def revalued(
    scenario: Scenario, *, readings: Mapping[str, str], values: Mapping[str, Scalar], numbers: Mapping[str, Scalar]
) -> Scenario | None:
    """Return the scenario with other readings, values of figures and numbers in place, without reading its files again.

    It is what loading the scenario again would return, but for `changes` and `asked`, which stay as they are. Returns
    None where it must be loaded again, because more than numbers changes or may change: an `only_if` switches, a name
    is another, or an override replaces more than one number.

    Raises:
        InputError: a check refuses the numbers. The problems name the places that had the old ones.
    """
    # A pinned value belongs to the reading in force, and the ledger cannot move it to another.
    if readings and scenario.ledger.pinned:
        return None
    if not all(_is_plain(scenario, path) for path in numbers):
        return None
    try:
        ledger = scenario.ledger.choose(readings).valued(values)
        document = _document(scenario, readings, numbers)
        inputs = _inputs(scenario, document, ledger, {*readings, *values}, numbers)
        if _switched(scenario, ledger) or _renamed(scenario, inputs):
            return None
    # Loading the scenario again reports the error at its place.
    except (LedgerError, UnresolvedError, UnitError):
        return None
    return _checked(scenario, document, ledger, inputs, overridden=bool(readings or numbers))


def _is_plain(scenario: Scenario, path: str) -> bool:
    """Return whether an override of a path replaces one number, whose range no other entry names.

    An override of a constant path drops its `ends`. Whether a range under `uncertainty` or `correlations` may lie idle
    depends on the marks of overrides, which are not kept up here.
    """
    document = scenario.document
    correlated = {label for correlation in document.correlations for pair in correlation.pairs for label in pair}
    named = path in document.uncertainty.draw or path in correlated
    return path in scenario.inputs and f"{path}.ends" not in scenario.inputs and not named


def _switched(scenario: Scenario, ledger: Ledger) -> bool:
    """Return whether a figure on which some `only_if` depends has another value."""
    return any(ledger.resolve(name).value != scenario.ledger.resolve(name).value for name in scenario.switches)


def _renamed(scenario: Scenario, inputs: Inputs) -> bool:
    """Return whether an input that is a name has another one."""
    return any(
        isinstance(entry.value, str) and entry.value != scenario.inputs[path].value for path, entry in inputs.items()
    )


def _document(scenario: Scenario, readings: Mapping[str, str], numbers: Mapping[str, Scalar]) -> Document:
    """Return the document with these readings, and these numbers at their paths."""
    document = scenario.document
    if readings:
        document = document.model_copy(update={"readings": {**document.readings, **readings}})
    for path, value in numbers.items():
        loc, _ = scenario.context.quantities[path]
        document = _placed(document, loc, Quantity(bare=value))
    return document


def _placed(node: Any, loc: Loc, quantity: Quantity) -> Any:
    """Return a copy of a part of a document with another quantity at a place.

    What lies beside the way to the place is shared with the original, which nobody changes.
    """
    if isinstance(node, Quantity):
        return quantity
    if isinstance(node, BaseModel):
        name, rest = _field(node, loc)
        return node.model_copy(update={name: _placed(getattr(node, name), rest, quantity)})
    key, rest = loc[0], loc[1:]
    copied = node.copy()
    copied[key] = _placed(node[key], rest, quantity)
    return copied


def _field(node: BaseModel, loc: Loc) -> tuple[str, Loc]:
    """Return the field of a model that leads to a location, and the rest of the location.

    A constant path or distribution, or a gate on a date, has the location of its one quantity.
    """
    if not loc:
        return ("constant" if isinstance(node, Path) else "date" if isinstance(node, Gate) else "mean"), loc
    fields = type(node).model_fields
    return next(name for name, field in fields.items() if loc[0] in (field.alias, name)), loc[1:]


def _inputs(
    scenario: Scenario, document: Document, ledger: Ledger, figures: Collection[str], numbers: Mapping[str, Scalar]
) -> Inputs:
    """Return all inputs, of which those that depend on the figures and those in place have their new values."""
    resting = {path for figure in figures for path in scenario.fed.get(figure, ())} - {ONLY_IF}
    found = dict(scenario.inputs)
    for path in resting - numbers.keys():
        found[path] = _resolved(scenario, path, scenario.context.quantities[path][1], document, ledger)
    for path, value in numbers.items():
        entry = _resolved(scenario, path, Quantity(bare=value), document, ledger)
        found[path] = replace(entry, kind="override", source=f"{SET} {path}={value}")
    return Inputs(found)


def _resolved(scenario: Scenario, path: str, quantity: Quantity, document: Document, ledger: Ledger) -> Input:
    """Return an input with its new value, in the unit and with the bounds that it had."""
    before = scenario.inputs[path]
    return resolve_one(path, quantity, before.unit, before.bounds, document, ledger)


def _checked(scenario: Scenario, document: Document, ledger: Ledger, inputs: Inputs, *, overridden: bool) -> Scenario:
    """Return the scenario with its new numbers.

    Raises:
        InputError: a check refuses them.
    """
    context = scenario.context
    written = (
        # Checks let what is named for a range lie idle where something was overridden; the root stands for all of it.
        replace(context.written, overridden=context.written.overridden or ((),)) if overridden else context.written
    )
    context = replace(context, document=document, inputs=inputs, ledger=ledger, written=written, problems=[])
    # Names and structure are those that were checked when the scenario was loaded.
    check_numbers(context)
    if context.problems:
        raise InputError(context.problems)
    return replace(
        scenario, document=document, ledger=ledger, inputs=inputs, uncertain=context.uncertain, context=context
    )
