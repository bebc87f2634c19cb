"""The glossary names fields, options and classes that there are."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel
from typer.models import OptionInfo

from sim.cli.commands import COMMANDS
from sim.scenario.declared import fields_of
from sim.scenario.schema import Document
from tests.docs.examples import ROOT
from tests.docs.reference import DOCS

PAGE = DOCS / "reference" / "glossary.md"


def rows(page: Path) -> list[tuple[str, str, str]]:
    """Term, field or option, and class of each row; empty where a row has none."""
    found = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.read_text("utf-8").splitlines()]
    cells = [row for row in found if len(row) == 4 and row[0] not in ("term", "---")]
    return [(term, place.strip("`"), name.strip("`")) for term, _, place, name in cells]


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a field holds, in lists and by name too."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif (origin := get_origin(annotation)) is not None:
        for part in get_args(annotation)[: 1 if origin is Annotated else None]:
            yield from models(part)


def is_field(path: str) -> bool:
    """Whether a scenario has a field at a path, whose `NAME` is any name."""
    found: list[type[BaseModel]] = [Document]
    for part in path.split("."):
        if part == "NAME":
            continue
        fields = [f for model in found for name, f in fields_of(model).items() if name == part]
        if not fields:
            return False
        found = [model for field in fields for model in models(field.annotation)]
    return True


def options() -> set[str]:
    """The long options of all commands."""
    found = set()
    for module, _ in COMMANDS.values():
        for name, hint in get_type_hints(importlib.import_module(module).command, include_extras=True).items():
            for info in getattr(hint, "__metadata__", ()):
                if isinstance(info, OptionInfo):
                    named = [word for word in (info.default, *(info.param_decls or ())) if isinstance(word, str)]
                    found |= set(named or [f"--{name.replace('_', '-')}"])
    return found


def classes() -> set[str]:
    """The public classes of the package; no two have one name."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / "sim").rglob("*.py")]
    return {node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)}


def test_terms_are_told_once() -> None:
    terms = [term for term, _, _ in rows(PAGE)]
    assert len(terms) == len(set(terms)) > 30


@pytest.mark.parametrize("place", sorted({place for _, place, _ in rows(PAGE) if place}))
def test_a_field_or_an_option_is_there(place: str) -> None:
    assert place in options() if place.startswith("--") else is_field(place)


def test_classes_are_there() -> None:
    named = {name for _, _, name in rows(PAGE)}
    assert named - classes() == set()


def test_what_is_not_there_is_seen() -> None:
    assert [is_field(path) for path in ("recipes.NAME.inputs", "recipes.NAME.materials")] == [True, False]
    assert {"--lot-scale", "--coarse"} & options() == {"--lot-scale"}


def test_the_words_of_a_phase_are_those_of_the_glossary() -> None:
    """Qualification phase, event phase, chain stage and construction step are one notion each."""
    terms = {term: name for term, _, name in rows(PAGE)}
    assert all(re.sub(r"(?<!^)(?=[A-Z])", " ", terms[term]).lower() == term for term in (
        "qualification phase", "event phase", "construction step", "process node", "replenishment policy"
    ))  # fmt: skip
