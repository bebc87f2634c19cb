"""Tests claims on a scenario: replications for what a run shows, arithmetic for the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from sim.claims.compile import CompiledClaim
from sim.claims.finding import JudgedClaim, conclude, untestable
from sim.claims.load import load_claims, shipped_claims
from sim.claims.probes import Constant, Probe, Seen, UntestableError
from sim.display import Displayed
from sim.errors import InputError, Problem, argument
from sim.results.result import Result
from sim.scenario.loader import Scenario
from sim.scenario.override import Asked
from sim.scenario.schema import Document
from sim.shipped import shipped_root
from sim.study.runs.design import Blocks, Design, Row, based, loaded, overridden
from sim.study.runs.replicated import Replicated, variants
from sim.study.runs.run import each_block

SHIPPED = "shipped"
"""Asks for the shipped claims, whatever the scenario."""
Observed = Seen | str
"""A value of one run, or why there is none."""


@dataclass(frozen=True, repr=False)
class Judgement(Displayed):
    """The findings on every claim of a file, in its order."""

    scenario: Scenario
    n: int
    seed: int
    findings: tuple[JudgedClaim, ...]


def judge(
    scenario: Scenario | str | Path,
    *,
    claims: str | Path | None = None,
    n: int = 10,
    seed: int = 0,
    jobs: int = 0,
    sets: Sequence[str] = (),
    readings: Sequence[str] = (),
    progress: Callable[[float], None] | None = None,
    announce: Callable[[int], None] | None = None,
    allow_outside: bool = False,
) -> Judgement:
    """Test claims on replications of a scenario: each is met, missed, contradicted or untestable.

    Args:
        scenario: a shipped name, a path or a loaded scenario.
        claims: a file of claims, or "shipped" for those of the articles, which is the default for a scenario that
            builds on a shipped one.
        n: replications.
        seed: the random seed.
        jobs: runs at a time; 0 for one on each core. The result does not depend on it.
        sets: overrides `PATH=VALUE`.
        readings: readings `FIGURE=NAME`.
        progress: called with the share of the work that is done, from 0 to 1.
        announce: called with the number of runs, before the first.
        allow_outside: whether `extends` may read files outside the current folder, that of the scenario and the
            shipped ones.

    Returns:
        A Judgement; its `findings` have a verdict, a probability with its interval, and a margin.

    Raises:
        InputError: the scenario or the claims are wrong.
    """
    base = overridden(scenario, sets, readings, allow_outside=allow_outside)
    tested = loaded(base, Row())
    if claims is None and not _builds_on_shipped(tested):
        message = (
            f"{tested.name} builds on no shipped scenario, and the shipped claims are about the chips of the articles"
        )
        raise InputError([Problem(argument("--claims"), "", message, expected="a file of your own claims, or shipped")])
    book = load_claims(shipped_claims() if claims in (None, SHIPPED) else claims, tested.ledger)
    return findings(book.claims.values(), base, tested, n=n, seed=seed, jobs=jobs, progress=progress, announce=announce)


def judge_shipped(
    scenario: Scenario,
    *,
    n: int = 10,
    seed: int = 0,
    jobs: int = 0,
    drawn: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Judgement | None:
    """Test the shipped claims on a loaded scenario; None if it builds on no shipped scenario.

    The claims are about the shipped scenarios. `drawn`: uncertain inputs are drawn in each replication, else they have
    their typical values.
    """
    if not _builds_on_shipped(scenario):
        return None
    book = load_claims(shipped_claims(), scenario.ledger)
    return findings(
        book.claims.values(), based(scenario), scenario, n=n, seed=seed, jobs=jobs, drawn=drawn, progress=progress
    )


def _builds_on_shipped(scenario: Scenario) -> bool:
    """Return whether any part of a scenario is written in a shipped file."""
    files = {Path(mark.file).resolve() for mark in scenario.marks.values()}
    return any(file.is_relative_to(shipped_root().resolve()) for file in files)


def findings(
    claims: Collection[CompiledClaim],
    base: Asked,
    scenario: Scenario,
    *,
    n: int,
    seed: int,
    jobs: int = 0,
    drawn: bool = False,
    progress: Callable[[float], None] | None = None,
    announce: Callable[[int], None] | None = None,
) -> Judgement:
    """Test claims on `n` replications of `scenario`, which `base` describes.

    Uncertain inputs are at their typical values or, if `drawn`, drawn in each replication as a Monte Carlo
    study draws them.
    """
    observed: dict[str, list[Observed]] = {}
    groups = _groups(claims, scenario)
    if announce is not None:
        announce(n * len(groups))
    for done, (chosen, members) in enumerate(groups.items()):
        probes = {c.id: c.probe for c in members if c.probe is not None}
        row = Row(readings=tuple(f"{figure}={name}" for figure, name in chosen), seed=seed)
        for k, seen in enumerate(_replications(_design(base, row, n, drawn), probes, jobs)):
            for id, value in seen.items():
                observed.setdefault(id, []).append(value)
            if progress is not None:
                progress((done + (k + 1) / n) / len(groups))
    return Judgement(scenario, n, seed, tuple(_finding(c, scenario, observed.get(c.id, [])) for c in claims))


def _groups(
    claims: Iterable[CompiledClaim], scenario: Scenario
) -> dict[tuple[tuple[str, str], ...], list[CompiledClaim]]:
    """Return the claims that need a run, grouped by the readings to be changed for it."""
    groups: dict[tuple[tuple[str, str], ...], list[CompiledClaim]] = {}
    for claim in claims:
        if claim.probe is None or isinstance(claim.probe, Constant) or _missing(claim, scenario.document):
            continue
        # Only readings that differ from those in force need runs of their own.
        changed = {f: r for f, r in claim.claim.readings.items() if scenario.ledger.reading_name(f) != r}
        groups.setdefault(tuple(sorted(changed.items())), []).append(claim)
    return groups


def _missing(claim: CompiledClaim, document: Document) -> list[str]:
    """Return the parts that the claim needs and the scenario lacks."""
    return [part for part in claim.claim.needs if not _has(document, part)]


def _has(document: Document, part: str) -> bool:
    section, _, name = part.partition(".")
    entries = getattr(document, section, None)
    return isinstance(entries, dict) and name in entries


def _design(base: Asked, row: Row, n: int, drawn: bool) -> Blocks:
    """Return the replications under the readings of a claim, which replace others chosen for the same figures."""
    if drawn:
        return Replicated("claims", base, variants(base, [("claims", row)]), n, row.seed)
    loaded(base, row)  # a reading that cannot be is reported before anything runs
    return Design(base, [replace(row, replication=k) for k in range(n)], size=1)


def _replications(design: Blocks, probes: Mapping[str, Probe], jobs: int) -> Iterator[dict[str, Observed]]:
    """Yield what the probes see in each replication, in the order of the replications."""
    # The batch engine is the faster one; both agree to the bit (tests/engines_agree).
    for block in each_block(design, partial(_observe, probes), engine="batch", jobs=jobs):
        # A replication without a result drew inputs of no valid scenario.
        yield from (seen for seen in block if seen is not None)


def _observe(probes: Mapping[str, Probe], result: Result) -> dict[str, Observed]:
    found: dict[str, Observed] = {}
    for id, probe in probes.items():
        try:
            found[id] = probe.seen(result)
        except UntestableError as reason:
            found[id] = str(reason)
    return found


def _finding(claim: CompiledClaim, scenario: Scenario, observed: Sequence[Observed]) -> JudgedClaim:
    """Return the verdict on one claim."""
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
