"""Values from a CSV file: as if written in the scenario, refused at their cell, whole in what is kept of a run."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.api import run
from sim.cli.main import main
from sim.errors import InputError
from sim.scenario.cells import number_of
from sim.scenario.loader import Scenario, load_scenario
from tests.conftest import INPUTS

BASE = INPUTS / "good" / "base.yaml"
HEAD = "title: t\nextends: base.yaml\nbare_numbers: made up\n"
RATE = "{csv: demand.csv, date: month, value: cars, ends: 2029-12-31}"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(BASE, tmp_path / "base.yaml")
    monkeypatch.chdir(tmp_path)


def plan(text: str, table: str | bytes = "", head: str = HEAD) -> str:
    """Write a plan and the table it names."""
    Path("plan.yaml").write_text(head + text, encoding="utf-8")
    Path("demand.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
    return "plan.yaml"


def refused(text: str, table: str | bytes = "", head: str = HEAD) -> list[str]:
    with pytest.raises(InputError) as error:
        load_scenario(plan(text, table, head))
    return str(error.value).split("\n")


def resolved(scenario: Scenario) -> dict[str, Any]:
    return {path: (i.value, i.low, i.high, i.unit, i.kind, i.source, i.figure) for path, i in scenario.inputs.items()}


FORMS = {
    "a path": ("demand: {cars: {rate: %s}}", RATE,
               "{points: [{at: 2026-01-01, value: 5}, {at: 2026-07-15, value: 7.5}], ends: 2029-12-31}"),
    "a path that steps": ("sites: {supplier: {capacity: %s}}", "{csv: demand.csv, date: month, value: cars, interpolate: step}",
                          "{points: [{at: 2026-01-01, value: 5}, {at: 2026-07-15, value: 7.5}], interpolate: step}"),
    "a path without more": ("recipes: {die_foundry: {price: %s}}", "{csv: demand.csv, date: month, value: cars}",
                            "[{at: 2026-01-01, value: 5}, {at: 2026-07-15, value: 7.5}]"),
    "its points": ("recipes: {die_foundry: {price: {points: %s}}}", "{csv: demand.csv, date: month, value: cars}",
                   "[{at: 2026-01-01, value: 5}, {at: 2026-07-15, value: 7.5}]"),
    "with a source": ("recipes: {die_foundry: {price: %s}}",
                      "{csv: demand.csv, date: month, value: cars, kind: derived, source: bill, unit: kUSD}",
                      "[{at: {derived: 2026-01-01, source: bill}, value: {derived: 5, source: bill, unit: kUSD}},"
                      " {at: {derived: 2026-07-15, source: bill}, value: {derived: 7.5, source: bill, unit: kUSD}}]"),
    "bare in another unit": ("recipes: {die_foundry: {price: %s}}", "{csv: demand.csv, date: month, value: cars, unit: kUSD}",
                             "[{at: 2026-01-01, value: {assumed: 5, source: made up, unit: kUSD}},"
                             " {at: 2026-07-15, value: {assumed: 7.5, source: made up, unit: kUSD}}]"),
    "a list of values": ("demand: {kits: {item: chip, pattern: series, every: 30, values: %s}}", "{csv: demand.csv, value: kits}", "[9, 4]"),
    "values with weights": ("demand: {kits: {item: chip, pattern: periodic, every: 30, quantity: {shape: empirical, values: %s}}}",
                            "{csv: demand.csv, value: kits}", "[9, 4]"),
    "dated orders": ("demand: {kits: {item: chip, orders: %s}}", "{csv: demand.csv, date: month, value: kits}",
                     "[{date: 2026-01-01, units: 9}, {date: 2026-07-15, units: 4}]"),
    "open orders": ("open_orders: %s", "{csv: demand.csv, date: month, value: kits, recipe: by}",
                    "[{recipe: chip_supplier, due: 2026-01-01, quantity: 9}, {recipe: die_foundry, due: 2026-07-15, quantity: 4}]"),
}  # fmt: skip
TABLE = "month,cars,kits,by\n2026-01,5,9,chip_supplier\n2026-07-15,7.5,4,die_foundry\n"


@pytest.mark.parametrize(("where", "named", "written"), FORMS.values(), ids=FORMS)
def test_it_is_as_if_it_were_written(where: str, named: str, written: str) -> None:
    from_csv = load_scenario(plan(where % named, TABLE))
    in_yaml = load_scenario(plan(where % written, TABLE))
    assert resolved(from_csv) == resolved(in_yaml)
    assert from_csv.document == in_yaml.document


SPELLINGS = {
    "semicolons": TABLE.replace(",", ";"),
    "a mark of byte order": b"\xef\xbb\xbf" + TABLE.encode(),
    "lines that end as in Windows": TABLE.replace("\n", "\r\n"),
    "quotes, other columns and blanks": '"note","month", cars ,kits\n"a ""b"", \nc", 2026-01-01 ,"5",9\n,"2026-07-15",7.50,4\n',
    "no last line break, and empty rows after the last": TABLE.removesuffix("\n") + "\n,,,\n\n",
}  # fmt: skip


@pytest.mark.parametrize("table", SPELLINGS.values(), ids=SPELLINGS)
def test_however_it_is_spelt(table: str | bytes) -> None:
    where, named, written = FORMS["a path"]
    assert resolved(load_scenario(plan(where % named, table))) == resolved(load_scenario(plan(where % written)))


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.dates(dt.date(2026, 1, 1), dt.date(2029, 12, 31)), st.floats(1, 1e6), min_size=2, max_size=9),
    st.sampled_from(",;"),
)
def test_any_path_resolves_to_the_same_as_in_yaml(points: dict[dt.date, float], mark: str) -> None:
    rows = sorted(points.items())
    table = "".join(f"{day}{mark}{value!r}\n" for day, value in [("month", "cars"), *rows]).replace("'", "")
    listed = ", ".join(f"{{at: {day}, value: {value!r}}}" for day, value in rows)
    here = "demand: {cars: {rate: %s}}"
    found = load_scenario(plan(here % RATE, table))
    assert resolved(found) == resolved(load_scenario(plan(here % f"{{points: [{listed}], ends: 2029-12-31}}")))


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("12.,;-\"' \n\té٣\u202f%e0\r\0"), max_size=40), st.booleans())
def test_whatever_a_file_holds_is_read_or_refused(cells: str, headed: bool) -> None:
    # Any other error would be ours.
    with suppress(InputError):
        load_scenario(plan(f"demand: {{cars: {{rate: {RATE}}}}}", ("month,cars\n2026-01," if headed else "") + cells))


def test_everything_wrong_in_a_table_is_told_at_its_cell() -> None:
    table = (
        "month;cars\n2026-01;26,5\n2026-01;1.5\n2025-12;\n01.02.2026;1,200\n2026-02-30;1 200\n\n"
        "2026-03;1;2\n2026-04;12 apples\n2026-05-01 00:00:00;1.200,5\n2027;5\n2027-13;1e400\n"
    )
    told = [
        line.replace("; named in plan.yaml:4:24", "") for line in refused(f"demand: {{cars: {{rate: {RATE}}}}}", table)
    ]
    assert told == [
        "demand.csv:1:7: demand.cars.rate: mixed number formats: 1.5 in line 3, 26,5 in line 2; write every number with a decimal point, and without separators of thousands",
        "demand.csv:2:9: demand.cars.rate: comma decimals: write 26.5; found 26,5",
        "demand.csv:3:1: demand.cars.rate: the same date as in line 2; found 2026-01-01",
        "demand.csv:4:1: demand.cars.rate: comes before the date in line 2 (2026-01-01); sort the rows by date; found 2025-12-01",
        "demand.csv:4:9: demand.cars.rate: an empty cell; fill it in or remove the row",
        "demand.csv:5:1: demand.cars.rate: not a date such as 2026-07 or 2026-07-01; write 2026-01-02 or 2026-02-01; found 01.02.2026",
        "demand.csv:5:12: demand.cars.rate: a comma in a number: write 1200 or 1.200; found 1,200",
        "demand.csv:6:1: demand.cars.rate: there is no such day; found 2026-02-30",
        "demand.csv:6:12: demand.cars.rate: separators within a number: write 1200; found 1 200",
        "demand.csv:7:1: demand.cars.rate: the row is empty; fill it in or remove it",
        "demand.csv:8:1: demand.cars.rate: the row does not fit the 2 columns; quote text with a comma in it, and write numbers without; found 3 cells",
        "demand.csv:9:9: demand.cars.rate: not a number; found 12 apples",
        "demand.csv:10:1: demand.cars.rate: not a date such as 2026-07 or 2026-07-01; write 2026-05-01; found 2026-05-01 00:00:00",
        "demand.csv:10:21: demand.cars.rate: comma decimals: write 1200.5; found 1.200,5",
        "demand.csv:11:1: demand.cars.rate: a date among times, or a time among dates (line 9: 2026-04-01); found 2027",
        "demand.csv:12:1: demand.cars.rate: there is no such day; found 2027-13",
        "demand.csv:12:9: demand.cars.rate: a number must be finite; found 1e400",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("", "1:1: {0}: the file is empty; its first line names the columns"),
        ("month,cars\n\n", "1:1: {0}: there are no rows below the names of the columns"),
        ("month\tcars\n2026-01\t5\n", "1:6: {0}: tabs between columns; save it with commas or semicolons"),
        ('month,cars\n2026-01,"5\n', "2:9: {0}: the quote that opens here is never closed"),
        ('month,cars\n2026-01,"5"5\n', "2:9: {0}: text after a closing quote; write a quote within quotes twice"),
        ("month,car,km\n2026-01,5,6\n", "1:1: {0}.value: there is no such column; found cars; allowed: month, car, km; did you mean 'car'?"),
        ("month,cars,cars\n2026-01,5,6\n", "1:12: {0}: columns 2 and 3 have the same name: rename one; found cars"),
        ("month,cars\n2026-01\n", "2:1: {0}: the row does not fit the 2 columns; found 1 cell"),
        ("month,cars\n" + "2026-01,1\n" * 20_001, "20002:1: {0}: more than 20,000 rows; found 20,001"),
        (b"month,cars\n2026-01,\xff5\n", "2:9: {0}: not UTF-8 text (byte 0xff); save the file as UTF-8"),
        ("month,cars\n2026-01,-5\n2029-12,6\n", "2:9: {0}.points.0.value: must be at least 0; found -5 1/month"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_words(table: str | bytes, problem: str) -> None:
    said = problem.format("demand.cars.rate")
    assert refused(f"demand: {{cars: {{rate: {RATE}}}}}", table) == [f"demand.csv:{said}; named in plan.yaml:4:24"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("demand: {cars: {rate: {csv: demnd.csv, date: month, value: cars}}}",
         "4:24: demand.cars.rate.csv: there is no such CSV file; found demnd.csv; allowed: a path relative to this file; did you mean 'demand.csv'?"),
        ("demand: {cars: {rate: {csv: /etc/passwd, date: month, value: cars}}}",
         "4:24: demand.cars.rate.csv: lies outside the current folder, the folder of the scenario named and what is shipped; found /etc/passwd; allowed: --allow-outside reads it all the same"),
        ("demand: {cars: {rate: {csv: demand.csv, value: cars}}}", "4:17: demand.cars.rate.date: this key is missing: the column of dates"),
        ("demand: {cars: {rate: {csv: demand.csv, date: month, value: month}}}", "4:54: demand.cars.rate.value: date and value are the same column"),
        ("demand: {cars: {rate: {csv: demand.csv, date: month, value: cars, sorce: x}}}",
         "4:67: demand.cars.rate.sorce: unknown key 'sorce'; allowed: csv, date, value, recipe, unit, kind, source, interpolate, ends; did you mean 'source'?"),
        ("demand: {cars: {rate: {csv: demand.csv, date: month, value: cars, kind: stated, source: x}}}",
         "4:67: demand.cars.rate.kind: 'stated' is not one of the choices; allowed: assumed, derived"),
        ("demand: {cars: {rate: {csv: demand.csv, date: month, value: cars, kind: assumed}}}",
         "4:17: demand.cars.rate.source: kind and source go together: what the values are, and where they are from"),
        ("demand: {cars: {rate: {csv: demand.csv, date: month, value: cars, unit: USD}}}",
         "4:67: demand.cars.rate.unit: 'USD' does not measure the same as '1/month'"),
        ("demand: {kits: {item: chip, pattern: series, every: 9, values: {csv: demand.csv, date: month, value: cars}}}",
         "4:82: demand.kits.values.date: a list of values has no dates: its rows follow each other; remove the key, or list orders"),
        ("demand: {kits: {item: chip, orders: {csv: demand.csv, date: month, value: cars, ends: 2029-12-31}}}",
         "4:81: demand.kits.orders.ends: only a path over time takes this, and not its points"),
        ("open_orders: {csv: demand.csv, date: month, value: cars}", "4:1: open_orders.recipe: this key is missing: the column of recipes"),
        ("demand: {cars: {per_unit: {csv: demand.csv, value: cars}}}",
         "4:28: demand.cars.per_unit.csv: a CSV file stands for a path over time, a list of values or of dated orders; here stands one number"),
    ],
)  # fmt: skip
def test_a_mapping_that_asks_for_what_cannot_be(text: str, problem: str) -> None:
    assert refused(text, TABLE) == [f"plan.yaml:{problem}"]


def test_bare_numbers_of_a_table_need_a_word_in_the_file_that_names_it() -> None:
    (line,) = refused(f"demand: {{cars: {{rate: {RATE}}}}}", TABLE, "title: t\nextends: base.yaml\n")
    assert line.startswith("plan.yaml:3:24: demand.cars.rate.csv: the numbers of the file are bare; give their kind")


def test_it_is_relative_to_the_file_that_names_it() -> None:
    where, named, _ = FORMS["a path"]
    Path("below").mkdir()
    shutil.copy("base.yaml", "below/base.yaml")
    plan(where % named, TABLE)
    shutil.move("plan.yaml", "below/plan.yaml")
    shutil.move("demand.csv", "below/demand.csv")
    Path("over.yaml").write_text("title: over\nextends: below/plan.yaml\n", encoding="utf-8")
    scenario = load_scenario("over.yaml")
    assert scenario.inputs["demand.cars.rate.points.1.value"].value == 7.5
    mark = scenario.mark("demand.cars.rate.points.1.value")
    assert (str(mark), str(mark.named)) == ("below/demand.csv:3:12", "below/plan.yaml:4:24")


def test_overrides_change_a_cell_or_name_a_table() -> None:
    where, named, _ = FORMS["a path"]
    scenario = load_scenario(plan(where % named, TABLE), sets=["demand.cars.rate.points.1.value=9"])
    assert scenario.inputs["demand.cars.rate.points.1.value"].value == 9
    assert [(c.path, c.old, c.new) for c in scenario.changes] == [
        ("demand.cars.rate.points.1.value", "7.5 1/month", "9 1/month")
    ]
    named = load_scenario("base.yaml", sets=[f"demand.cars.rate={RATE}"])
    entry = named.inputs["demand.cars.rate.points.1.value"]
    assert (entry.value, entry.kind, entry.source) == (7.5, "override", f"--set demand.cars.rate={RATE}")
    with pytest.raises(InputError) as error:
        load_scenario("base.yaml", sets=[f"demand.cars.rate={RATE.replace('cars', 'crs')}"])
    (problem,) = error.value.problems
    assert str(problem.mark) == "demand.csv:1:1"
    assert str(problem).endswith(f"did you mean 'cars'?; named in --set demand.cars.rate={RATE.replace('cars', 'crs')}")


def test_a_run_that_is_kept_is_whole_without_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    where, named, written = FORMS["a path"]
    kept = run(load_scenario(plan(where % named, TABLE)), engine="events")
    kept.save(Path("kept"))
    manifest = json.loads(Path("kept/manifest.json").read_text(encoding="utf-8"))
    assert "7.5" in json.dumps(manifest)
    assert "demand.csv" not in json.dumps(manifest)
    assert run(load_scenario(plan(where % written)), engine="events").hash == kept.hash
    assert main(["validate", plan(where % named, TABLE)]) == 0
    assert main(["validate", plan(where % named, "month,cars\n2026-01,x\n"), "--json"]) == 2
    (problem,) = json.loads(capsys.readouterr().out.partition("\n")[2])["scenarios"][0]["problems"]
    assert (problem["file"], problem["line"], problem["named_in"]) == ("demand.csv", 2, "plan.yaml:4:24")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,200,000", "write 1200000"), ("1,200.5", "write 1200.5"), ("1.200.000", "write 1200000"), ("1'200.5", "write 1200.5"),
        ("1\u202f200,5", "write 1200.5"), ("0,5", "write 0.5"), ("12 %", "write 0.12"),
    ],
)  # fmt: skip
def test_a_number_written_otherwise_says_how_to_write_it(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"{message}$"):
        number_of(text, "1")


def test_an_abstract_model_has_times_in_the_place_of_dates() -> None:
    text = (
        "horizon: {length: 100, time_unit: week}\nitems: {a: {stage: s}}\nrecipes: {a: {item: a, site: m}}\n"
        "sites: {m: {in_house: true, region: r, capacity: unlimited}}\n"
        "demand: {d: {item: a, orders: {csv: demand.csv, date: week, value: units}}}\n"
    )
    head = "title: t\nbare_numbers: made up\n"
    inputs = load_scenario(plan(text, "week,units\n2.5,6\n1,5\n", head)).inputs
    assert [inputs[f"demand.d.orders.{i}.date"].value for i in (0, 1)] == [2.5, 1]
    (line,) = refused(text, "week,units\n2026-01,6\n", head)
    assert line.startswith("demand.csv:2:1: demand.d.orders.0.date: expected a number of time units, found 2026-01-01")
