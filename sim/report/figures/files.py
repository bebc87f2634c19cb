"""Files that figures are written to; the ending decides the format."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError, Problem, argument, problem

if TYPE_CHECKING:
    from sim.report.figures.figure import Chart

ENDINGS = ("svg", "png", "pdf")
DOTS_PER_INCH = 150


def ending(path: Path, flag: str = "") -> str:
    """Return the format that the ending of a file asks for.

    Raises:
        InputError: it is none of svg, png and pdf.
    """
    found = path.suffix.removeprefix(".").lower()
    if found not in ENDINGS:
        allowed = ", ".join(f".{e}" for e in ENDINGS)
        words = "the ending of the file decides its format"
        raise InputError([Problem(argument(flag or str(path)), "", words, repr(str(path)), allowed)])
    return found


def refuse_unwritable(path: Path, flag: str) -> None:
    """Check that a chart can be written to a file, before anything is run.

    Raises:
        InputError: its ending is not known, it is a directory, or there is no directory to hold it.
    """
    # Before the run: a study of an hour must not fail at its last step.
    ending(path, flag)
    if path.is_dir():
        raise InputError([Problem(argument(flag), "", "is a directory, not a file", repr(str(path)))])
    if not path.parent.is_dir():
        raise InputError([Problem(argument(flag), "", "there is no such directory", repr(str(path.parent)))])


def write(figure: Chart, path: Path) -> None:
    """Write a chart to a file.

    Raises:
        InputError: the ending is not known, or the file cannot be written.
    """
    data = rendered(figure, ending(path))
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError([problem(path, f"can't be written: {error.strerror}")]) from None


def rendered(figure: Chart, form: str) -> bytes:
    """Return a chart as the bytes of a file, identical on every call: no date is written."""
    from sim.report.figures.canvas import canvas

    if form == "svg":
        return figure.svg().encode()
    data = BytesIO()
    told = {"Software": None} if form == "png" else {"CreationDate": None, "Title": figure.title}
    with canvas(figure) as drawn:
        drawn.savefig(data, format=form, dpi=DOTS_PER_INCH, metadata=told)
    return data.getvalue()
