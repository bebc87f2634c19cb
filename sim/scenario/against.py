"""`against`: the file of the scenario that a scenario is compared with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.errors import InputError, Problem
from sim.scenario.catalogue import named
from sim.scenario.merge import merged
from sim.scenario.written import Written

AGAINST, SCENARIO, READINGS = "against", "scenario", "readings"
_MOST = 20


def find_counterfactual(written: Written, problems: list[Problem]) -> Path | None:
    """Return the file that the merged data of a scenario name as its counterfactual, or None.

    A path is relative to the file that names it. A scenario may be compared with itself under other readings; one that
    otherwise inherits itself as counterfactual has none. What does not exist, what may not be read, and scenarios that
    name each other in a cycle are appended to `problems`.
    """
    file = Path(written.file)
    try:
        target = _named(file, written)
    except InputError as error:
        problems.extend(error.problems)
        return None
    if target is None:
        return None
    mark = written.marks[AGAINST,]
    if _same(target, file):
        if _has_readings(written.data):
            return target
        message = "a scenario cannot be compared with itself, but for other readings"
        problems.append(Problem(mark, AGAINST, message, str(_text(written.data))))
        return None
    chain = _circle([file, target], allow_outside=not written.folders)
    if chain:
        told = " -> ".join(map(str, chain))
        problems.append(Problem(mark, AGAINST, f"the scenarios are compared with each other in a circle: {told}"))
        return None
    return target


def _named(file: Path, written: Written) -> Path | None:
    """Return the file that the data name, or None."""
    text, other = _text(written.data), _has_readings(written.data)
    mark = written.marks.get((AGAINST, SCENARIO), written.marks.get((AGAINST,)))
    if text is None and other:
        return file
    if not isinstance(text, str) or mark is None:
        return None
    target = named(AGAINST, text, Path(mark.file), mark, written.folders)
    # A base that its variants are compared with names itself to all of them; to itself it means nothing.
    inherited = not _same(Path(mark.file), file)
    return None if inherited and _same(target, file) and not other else target


def _text(data: Mapping[str, Any]) -> Any:
    """Return the name or path of the counterfactual as it is written, in either form."""
    written = data.get(AGAINST)
    return written.get(SCENARIO) if isinstance(written, dict) else written


def _has_readings(data: Mapping[str, Any]) -> bool:
    """Return whether the counterfactual has readings of its own."""
    written = data.get(AGAINST)
    return isinstance(written, dict) and bool(written.get(READINGS))


def _circle(chain: list[Path], *, allow_outside: bool) -> list[Path]:
    """Return the cycle in which counterfactuals name each other, from its first file on; empty if the chain ends."""
    while len(chain) < _MOST:
        try:
            target = _named(chain[-1], merged(chain[-1], [], allow_outside=allow_outside))
        except InputError:
            # What is wrong with that file is reported where the counterfactual is loaded.
            return []
        if target is None or _same(target, chain[-1]):
            return []
        before = next((index for index, file in enumerate(chain) if _same(file, target)), None)
        chain.append(target)
        if before is not None:
            return chain[before:]
    return []


def _same(one: Path, other: Path) -> bool:
    """Return whether two paths lead to the same file."""
    return os.path.realpath(one) == os.path.realpath(other)
