"""The workbook of whatever was run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.book.of_run import run_book
from sim.report.book.of_studies import compare_book, montecarlo_book
from sim.results.result import Result
from sim.study.compare import Comparison

if TYPE_CHECKING:
    from sim.api import Against
    from sim.study.montecarlo import MonteCarlo


def book_of(found: Result | MonteCarlo | Comparison, against: Against | None, command: Sequence[str]) -> bytes:
    """Return the workbook of a run, a study or a comparison; `against` is used for a run only."""
    if isinstance(found, Result):
        return run_book(found, against, command)
    if isinstance(found, Comparison):
        return compare_book(found, command)
    return montecarlo_book(found, command)
