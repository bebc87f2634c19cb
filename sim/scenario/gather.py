"""All problems of a scenario as one error, each said once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sim.errors import InputError, Problem
from sim.scenario.declared import SHORT

MAX_PROBLEMS = 200


def short(path: str) -> str:
    """Return a path without the parts that a short form leaves out."""
    return ".".join(part for part in path.split(".") if part not in SHORT)


def gathered(problems: Sequence[Problem], unreadable: Collection[str], unread: Collection[str]) -> InputError:
    """Return one error with each problem once, and not more of them than a person can read.

    What follows from a value that could not be read, at the same path, is left out; so is what an entry lacks because a
    CSV file has no value for it.
    """
    # The entry around such a value seems to lack a key, or to have neither of two.
    lacking = {path.rpartition(".")[0] for path in unread}
    problems = [
        problem
        for problem in problems
        if problem.path not in lacking and (problem.path not in unread or problem.mark.named is not None)
    ]
    first: dict[str, Problem] = {}
    for problem in problems:
        if short(problem.path) in unreadable:
            first.setdefault(short(problem.path), problem)
    told = [
        problem
        for problem in problems
        if short(problem.path) not in unreadable
        or problem.mark.named is not None
        or problem.mark == first[short(problem.path)].mark
    ]
    unique = sorted(dict.fromkeys(told), key=lambda problem: (problem.mark, problem.path))
    if len(unique) > MAX_PROBLEMS:
        # Problems are sorted by place: one column further, the number of the others comes last.
        after = replace(unique[MAX_PROBLEMS - 1].mark, column=unique[MAX_PROBLEMS - 1].mark.column + 1)
        unique[MAX_PROBLEMS:] = [Problem(after, "", f"and {len(unique) - MAX_PROBLEMS} more problems")]
    return InputError(unique)
