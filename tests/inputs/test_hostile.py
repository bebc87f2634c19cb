"""Every file in hostile/ is refused by all commands that read it, at its place, at once and within little memory."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import INPUTS

FOLDER = INPUTS / "hostile"
FILES = sorted(file.stem for file in FOLDER.glob("*.yaml"))
COMMANDS = (["validate"], ["run"], ["run", "--engine", "batch"])
SECONDS, MEGABYTES = 1.0, 500
"""What one command may take beyond what the interpreter does to start."""
PLAY = """
import json, os, resource, shlex, sys, time
import sim.cli.invoke, sim.cli.run, sim.cli.validate, sim.scenario.loader, sim.ledger, sim.api, sim.linting, pint, ruamel.yaml
from sim.cli.main import main

def play(commands):
    # A run that is not refused ends here, not in the memory of the machine.
    resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    for command in commands:
        before = resource.getrusage(resource.RUSAGE_SELF)
        began = time.process_time()
        code = main(shlex.split(command))
        after = resource.getrusage(resource.RUSAGE_SELF)
        print(json.dumps([code, time.process_time() - began, (after.ru_maxrss - before.ru_maxrss) / 1024]), flush=True)
        print("NEXT", file=sys.stderr, flush=True)

for line in sys.stdin:
    name, commands = json.loads(line)
    if not (child := os.fork()):
        for descriptor, end in ((1, "out"), (2, "err")):
            os.dup2(os.open(f"{name}.{end}", os.O_WRONLY | os.O_CREAT), descriptor)
        try:
            play(commands)
        finally:
            os._exit(0)
    os.waitpid(child, 0)
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What was printed of each file, in NAME.out and NAME.err: all commands in a process of its own, each the copy of one that
    has imported everything, which takes longer than they to refuse."""
    folder = tmp_path_factory.mktemp("hostile")
    asked = [
        json.dumps([name, [shlex.join([first, str(FOLDER / f"{name}.yaml"), *rest]) for first, *rest in COMMANDS]])
        for name in FILES
    ]
    root = str(Path(__file__).parents[2])
    subprocess.run(
        [sys.executable, "-c", PLAY], input="\n".join(asked), text=True, check=True, cwd=folder,
        env=os.environ | {"PYTHONPATH": root},
    )  # fmt: skip
    return folder


@pytest.mark.skipif(os.name != "posix", reason="copies a process as a POSIX system does")
@pytest.mark.parametrize("name", FILES)
def test_refused_at_its_place_at_once(name: str, told: Path) -> None:
    stdout, stderr = ((told / f"{name}.{end}").read_text(encoding="utf-8") for end in ("out", "err"))
    assert "Traceback" not in stderr
    for said, measured in zip(stderr.split("NEXT\n"), stdout.splitlines(), strict=False):
        assert re.match(rf"\S*hostile/{name}\.yaml:\d+:\d+: \S", said), said
        code, seconds, megabytes = json.loads(measured)
        assert code == 2
        assert seconds < SECONDS
        assert megabytes < MEGABYTES
    assert len(stdout.splitlines()) == len(COMMANDS)
