"""Gates that wait for a milestone: they come when it is known, and nobody knows before that they will."""

from __future__ import annotations

import copy
import datetime as dt
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from sim.api import play
from sim.cli.main import main
from sim.compiler import compile_plan
from sim.draws.points import point
from sim.errors import InputError, ModelError
from sim.results.result import Result
from tests.conftest import Build
from tests.property.test_choices import CHARGER

BUILD = {"later": [{"after": 90, "values": {"sites.module.capacity": 600}}]}
SHARE = {"rule": "in_house_share", "share": "assembly", "level": 0.5, "months": 3}
OUTPUT = {"rule": "first_output", "items": ["charger"], "sites": ["hall"]}


def scenario(milestone: dict[str, Any], lag: float = 0, **more: Any) -> dict[str, Any]:
    """Chargers with a second hall that is decided on once a milestone is reached."""
    data = copy.deepcopy(CHARGER)
    data["horizon"] = {"start": dt.date(2026, 1, 1), "end": dt.date(2029, 1, 1)}
    data["milestones"] = {"volume": milestone}
    second = {"at": {"milestone": "volume", "lag": lag}, "choices": {"wait": {}, "build": BUILD}}
    return {**data, "decisions": {"second": second}, "plan": {"second": "build"}, **more}


def slow_ramp() -> dict[str, Any]:
    """A hall that may take half a year or two to reach its volume."""
    data = scenario(SHARE, 30)
    drawn = {"assumed": 12, "low": 6, "high": 24, "draw": "uniform", "source": "a test"}
    data["sites"]["hall"]["ramp"]["months"] = drawn
    return data


def tables(result: Result) -> list[Any]:
    """All that was counted."""
    r = result.records
    return [t.tolist() for by in (r.source, r.item, r.site, r.flow) for t in by.values()] + [r.released.tolist()]


def day(result: Result, name: str = "second") -> dt.date | None:
    """The date from which on the choice at a gate is in force."""
    found = result.gates[name]
    assert not isinstance(found, float)
    return found


def test_an_output_is_known_when_it_has_come_and_a_share_when_its_months_are_over(build: Build) -> None:
    """The hall opens on 1 July 2026 and makes a lot of 100 at 200 a month within the 20 days of a cycle and 15 of work."""
    result = sim.run(build(scenario(OUTPUT), "output"))
    reached = result.milestones["volume"]
    assert isinstance(reached, dt.date)
    assert dt.date(2026, 7, 21) <= reached < dt.date(2026, 9, 1)
    assert day(result) == (reached.replace(day=1) + dt.timedelta(days=32)).replace(day=1)

    result = sim.run(build(scenario(SHARE), "share"))
    reached = result.milestones["volume"]
    assert isinstance(reached, dt.date)
    known = dt.date(reached.year + (reached.month > 9), (reached.month + 2) % 12 + 1, 1)
    assert day(result) == known
    late = sim.run(build(scenario(SHARE, lag=1), "share_a_day_later"))
    assert day(late) == (known + dt.timedelta(days=32)).replace(day=1)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["events", "batch"]), st.integers(0, 300), st.sampled_from([0.3, 0.5, 0.66]), st.integers(1, 4))
def test_it_is_a_gate_on_the_date_on_which_it_comes(
    build: Build, engine: str, lag: int, level: float, months: int
) -> None:
    """Planners learn of it on its day, as they do of a date on which they expect the other choice."""
    data = scenario(SHARE | {"level": level, "months": months}, lag)
    ours = sim.run(build(data, "waiting"), engine=engine)
    came = day(ours)
    if came is None:
        del data["decisions"], data["plan"]
        assert tables(ours) == tables(sim.run(build(data, "plain"), engine=engine))
        return
    data["decisions"]["second"]["at"] = came
    dated = build(data, "dated")
    plan, before = compile_plan(dated), compile_plan(dated, {"second": "wait"})
    assert tables(ours) == tables(play(dated, plan, engine=engine, foreseen=[before]))


def test_both_engines_find_the_same_gates_on_drawn_paths(build: Build) -> None:
    built = build(slow_ramp(), "drawn")
    plan = compile_plan(built)
    days = set()
    for replication in range(6):
        at = point(plan.dimensions, 0, replication)
        one, other = (play(built, plan, replication=replication, point=at, engine=e) for e in ("events", "batch"))
        assert one.gates == other.gates
        assert tables(one) == tables(other)
        days.add(day(one))
    assert len(days) > 2


def test_planners_expect_no_gate_that_waits(build: Build) -> None:
    """Up to the day on which it comes a run is that in which it never does; known from the start it would not be."""
    data = scenario(SHARE)
    data["decisions"]["second"]["choices"]["build"] = {"from_gate": {"demand.chargers.rate": 9000}}
    built = build(data, "unforeseen")
    waiting = sim.run(built)
    came = day(waiting)
    assert came is not None
    without = play(built, compile_plan(built, {"second": "wait"}))
    until = int(np.searchsorted(waiting.plan.calendar.periods, (came - dt.date(2026, 1, 1)).days))
    assert all(
        np.array_equal(waiting.records.source[name][:until], without.records.source[name][:until])
        for name in waiting.records.source
    )
    data["decisions"]["second"]["at"] = came
    known = sim.run(build(data, "foreseen"))
    assert not np.array_equal(known.records.source["starts"][:until], without.records.source["starts"][:until])


def test_gates_keep_their_order(build: Build) -> None:
    """A gate comes with one listed before it if its milestone is reached earlier, and not after a later one on a date."""
    # Plain data are written in the order of their names.
    milestones = {"output": OUTPUT, "volume": SHARE}
    choices: dict[str, Any] = {"no": {}, "yes": {"from_gate": {"sites.maker.contract.allocation": 700}}}
    decisions = {
        "1_volume": {
            "at": {"milestone": "volume"},
            "choices": {"no": {}, "yes": {"from_gate": {"sites.module.capacity": 9}}},
        },
        "2_output": {"at": {"milestone": "output"}, "choices": choices},
    }
    plan = {"1_volume": "yes", "2_output": "yes"}
    data = scenario(SHARE, milestones=milestones, decisions=decisions, plan=plan)
    result = sim.run(build(data, "together"))
    assert result.gates["1_volume"] == result.gates["2_output"] is not None

    decisions["3_date"] = {"at": dt.date(2026, 12, 1), "choices": choices}
    result = sim.run(build(data | {"plan": {**plan, "3_date": "yes"}}, "over"))
    assert result.gates == {"1_volume": None, "2_output": None, "3_date": dt.date(2026, 12, 1)}
    assert result.milestone_days["output"] is not None


def test_a_choice_after_a_gate_that_does_not_come_is_not_taken(
    build: Build, capsys: pytest.CaptureFixture[str]
) -> None:
    data = scenario(SHARE | {"level": 1.0})
    data["decisions"]["third"] = {
        "at": dt.date(2028, 1, 1),
        "choices": {
            "hold": {},
            "more": {"after": {"second": ["build"]}, "from_gate": {"sites.module.capacity": 900}},
            "less": {"unless": {"second": ["build"]}, "from_gate": {"sites.maker.contract.allocation": 0}},
        },
    }
    held = sim.run(build(data | {"plan": {"second": "build", "third": "hold"}}, "held"))
    more = build(data | {"plan": {"second": "build", "third": "more"}}, "more")
    result = sim.run(more)
    assert result.gates == {"second": None, "third": None}
    assert tables(result) == tables(held)
    less = sim.run(build(data | {"plan": {"second": "wait", "third": "less"}}, "less"))
    assert less.gates == {"second": None, "third": dt.date(2028, 1, 1)}
    assert tables(less) != tables(held)
    assert main(["run", str(more.file)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert (
        "second: nothing chosen, volume does not come in time; third: not more, for nothing was chosen before at second"
        in said
    )


def test_a_run_says_when_the_gate_came(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    built = build(scenario(OUTPUT), "told")
    came = day(sim.run(built))
    assert main(["run", str(built.file)]) == 0
    assert f"second: build from {came} (or wait)" in " ".join(capsys.readouterr().out.split())
    assert main(["run", str(built.file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["decisions"] == {"second": {"choice": "build", "from": str(came)}}


def test_a_gate_on_another_day_than_its_milestone_allows_is_an_error_of_the_model(build: Build) -> None:
    """As if what is chosen there moved the milestone."""
    built = build(scenario(OUTPUT), "moved")
    with pytest.raises(ModelError, match=r"decisions\.second: what is chosen there \(build\) moves the milestone"):
        play(built, compile_plan(built), gates=(365.0,))


def test_a_study_plays_them_as_a_run_does(build: Build) -> None:
    built = build(slow_ramp(), "studied")
    studied = sim.monte_carlo(built, 4, seed=1, jobs=1).kpis["npv_usd"].mean.estimate
    worth = [sim.run(built, replication=k, seed=1).kpis["npv_usd"] for k in range(4)]
    assert studied == pytest.approx(np.mean([w for w in worth if w is not None]))
    assert len(set(worth)) == 4


def test_without_reviews_no_gate_can_follow_a_milestone(build: Build) -> None:
    data = scenario(OUTPUT)
    data["items"]["charger"]["policy"] = {"type": "base_stock", "level": 300}
    data["sourcing"] = {"charger": {"sources": ["own"]}}
    data["sites"]["maker"] = {"in_house": False, "capacity": 3000}
    with pytest.raises(InputError, match="no gate can follow a milestone"):
        sim.run(build(data, "no_reviews"))


def test_the_day_of_a_gate_is_not_drawn(build: Build) -> None:
    data = copy.deepcopy(CHARGER)
    data["horizon"] = {"length": 24, "time_unit": "month"}
    data["sites"]["hall"]["ramp"]["start"] = 6
    at = {"assumed": 9, "low": 6, "high": 12, "draw": "uniform", "source": "a test"}
    data["decisions"] = {
        "second": {"at": at, "choices": {"wait": {}, "build": {"from_gate": {"sites.module.capacity": 9}}}}
    }
    with pytest.raises(InputError, match="a gate is one day for all replications"):
        build(data, "drawn_gate")
