"""The shipped claims: every one says what could prove it wrong, and can be proved wrong."""

from __future__ import annotations

from collections import Counter

import pytest

from sim.claims import JudgedClaim, Verdict, judge
from sim.claims.compile import CompiledClaim
from sim.claims.load import load_claims, shipped_claims
from sim.claims.probes import Constant
from sim.ledger import Kind, load_ledger

LARGER_LOTS = "lot_scale=10"


def claims() -> dict[str, CompiledClaim]:
    return dict(load_claims(shipped_claims(), load_ledger()).claims)


def findings(scenario: str, sets: tuple[str, ...] = (), readings: tuple[str, ...] = ()) -> dict[str, JudgedClaim]:
    found = judge(scenario, n=1, sets=[LARGER_LOTS, *sets], readings=readings).findings
    return {finding.compiled.id: finding for finding in found}


@pytest.fixture(scope="module")
def announced() -> dict[str, JudgedClaim]:
    return findings("as-announced")


@pytest.fixture(scope="module")
def typical() -> dict[str, JudgedClaim]:
    return findings("industry-typical")


def test_each_cites_a_stated_figure_and_its_article() -> None:
    ledger = load_ledger()
    for compiled in claims().values():
        reading = ledger.resolve(compiled.claim.figure, compiled.claim.reading)
        assert reading.kind is Kind.STATED, compiled.id
        assert compiled.article == reading.article, compiled.id
        assert compiled.article.endswith(".txt")


def test_all_that_can_be_tested_has_a_verdict_as_announced(announced: dict[str, JudgedClaim]) -> None:
    counts = Counter(finding.verdict for finding in announced.values())
    declared = sum(compiled.claim.untestable is not None for compiled in claims().values())
    # Nothing is untestable but what says so itself.
    assert counts[Verdict.UNTESTABLE] == declared
    assert counts[Verdict.MET] + counts[Verdict.MISSED] >= 25
    assert sum(f.ci95 is not None for f in announced.values()) >= 20
    for finding in announced.values():
        assert (finding.probability is None) == (finding.compiled.probe is None)


def test_every_contradiction_is_one() -> None:
    for compiled in claims().values():
        assert len(compiled.others) == len(compiled.claim.contradicted_by), compiled.id


def test_no_claim_of_a_run_takes_its_bound_for_its_measure() -> None:
    """No claim echoes: what bounds a formula is not the formula."""
    for compiled in claims().values():
        expect = compiled.claim.expect
        if expect is not None and expect.formula is not None and expect.over is None:
            bounds = {
                q.figure for q in (expect.at_least, expect.at_most, expect.by, expect.not_before) if q is not None
            }
            assert expect.formula not in bounds, compiled.id


def test_precedent_turns_what_the_announcement_meets(
    announced: dict[str, JudgedClaim], typical: dict[str, JudgedClaim]
) -> None:
    turned = {id for id, f in announced.items() if f.verdict is Verdict.MET and typical[id].verdict is Verdict.MISSED}
    assert {
        "ai5-small-deployment-2026",
        "ai6-launch-2028",
        "ai6-mass-mid-2028",
        "panel-plant-3q26",
        "programme-upgrade-2028",
    } <= turned
    # A fab that is paid for saves nothing yet, whether it makes a few dies by then or none.
    for found in (announced, typical):
        assert found["fab-years-without-return"].verdict is Verdict.MET
        assert found["fab-years-without-return"].typical.value < -5e9  # type: ignore[union-attr]


def test_what_only_others_say_does_not_change_with_the_scenario(
    announced: dict[str, JudgedClaim], typical: dict[str, JudgedClaim]
) -> None:
    for id, finding in announced.items():
        if finding.compiled.probe is None or isinstance(finding.compiled.probe, Constant):
            assert (finding.verdict, finding.margin) == (typical[id].verdict, typical[id].margin), id


LATE = (
    "recipes.ai5_tsmc.qualification.begins=2027-11-01",
    "recipes.ai5_samsung.qualification.begins=2027-11-01",
    "recipes.ai5_own.qualification.begins=2027-11-01",
)
PLENTY = (
    "sourcing.rf_part.phase_out.ends=2027-12-31", "sites.rf_line.ramp.start=2026-02-01", "sites.rf_line.ramp.initial=1000000000", "sites.rf_line.ramp.target=1000000000",
    "sites.terafab.construction.decision=2024-12-01", "recipes.rf_packaged.price=5", "recipes.ai5_tsmc.price=10000000",
    "recipes.x1_board_bought.cycle_time=1",
)  # fmt: skip
# Dies that cost a hundred thousand dollars outside, and a fab that costs next to nothing.
CHEAP = (
    "sites.terafab.capex.per_capacity=1",
    "sites.terafab.fixed_cost=0",
    "recipes.ai5_tsmc.price=1e7",
    "recipes.ai5_samsung.price=1e7",
)
TURNED = [
    # (overrides, claims that they turn round)
    (LATE, ("ai5-samples-2026", "ai5-small-deployment-2026", "ai5-mass-production-2027")),
    (("sites.foplp_plant.ramp.start=2027-03-01",), ("panel-plant-3q26",)),
    (("recipes.ai6_samsung.qualification.begins=2028-10-01", "recipes.ai6_own.qualification.begins=2028-10-01"), ("ai6-launch-2028", "ai6-mass-mid-2028")),
    (PLENTY, ("independent-rf-chips", "programme-small-2026", "own-packaging-cheaper", "own-chips-cheaper")),
    (("sites.board_makers.capacity=0", "sites.pcb_texas.ramp.target=10000000"), ("independent-boards",)),
    (("sites.pcb_texas.ramp.start=2028-06-01",), ("stages-in-order", "orders-withdrawn-2h26")),
    (("sites.rf_line.ramp.start=2028-03-01",), ("rf-purchases-fall-2027",)),
    (("recipes.x1_tsmc.qualification.begins=2026-08-01",), ("x1-first-batch-3q26",)),
    (CHEAP, ("fab-years-without-return",)),
    (("demand.robots.rate=1",), ("more-than-blackwell-count", "output-follows-need")),
    (("demand.robots.rate=1e8", "sites.tsmc_n3.contract.allocation=1", "sites.samsung_n2.contract.allocation=1", "sites.packager_ai.capacity=1e9", "sites.board_makers.capacity=1e9", "sites.memory_lpddr.capacity=1e11"), ("fab-starts-100k",)),
]  # fmt: skip


@pytest.mark.parametrize(("sets", "ids"), TURNED, ids=[ids[0] for _, ids in TURNED])
def test_a_claim_about_a_run_can_come_out_either_way(
    sets: tuple[str, ...], ids: tuple[str, ...], announced: dict[str, JudgedClaim]
) -> None:
    found = findings("as-announced", sets)
    for id in ids:
        verdicts = {announced[id].verdict, found[id].verdict}
        assert verdicts == {Verdict.MET, Verdict.MISSED}, (id, found[id].typical, found[id].reason)


@pytest.mark.parametrize("written", [{"readings": ("foplp.role=rf_only",)}, {"sets": ("readings.foplp.role=rf_only",)}])
def test_a_claims_own_reading_comes_before_the_users(
    written: dict[str, tuple[str, ...]], announced: dict[str, JudgedClaim]
) -> None:
    found = findings("as-announced", **written)
    assert found["independent-packages"].typical == announced["independent-packages"].typical


@pytest.mark.parametrize(
    ("reading", "id"),
    [
        ("alloc.tsmc.n3_share=low", "x1-on-3nm"),
        ("demand.chips_year=two-hundred-billion", None),
        ("ai5.power=reported-peak-800", "ai5-less-power"),
    ],
)
def test_a_reading_turns_arithmetic(reading: str, id: str | None, announced: dict[str, JudgedClaim]) -> None:
    found = findings("foundry-only", readings=(reading,))
    turned = {
        k for k, f in found.items() if isinstance(f.compiled.probe, Constant) and f.verdict is not announced[k].verdict
    }
    assert turned == ({id} if id else set())
