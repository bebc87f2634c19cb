"""`--without ARTICLE`: the ledger as if an article had not been written, and what that changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sim.errors import Mark, Problem, argument, nearest
from sim.ledger import Figure, Ledger, Reading, behind
from sim.scenario.changes import Change, with_unit

WITHOUT = "--without"


def leave_out(ledger: Ledger, articles: Sequence[str], problems: list[Problem]) -> Ledger:
    """Return the ledger without these articles; what names none of them is appended to `problems`.

    An article is named by its file, or by a part of that name that no other article has.
    """
    known = ledger.articles if articles else ()
    named: set[str] = set()
    for article in articles:
        meant = [file for file in known if article and article in file]
        named.update(meant)
        if len(meant) != 1:
            message = "more than one article has this in its name" if meant else "no figure depends on such an article"
            problems.append(
                Problem(
                    argument(f"{WITHOUT} {article}"),
                    "",
                    message,
                    expected=", ".join(meant or known),
                    nearest=nearest(article, known),
                )
            )
    return ledger.without(named) if named else ledger


def unsupported(figures: Iterable[str], ledger: Ledger) -> Iterator[Problem]:
    """Yield problems with figures that depend on an article left out, where nothing else can take its place."""
    for id in behind(figures, ledger):
        figure = ledger[id]
        if figure.unsupported:
            resting = dict.fromkeys(
                article for reading in (figure.own, *figure.readings.values()) for article in reading.articles
            )
            message = f"depends on {', '.join(resting)} alone, and nothing can take its place"
            yield Problem(
                figure.mark or Mark("?"), id, message, expected="another reading, or a fallback, in its entry"
            )


def substitutions(figures: Iterable[str], before: Ledger, after: Ledger) -> list[Change]:
    """Return old -> new of each figure that gives way, among these and all they go back to."""
    found = []
    for id in behind(figures, after):
        # A calculated figure changes with its operands, which are listed themselves.
        if before[id].formula is not None:
            continue
        old, new = before.resolve(id), after.resolve(id)
        if (old.value, old.low, old.high) != (new.value, new.low, new.high):
            found.append(Change(id, _told(old, before[id]), _told(new, after[id]), _cause(before[id], old)))
    return found


def _cause(figure: Figure, taken: Reading) -> str:
    """Return the articles on which the value rested, or the figure whose reading it follows."""
    return f"{WITHOUT} {', '.join(taken.articles)}" if taken.articles else f"follows {figure.follows}"


def _told(reading: Reading, figure: Figure) -> str:
    """Return a reading in words: value, kind, source and range."""
    unit = "" if figure.unit == "calendar_year" else figure.unit
    ends = [with_unit(end, unit) for end in (reading.low, reading.high) if end is not None]
    span = f", {' to '.join(ends)}" if len(ends) > 1 else ""
    return f"{with_unit(reading.value, unit)} ({reading.kind}: {reading.article or reading.source}{span})"
