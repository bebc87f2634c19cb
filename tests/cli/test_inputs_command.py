"""`fabshift inputs`, and `--inputs` of the other commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli.main import main


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("starter")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["new", "plant"]) == 0
    return str(folder / "plant.yaml")


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_a_line_for_each_input_fits_the_columns(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(["inputs", "as-announced"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= columns
    assert "money.discount_rate" in "".join(line.partition(" ")[0] for line in lines)


def test_few_inputs_are_told_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inputs", "as-announced", "AI8_board.tops"]) == 2
    assert "did you mean 'items.ai6_board.tops'?" in capsys.readouterr().err
    assert main(["inputs", "as-announced", "discount"]) == 0
    out = capsys.readouterr().out
    assert "money.discount_rate\nvalue:   0.1 1/year (0.08..0.14)\nkind:    assumed\nsource:  TSMC's" in out
    assert "figure:  ref.hurdle_rate: Yearly discount rate." in out


def test_as_json_it_is_one_document(plant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inputs", plant, "horizon", "--json"]) == 0
    found = {one["path"]: one for one in json.loads(capsys.readouterr().out)}
    assert found["horizon.drain"]["value"] is False
    assert found["horizon.drain"]["words"] == ["true", "false"]
    assert main(["inputs", plant, "--json", "--csv"]) == 2


def test_a_changed_list_changes_the_run_as_set_does(
    plant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "list.csv"
    assert main(["inputs", plant, "--csv", str(file)]) == 0
    assert capsys.readouterr().out.endswith(f" inputs written to {file}\n")
    assert main(["inputs", plant, "--csv"]) == 0
    assert capsys.readouterr().out == file.read_text(encoding="utf-8")
    lines = file.read_text(encoding="utf-8").splitlines()
    end = next(i for i, line in enumerate(lines) if line.startswith("horizon.end,"))
    path, value, rest = lines[end].split(",", 2)
    year = int(value[:4]) - 1
    lines[end] = f"{path},{year}{value[4:]},{rest}"
    file.write_text("\n".join(lines), encoding="utf-8")
    assert main(["run", plant, "--json", "--inputs", str(file)]) == 0
    given = capsys.readouterr()
    assert given.err.startswith(f"note: {file} changes 1 of {len(lines) - 1} inputs\n")
    assert main(["run", plant, "--json", "--set", f"horizon.end={year}{value[4:]}"]) == 0
    assert json.loads(given.out) == json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "command",
    [
        ["run"], ["montecarlo"], ["sweep", "--vary", "lot_scale=1,2"], ["sensitivity"], ["claims"], ["lint"], ["scorecard"],
        ["report", "--html", "page.html"], ["validate"], ["discover", "--when", "fill_rate<1"], ["compare"], ["explain"],
    ],
    ids=lambda command: command[0],
)  # fmt: skip
def test_a_wrong_list_is_refused_wherever_inputs_can_be_set(
    command: list[str], plant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("list.csv").write_text("path,value\nlot_scale,0\n", encoding="utf-8")
    more = {"compare": [plant, plant], "explain": [plant, "fill_rate"]}.get(command[0], [plant])
    assert main([command[0], *more, *command[1:], "--inputs", "list.csv"]) == 2
    assert "list.csv:2:11: lot_scale: must be at least 1; found 0" in capsys.readouterr().err


def test_validate_tells_the_cell_as_json_too(plant: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "list.csv"
    file.write_text("path,value\nlot_scale,0\n", encoding="utf-8")
    assert main(["validate", plant, "--json", "--inputs", str(file)]) == 2
    (problem,) = json.loads(capsys.readouterr().out)["scenarios"][0]["problems"]
    assert (problem["file"], problem["line"], problem["column"], problem["path"]) == (str(file), 2, 11, "lot_scale")
