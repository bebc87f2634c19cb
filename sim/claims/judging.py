"""Tests claims on a scenario: replications for what a run shows, arithmetic for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sim.claims.compile import Compiled
from sim.claims.finding import Finding, conclude, untestable
from sim.claims.load import Book, load_claims, shipped_claims
from sim.claims.probes import Constant, Probe, Seen, UntestableError
from sim.results.result import Result
from sim.scenario.loader import Scenario
from sim.scenario.schema import Document
from sim.study.design import Base, Design, Row, loaded
from sim.study.run import each_block

Observed = Seen | str
"""A value of one run, or why there is none."""


@dataclass(frozen=True)
class Judgement:
    """The findings on every claim of a file, in its order."""

    scenario: Scenario
    n: int
    seed: int
    findings: tuple[Finding, ...]


def judge(
    scenario: str | Path,
    *,
    claims: str | Path | None = None,
    n: int = 10,
    seed: int = 0,
    jobs: int = 0,
    sets: Sequence[str] = (),
    readings: Sequence[str] = (),
    progress: Callable[[float], None] | None = None,
) -> Judgement:
    """Test the claims of a file (default: the shipped ones) on `n` replications of a scenario.

    The findings are the same whatever `jobs` is (0: one process for each core).

    Raises:
        InputError: the scenario or the claims are wrong.
    """
    base = Base(str(scenario), tuple(sets), tuple(readings))
    tested = loaded(base, Row())
    book = load_claims(shipped_claims() if claims is None else claims, tested.ledger)
    observed: dict[str, list[Observed]] = {}
    groups = _groups(book, tested)
    for done, (chosen, members) in enumerate(groups.items()):
        probes = {c.id: c.probe for c in members if c.probe is not None}
        for k, seen in enumerate(_replications(base, chosen, probes, n, seed, jobs)):
            for id, value in seen.items():
                observed.setdefault(id, []).append(value)
            if progress is not None:
                progress((done + (k + 1) / n) / len(groups))
    return Judgement(tested, n, seed, tuple(_finding(c, tested, observed.get(c.id, [])) for c in book.claims.values()))


def _groups(book: Book, scenario: Scenario) -> dict[tuple[tuple[str, str], ...], list[Compiled]]:
    """The claims that need a run, by the readings to be changed for it."""
    groups: dict[tuple[tuple[str, str], ...], list[Compiled]] = {}
    for claim in book.claims.values():
        if claim.probe is None or isinstance(claim.probe, Constant) or _missing(claim, scenario.document):
            continue
        changed = {f: r for f, r in claim.claim.readings.items() if scenario.ledger.reading_name(f) != r}
        groups.setdefault(tuple(sorted(changed.items())), []).append(claim)
    return groups


def _missing(claim: Compiled, document: Document) -> list[str]:
    """Parts that the claim needs and the scenario lacks."""
    return [part for part in claim.claim.needs if not _has(document, part)]


def _has(document: Document, part: str) -> bool:
    section, _, name = part.partition(".")
    entries = getattr(document, section, None)
    return isinstance(entries, dict) and name in entries


def _replications(
    base: Base, chosen: tuple[tuple[str, str], ...], probes: Mapping[str, Probe], n: int, seed: int, jobs: int
) -> Iterator[dict[str, Observed]]:
    """What the probes see in each replication, in their order, under the readings of a claim: they stand in
    place of others asked for of the same figures."""
    row = Row(readings=tuple(f"{figure}={name}" for figure, name in chosen), seed=seed)
    loaded(base, row)  # a reading that cannot be is told before anything runs
    design = Design(base, [replace(row, replication=k) for k in range(n)], size=1)
    for (seen,) in each_block(design, partial(_observe, probes), engine="events", jobs=jobs):
        if seen is not None:
            yield seen


def _observe(probes: Mapping[str, Probe], result: Result) -> dict[str, Observed]:
    found: dict[str, Observed] = {}
    for id, probe in probes.items():
        try:
            found[id] = probe.seen(result)
        except UntestableError as reason:
            found[id] = str(reason)
    return found


def _finding(claim: Compiled, scenario: Scenario, observed: Sequence[Observed]) -> Finding:
    """The verdict on one claim."""
    if claim.claim.untestable is not None:
        return untestable(claim, claim.claim.untestable)
    if missing := _missing(claim, scenario.document):
        return untestable(claim, f"the scenario has no {', '.join(missing)}")
    if isinstance(claim.probe, Constant):
        return conclude(claim, [Seen(claim.probe.value)], certain=True)
    reasons = [value for value in observed if isinstance(value, str)]
    if reasons:
        often = "" if len(reasons) == len(observed) else f" (in {len(reasons)} of {len(observed)} replications)"
        return untestable(claim, f"{reasons[0]}{often}")
    return conclude(claim, [value for value in observed if isinstance(value, Seen)])
