"""All problems of a scenario as one error, each said once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sim.errors import InputError, Problem
from sim.scenario.declared import SHORT

MAX_PROBLEMS = 200


def short(path: str) -> str:
    """A path without the parts that a short form leaves out."""
    return ".".join(part for part in path.split(".") if part not in SHORT)


def gathered(problems: Sequence[Problem], unreadable: Collection[str], unread: Collection[str]) -> InputError:
    """One error with each problem once, and not more than a person can read.

    What follows from a value that could not be read, at the same path, is not said again; nor what an entry lacks
    because a CSV file gives it no value.
    """
    lacking = {path.rpartition(".")[0] for path in unread}
    problems = [p for p in problems if p.path not in lacking and (p.path not in unread or p.mark.named is not None)]
    first: dict[str, Problem] = {}
    for problem in problems:
        if short(problem.path) in unreadable:
            first.setdefault(short(problem.path), problem)
    told = [
        p
        for p in problems
        if short(p.path) not in unreadable or p.mark.named is not None or p.mark == first[short(p.path)].mark
    ]
    unique = sorted(dict.fromkeys(told), key=lambda p: (p.mark, p.path))
    if len(unique) > MAX_PROBLEMS:
        after = replace(unique[MAX_PROBLEMS - 1].mark, column=unique[MAX_PROBLEMS - 1].mark.column + 1)
        unique[MAX_PROBLEMS:] = [Problem(after, "", f"and {len(unique) - MAX_PROBLEMS} more problems")]
    return InputError(unique)
