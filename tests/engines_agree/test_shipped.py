"""Code that came with the program, for any processor, is found where nothing was compiled on the machine itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.engines.batch.compiling import caching
from sim.engines.batch.compiling.native import Code, Kinds, kinds, load
from sim.engines.batch.shipping import ANY_PROCESSOR
from tests.engines_agree.small_program import PROGRAM, Prices, decide

ROOT = Path(__file__).resolve().parents[2]
COMPILE = "from tests.engines_agree.small_program import seven_of_each; seven_of_each()"
PRICES = [Prices(np.array([price])) for price in (1, 2, 3, 4)]
ARGUMENTS: list[Kinds] = [kinds(prices) for prices in PRICES]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a cache with the small program, compiled for any processor."""
    cache = tmp_path_factory.mktemp("cache")
    environment = os.environ | ANY_PROCESSOR | {"NUMBA_CACHE_DIR": str(cache)}
    subprocess.run([sys.executable, "-c", COMPILE], cwd=ROOT, env=environment, check=True, capture_output=True)
    (place,) = cache.iterdir()
    return place


@pytest.fixture(autouse=True)
def shipped(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The same as it comes with a program, and no settings of the compiler."""
    monkeypatch.setattr(caching, "SHIPPED", tmp_path / "shipped")
    for name in caching._SETTINGS:
        monkeypatch.delenv(f"NUMBA_{name}", raising=False)
    return [caching.ship(entry) for entry in sorted(folder.glob("*.object"))]


def found(place: Path) -> Code | None:
    """What there is of the second function for a cache in a folder."""
    return caching.found(place, decide, ARGUMENTS)


def test_it_is_used_where_the_cache_is_empty(folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / folder.name
    code = found(empty)
    assert code is not None
    assert load(code, len(ARGUMENTS))(*PRICES, 7) == 70
    assert all(caching.is_there(empty, function) for function in (PROGRAM.main, PROGRAM.apart))


def test_what_was_compiled_on_the_machine_goes_before_it(folder: Path, tmp_path: Path) -> None:
    place, own = tmp_path / folder.name, Code("own", (), b"")
    caching.keep(place, decide, ARGUMENTS, own)
    assert found(place) == own


def test_it_serves_no_other_sources(tmp_path: Path) -> None:
    assert found(tmp_path / "batch-of-other-sources") is None


def test_whoever_sets_the_compiler_gets_code_of_his_own(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_OPT", "1")
    assert found(tmp_path / folder.name) is None
    assert not caching.is_there(tmp_path / folder.name, decide)


def test_what_is_damaged_is_not_there(folder: Path, tmp_path: Path, shipped: list[Path]) -> None:
    for entry in shipped:
        entry.write_bytes(entry.read_bytes()[:-1])
    assert found(tmp_path / folder.name) is None
