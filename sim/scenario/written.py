"""What is written: the data of a scenario, where each part of it stands, and what bare numbers are in which file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import Mark
from sim.scenario.compose import Loc
from sim.scenario.declared import written

SET, READING = "--set", "--reading"
"""Options that write into a scenario; their text is the file of the marks of what they wrote."""


def is_override(mark: Mark) -> bool:
    """Return whether a place was written on the command line."""
    return mark.writer.file.startswith((f"{SET} ", f"{READING} "))


@dataclass(frozen=True, slots=True)
class Written:
    """A scenario's data on their way to a document. Steps hand on another one and leave this as it is.

    The mark of a place is in the file, or the override, that wrote it last. Locations in the methods are those of the
    document, in which short forms are written out.
    """

    file: str
    data: dict[str, Any]
    marks: dict[Loc, Mark]
    licences: Mapping[str, str]
    """File -> what it says its bare numbers are; other files may have none."""
    folders: Sequence[Path]
    """Where the files lie that it may name; none: anywhere."""
    unread: set[str]
    """Paths for which a CSV file gives no value, because something is wrong with it."""
    overridden: tuple[Loc, ...] = ()
    """Places that the command line wrote, the outermost first."""

    def mark(self, loc: Loc) -> Mark:
        """Return the mark of a path of the document, or of the nearest place around it that is written."""
        place = written(self.data, loc)
        while place and place not in self.marks:
            place = place[:-1]
        return self.marks.get(place, Mark(self.file))

    def blame(self, loc: Loc) -> Mark:
        """Return the mark of a problem with a path of the document.

        For a mapping it is the mark of the outermost part that an override wrote, since the problem may come from
        there.
        """
        mark, place = self.mark(loc), written(self.data, loc)
        # At the document as a whole, or where nothing is written, no single override is to blame.
        if is_override(mark) or not place or not self.says(loc):
            return mark
        inside = (
            self.marks[inner]
            for inner in self.overridden
            if len(inner) > len(place) and inner[: len(place)] == place and inner in self.marks
        )
        return next(inside, mark)

    def says(self, loc: Loc) -> bool:
        """Return whether a value of the document is written, rather than the schema's default."""
        # Of a place that is not written the last step is dropped.
        return [str(part) for part in written(self.data, loc)[-1:]] == [str(part) for part in loc[-1:]]

    def inherits(self, loc: Loc) -> bool:
        """Return whether a file that the scenario extends has written a place."""
        mark = self.mark(loc)
        return mark.writer.file != self.file and not is_override(mark)
