"""Entry point: finds the command, imports its module alone, runs it."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from sim.cli.commands import COMMANDS, overview
from sim.cli.ends import DONE, FAILED, INTERRUPTED, WRONG_INPUT, pipe_closed, unwritable


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    args = sys.argv[1:] if argv is None else argv
    if sys.stdout is None:  # closed by the shell (>&-)
        print("cannot write the output: stdout is closed", file=sys.stderr)
        return FAILED
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character shows a question mark, not a traceback.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = _dispatch(args)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return pipe_closed()
    except OSError as error:
        return unwritable(error)
    return code


def _dispatch(args: list[str]) -> int:
    if not args:
        print(overview(), file=sys.stderr)
        return WRONG_INPUT
    first, rest = args[0], args[1:]
    # Answered before typer is imported: that import alone takes longer than all the rest.
    if first in ("-h", "--help"):
        print(overview())
        return DONE
    if first == "--version":
        from importlib.metadata import version

        print(f"fabshift {version('fabshift')}")
        return DONE
    if first not in COMMANDS:
        return _unknown(first)
    from sim.cli.invoke import invoke

    return invoke(first, rest)


def _unknown(word: str) -> int:
    from sim.errors import nearest

    is_option = word.startswith("-")
    near = nearest(word, ("--help", "--version") if is_option else COMMANDS)
    hint = f" Did you mean {near!r}?" if near else ""
    print(f"Error: no such {'option' if is_option else 'command'}: {word}.{hint}", file=sys.stderr)
    print(f"Commands: {', '.join(COMMANDS)}. See fabshift --help.", file=sys.stderr)
    return WRONG_INPUT


if __name__ == "__main__":
    sys.exit(main())
