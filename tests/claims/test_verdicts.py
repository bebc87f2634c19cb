"""Verdicts on a plant whose building time is known: certain, impossible, and with a known probability."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sim.claims import JudgedClaim, Verdict
from sim.claims.bounds import Bounds
from sim.claims.finding import wilson
from sim.claims.probes import Gap, Seen, UntestableError
from sim.compiler import compile_plan
from sim.draws.inputs import sample_inputs
from sim.report.claims_words import by_how_much, needed
from sim.scenario.loader import load_scenario

Plant = Callable[[Any], dict[str, Any]]
Test = Callable[..., dict[str, JudgedClaim]]

DRAWN = {"assumed": 100, "low": 50, "high": 150, "draw": "uniform", "source": "made up"}
START = dt.date(2026, 1, 1)


def day(number: int) -> str:
    """The date of a day of the run, counted from 0."""
    return (START + dt.timedelta(days=number)).isoformat()


def test_what_always_holds_is_met_and_what_never_does_is_missed(plant: Plant, tested: Test) -> None:
    # Built after 100 days, it delivers its first things on day 105: the 16th of April.
    found = tested(
        plant(100),
        {
            "on-the-day": {"expect": {"milestone": "first_own", "by": day(105)}},
            "a-day-before": {"expect": {"milestone": "first_own", "by": day(104)}},
            "not-before": {"expect": {"milestone": "first_own", "not_before": day(105)}},
            "too-early": {"expect": {"milestone": "first_own", "not_before": day(166)}},
        },
        n=2,
    )
    assert {id: f.verdict.value for id, f in found.items()} == {
        "on-the-day": "met", "a-day-before": "missed", "not-before": "met", "too-early": "missed",
    }  # fmt: skip
    assert found["on-the-day"].probability == 1.0
    assert found["a-day-before"].probability == 0.0
    assert by_how_much(found["a-day-before"]) == "1 day late"
    assert by_how_much(found["too-early"]) == "2.0 months early"
    assert needed(found["too-early"]) == "It would have to come 2.0 months later."
    assert needed(found["on-the-day"]) == ""


@pytest.mark.parametrize(("limit", "share"), [(85, 0.3), (125, 0.7)])
def test_a_drawn_building_time_gives_the_share_of_draws_in_time(
    limit: int, share: float, plant: Plant, tested: Test, tmp_path: Path
) -> None:
    n = 60
    found = tested(plant(DRAWN), {"in-time": {"expect": {"milestone": "first_own", "by": day(limit)}}}, n=n, seed=3)[
        "in-time"
    ]
    plan = compile_plan(load_scenario(tmp_path / "scenario.yaml"))
    path = "sites.plant.construction.stages.0.duration"
    place = next(i for i, planned in enumerate(plan.inputs) if planned.path == path)
    # Work begins with the first review after building, at midnight.
    in_time = sum(math.ceil(sample_inputs(plan, 3, k)[place]) + 5 <= limit for k in range(n))
    assert found.probability == in_time / n
    assert abs(in_time / n - share) < 4 * math.sqrt(share * (1 - share) / n)
    assert found.ci95 == pytest.approx(wilson_by_hand(in_time, n), abs=1e-12)
    assert found.verdict is (Verdict.MET if share > 0.5 else Verdict.MISSED)
    assert found.margin is not None
    assert (found.margin >= 0) == (found.verdict is Verdict.MET)


def test_net_cash_is_what_output_would_have_cost_outside_less_what_the_site_costs(plant: Plant, tested: Test) -> None:
    """Outlay 300 x 100 = 30,000. From day 100 on 150 a month, 12 dollars outside and 10 here: 2 dollars each."""
    world = plant(100)
    world["sites"]["plant"]["capex"]["per_capacity"] = 100
    own = {"sites": ["plant"]}
    found = tested(
        world,
        {
            "in-all": {"expect": {"net": own, "at_most": 0}},
            "not-yet-open": {"expect": {"net": {**own, "until": day(89)}, "at_least": 0}},
            "later": {"expect": {"net": {**own, "since": day(151)}, "at_least": 0}},
            "outside": {"expect": {"net": {"sites": ["shop"]}, "at_most": 0}},
            "nowhere": {"expect": {"net": {"sites": ["plan"]}, "at_most": 0}},
        },
    )
    made = 150 * (243 - 105) / 30.4375
    assert found["in-all"].typical.value == pytest.approx(2 * made - 30_000, abs=300)  # type: ignore[union-attr]
    assert found["not-yet-open"].typical.value < -10_000  # type: ignore[union-attr]
    assert found["later"].typical.value == pytest.approx(2 * 3 * 150, rel=0.15)  # type: ignore[union-attr]
    assert [found[id].verdict.value for id in ("in-all", "not-yet-open", "later")] == ["met", "missed", "met"]
    assert by_how_much(found["in-all"]).startswith("$28.")
    assert found["outside"].reason == "shop is an outside site"
    assert found["nowhere"].reason == "the scenario has no site 'plan'; the nearest is 'plant'"


def wilson_by_hand(successes: int, n: int) -> tuple[float, float]:
    """Wilson (1927), equation for both limits."""
    z, p = 1.959963984540054, successes / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)


def test_wilson_stays_within_0_and_1() -> None:
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == 1.0
    assert wilson(0, 10)[1] == pytest.approx(wilson_by_hand(0, 10)[1])


def test_processes_change_nothing(plant: Plant, tested: Test) -> None:
    claims = {
        "in-time": {"expect": {"milestone": "first_own", "by": day(100)}},
        "outlay": {"expect": {"kpi": "capex_usd", "at_most": 30000}},
    }
    alone, together = (tested(plant(DRAWN), claims, n=6, jobs=jobs) for jobs in (1, 2))
    for id, finding in alone.items():
        assert (finding.probability, finding.typical, finding.margin) == (
            together[id].probability,
            together[id].typical,
            together[id].margin,
        )


def test_numbers_of_a_run_are_counted_by_window_site_and_owner(plant: Plant, tested: Test) -> None:
    own = {"items": ["thing"], "in_house": True}
    found = tested(
        plant(100),
        {
            # Nothing before day 105; from June on the plant makes all that is asked for, 150 a month.
            "none-yet": {"expect": {"made": {**own, "until": "2026-03-31"}, "at_least": 1}},
            "rate": {
                "expect": {"made": {**own, "since": "2026-06-01", "per": "mean_month"}, "at_least": 140, "at_most": 160}
            },
            "peak": {
                "expect": {"starts": {"items": ["thing"], "sites": ["plant"], "per": "peak_month"}, "at_least": 301}
            },
            "all-own": {
                "expect": {
                    "finished": {**own, "since": "2026-07-01"},
                    "over": {"finished": {"items": ["thing"], "since": "2026-07-01"}},
                    "at_least": 1,
                }
            },
            "served": {"expect": {"delivered": {"demand": ["customers"], "until": "2026-03-31"}, "at_least": 450}},
        },
    )
    assert by_how_much(found["none-yet"]) == "none at all"
    assert needed(found["none-yet"]) == "It would have to be 1 instead of 0."
    assert found["rate"].verdict is Verdict.MET
    assert found["peak"].verdict is Verdict.MISSED
    assert found["all-own"].verdict is Verdict.MET
    assert found["served"].typical is not None
    # 150 a month from the first of January to the end of March, less what is on its way.
    assert 0.93 * 443 < found["served"].typical.value < 444


def test_order_and_gap(plant: Plant, tested: Test) -> None:
    found = tested(
        plant(100),
        {
            "in-order": {"expect": {"before": ["first_any", "first_own", "all_own"]}},
            "reversed": {"expect": {"before": ["first_own", "first_any"]}},
            "tied": {"expect": {"before": ["first_own", "first_own"]}},
            "gap": {"expect": {"gap": ["first_any", "first_own"], "at_most": 3}},
        },
    )
    assert found["in-order"].verdict is Verdict.MET
    assert found["reversed"].verdict is Verdict.MISSED
    assert by_how_much(found["reversed"]) == "3.3 months in the reverse order"
    assert found["tied"].verdict is Verdict.MISSED
    # From the 6th of January to the 16th of April: 100 days.
    assert found["gap"].typical == Seen(100 / 30.4375)
    assert by_how_much(found["gap"]) == "9 days too long"


def test_a_run_that_ends_too_soon_proves_nothing(plant: Plant, tested: Test) -> None:
    found = tested(
        plant(1000),
        {
            "too-late-to-see": {"expect": {"milestone": "first_own", "by": "2026-12-31"}},
            "last-day": {"expect": {"milestone": "first_own", "by": "2026-08-31"}},
            "late": {"expect": {"milestone": "first_own", "by": "2026-05-31"}},
            "not-before-july": {"expect": {"milestone": "first_own", "not_before": "2026-07-01"}},
            "window": {"expect": {"made": {"items": ["thing"], "until": "2026-12-31"}, "at_least": 1}},
            "span": {"expect": {"gap": ["first_any", "first_own"], "at_most": 12}},
            "unit-cost": {"expect": {"kpi": "unit_cost.own", "at_most": 100}},
            "unknown-order": {"expect": {"before": ["first_any", "first_own", "all_own"]}},
        },
    )
    untestable = {"too-late-to-see", "window", "span", "unit-cost", "unknown-order"}
    assert {id for id, f in found.items() if f.verdict is Verdict.UNTESTABLE} == untestable
    assert all(found[id].reason for id in untestable)
    assert found["late"].verdict is Verdict.MISSED
    assert by_how_much(found["late"]) == "not reached, over 3.0 months late"
    assert found["last-day"].verdict is Verdict.MISSED
    assert found["not-before-july"].verdict is Verdict.MET


def test_what_a_scenario_lacks_is_named(plant: Plant, tested: Test) -> None:
    found = tested(
        plant(100),
        {
            "milestone": {"expect": {"milestone": "first_owm", "by": day(200)}},
            "item": {"expect": {"made": {"items": ["thingg"]}, "at_least": 1}},
            "line": {"expect": {"delivered": {"demand": ["nobody"]}, "at_least": 1}},
            "kpi": {"expect": {"kpi": "fil_rate", "at_least": 1}},
            "part": {"needs": ["sites.fab"], "expect": {"formula": "press.day", "unit": "day", "at_least": 1}},
        },
    )
    assert {f.verdict for f in found.values()} == {Verdict.UNTESTABLE}
    assert found["milestone"].reason == "the scenario has no milestone 'first_owm'; the nearest is 'first_own'"
    assert "'thing'" in str(found["item"].reason)
    assert found["part"].reason == "the scenario has no sites.fab"


def test_arithmetic_is_certain_and_needs_no_run(plant: Plant, tested: Test, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.claims.judging.each_block", lambda *_, **__: pytest.fail("no run is needed"))
    found = tested(
        plant(100),
        {
            "holds": {"expect": {"formula": "press.day * 2", "unit": "day", "at_least": {"figure": "press.other"}}},
            "fails": {"expect": {"formula": "press.day * 2", "over": {"formula": "press.other"}, "at_least": 2}},
            "open": {"expect": {"formula": "press.other", "unit": "day", "at_most": {"figure": "press.alike"}}},
            "date": {"expect": {"formula": "add_days(year_start(2026), press.day)", "by": "2026-03-31"}},
        },
    )
    assert {id: f.probability for id, f in found.items()} == {"holds": 1.0, "fails": 0.0, "open": 0.0, "date": 0.0}
    assert {f.ci95 for f in found.values()} == {None}
    assert needed(found["fails"]) == "It would have to be 50 % larger."
    assert found["fails"].range == (200 / 180, 200 / 120)
    assert not found["fails"].open
    # 150 days, at least 120 and at most 180, against 3.2 months.
    assert found["open"].range == (120, 180)
    assert found["open"].margin == pytest.approx(1 - 150 / (3.2 * 30.4375))
    assert by_how_much(found["date"]) == "11 days late"


def test_another_source_contradicts_only_outside_its_range(plant: Plant, tested: Test) -> None:
    found = tested(
        plant(100),
        {
            "against": {"contradicted_by": [{"figure": "press.other"}, {"figure": "press.alike"}]},
            "alike": {"contradicted_by": [{"figure": "press.alike"}]},
            "tested-too": {
                "contradicted_by": [{"figure": "press.other"}],
                "expect": {"kpi": "fill_rate", "at_least": 2},
            },
        },
    )
    # 100 days against 120 to 180 days, and against 3 to 4 months.
    assert found["against"].verdict is Verdict.CONTRADICTED
    assert [(other.figure, other.source) for other in found["against"].compiled.others] == [("press.other", "a rival")]
    assert found["alike"].verdict is Verdict.UNTESTABLE
    assert found["tested-too"].verdict is Verdict.CONTRADICTED
    assert found["tested-too"].probability == 0.0


@pytest.mark.parametrize(
    ("bounds", "seen", "held"),
    [
        (Bounds("number", low=1), Seen(1), True),
        (Bounds("number", low=1), Seen(0.99), False),
        (Bounds("number", high=1), Seen(1), True),
        (Bounds("number", low=1, high=2), Seen(3), False),
        (Bounds("span", low=0, strict=True), Seen(0), False),
        (Bounds("date", high=10), Seen(9, beyond=True), None),
        (Bounds("date", high=10), Seen(10, beyond=True), False),
        (Bounds("date", low=10), Seen(9, beyond=True), None),
        (Bounds("date", low=10), Seen(10, beyond=True), True),
        (Bounds("date", low=5, high=20), Seen(10, beyond=True), None),
    ],
)
def test_bounds(bounds: Bounds, seen: Seen, held: bool | None) -> None:
    assert bounds.hold(seen) is held


def test_a_gap_is_the_longest_of_all_generations() -> None:
    """Nine months from the first to the second, fifteen to the third; a fourth the scenario does not have."""
    dates = {"one": dt.date(2026, 1, 1), "two": dt.date(2026, 10, 1), "three": dt.date(2028, 1, 1)}
    result: Any = SimpleNamespace(milestones=dates)
    assert Gap(("one", "two", "three", "four")).seen(result) == Seen(457 / 30.4375)
    assert Gap(("one", "two", "four")).seen(result) == Seen(273 / 30.4375)
    with pytest.raises(UntestableError, match="no milestone 'four'"):
        Gap(("one", "four", "two")).seen(result)
