"""What several tests of scenarios need: a cache of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import remembered as module


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep what is loaded in a folder of the test, as a program that nobody edits meanwhile; it need not exist."""
    monkeypatch.setattr(module, "MOST_BYTES", 16_000_000)
    monkeypatch.setattr(module, "_program", lambda: "the same program")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "fabshift" / "kept"
