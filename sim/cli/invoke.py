"""Runs one command: parsing by typer, problems of the user's told without a traceback."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable
from typing import Any

import typer

from sim.cli.commands import COMMANDS
from sim.cli.ends import FAILED, WRONG_INPUT, pipe_closed, tell, unwritable
from sim.cli.signals import exit_code
from sim.errors import InputError, LostError, ModelError, visible


def invoke(name: str, args: list[str]) -> int:
    """Run command `name` with `args`, and return its exit code."""
    module, line = COMMANDS[name]
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.command(name, help=line)(guarded(importlib.import_module(module).command))
    try:
        typer.main.get_command(app)(args=args, prog_name=f"fabshift {name}")
    except SystemExit as end:
        # typer ends every command by SystemExit; its code may be None.
        return end.code if isinstance(end.code, int) else 0
    return 0


def _foresee(options: dict[str, Any]) -> None:
    """Begin to compile the engine, where it is not compiled yet, if a command with these options runs it on this machine.

    Other processes compile while this one reads and checks the files.
    """
    # Commands that take no engine run studies in the compiled one.
    engine = options.get("engine", "batch" if "jobs" in options else None)
    if engine == "batch" and not options.get("cluster"):
        from sim.engines.batch.compiling.calling import foresee
        from sim.engines.batch.program import PROGRAM

        foresee(PROGRAM)


def guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Return `command` with wrong input, failed checks and interrupts turned into exit codes.

    They are caught within the command, since typer would print its own word ("Aborted!") for some.
    """

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        """Run the command."""
        try:
            _foresee(kwargs)
            command(*args, **kwargs)
            # Flushed here, so that a full disk or a closed pipe shows while it can still be handled.
            sys.stdout.flush()
        except InputError as error:
            tell(error)
            raise typer.Exit(WRONG_INPUT) from None
        except ModelError as error:
            print(f"the run broke a rule of the model: {error}", file=sys.stderr)
            raise typer.Exit(FAILED) from None
        except LostError as error:
            print(visible(str(error)), file=sys.stderr)
            raise typer.Exit(FAILED) from None
        except BrokenPipeError:
            raise typer.Exit(pipe_closed()) from None
        except OSError as error:
            raise typer.Exit(unwritable(error)) from None
        except KeyboardInterrupt as interrupt:
            raise typer.Exit(exit_code(interrupt)) from None

    return run
