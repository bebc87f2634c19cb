"""Each file in bad/ is refused with exactly the text beside it; its name is its verdict."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.errors import InputError
from sim.scenario.loader import load_scenario
from tests.conftest import INPUTS

pytestmark = pytest.mark.usefixtures("in_inputs")

BAD = sorted(p.stem for p in (INPUTS / "bad").glob("[!_]*.yaml"))
JARGON = re.compile(
    r"pydantic|model_type|Input should|valid dictionary|tagged-union|Traceback|Value error|NoneType|<\w+\.\w+:",
    re.IGNORECASE,
)


@pytest.mark.parametrize("verdict", BAD)
def test_refused_in_these_words(verdict: str) -> None:
    with pytest.raises(InputError) as refusal:
        load_scenario(f"bad/{verdict}.yaml")
    assert f"{refusal.value}\n" == Path(f"bad/{verdict}.expected").read_text(encoding="utf-8")


@pytest.mark.parametrize("verdict", BAD)
def test_every_problem_has_a_place_and_no_jargon(verdict: str) -> None:
    with pytest.raises(InputError) as refusal:
        load_scenario(f"bad/{verdict}.yaml")
    for problem in refusal.value.problems:
        assert problem.mark.file.endswith(".yaml")
        assert problem.mark.line >= 1
        assert problem.mark.column >= 1
        assert not JARGON.search(str(problem))


def test_no_expectation_without_a_file() -> None:
    assert {p.stem for p in Path("bad").glob("*.expected")} == set(BAD)
