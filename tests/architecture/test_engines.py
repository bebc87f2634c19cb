"""The rooms of the engines: who may import whom, and twins of one name in `events` and `batch`."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ROOT / "sim" / "engines"
EVENTS, BATCH, COMPILING = ENGINES / "events", ENGINES / "batch", ENGINES / "batch" / "compiling"

WITHOUT_TWIN = {
    "entities": "entities as records, made once for the replications that share them",
    "kept": "the compiled planner for callers from Python",
    "lists": "linked lists in slots; Python has its own",
    "program": "what there is to compile",
    "room": "memory that runs use again",
    "open_lots": "a dictionary does for it in Python",
    "philox": "numpy's generators, compiled",
    "shipping": "compiling for a release",
    "supply": "what variates are drawn from",
}
"""Modules of `batch` about memory and compiling; all others are of the model, and have a twin."""
DIFFERENT_NAMES: dict[str, tuple[set[str], set[str]]] = {
    # SimPy takes events off its calendar by itself.
    "calendar": ({"EventCalendar", "Event", "due", "run", "stop"}, {"next_event", "release_event"}),
    "curves": ({"steps"}, {"price_at"}),
    # Heads of linked lists there are looked at where they are.
    "demand": ({"longest_waiting"}, set()),
    "engine": ({"EventsEngine"}, {"BatchEngine", "is_compiled"}),
    # Objects here, layouts of records there: the same entities.
    "state": (
        {"FlowState", "ItemState", "OpenLot", "PoolState", "SiteState", "SourceState", "Steps"},
        {"blank"},
    ),
    # Kept with each pool, and added up when asked for.
    "stock": (set(), {"available"}),
    # Iterators, and a function that takes the next of a row.
    "variates": ({"endless", "endless_times"}, {"variate"}),
}
"""Public names that only one of two twins has: those of `events`, those of `batch`."""


def modules(folder: Path) -> set[str]:
    return {file.stem for file in folder.glob("*.py")} - {"__init__"}


TWINS = sorted(modules(EVENTS))


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def subject(file: Path) -> str:
    """What a module is about: its docstring up to the first colon or full stop, before each engine says how."""
    text = " ".join((ast.get_docstring(tree(file)) or "").split())
    return text.replace(".", ":").split(":")[0]


def public_names(file: Path) -> set[str]:
    """Functions and classes of a module, and methods of its classes, that others may use."""
    found = list(tree(file).body)
    found += [member for node in found if isinstance(node, ast.ClassDef) for member in node.body]
    names = {node.name for node in found if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return {name for name in names if not name.startswith("_")}


def imported(file: Path) -> set[str]:
    """Modules of the engines that a file imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & set(MODULES)


def circle(imports: dict[str, set[str]]) -> list[str]:
    """Modules that import each other in a circle; none where there is no circle."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts)


MODULES = {module_name(file): file for file in sorted(ENGINES.rglob("*.py")) if file.stem != "__init__"}
IMPORTS = {name: imported(file) for name, file in MODULES.items()}


def test_each_file_of_events_has_its_twin() -> None:
    assert modules(BATCH) - modules(EVENTS) == set(WITHOUT_TWIN)
    assert modules(EVENTS) <= modules(BATCH)


def test_loose_files_belong_to_no_room() -> None:
    assert not modules(ENGINES)


@pytest.mark.parametrize("name", TWINS)
def test_twins_are_about_the_same(name: str) -> None:
    assert subject(EVENTS / f"{name}.py") == subject(BATCH / f"{name}.py") != ""


@pytest.mark.parametrize("name", TWINS)
def test_twins_name_the_same_things_alike(name: str) -> None:
    events, batch = public_names(EVENTS / f"{name}.py"), public_names(BATCH / f"{name}.py")
    assert (events - batch, batch - events) == DIFFERENT_NAMES.get(name, (set(), set()))


def test_imports_make_no_circle() -> None:
    assert not circle(IMPORTS)
    assert circle(IMPORTS | {"sim.engines.shared.rules": {"sim.engines.batch.loop"}})


def test_rooms_import_one_way() -> None:
    """What both engines call knows neither; the engines do not know each other, the compiled planner aside."""
    for name, others in IMPORTS.items():
        room = name.split(".")[2]
        foreign = {other for other in others if other.split(".")[2] not in {room, "shared"}}
        assert foreign <= ({"sim.engines.batch.kept"} if name == "sim.engines.events.layout" else set()), name


@pytest.mark.parametrize("file", sorted(COMPILING.glob("*.py")), ids=lambda file: file.stem)
def test_compiling_knows_nothing_of_the_model(file: Path) -> None:
    names = {
        name
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
    }
    assert not {name for name in names if name.startswith("sim.") and "batch.compiling" not in name}
