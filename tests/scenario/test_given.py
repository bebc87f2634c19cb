"""A list of inputs given back: what was changed in it is an override, and what is wrong is told at its cell."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.report.inputs import inputs_csv
from sim.scenario.given import given
from sim.scenario.listing import READING, SETTING, listed, matching
from sim.scenario.loader import load_scenario

pytestmark = pytest.mark.usefixtures("in_inputs")

LAYERED = "good/layered.yaml"
Rows = dict[str, dict[str, str]]
Write = Callable[..., Path]


def rows_of(scenario: str, **asked: list[str]) -> Rows:
    text = inputs_csv(listed(load_scenario(scenario, **asked)))  # type: ignore[arg-type]
    return {row["path"]: row for row in csv.DictReader(text.splitlines())}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(rows: Rows, more: list[dict[str, str]] | None = None, delimiter: str = ",", mark: str = "") -> Path:
        file = tmp_path / "list.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            stream.write(mark)
            out = csv.DictWriter(stream, list(next(iter(rows.values()))), delimiter=delimiter, restval="")
            out.writeheader()
            out.writerows([*rows.values(), *(more or [])])
        return file

    return written


def refusal(file: Path, scenario: str = LAYERED, **asked: list[str]) -> list[str]:
    with pytest.raises(InputError) as error:
        given(file, [scenario], **asked)  # type: ignore[arg-type]
    return [line.removeprefix(f"{file}:") for line in str(error.value).split("\n")]


def test_every_quantity_setting_and_reading_is_listed_as_it_can_be_set() -> None:
    scenario = load_scenario(LAYERED)
    found = {entry.path: entry for entry in listed(scenario)}
    assert set(scenario.inputs) < set(found)
    months = found["sites.plant.ramp.months"]
    assert (months.value, months.low, months.high, months.unit) == (12, 9, 24, "month")
    assert (months.figure, months.kind, months.source) == ("plant.months", "assumed", "made up")
    assert found["disruptions.flood.begins"].value == dt.date(2027, 6, 1)
    reading = found["readings.story.line"]
    assert (reading.kind, reading.value, reading.words) == (READING, "built", ("built", "stopped"))
    assert found["sites.plant.in_house"].kind == SETTING
    assert found["lot_scale"].source == "the schema's default"
    for path, entry in found.items():
        if entry.source == "the schema's default":
            continue  # some defaults have an effect only beside what is not written here
        value = str(entry.value).lower() if isinstance(entry.value, bool) else entry.value
        load_scenario(LAYERED, sets=[f"{path}={value}"])


def test_who_feeds_an_input_and_what_else_rests_on_it() -> None:
    found = {entry.path: entry for entry in listed(load_scenario("as-announced"))}
    own = found["recipes.ai5_own.yield.defect_learning.mature"]
    assert own.figure == "terafab.d0.mature"
    assert "process.d0.mature" in own.rests_on
    assert "recipes.ai6_own.yield.defect_learning.mature" in own.feeds
    assert "terafab.d0.mature" in found["readings.process.d0.mature"].derived
    assert own.path in found["readings.process.d0.mature"].feeds
    assert {e.path for e in matching(tuple(found.values()), "OWN WAFER FAB")} >= {"sites.terafab.construction.decision"}


def test_what_was_not_changed_changes_nothing(write: Write) -> None:
    for scenario in (LAYERED, "good/abstract.yaml", "as-announced"):
        assert given(write(rows_of(scenario)), [scenario]).sets == ()


def test_changes_are_overrides_in_the_units_of_the_list(write: Write) -> None:
    rows = rows_of(LAYERED)
    for path, value in {
        "sites.plant.ramp.months": "7.5", "horizon.drain": "TRUE", "readings.story.line": "stopped",
        "disruptions.flood.begins": "2027-07-01", "horizon.end": "2028-06-30",
    }.items():  # fmt: skip
        rows[path]["value"] = value
    found = given(write(rows, delimiter=";", mark="\ufeff"), [LAYERED])
    assert set(found.sets) == {
        "sites.plant.ramp.months=7.5", "horizon.drain=true", "readings.story.line=stopped",
        "disruptions.flood.begins=2027-07-01", "horizon.end=2028-06-30",
    }  # fmt: skip
    assert load_scenario(LAYERED, sets=found.sets).inputs["sites.plant.ramp.months"].value == 7.5


def test_a_range_of_its_own_goes_with_its_value(write: Write) -> None:
    rows = rows_of(LAYERED)
    rows["sites.plant.ramp.months"].update(value="10", low="8", high="14")
    (text,) = given(write(rows), [LAYERED]).sets
    found = load_scenario(LAYERED, sets=[text]).inputs["sites.plant.ramp.months"]
    assert (found.value, found.low, found.high, found.kind) == (10, 8, 14, "assumed")
    assert found.source == "given in list.csv"
    rows["sites.plant.ramp.months"].update(value="10", low="", high="")
    assert given(write(rows), [LAYERED]).sets == ("sites.plant.ramp.months=10",)


def test_a_list_of_two_columns_is_held_against_the_scenario(tmp_path: Path) -> None:
    file = tmp_path / "few.csv"
    file.write_text("Path\tValue\nsites.plant.ramp.months\t12\nsites.foundry.availability\t0.8\n\t\n")
    assert given(file, [LAYERED]).sets == ("sites.foundry.availability=0.8",)
    file.write_text("path,value\nrecipes.chip_supplier.yield.line,0.9\n")
    assert given(file, [LAYERED]).sets == ("recipes.chip_supplier.yield.line=0.9",)


def test_all_that_is_wrong_is_told_at_once_with_line_and_column(write: Write) -> None:
    rows = rows_of(LAYERED)
    place = {path: number for number, path in enumerate(rows, 2)}
    for path, value in {
        "sites.foundry.availability": "0,8", "disruptions.flood.begins": "1.7.2027", "readings.story.line": "halted",
        "sites.plant.availability": "8", "sites.plant.in_house": "maybe", "sites.foundry.lines": "",
    }.items():  # fmt: skip
        rows[path]["value"] = value
    rows["disruptions.flood.duration"]["unit"] = "month"
    rows["sites.plant.ramp.initial"]["low"] = "1"
    rows["readings.story.line"]["low"] = ""
    more = [dict(rows["lot_scale"]), {"path": "sites.plant.avalability", "value": "1"}, {"value": "3"}]
    lines = refusal(write(rows, more))
    last = len(rows) + 2

    def at(path: str, column: str = "value") -> str:
        before = list(rows[path]).index(column)
        return f"{place[path]}:{1 + sum(len(text) + 1 for text in list(rows[path].values())[:before])}: {path}: "

    assert sorted(lines) == sorted([
        at("sites.foundry.availability") + "a value of the wrong kind; write 0.8; found 0,8; allowed: a number",
        at("disruptions.flood.begins") + "a value of the wrong kind; write 2027-01-07 or 2027-07-01; found 1.7.2027; allowed: a date such as 2027-01-31",
        at("readings.story.line") + "this is not one of the choices; found halted; allowed: built, stopped",
        at("sites.plant.availability") + "must be at least 0 and at most 1 (8 % is written 0.08); found 8",
        at("sites.plant.in_house") + "this is not one of the choices; found maybe; allowed: true, false",
        at("sites.foundry.lines") + "there is no value here; write one, or remove the row to leave the input as it is; allowed: a number [unit]",
        at("disruptions.flood.duration", "unit") + "the unit cannot be changed; give the value in this unit; found month; allowed: day",
        at("sites.plant.ramp.initial", "low") + "a range needs both a low and a high, or neither",
        f"{last}:1: lot_scale: this input has a row already, line {place['lot_scale']}; keep one",
        next(line for line in lines if line.startswith(f"{last + 1}:1: no such path: sites.plant has no 'avalability'")),
        f"{last + 2}:1: this row has no path; write one, or clear the row",
    ])  # fmt: skip


def test_it_collides_with_set_as_two_overrides_do(write: Write) -> None:
    rows = rows_of(LAYERED)
    rows["sites.plant.ramp.months"]["value"] = "36"
    (line,) = refusal(write(rows), sets=["sites.plant.ramp.months=30"])
    assert line.endswith("collides with --set sites.plant.ramp.months=30: both change sites.plant.ramp.months")
    rows = rows_of(LAYERED)
    rows["readings.story.line"]["value"] = "stopped"
    (line,) = refusal(write(rows), readings=["story.line=built"])
    assert ": collides with " in line
    assert "list.csv:" in line


def test_a_list_of_other_values_is_refused(write: Write) -> None:
    rows = rows_of(LAYERED, sets=["sites.plant.ramp.months=30", "lot_scale=2"])
    file = write(rows)
    (line,) = refusal(file)
    assert "lot_scale: the list was written when its value was 2; it is 1, and 1 more inputs have changed" in line
    # Under what it was written with, or under something else that it has not seen, it is as good as new.
    assert given(file, [LAYERED], sets=["sites.plant.ramp.months=30", "lot_scale=2"]).sets == ()
    assert given(write(rows_of(LAYERED)), [LAYERED], sets=["sites.plant.ramp.months=30"]).sets == ()


def test_digits_that_a_spreadsheet_program_drops_are_no_change(write: Write) -> None:
    rows = rows_of("as-announced")
    path = next(path for path, row in rows.items() if len(row["value"]) > 16 and row["kind"] == "derived")
    rows[path]["value"] = f"{float(rows[path]['value']):.14g}"
    assert given(write(rows), ["as-announced"]).sets == ()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("list.ods", b"", "--inputs: inputs are read from a workbook or comma-separated values; found"),
        ("list.csv", b"way,value\n", "the column 'path' is missing; found way, value"),
        ("list.csv", b"path,worth\n", "list.csv:1:1: the column 'value' is missing; found path, worth"),
        ("list.csv", "path,value\nä,1".encode("latin-1"), "list.csv:2:1: not UTF-8 text (byte 0xe4)"),
        ("list.csv", "path,value\n".encode("utf-16"), "this is UTF-16; save the file as CSV UTF-8"),
        ("list.csv", b'path,value\n"a,1\n', "list.csv:2:1: this is not CSV"),
        ("list.csv", b"", "the column 'path' is missing; found nothing"),
        ("list.xlsx", b"PK", "this is not a workbook that can be read; save it as .xlsx"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    with pytest.raises(InputError) as error:
        given(file, [LAYERED])
    assert said in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the file cannot be read: no such file or directory"):
        given(tmp_path / "none.csv", [LAYERED])
