"""The rooms of the package: who may import whom, how long a file may be, what it may be called."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "sim"

LAYERS: tuple[tuple[str, ...], ...] = (
    ("errors", "clock", "correlation", "distributions", "vocabulary"),
    ("display",),
    ("plotting",),
    ("units", "dies", "shipped"),
    ("remembered",),
    ("ledger",),
    ("scenario",),
    ("dimensions", "calendar"),
    ("planned",),
    ("plan",),
    ("compiler",),
    ("draws",),
    ("linting",),
    ("engines",),
    ("results",),
    ("api",),
    ("options",),
    ("study",),
    ("claims", "flexibility"),
    ("report", "bench"),
    ("cli",),
    ("__main__",),
)
"""From the bottom up: a room imports from rooms named before it (units, dies, shipped: also from each other)."""

STUDY = ("methods", "runs", "study")
"""The rooms of `study/` from the bottom up: statistics, runs of a design, and the studies themselves."""

RANK = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}
FILES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MOST_LINES = 400
FORBIDDEN_NAMES = {"util", "utils", "helper", "helpers", "common", "misc"}


def room_of(file: Path) -> str:
    """`sim/scenario/loader.py` -> `scenario`."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(file: Path) -> set[tuple[str, int]]:
    """Rooms imported anywhere in the file, functions included, with the line."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}:{node.lineno}: relative import"
            names = [f"sim.{a.name}" for a in node.names] if node.module == "sim" else [node.module or ""]
        found |= {(name.split(".")[1], node.lineno) for name in names if name.startswith("sim.")}
    return found


def test_every_room_has_its_place() -> None:
    rooms = {room_of(f) for f in FILES} - {"__init__"}
    assert rooms <= set(RANK), f"add to LAYERS and ARCHITECTURE.md: {sorted(rooms - set(RANK))}"


@pytest.mark.parametrize(
    "file", [f for f in FILES if f != PACKAGE / "__init__.py"], ids=lambda f: str(f.relative_to(ROOT))
)
def test_no_arrow_upward(file: Path) -> None:
    own = room_of(file)
    for room, line in sorted(imported_rooms(file)):
        if room != own and room in RANK:
            assert RANK[room] < RANK[own] or (RANK[room] == RANK[own] == RANK["units"]), (
                f"{file.relative_to(ROOT)}:{line}: {own} imports {room}, which stands above it"
            )


def test_what_runs_a_plan_knows_no_scenario() -> None:
    files = [f for f in FILES if room_of(f) in ("planned", "plan", "draws", "engines", "options")]
    assert all(room != "scenario" for f in files for room, _ in imported_rooms(f))


def test_options_know_no_simulation() -> None:
    files = [f for f in FILES if room_of(f) == "options"]
    assert {room for f in files for room, _ in imported_rooms(f)} == {"errors", "options"}


def imported_modules(file: Path) -> set[str]:
    """Modules of the package imported anywhere in the file, in full: `sim.study.runs.design`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            # `from sim.study.runs import series` imports a module, `from sim.plan import Plan` a name of one.
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.startswith("sim.")}


def study_room(module: str) -> str:
    """`sim.study.runs.design` -> `runs`, `sim.study.compare` -> `study`, `sim.plan` -> nothing."""
    parts = module.split(".")
    if parts[:2] != ["sim", "study"]:
        return ""
    return parts[2] if len(parts) > 2 and parts[2] in STUDY else "study"


@pytest.mark.parametrize(
    "file", [f for f in FILES if room_of(f) == "study"], ids=lambda f: str(f.relative_to(PACKAGE / "study"))
)
def test_studies_rest_on_runs_and_runs_on_methods(file: Path) -> None:
    own = STUDY.index(study_room(".".join(("sim", *file.relative_to(PACKAGE).with_suffix("").parts))))
    above = {m for m in imported_modules(file) if (room := study_room(m)) and STUDY.index(room) > own}
    assert not above, f"{file.relative_to(ROOT)} imports {sorted(above)}, which stand above it"


def test_a_result_knows_no_bounds_on_inputs() -> None:
    files = [f for f in FILES if room_of(f) in ("engines", "results", "api")]
    assert all(room != "linting" for f in files for room, _ in imported_rooms(f))


def test_a_length_of_time_is_written_once() -> None:
    lengths = {365.25, 30.4375}
    written = {
        file.name
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Constant) and node.value in lengths)
        or (isinstance(node, ast.BinOp) and ast.unparse(node) == "2 ** 20")
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NEVER")
    }
    assert written == {"clock.py"}


def test_methods_of_studies_know_no_scenario() -> None:
    files = [f for f in FILES if f.is_relative_to(PACKAGE / "study" / "methods")]
    assert {room for f in files for room, _ in imported_rooms(f)} <= {"errors", "plan", "draws", "study"}


def test_an_arrow_upward_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "bad.py"
    file.write_text("def f():\n    from sim.cli import main\n    import sim.report.render\n", encoding="utf-8")
    assert {room for room, _ in imported_rooms(file)} == {"cli", "report"}
    assert {study_room(m) for m in ("sim.study.runs.design.Row", "sim.study.compare", "sim.plan")} == {
        "runs",
        "study",
        "",
    }


@pytest.mark.parametrize("file", FILES + TESTS, ids=lambda f: str(f.relative_to(ROOT)))
def test_file_is_short_and_well_named(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count("\n") <= MOST_LINES
    assert file.stem not in FORBIDDEN_NAMES
    stars = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.ImportFrom) and n.names[0].name == "*"]
    assert not stars, "star import"


def test_top_level_holds_four_folders() -> None:
    ignored = {"build", "dist", "results"}
    folders = {p.name for p in ROOT.iterdir() if p.is_dir() and not p.name.startswith((".", "__"))}
    folders = {f for f in folders if not f.endswith(".egg-info")}
    assert folders - ignored == {"sim", "scenarios", "tests", "docs"}
