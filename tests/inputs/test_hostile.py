"""Every file in hostile/ is refused by all commands that read it, at its place, at once and within little memory."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "hostile"
FILES = sorted(file.stem for file in FOLDER.glob("*.yaml"))
COMMANDS = (["validate"], ["run"], ["run", "--engine", "batch"])
SECONDS, MEGABYTES = 1.0, 500
"""What one command may take beyond what the interpreter does to start."""
PLAY = """
import json, resource, sys, time
import sim.cli.invoke, sim.cli.run, sim.cli.validate, sim.scenario.loader, sim.ledger, sim.api, sim.lint, pint, ruamel.yaml
from sim.cli.main import main
before = resource.getrusage(resource.RUSAGE_SELF)
began = time.process_time()
code = main(sys.argv[1:])
after = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps([code, time.process_time() - began, (after.ru_maxrss - before.ru_maxrss) / 1024]))
"""


def limited() -> None:
    """A run that is not refused ends here, not in the memory of the machine."""
    resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_refused_at_its_place_at_once(command: list[str], name: str) -> None:
    first, *rest = command
    played = subprocess.run(
        [sys.executable, "-c", PLAY, first, str(FOLDER / f"{name}.yaml"), *rest],
        capture_output=True, text=True, preexec_fn=limited, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert "Traceback" not in played.stderr
    assert re.match(rf"\S*hostile/{name}\.yaml:\d+:\d+: \S", played.stderr), played.stderr
    code, seconds, megabytes = json.loads(played.stdout)
    assert code == 2
    assert seconds < SECONDS
    assert megabytes < MEGABYTES
