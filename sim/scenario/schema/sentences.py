"""The sentence of each field: what messages, the schema for editors and the reference say of it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache
from itertools import pairwise

from pydantic import BaseModel


@cache
def sentences(model: type[BaseModel]) -> dict[str, str]:
    """Return the sentence of each field of a model, fields inherited included, by the name that is written in a file.

    A sentence stands below its field, or in its declaration. It is read from the source when it is first asked for:
    pydantic can do so too, but for every model as soon as it is imported, and that takes most of the time of the import.
    """
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            found |= _below_fields(base)
    found |= {name: info.description for name, info in model.model_fields.items() if info.description}
    return {info.alias or name: found[name].strip() for name, info in model.model_fields.items() if name in found}


def _below_fields(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstrings below the fields that the model itself declares."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(model)))
    declared = tree.body[0]
    assert isinstance(declared, ast.ClassDef)
    found = {}
    for field, below in pairwise(declared.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            text = ast.literal_eval(below.value)
            found[field.target.id] = inspect.cleandoc(text)
    return found
