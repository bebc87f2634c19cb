"""Every file in hostile/ is refused by all commands that read it, at its place, at once and within little memory."""

from __future__ import annotations

import json
import re
import resource
import shlex
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
import json, resource, shlex, sys, time
import sim.cli.invoke, sim.cli.run, sim.cli.validate, sim.scenario.loader, sim.ledger, sim.api, sim.linting, pint, ruamel.yaml
from sim.cli.main import main
for command in sys.argv[1:]:
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.process_time()
    code = main(shlex.split(command))
    after = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps([code, time.process_time() - began, (after.ru_maxrss - before.ru_maxrss) / 1024]))
    print("NEXT", file=sys.stderr)
"""


def limited() -> None:
    """A run that is not refused ends here, not in the memory of the machine."""
    resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))


@pytest.mark.parametrize("name", FILES)
def test_refused_at_its_place_at_once(name: str) -> None:
    """By every command, one after the other in one process, which takes longer to start than they to refuse."""
    commands = [shlex.join([first, str(FOLDER / f"{name}.yaml"), *rest]) for first, *rest in COMMANDS]
    played = subprocess.run(
        [sys.executable, "-c", PLAY, *commands],
        capture_output=True, text=True, preexec_fn=limited, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert "Traceback" not in played.stderr
    for said, measured in zip(played.stderr.split("NEXT\n"), played.stdout.splitlines(), strict=False):
        assert re.match(rf"\S*hostile/{name}\.yaml:\d+:\d+: \S", said), said
        code, seconds, megabytes = json.loads(measured)
        assert code == 2
        assert seconds < SECONDS
        assert megabytes < MEGABYTES
    assert len(played.stdout.splitlines()) == len(COMMANDS)
