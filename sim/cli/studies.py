"""What commands that run studies share: their progress, and how an interrupted one is resumed."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.progress import Progress
from sim.errors import LostError

if TYPE_CHECKING:
    from sim.scenario.override import Asked


def asked(
    scenario: str,
    sets: Sequence[str] | None,
    readings: Sequence[str] | None,
    without: Sequence[str] | None,
    allow_outside: bool,
) -> Asked:
    """Return a scenario with the changes that a command's options ask for."""
    from sim.scenario.override import Asked

    return Asked(scenario, tuple(sets or ()), tuple(readings or ()), tuple(without or ()), allow_outside=allow_outside)


def refuse_unknown_kpis(bases: Iterable[Asked], wished: Sequence[str]) -> None:
    """Refuse KPIs that no run of these scenarios would have, before a long study of them is run."""
    if not wished:
        return
    from sim.study.runs.outputs import refuse_missing
    from sim.study.runs.subject import subject

    known: list[str] = []
    for base in bases:
        known += subject(base, lot_scale=1).catalogue.names
        # Loading a scenario takes time: the others are not needed once all are known.
        if set(wished) <= set(known):
            return
    refuse_missing("--kpi", wished, known)


def tell_kept(out: Path | None) -> None:
    """Print where the study is kept, if it is."""
    if out is not None:
        print(f"\nkept in {out}")


@contextmanager
def progress_of(total: int, out: Path | None, *, what: str = "", foretold: bool = False) -> Iterator[Progress]:
    """Show progress; where the study is interrupted or its cluster lost, say what is kept and how to resume it.

    `total` counts runs; `what` and `foretold` are those of `Progress`.

    Raises:
        LostError: the cluster is lost; the message says how to resume.
    """
    with Progress(what, total, foretold=foretold) as bar:
        try:
            yield bar
        except KeyboardInterrupt:
            # Stopped before the message, which the bar would otherwise draw over.
            bar.__exit__()
            print("interrupted", _ended(bar, out, "to resume:\n "), file=sys.stderr)
            raise
        except LostError as lost:
            again = "to resume once the cluster is back, or without --cluster:"
            raise LostError(f"{lost} {_ended(bar, out, again)}") from None


def _ended(bar: Progress, out: Path | None, again: str) -> str:
    """Return after how many runs a study ended early, and the command that resumes it."""
    if out is None:
        return f"after {bar.done:,} of {bar.total:,} runs; nothing is kept (--out DIR keeps finished runs)"
    return f"after {bar.done:,} of {bar.total:,} runs, which {out} keeps; {again} {shlex.join(['fabshift', *sys.argv[1:]])}"
