"""What is kept of a scenario that was loaded: it is used where loading again would give the same, and nowhere else."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from sim import remembered as module
from sim.cli.choices import Overrides
from sim.cli.main import main
from sim.compiler import compile_plan
from sim.errors import InputError
from sim.remembered import remembered
from sim.scenario.loader import Scenario, load_scenario
from sim.scenario.read import MAX_BYTES

pytestmark = pytest.mark.usefixtures("kept")
ROOT = Path(__file__).resolve().parents[2]
BASE = """\
title: Chargers
bare_numbers: own estimates
horizon: {start: 2026-01-01, end: 2026-04-01}
items: {charger: {stage: assembly}}
sites: {maker: {in_house: false, capacity: 3000}}
recipes: {bought: {item: charger, site: maker, lot_size: 100, cycle_time: 30}}
demand: {chargers: {item: charger, rate: 1500}}
"""
VARIANT = "title: More chargers\nbare_numbers: own estimates\nextends: base.yaml\ndemand: {chargers: {rate: 2000}}\n"
TABLE = "title: Months\nbare_numbers: own estimates\nextends: base.yaml\n"
TABLE += "demand: {chargers: {rate: {csv: rates.csv, date: month, value: rate, ends: 2026-12-31}}}\n"


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a scenario, one that extends it, and one with a table."""
    folder = tmp_path / "work"
    folder.mkdir()
    for name, text in (("base", BASE), ("variant", VARIANT), ("table", TABLE)):
        (folder / f"{name}.yaml").write_text(text)
    (folder / "rates.csv").write_text("month,rate\n2026-01-01,1000\n2026-02-01,1100\n")
    monkeypatch.chdir(folder)
    return folder


def loaded(name: str, **options: object) -> tuple[Scenario, bool]:
    """Return a scenario, and whether it was kept before."""
    made: list[str] = []

    def make() -> Scenario:
        made.append(name)
        return load_scenario(name, **options)  # type: ignore[arg-type]

    return remembered("scenario", (name, sorted(options.items())), make), not made


def rate(scenario: Scenario) -> object:
    """The rate of demand at the start."""
    inputs = scenario.inputs
    return inputs[
        "demand.chargers.rate" if "demand.chargers.rate" in inputs else "demand.chargers.rate.points.0.value"
    ].value


def test_the_same_question_is_answered_from_the_same_files(kept: Path) -> None:
    first, was_kept = loaded("variant.yaml")
    again, is_kept = loaded("variant.yaml")
    assert (was_kept, is_kept) == (False, True)
    assert again.inputs == first.inputs
    assert again.document == first.document
    assert kept.stat().st_mode & 0o777 == 0o700


def test_each_question_has_its_own_answer() -> None:
    loaded("variant.yaml")
    other, was_kept = loaded("variant.yaml", sets=("demand.chargers.rate=7",))
    assert (rate(other), was_kept) == (7, False)
    assert remembered("another purpose", ("variant.yaml", []), lambda: "made") == "made"


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "value"),
    [
        ("base.yaml", "base.yaml", "1500", "1600", 1600),
        ("variant.yaml", "variant.yaml", "2000", "2100", 2100),
        ("table.yaml", "rates.csv", "1000", "1001", 1001),
    ],
)
def test_a_file_that_changed_is_read_again(work: Path, name: str, file: str, old: str, new: str, value: float) -> None:
    """With the same size and times as before: its contents alone tell."""
    loaded(name)
    place = work / file
    before = place.stat()
    place.write_text(place.read_text().replace(old, new))
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert place.stat().st_size == before.st_size
    found, was_kept = loaded(name)
    assert (rate(found), was_kept) == (value, False)


def test_what_a_scenario_extends_is_read_again(work: Path) -> None:
    loaded("variant.yaml")
    (work / "base.yaml").write_text(BASE.replace("3000", "4000"))
    found, _ = loaded("variant.yaml")
    assert found.inputs["sites.maker.capacity"].value == 4000


@pytest.mark.parametrize("file", ["variant.yaml", "base.yaml"])
def test_a_file_that_is_gone_is_missed(work: Path, file: str) -> None:
    loaded("variant.yaml")
    (work / file).unlink()
    with pytest.raises(InputError, match=r"there is no such"):
        loaded("variant.yaml")


def test_a_file_that_has_grown_too_large_is_refused(work: Path) -> None:
    loaded("base.yaml")
    with (work / "base.yaml").open("a") as stream:
        stream.write("#" + "x" * MAX_BYTES)
    with pytest.raises(InputError, match=r"may have 2 MB"):
        loaded("base.yaml")


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(work: Path) -> None:
    loaded("base.yaml")
    (work / "base.yaml").unlink()
    os.mkfifo(work / "base.yaml")
    with pytest.raises(InputError, match=r"not a regular file"):
        loaded("base.yaml")


def test_errors_are_never_kept(kept: Path, work: Path) -> None:
    (work / "base.yaml").write_text(BASE.replace("rate: 1500", "rate: -1"))
    for _ in range(2):
        with pytest.raises(InputError, match=r"rate"):
            loaded("base.yaml")
    assert not kept.exists()
    (work / "base.yaml").write_text(BASE)
    assert rate(loaded("base.yaml")[0]) == 1500


def test_another_working_directory_is_another_question(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded("base.yaml")
    other = tmp_path / "other"
    other.mkdir()
    (other / "base.yaml").write_text(BASE.replace("1500", "1700"))
    monkeypatch.chdir(other)
    assert rate(loaded("base.yaml")[0]) == 1700
    assert loaded(str(work / "base.yaml"))[0].file == work / "base.yaml"


def test_a_link_that_leads_elsewhere_is_followed_again(work: Path) -> None:
    (work / "other.yaml").write_text(BASE.replace("1500", "1800"))
    link = work / "link.yaml"
    link.symlink_to("base.yaml")
    assert [rate(loaded("link.yaml")[0]) for _ in range(2)] == [1500, 1500]
    link.unlink()
    link.symlink_to("other.yaml")
    assert rate(loaded("link.yaml")[0]) == 1800


def test_a_link_to_the_same_contents_outside_is_refused(work: Path, tmp_path: Path) -> None:
    """Whether a file may be read depends on where it lies, not on what it contains."""
    loaded("variant.yaml")
    (tmp_path / "outside.yaml").write_text(BASE)
    (work / "base.yaml").unlink()
    (work / "base.yaml").symlink_to(tmp_path / "outside.yaml")
    with pytest.raises(InputError, match=r"lies outside"):
        loaded("variant.yaml")


def test_a_folder_that_leads_elsewhere_changes_what_may_be_read(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scenario and base are the same files under either folder, and the base is below one of the two folders alone."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("base.yaml", "variant.yaml"):
        (elsewhere / name).symlink_to(work / name)
    (tmp_path / "folder").symlink_to(work)
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    loaded("../folder/variant.yaml")
    (tmp_path / "folder").unlink()
    (tmp_path / "folder").symlink_to(elsewhere)
    with pytest.raises(InputError, match=r"lies outside"):
        loaded("../folder/variant.yaml")


def test_what_was_made_in_spite_of_a_missing_file_is_not_kept(work: Path) -> None:
    """A counterfactual is loaded again without what went wrong. Once the file is there, nothing would go wrong."""
    tries: list[int] = []

    def make() -> object:
        tries.append(1)
        with suppress(InputError):
            return rate(load_scenario("missing.yaml"))
        return rate(load_scenario("base.yaml"))

    assert [remembered("first of two", "", make) for _ in range(2)] == [1500, 1500]
    assert len(tries) == 2
    (work / "missing.yaml").write_text(BASE.replace("1500", "1501"))
    assert remembered("first of two", "", make) == 1501


def test_what_rests_on_an_answer_rests_on_its_files(work: Path) -> None:
    def checked() -> object:
        return rate(loaded("base.yaml")[0])

    loaded("base.yaml")
    assert remembered("approval", "base", checked) == 1500
    (work / "base.yaml").write_text(BASE.replace("1500", "1900"))
    assert remembered("approval", "base", checked) == 1900


def test_a_counterfactual_rests_on_the_files_of_its_scenario(work: Path) -> None:
    """Which file it is, its horizon and its overrides come from there; its own file is as it was."""
    (work / "one.yaml").write_text(BASE)
    (work / "two.yaml").write_text(BASE)
    scenario = work / "base.yaml"
    for against, end in (("one", "2026-04-01"), ("two", "2026-04-01"), ("two", "2026-05-01")):
        scenario.write_text(f"{BASE.replace('2026-04-01', end)}against: {against}.yaml\n")
        for _ in range(2):
            found = Overrides().against("base.yaml")
            assert found is not None
            assert (found.name, str(found.scenario.document.horizon.end)) == (against, end)
            plan = Overrides().plan_against("base.yaml")
            assert plan is not None
            assert str(plan.calendar) == str(compile_plan(found.scenario).calendar)
    scenario.write_text(BASE)
    assert Overrides().against("base.yaml") is None
    assert Overrides().plan_against("base.yaml") is None


def test_a_run_shows_the_same_from_what_was_kept(work: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (work / "other.yaml").write_text(BASE)
    (work / "variant.yaml").write_text(VARIANT + "against: other.yaml\n")
    said = []
    for _ in range(2):
        assert main(["run", "variant.yaml"]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    (work / "base.yaml").write_text(BASE.replace("3000", "1000"))
    assert main(["run", "variant.yaml"]) == 0
    assert capsys.readouterr().out != said[0]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda raw: raw[:-1],
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:-40] + bytes([raw[-40] ^ 1]) + raw[-39:],
        lambda _: pickle.dumps(({}, "of another version")),
    ],
    ids=["empty", "cut by a byte", "cut in half", "one bit", "another form"],
)
def test_an_entry_that_is_damaged_is_made_again(kept: Path, spoil: Callable[[bytes], bytes]) -> None:
    loaded("base.yaml")
    (entry,) = kept.iterdir()
    entry.write_bytes(spoil(entry.read_bytes()))
    found, was_kept = loaded("base.yaml")
    assert (rate(found), was_kept) == (1500, False)
    assert loaded("base.yaml")[1]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows protects the user's profile itself")
def test_what_others_may_have_written_is_not_read(kept: Path, tmp_path: Path) -> None:
    loaded("base.yaml")
    (entry,) = kept.iterdir()
    for place, mode in ((kept, 0o770), (kept, 0o707), (entry, 0o620)):
        before = place.stat().st_mode
        place.chmod(mode)
        assert not loaded("base.yaml")[1]
        place.chmod(before)
        loaded("base.yaml")
        assert loaded("base.yaml")[1]
    kept.rename(tmp_path / "moved")
    kept.symlink_to(tmp_path / "moved")
    assert not loaded("base.yaml")[1]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="there are no users by number")
def test_what_another_user_wrote_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded("base.yaml")
    other = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: other)
    assert not loaded("base.yaml")[1]


def test_a_cache_that_cannot_be_written_is_no_error(kept: Path) -> None:
    kept.parent.mkdir(parents=True)
    kept.write_text("a file where the folder would be")
    assert [rate(loaded("base.yaml")[0]) for _ in range(2)] == [1500, 1500]
    kept.unlink()
    kept.parent.rmdir()
    kept.parent.write_text("a file where the cache would be")
    assert rate(loaded("base.yaml")[0]) == 1500


def test_what_cannot_be_pickled_or_is_too_large_is_returned_all_the_same(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert remembered("nested", "", lambda: nested) is nested
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    assert len(remembered("large", "", lambda: b"x" * 1001)) == 1001
    assert not kept.exists() or not list(kept.iterdir())


def test_nothing_is_kept_where_there_is_no_working_directory(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert remembered("here", "", lambda: 1) == 1
    monkeypatch.chdir(tmp_path)
    assert not kept.exists()


@pytest.mark.parametrize("changes", [{}, {"LANG": "de_DE.UTF-8", "TZ": "Pacific/Apia", "PYTHONHASHSEED": "7"}])
def test_a_kept_scenario_says_the_same_in_any_environment(kept: Path, work: Path, changes: dict[str, str]) -> None:
    """No variable is read where a scenario is loaded; sets are ordered anew in each process."""
    say = "from sim.cli.choices import Overrides; s = Overrides().load(sys.argv[1])"
    say += "; print(sorted((p, repr(i.value)) for p, i in s.inputs.items()), s.changes, s.fed)"
    code = f"import sys; from sim import remembered; remembered._program = lambda: 'same'; {say}"
    said = [
        subprocess.run(
            [sys.executable, "-c", code, str(work / "table.yaml")], cwd=ROOT, env=os.environ | environment,
            capture_output=True, text=True, check=True,
        ).stdout
        for environment in ({}, changes)
    ]  # fmt: skip
    assert said[0] == said[1]
    assert len(list(kept.iterdir())) == 1


def test_validate_says_the_same_again_and_names_what_became_wrong(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for _ in range(2):
        assert main(["validate", "variant.yaml"]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    (work / "base.yaml").write_text(BASE.replace("rate: 1500", "rate: many"))
    (work / "variant.yaml").write_text(VARIANT.partition("demand:")[0])
    assert main(["validate", "variant.yaml"]) == 2
    assert "base.yaml:7" in capsys.readouterr().err


@pytest.mark.parametrize("scenario", ["as-announced", "charger-option", "foundry-only"])
def test_a_kept_scenario_compiles_to_the_same_plan(scenario: str) -> None:
    first, again = Overrides().load(scenario), Overrides().load(scenario)
    assert again is not first
    assert repr(Overrides().plan(scenario)) == repr(Overrides().plan(scenario)) == repr(compile_plan(first))
    assert pickle.dumps(compile_plan(again)) == pickle.dumps(compile_plan(again))
    assert repr(compile_plan(again)) == repr(compile_plan(first))
    assert again.inputs == first.inputs
