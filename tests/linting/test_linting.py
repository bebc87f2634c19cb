"""Lint: every rule can fail, bounds are the ledger's and the user's, and numbers agree with a calculation by hand."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.cli.main import main
from sim.dies import gross_dies_per_wafer
from sim.errors import InputError
from sim.ledger import load_ledger
from sim.linting import Finding, lint, load_rules
from sim.linting.demand import in_wafers
from sim.linting.subject import LintSubject
from sim.scenario.loader import Scenario, load_scenario

Build = Callable[..., Scenario]

BROKEN = {
    # Broken by the plan as announced.
    "construction": "",
    "ramp_steepness": "",
    "largest_fab": "",
    "own_capacity": "",
    "euv_tools": "",
    "qualification": "",
    "capex_against_revenue": "",
    "capex_a_year": "",
    "compute_growth": "",
    # Broken by one input changed.
    "ramp_length": "sites.terafab.ramp.months=3",
    "foundry_capacity": "sites.samsung_n2.capacity=600000",
    "availability": "sites.terafab.availability=0.99",
    "reticle": "nodes.3nm.reticle=900",
    "largest_die": "items.x1_die.die_area.3nm=830",
    "wafer_diameter": "nodes.2nm.wafer_diameter=450",
    "edge_exclusion": "nodes.2nm.edge_exclusion=1",
    "scribe": "nodes.2nm.scribe=0.05",
    "packages_per_panel": "recipes.rf_panel.units_per_start=50000",
    "defects_mature": "recipes.ai4_samsung.yield.defects=0.01",
    "line_yield": "recipes.ai5_own.yield.line=1",
    "assembly_yield": "recipes.rf_panel.yield.assembly_learning.mature=0.99",
    "assembly_start": "recipes.rf_panel.yield.assembly_learning.start=0.9",
    "learning": "recipes.ai5_own.yield.defect_learning.days=100",
    "assembly_learning": "recipes.rf_panel.yield.assembly_learning.days=60",
    "learning_kept": "recipes.ai6_own.yield.defect_learning.keep=0.95",
    "cycle_time": "recipes.ai5_own.cycle_time.mean=60",
    "capex_per_capacity": "sites.terafab.capex.per_capacity=200000",
    "wafer_price": "recipes.ai5_tsmc.price=9000",
    "wafer_cost": "recipes.ai5_own.variable_cost=1000",
    "demand_in_wafers": "demand.robots.rate={figure: demand.chips_year, reading: two-hundred-billion}",
    "allocation": "sites.samsung_n2.contract.allocation=40000",
}
BY_TWO = {
    "defects_start": [
        "recipes.ai5_own.yield.defect_learning.start=0.14",
        "recipes.ai5_own.yield.defect_learning.mature=0.12",
    ],
    "exposure_field": ["nodes.3nm.reticle=900", "items.x1_die.die_area.3nm=880"],
}


def broken(scenario: Scenario) -> dict[str, Finding]:
    return {finding.rule: finding for finding in lint(scenario)}


def test_every_rule_is_put_to_the_test() -> None:
    assert set(load_rules(load_ledger())) == {*BROKEN, *BY_TWO}


@pytest.mark.parametrize(
    ("rule", "sets"), [*((rule, [change] if change else []) for rule, change in BROKEN.items()), *BY_TWO.items()]
)
def test_a_rule_finds_what_breaks_it_and_tells_all_about_it(rule: str, sets: list[str]) -> None:
    found = broken(load_scenario("as-announced", sets=sets))[rule]
    assert found.beyond
    assert found.source
    assert found.paths
    assert found.factor is None or found.factor > 1
    if sets:
        assert any(change.split("=")[0] in path for change in sets for path in found.paths)
        assert rule not in broken(load_scenario("as-announced"))


def test_what_is_typical_breaks_less_and_the_counterfactual_hardly_anything() -> None:
    announced, typical, outside = (
        set(broken(load_scenario(n))) for n in ("as-announced", "industry-typical", "foundry-only")
    )
    assert {"construction", "largest_fab", "euv_tools", "capex_against_revenue"} <= announced - typical
    assert typical < announced
    assert len(outside) <= 1


def test_numbers_agree_with_a_calculation_by_hand() -> None:
    found = broken(load_scenario("as-announced"))
    # 900,000 wafers a month more in 24 months: 37,500 a month; 5 EUV scanners for 18,500 of them.
    assert found["ramp_steepness"].value == pytest.approx(37.5)
    assert found["euv_tools"].value == pytest.approx(12 * 37.5 / 18.5 * 5, rel=2e-3)
    # 450,000 wafers a month added in 2028 at 560 million dollars a thousand, and what the parts line takes.
    assert found["capex_a_year"].value == pytest.approx(450 * 0.56, rel=5e-3)
    assert found["construction"].factor == pytest.approx(24 / 11)
    # 50 million from 100,000 H100e between September 2024 and July 2030.
    assert found["compute_growth"].value == pytest.approx(500 ** (1 / 5.888), rel=1e-3)


def test_two_sites_count_together(build: Build) -> None:
    half = {"initial": 0, "target": 300_000, "months": 18, "start": dt.date(2026, 1, 1)}
    found = broken(scenario_of_fabs(build, {"a": half, "b": half}))
    assert found["own_capacity"].value == pytest.approx(600)
    assert len(found["own_capacity"].paths) == 2
    assert "own_capacity" not in broken(scenario_of_fabs(build, {"a": half}))
    assert found["euv_tools"].value == pytest.approx(2 * 200 / 18.5 * 5, rel=2e-3)


def test_a_fab_that_is_there_at_once_is_as_large(build: Build) -> None:
    whole = {"initial": 900_000, "target": 900_000, "months": 0, "start": dt.date(2026, 6, 1)}
    found = broken(scenario_of_fabs(build, {"a": whole}))
    assert found["largest_fab"].paths == ("sites.a.ramp.initial",)
    # All of it comes within a year.
    assert found["euv_tools"].value == pytest.approx(900 / 18.5 * 5, rel=2e-3)


def test_the_bound_depends_on_where_it_is_built(build: Build) -> None:
    ramp = {"initial": 9, "target": 999, "months": 24}
    here, there = (
        broken(
            scenario_of_fabs(
                build,
                {"a": ramp},
                {
                    "region": region,
                    "construction": {"decision": dt.date(2026, 1, 1), "stages": [{"name": "all", "duration": 400}]},
                },
            )
        )
        for region in ("taiwan", "ohio")
    )
    assert (here["construction"].bound_figure, there["construction"].bound_figure) == (
        "ref.build.fab_taiwan",
        "ref.build.fab_us",
    )


def test_what_begins_after_the_horizon_is_not_looked_at(build: Build) -> None:
    late = {"initial": 0, "target": 900_000, "months": 24, "start": dt.date(2031, 1, 1)}
    assert not {"own_capacity", "largest_fab", "euv_tools"} & set(broken(scenario_of_fabs(build, {"a": late})))


def scenario_of_fabs(
    build: Build,
    ramps: dict[str, dict[str, Any]],
    more: dict[str, Any] | None = None,
    demand: dict[str, Any] | None = None,
) -> Scenario:
    """Another company's scenario: fabs of its own that make one die at 2 nm."""
    recipe = {"item": "die", "node": "2nm", "cycle_time": 120, "qualification": {"samples": {"days": 300, "starts": 9}}}
    return build(
        {
            "horizon": {"start": dt.date(2026, 1, 1), "end": dt.date(2030, 1, 1)},
            "nodes": {"2nm": {"reticle": 858, "wafer_diameter": 300, "edge_exclusion": 3, "scribe": 0.1}},
            "items": {"die": {"stage": "wafer", "die_area": {"2nm": 100}}},
            "sites": {
                name: {"in_house": True, "owner": "acme", "ramp": ramp, **(more or {})} for name, ramp in ramps.items()
            },
            "recipes": {f"{name}_makes": {**recipe, "site": name} for name in ramps},
            "demand": {"all": demand or {"item": "die", "rate": 1000}},
        },
        name="fabs" + "_".join(ramps),
    )


def test_the_height_of_dated_orders_is_the_month_that_asks_for_most(build: Build) -> None:
    """Three orders within a month count together; the largest of all is named."""
    ramp = {"initial": 0, "target": 900, "months": 24, "start": dt.date(2026, 1, 1)}
    units = {
        dt.date(2026, 3, 1): 3000,
        dt.date(2026, 3, 5): 2000,
        dt.date(2026, 3, 20): 4000,
        dt.date(2027, 3, 1): 3500,
    }
    orders = [{"date": date, "units": n} for date, n in units.items()]
    scenario = scenario_of_fabs(build, {"a": ramp}, demand={"item": "die", "orders": orders})
    (measured,) = in_wafers(LintSubject(scenario))
    gross = gross_dies_per_wafer(100, 300, 3, 0.1)
    assert measured.value == pytest.approx(9000 / gross)
    assert measured.paths == ("demand.all.orders.2.units",)


def test_bounds_of_ones_own_replace_add_and_remove(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "construction: null\n"
        "largest_fab:\n"
        "  says: too large for us\n"
        "  measure: capacity\n"
        "  severity: beyond_precedent\n"
        "  where: {stages: [wafer]}\n"
        "  most: [{value: 2, unit: M wafer/month, source: our own view}]\n"
        "boards:\n"
        "  says: more boards than we sell\n"
        "  input: sites.pcb_*.ramp.target\n"
        "  severity: beyond_precedent\n"
        "  most: [{figure: pcb.capacity.start, at: high}]\n",
        encoding="utf-8",
    )
    scenario = load_scenario("as-announced")
    found = {finding.rule: finding for finding in lint(scenario, load_rules(scenario.ledger, own))}
    assert "construction" not in found
    assert "largest_fab" not in found
    assert (found["boards"].value, found["boards"].bound) == (800, 400)


BAD = """\
construction: nulls
one:
  says: x
  measure: capacityy
  severity: beyond_precedent
  most: [{figure: fab.mx}]
two:
  says: x
  input: a.b
  severity: beyond_belief
  mots: []
three: null
"""


def test_everything_wrong_with_a_file_of_bounds_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(BAD, encoding="utf-8")
    with pytest.raises(InputError) as error:
        load_rules(load_ledger(), file)
    told = {(p.mark.line, p.path): p for p in error.value.problems}
    assert all(p.mark.file == str(file) for p in error.value.problems)
    assert told[4, "one.measure"].nearest == "capacity"
    assert told[6, "one.most.0.figure"].nearest == "fab.max"
    assert told[11, "two.mots"].nearest == "most"
    assert {(1, "construction"), (10, "two.severity"), (12, "three")} <= set(told)


def test_a_bound_in_another_dimension_is_wrong_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "size: {says: x, measure: capacity, severity: beyond_precedent, most: [{value: 1, unit: mm2, source: s}]}\n",
        encoding="utf-8",
    )
    assert main(["lint", "as-announced", "--bounds", str(file)]) == 2
    assert "size" in capsys.readouterr().err


def test_the_command_fails_where_something_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", "as-announced", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert {"rule", "path", "figure", "value", "unit", "bound", "bound_figure", "source", "factor", "severity"} <= set(
        found[0]
    )
    assert {entry["severity"] for entry in found} == {"beyond_precedent", "beyond_physics"}
    assert main(["lint", "as-announced", "--all"]) == 1
    out = capsys.readouterr().out
    assert "Within their bounds" in out
    assert "ref.build.fab_us" in out
    assert all(len(line) <= 100 for line in out.splitlines())
    slower = tmp_path / "slower.yaml"
    slower.write_text("compute_growth: null\n", encoding="utf-8")
    assert main(["lint", "foundry-only", "--bounds", str(slower)]) == 0
    assert "nothing goes beyond" in capsys.readouterr().out
    assert main(["lint", "as-anounced"]) == 2


def test_a_run_says_in_its_head_how_many_inputs_go_beyond(capsys: pytest.CaptureFixture[str]) -> None:
    larger_lots = ["--set", "lot_scale=40", "--set", "horizon.end=2027-04-01"]
    assert main(["run", "as-announced", *larger_lots]) == 0
    out = capsys.readouterr().out
    assert "Lint: " in out.partition("Contested inputs")[0]
    assert "fabshift lint as-announced, with the same changes" in " ".join(out.split())
