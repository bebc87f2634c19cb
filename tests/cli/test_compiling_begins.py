"""A command that will run the compiled engine on this machine begins to compile it before it reads a file."""

from __future__ import annotations

import pytest

from sim.cli.main import main
from sim.engines.batch.compiling import calling
from sim.engines.batch.program import PROGRAM


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["montecarlo"], True),
        (["montecarlo", "--engine", "events"], False),
        (["montecarlo", "--cluster", "here:1"], False),
        (["option"], True),
        (["run", "--engine", "batch"], True),
        (["run"], False),
        (["lint"], False),
    ],
)
def test_it_begins(
    arguments: list[str], expected: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun: list[object] = []
    monkeypatch.setattr(calling, "foresee", begun.append)
    assert main([*arguments, "no-such-scenario"]) == 2
    assert begun == ([PROGRAM] if expected else [])
    assert "no-such-scenario" in capsys.readouterr().err
