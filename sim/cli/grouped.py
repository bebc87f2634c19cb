"""Groups of options: a dataclass whose fields are typer's options, which several commands take as one parameter."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_type_hints


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """Return `command` with every option of its groups as a parameter of its own, as typer reads them.

    A parameter whose type is a dataclass is a group. Its default is an instance, whose values are the defaults of the
    options; without one those of the class are.
    """
    hints = get_type_hints(command, include_extras=True)
    asked = inspect.signature(command).parameters.values()
    groups = {parameter.name: hints[parameter.name] for parameter in asked if is_dataclass(hints[parameter.name])}

    @functools.wraps(command)
    def run(**values: Any) -> None:
        """Make the groups of the options given, and run the command."""
        made = {
            name: kind(**{field.name: values.pop(field.name) for field in fields(kind)})
            for name, kind in groups.items()
        }
        command(**values, **made)

    taken = [
        one
        for parameter in asked
        for one in (
            _options(parameter, hints[parameter.name]) if parameter.name in groups else [_option(parameter, hints)]
        )
    ]
    run.__annotations__ = {one.name: one.annotation for one in taken}
    # What typer, and `inspect`, read in place of the parameters of `run`.
    run.__signature__ = inspect.Signature(taken)  # type: ignore[attr-defined]
    return run


def _option(parameter: inspect.Parameter, hints: dict[str, Any]) -> inspect.Parameter:
    """Return a parameter that is no group, as an option."""
    # Keywords may come in any order: options without a default may then follow those of a group.
    return parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[parameter.name])


def _options(group: inspect.Parameter, kind: Any) -> Iterator[inspect.Parameter]:
    """Yield a parameter for each field of a group."""
    default = kind() if group.default is inspect.Parameter.empty else group.default
    hints = get_type_hints(kind, include_extras=True)
    for field in fields(kind):
        yield inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=getattr(default, field.name),
            annotation=hints[field.name],
        )
