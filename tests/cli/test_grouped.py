"""Groups of options: each option stands once for typer, and comes back as part of its group."""

from __future__ import annotations

import importlib
import inspect
from collections import defaultdict
from dataclasses import dataclass, fields
from typing import Annotated, get_type_hints

import pytest
import typer
from typer.models import OptionInfo
from typer.testing import CliRunner

from sim.cli.choices import Changes, Execution, Overrides
from sim.cli.commands import COMMANDS
from sim.cli.grouped import grouped
from sim.cli.plots import Picture


@dataclass(frozen=True)
class Size:
    width: Annotated[int, typer.Option("--width")] = 1
    height: Annotated[int, typer.Option("--height")] = 2


TALL = Size(height=30)


def printed(*args: str) -> str:
    app = typer.Typer()

    @app.command()
    @grouped
    def command(name: Annotated[str, typer.Argument()], size: Size = TALL, deep: bool = False) -> None:
        print(name, size.width, size.height, deep)

    return CliRunner().invoke(app, args).output


def test_a_command_gets_its_group_with_what_was_given_and_defaults_of_its_own() -> None:
    assert printed("box") == "box 1 30 False\n"
    assert printed("box", "--width", "5", "--deep") == "box 5 30 True\n"


def test_two_groups_with_one_option_are_refused() -> None:
    def command(size: Size = TALL, other: Size = TALL) -> None:
        print(size, other)

    with pytest.raises(ValueError, match="duplicate parameter name"):
        grouped(command)


def test_what_groups_declare_no_command_declares_again() -> None:
    shared = {field.name for group in (Overrides, Changes, Execution, Picture) for field in fields(group)}
    declared = defaultdict(set)
    for module, _ in COMMANDS.values():
        command = importlib.import_module(module).command
        hints = get_type_hints(command, include_extras=True)
        for name in shared & set(inspect.signature(command).parameters):
            if isinstance(info := hints[name].__metadata__[0], OptionInfo):
                declared[name].add(id(info))
    # `run --out` keeps one run, not a study that the same command resumes; `run --engine` has no engine of its own.
    assert {name for name, found in declared.items() if len(found) > 1} == {"engine", "out"}
    assert shared == set(declared)
