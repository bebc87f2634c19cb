"""Whatever is done to a good file, it loads or is refused with an InputError; nothing else is raised."""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sim.errors import InputError
from sim.scenario.loader import load_scenario
from tests.conftest import INPUTS

TEXT = (INPUTS / "good" / "base.yaml").read_text(encoding="utf-8")
JUNK = st.sampled_from(
    [None, "", "junk", [], {}, [None], {"a": 1}, {"figure": "x"}, {"assumed": 1}, {"points": 5}, {"mean": []}, [[1]],
     True, 0, -1, 1e308, -1e-9, 2**62, float("nan"), {"at": 1, "value": {}}, {"shape": "x"}, "2026-01-01", "unlimited"]
)  # fmt: skip
SLOW = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])


def survives(raw: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mutant.yaml"
        file.write_bytes(raw)
        with contextlib.suppress(InputError):
            load_scenario(file)


def places(node: Any, loc: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [found for key, part in inside for found in [(*loc, key), *places(part, (*loc, key))]]


def plain() -> Any:
    return YAML(typ="safe", pure=True).load(TEXT)


def dumped(data: Any) -> bytes:
    stream = io.StringIO()
    YAML(typ="safe", pure=True).dump(data, stream)
    return stream.getvalue().encode()


@SLOW
@given(st.lists(st.tuples(st.sampled_from(places(plain())), st.just("delete") | JUNK), min_size=1, max_size=3))
def test_keys_deleted_and_values_replaced(mutations: list[tuple[tuple[Any, ...], Any]]) -> None:
    data = plain()
    for loc, new in mutations:
        parent = data
        with contextlib.suppress(KeyError, IndexError, TypeError):
            for key in loc[:-1]:
                parent = parent[key]
            if new == "delete":
                del parent[loc[-1]]
            else:
                parent[loc[-1]] = new
    survives(dumped(data))


@SLOW
@given(
    st.integers(0, len(TEXT) - 1),
    st.integers(0, 20),
    st.binary(max_size=6) | st.text("[]{}:-,&*!|>'\"%@`#? \n\t<", max_size=6).map(str.encode),
)
@example(0, 0, b"\xef\xbb\xbf")
def test_bytes_replaced(at: int, length: int, new: bytes) -> None:
    raw = TEXT.encode()
    survives(raw[:at] + new + raw[at + length :])


@SLOW
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_noise(raw: bytes) -> None:
    survives(raw)


@SLOW
@given(
    st.lists(
        st.text(max_size=30)
        | st.sampled_from(["sites.plant=5", "demand=null", "items={}", "title=!!x y", "a=&a [*a]"]),
        max_size=3,
    )
)
def test_overrides(sets: list[str]) -> None:
    with contextlib.suppress(InputError):
        load_scenario(INPUTS / "good" / "base.yaml", sets=sets, readings=sets)
