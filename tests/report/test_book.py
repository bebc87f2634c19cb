"""Workbooks: what they hold is what the run says, text is never a formula, and inputs changed there change the run."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import sim
from sim.claims import judge
from sim.cli.main import main
from sim.errors import InputError
from sim.report.book.of_claims import claims_book
from sim.report.book.of_run import run_book
from sim.report.book.of_studies import compare_book, montecarlo_book
from sim.results.result import Result
from sim.scenario.given import given
from tests.report.plant import plant

COMMAND = ["run", "plant", "--excel", "book.xlsx"]
EVIL = '=HYPERLINK("http://example.org","x")'
Edit = Callable[..., Path]


@pytest.fixture(scope="module")
def result(build: Any) -> Result:
    data = plant(question="+1 or more?")
    data["sites"]["shop"]["title"] = EVIL
    data["shares"]["parts"]["title"] = "@parts"
    data["items"]["part"]["unit"] = "-piece"
    return sim.run(build(data, "book_plant"))


@pytest.fixture(scope="module")
def book(result: Result) -> bytes:
    return run_book(result, None, COMMAND)


@pytest.fixture(scope="module")
def opened(book: bytes) -> Any:
    return openpyxl.load_workbook(BytesIO(book))


def records(sheet: Any) -> list[dict[str, Any]]:
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.fixture
def edit(book: bytes, tmp_path: Path) -> Edit:
    """The workbook with other values in cells of the sheet Inputs, by path and column, saved as users save it."""

    def edited(changes: dict[tuple[str, str], Any], sheet: str = "Inputs") -> Path:
        workbook = openpyxl.load_workbook(BytesIO(book))
        cells = workbook["Inputs"]
        columns = {cell.value: cell.column for cell in cells[1]}
        rows = {cells.cell(row, columns["path"]).value: row for row in range(2, cells.max_row + 1)}
        for (path, column), value in changes.items():
            cells.cell(rows[path], columns[column]).value = value
        cells.title = sheet
        workbook.save(tmp_path / "edited.xlsx")
        return tmp_path / "edited.xlsx"

    return edited


def test_its_sheets_hold_what_the_run_says(result: Result, opened: Any) -> None:
    assert opened.sheetnames == [
        "Answer", "Charts", "Inputs", "KPIs", "Milestones", "Shares", "Capacity", "Demand", "Money", "Cash", "Monthly", "Sources",
    ]  # fmt: skip
    kpis = {row["KPI"]: row["value"] for row in records(opened["KPIs"])}
    assert kpis == pytest.approx(result.kpis)
    monthly = result.frames["monthly"]
    served = monthly[(monthly["scope"] == "demand") & (monthly["measure"] == "served")]
    rows = [row for row in records(opened["Monthly"]) if (row["scope"], row["measure"]) == ("demand", "served")]
    assert sum(row["value"] for row in rows) == served["value"].sum()
    assert rows[0]["period_start"] == dt.datetime(2026, 1, 1)
    dates = {row["name"]: row["date"] for row in records(opened["Milestones"])}
    assert {k: v and v.date() for k, v in dates.items()} == result.milestones
    money = records(opened["Money"])
    cash = sum(row["amount [USD]"] for row in records(opened["Cash"]) if row["category"] != "salvage")
    assert money[-1]["cumulative [USD]"] == pytest.approx(cash)
    answer = {row[0]: row[1] for row in opened["Answer"].iter_rows(values_only=True)}
    assert answer["Command"] == "fabshift run plant --excel book.xlsx"
    assert result.hash in answer["Hash"]


def test_tables_are_native_with_headings_that_stay_and_formats(opened: Any) -> None:
    for name in opened.sheetnames[2:]:
        sheet = opened[name]
        assert len(sheet.tables) == 1, name
        assert sheet.freeze_panes is not None
    kpis = opened["KPIs"]
    formats = {kpis.cell(r, 1).value: kpis.cell(r, 2).number_format for r in range(2, kpis.max_row + 1)}
    assert formats["in_house_share.parts"] == "0.0%"
    assert formats["npv_usd"] == "#,##0"
    assert opened["Cash"]["A2"].number_format == "yyyy-mm-dd"
    hidden = {
        cell.value for cell in opened["Inputs"][1] if opened["Inputs"].column_dimensions[cell.column_letter].hidden
    }
    assert "written value" in hidden
    assert "value" not in hidden
    # Shares, capacity and load of the own shop, money.
    assert len(opened["Charts"]._charts) == 3


def test_text_of_a_scenario_is_never_a_formula(book: bytes, opened: Any) -> None:
    found = [cell for sheet in opened for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert found == []
    assert any(EVIL in str(cell.value) for row in opened["Capacity"].iter_rows() for cell in row)
    with zipfile.ZipFile(BytesIO(book)) as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if "charts/chart" in name]
        assert not any("<c:f>HYPERLINK" in chart for chart in charts)
        assert not any("hyperlink" in name.casefold() for name in parts.namelist())


def test_it_is_the_same_each_time(result: Result, book: bytes) -> None:
    assert run_book(result, None, COMMAND) == book


def test_three_cells_changed_change_the_run_as_set_does(result: Result, edit: Edit) -> None:
    file = edit({
        ("recipes.bought.price", "value"): 15.5,
        ("disruptions.strike.begins", "value"): dt.datetime(2026, 9, 1),
        ("sourcing.part.policy", "value"): "split",
    })  # fmt: skip
    scenario = str(result.scenario.file)
    found = given(file, [scenario])
    wanted = ["recipes.bought.price=15.5", "disruptions.strike.begins=2026-09-01", "sourcing.part.policy=split"]
    assert sorted(found.sets) == sorted(wanted)
    changed = sim.run(sim.load_scenario(scenario, sets=found.sets))
    assert changed.kpis == sim.run(sim.load_scenario(scenario, sets=wanted)).kpis
    assert changed.kpis != result.kpis


def test_given_back_as_it_is_it_changes_nothing(result: Result, edit: Edit) -> None:
    assert given(edit({}), [str(result.scenario.file)]).sets == ()


def test_what_is_wrong_is_told_at_its_cell(result: Result, edit: Edit) -> None:
    file = edit({
        ("recipes.bought.price", "value"): "12,5", ("recipes.own.variable_cost", "value"): "=2*A1",
        ("sites.maker.capacity", "value"): dt.datetime(2026, 9, 1), ("sites.shop.capex.equipment_share", "value"): 1.5,
        ("disruptions.strike.begins", "value"): "1.9.2026", ("demand.customers.rate", "value"): "#DIV/0!",
    })  # fmt: skip
    with pytest.raises(InputError) as error:
        given(file, [str(result.scenario.file)])
    sheet = openpyxl.load_workbook(file)["Inputs"]
    rows = {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1)}
    lines = str(error.value).split("\n")

    def at(path: str) -> str:
        return f"{file}: sheet Inputs, cell B{rows[path]}: {path}: "

    assert sorted(lines) == sorted([
        at("recipes.bought.price") + "a value of the wrong kind; write 12.5; found 12,5; allowed: a number [USD]",
        at("recipes.own.variable_cost") + "a formula without a stored value; calculate and save it in a spreadsheet program; allowed: a number [USD]",
        at("sites.maker.capacity") + "a value of the wrong kind; found 2026-09-01; allowed: a number [1/month]",
        at("sites.shop.capex.equipment_share") + "must be at least 0 and at most 1; found 1.5",
        at("disruptions.strike.begins") + "a value of the wrong kind; write 2026-01-09 or 2026-09-01; found 1.9.2026; allowed: a date such as 2027-01-31",
        at("demand.customers.rate") + "the formula here has no result; found #DIV/0!; allowed: a number [1/month]",
    ])  # fmt: skip


def test_a_workbook_of_another_scenario_or_without_the_sheet_is_refused(result: Result, edit: Edit) -> None:
    with pytest.raises(
        InputError, match="lists the inputs of another scenario; found book_plant; allowed: foundry-only"
    ):
        given(edit({}), ["foundry-only"])
    with pytest.raises(InputError, match="there is no sheet Inputs; found Answer, Charts, Mine, KPIs"):
        given(edit({}, sheet="Mine"), [str(result.scenario.file)])


def test_a_study_and_a_comparison(build: Any) -> None:
    data = plant(uncertainty={"ranges": "triangular"})
    data["recipes"]["bought"]["price"] = {"assumed": 12, "low": 10, "high": 15, "source": "made up"}
    scenario = build(data, "book_study")
    study = sim.monte_carlo(scenario, n=16)
    opened = openpyxl.load_workbook(BytesIO(montecarlo_book(study, COMMAND)))
    npv = next(row for row in records(opened["KPIs"]) if row["KPI"] == "npv_usd")
    assert npv["mean"] == pytest.approx(study.kpis["npv_usd"].mean.estimate)
    assert len(records(opened["Runs"])) == 16
    assert len(opened["Charts"]._charts) == 2
    other = build({**data, "lot_scale": 2}, "book_other")
    found = sim.compare([scenario, other], 8)
    opened = openpyxl.load_workbook(BytesIO(compare_book(found, COMMAND)))
    unlike = {row["path"]: row for row in records(opened["Inputs that differ"])}
    assert (unlike["lot_scale"]["book_study"], unlike["lot_scale"]["book_other"]) == (1, 2)
    gaps = {row["KPI or milestone"]: row for row in records(opened["Differences"])}
    assert gaps["npv_usd"]["difference from book_study"] == pytest.approx(
        found.paired["book_other"]["npv_usd"].difference.estimate
    )


def test_claims_with_their_verdicts(result: Result) -> None:
    judgement = judge(result.scenario.file, claims="shipped", n=1)
    opened = openpyxl.load_workbook(BytesIO(claims_book(judgement, COMMAND)))
    verdicts = {row["claim"]: row["verdict"] for row in records(opened["Claims"])}
    assert verdicts == {finding.compiled.id: finding.verdict.value for finding in judgement.findings}


@pytest.mark.parametrize("command", [["run"], ["report"], ["montecarlo"], ["compare"], ["claims"], ["inputs"]])
def test_what_is_no_workbook_is_refused_before_anything_runs(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    more = ["no-such-scenario"] * (2 if command == ["compare"] else 1)
    assert main([*command, *more, "--excel", "book.xls"]) == 2
    assert "--excel: the file has another ending; found 'book.xls'; allowed: .xlsx" in capsys.readouterr().err


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it_and_what_it_saves_changes_nothing(result: Result, book: bytes, tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(book)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(tmp_path / "saved"),
        "book.xlsx",
    ]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=True)
    told = [line for line in ended.stderr.splitlines() if line and "javaldx" not in line]
    assert told == []
    assert given(tmp_path / "saved" / "book.xlsx", [str(result.scenario.file)]).sets == ()


@pytest.mark.parametrize("command", ["run", "montecarlo", "compare"])
def test_what_was_kept_gives_the_workbook_of_what_was_run(
    command: str, result: Result, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario, kept, book = str(result.scenario.file), tmp_path / "kept", tmp_path / "book.xlsx"
    more = {"run": [], "montecarlo": [scenario, "-n", "8"], "compare": [scenario, scenario, "-n", "8"]}[command]
    assert main([command, *(more or [scenario]), "--out", str(kept), "--excel", str(tmp_path / "first.xlsx")]) == 0
    assert main(["report", str(kept), "--excel", str(book)]) == 0
    assert f"workbook written to {book}" in capsys.readouterr().out
    first, again = (openpyxl.load_workbook(tmp_path / name) for name in ("first.xlsx", "book.xlsx"))
    assert again.sheetnames == first.sheetnames
    assert records(again["KPIs"]) == records(first["KPIs"])
    assert main(["report", str(kept), "--excel", str(book), "--inputs", str(book)]) == 2
    assert "--inputs: can only be used with a scenario: a directory keeps what was run" in capsys.readouterr().err
