"""One name, one thing: no two public classes are called the same."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "sim").rglob("*.py"))


def classes(files: Iterable[Path]) -> dict[str, list[str]]:
    """Each public class by name, and the files that declare one."""
    found = defaultdict(list)
    for file in files:
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(file.name)
    return found


def test_no_two_public_classes_have_one_name() -> None:
    twice = {name: places for name, places in classes(FILES).items() if len(places) > 1}
    assert not twice


def test_two_classes_of_one_name_are_seen(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text("class Table: ...\nclass _Own: ...\n", encoding="utf-8")
    assert classes(sorted(tmp_path.glob("*.py"))) == {"Table": ["a.py", "b.py"]}
