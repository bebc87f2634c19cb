"""One name, one thing: no two public classes are called the same, but for twins of the two engines."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "sim").rglob("*.py"))


def classes(files: Iterable[Path]) -> dict[str, list[str]]:
    """Each public class by name, and the files that declare one; a file of an engine and its twin are one."""
    found = defaultdict(list)
    for file in files:
        twin = file.parent.name in ("batch", "events") and file.parent.parent.name == "engines"
        place = f"engines/{file.name}" if twin else str(file)
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and place not in found[node.name]:
                found[node.name].append(place)
    return found


def test_no_two_public_classes_have_one_name() -> None:
    twice = {name: places for name, places in classes(FILES).items() if len(places) > 1}
    assert not twice


def test_two_classes_of_one_name_are_seen(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.py", "b.py", "engines/batch/state.py", "engines/events/state.py")]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        name = "State" if file.stem == "state" else "Table"
        file.write_text(f"class {name}: ...\nclass _Own: ...\n", encoding="utf-8")
    assert classes(files) == {"Table": [str(f) for f in files[:2]], "State": ["engines/state.py"]}
