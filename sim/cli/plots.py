"""`--plot FILE` and `--figure NAME`: a figure written beside what a command prints."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.errors import InputError, Problem, argument

if TYPE_CHECKING:
    from sim.plotting import Drawing

PLOT = Annotated[
    Path | None,
    typer.Option("--plot", metavar="FILE", help="Write a figure there; the ending says how: .svg, .png, .pdf."),
]
FIGURE = Annotated[
    str | None,
    typer.Option("--figure", metavar="NAME", help="Which figure (default: the most telling; a wrong name lists all)."),
]
_FLAG = "--figure"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a figure is to be written, and which."""

    path: Path
    name: str

    def write(self, figure: Drawing, *, quiet: bool = False) -> None:
        """Write the figure, and say so unless stdout holds a document."""
        figure.save(self.path)
        if not quiet:
            print(f"\nfigure {figure.name} written to {self.path}")


@dataclass(frozen=True, slots=True)
class Picture:
    """The figure that a command is asked to write, if any."""

    plot: PLOT = None
    figure: FIGURE = None

    def of(self, study: str) -> Target | None:
        """Return the figure to be written for a command or a method, and where; None if none is asked for.

        It is checked before anything is run.

        Raises:
            InputError: no figure is so called, or none could be written to the file.
        """
        if self.plot is None:
            if self.figure is not None:
                raise InputError([Problem(argument(_FLAG), "", "can only be used with --plot FILE", repr(self.figure))])
            return None
        from sim.report.figures.catalogue import NAMES, named
        from sim.report.figures.files import refuse_unwritable

        refuse_unwritable(self.plot, "--plot")
        # A method that does not exist is refused by the study, which lists them.
        return Target(self.plot, named(self.figure, NAMES[study], _FLAG)) if study in NAMES else None


NO_PICTURE = Picture()
