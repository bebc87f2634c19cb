"""Where tests stand: each check of a scenario and each part of what is drawn is tested in the file of its name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("scenario/checks", "draws")
"""Folders of `sim/` of which each module has its tests in the same folder of `tests/`."""


def modules(root: Path, room: str) -> list[str]:
    """The modules of a room, by name."""
    return sorted(file.stem for file in (root / "sim" / room).glob("*.py") if file.stem != "__init__")


def found_in(root: Path, room: str, module: str) -> list[str]:
    """The tests in the file of a module's name; none where there is no such file."""
    file = root / "tests" / room / f"test_{module}.py"
    if not file.exists():
        return []
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return [node.name for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def imported(file: Path) -> Iterator[str]:
    """The modules that a file imports, or imports names of."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


@pytest.mark.parametrize(("room", "module"), [(room, module) for room in ROOMS for module in modules(ROOT, room)])
def test_each_module_has_tests_of_its_name(room: str, module: str) -> None:
    assert found_in(ROOT, room, module), f"tests of sim/{room}/{module}.py belong in tests/{room}/test_{module}.py"


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_have_modules(room: str) -> None:
    """Else the test above could not fail."""
    assert len(modules(ROOT, room)) > 15


def test_what_is_drawn_is_tested_without_an_engine() -> None:
    """But for whole runs, whose inputs must be those that were drawn."""
    files = (ROOT / "tests" / "draws").glob("*.py")
    found = {file.name for file in files if any(name.startswith(("sim.engines", "sim.api")) for name in imported(file))}
    assert found == {"test_inputs.py"}


def test_a_module_without_tests_is_seen(tmp_path: Path) -> None:
    for name in ("sim/draws/__init__.py", "sim/draws/rates.py", "sim/draws/gates.py", "tests/draws/test_gates.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("def helper() -> None: ...\n", encoding="utf-8")
    assert modules(tmp_path, "draws") == ["gates", "rates"]
    assert found_in(tmp_path, "draws", "rates") == found_in(tmp_path, "draws", "gates") == []
    (tmp_path / "tests/draws/test_gates.py").write_text("def test_x() -> None: ...\n", encoding="utf-8")
    assert found_in(tmp_path, "draws", "gates") == ["test_x"]
