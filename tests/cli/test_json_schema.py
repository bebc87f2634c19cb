"""The published JSON Schema: what a scenario file may hold, as an editor sees it."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from sim.cli.main import main
from sim.scenario.catalogue import shipped_scenarios, starter
from sim.scenario.json_schema import scenario_schema

SCHEMA = scenario_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
ROOT = Path(__file__).resolve().parents[2]
LINE3 = (ROOT / "tests" / "benchmarks" / "line3.yaml").read_text(encoding="utf-8")


def read(text: str) -> Any:
    """YAML as an editor's schema checker sees it: dates are strings."""
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=dt.date.isoformat))


def errors(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(read(text))]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["title"]


def test_every_reference_leads_somewhere() -> None:
    references = set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(SCHEMA)))
    assert references <= set(SCHEMA["$defs"])


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_shipped_scenarios_fit(name: str) -> None:
    assert errors(shipped_scenarios()[name].read_text(encoding="utf-8")) == []


def test_the_starter_and_a_file_with_bare_numbers_fit() -> None:
    assert errors(starter()) == []
    assert errors(LINE3) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sites:", "sitse:"),
        ("capacity: 1", "capacty: 1"),
        ("shape: exponential", "shape: exponentail"),
        ("in_house: true", "in_house: perhaps"),
        ("title:", "name:"),
        ("type: base_stock", "type: {figure: x}"),
        ("lot_size: 1", "lot_size: {assumed: 1, derived: 1, source: x}"),
        ("lot_size: 1", "lot_size: {bare: 1}"),
        ("lot_size: 1", "lot_size: [1]"),
        ("demand:", "demnd:"),
    ],
)
def test_mistakes_are_seen(old: str, new: str) -> None:
    assert errors(LINE3.replace(old, new))


def test_a_file_that_extends_another_may_hold_any_part_and_null() -> None:
    part = "title: t\nextends: as-announced\nsites: {fab: {ramp: {months: {assumed: 3, source: x}}}, old: null}\ndisruptions: {a: null, b: {rate: {assumed: 1, source: x}}}\n"
    assert errors(part) == []
    assert errors(part.replace("extends: as-announced\n", ""))
    assert errors(part.replace("ramp:", "rmap:"))


def test_what_is_drawn_is_a_part_too() -> None:
    part = (
        "title: t\nextends: as-announced\nuncertainty: {ranges: pert, draw: {ref.alpha: fixed, ref.ship_time: null}}\n"
    )
    assert errors(part) == []
    assert errors(part.replace("ref.alpha: fixed", "ref.alpha: often"))
    assert errors(part.replace("ranges: pert", "ranges: {figure: x}"))
    pair = "correlations: [{inputs: [ref.alpha], with: [ref.ship_time], rank: {assumed: 0.5, source: x}}]\n"
    assert errors(part + pair) == []
    assert errors(part + pair.replace("with:", "whit:"))


def test_orders_are_lists_of_what_an_order_is() -> None:
    listed = "open_orders: [{recipe: serve, quantity: 5, due: 9}]\n"
    assert errors(LINE3 + listed) == []
    assert errors(LINE3 + listed.replace("due: 9", "duo: 9"))
    assert errors(LINE3 + listed.replace(", due: 9", ""))
    line = "  orders: {item: job, orders: [{date: 3, units: 10}]}\n"
    assert errors(LINE3.replace("demand:\n", f"demand:\n{line}")) == []
    assert errors(LINE3.replace("demand:\n", f"demand:\n{line.replace('units', 'unit')}"))


def test_a_csv_file_stands_for_a_path_or_a_list() -> None:
    table = "{csv: jobs.csv, date: day, value: jobs}"
    for written in (f"rate: {table}", f"orders: {table}", f"pattern: series, every: 1, values: {table}"):
        line = f"  listed: {{item: job, {written}}}\n"
        assert errors(LINE3.replace("demand:\n", f"demand:\n{line}")) == []
        assert errors(LINE3.replace("demand:\n", f"demand:\n{line.replace('value:', 'valu:')}"))
    assert errors(LINE3 + "open_orders: {csv: jobs.csv, date: day, value: jobs, recipe: by}\n") == []
    assert errors(LINE3.replace("lot_size: 1", f"lot_size: {table}"))
    part = f"title: t\nextends: as-announced\ndemand: {{cars: {{rate: {table}}}}}\n"
    assert errors(part) == []


def test_fields_show_their_sentence_and_unit() -> None:
    ramp = SCHEMA["$defs"]["Ramp"]["properties"]
    assert ramp["months"]["description"] == "Length of the ramp. [month, >= 0]"
    assert "unit" not in ramp["months"]
    for definition in SCHEMA["$defs"].values():
        for name, field in definition.get("properties", {}).items():
            assert field.get("description") or "$ref" in json.dumps(field), name


def test_schema_command_writes_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert main(["schema", "--out", str(tmp_path / "s.json")]) == 0
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8")) == printed == SCHEMA
