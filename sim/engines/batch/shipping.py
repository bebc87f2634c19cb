"""Compiling the engine for any processor of this kind of machine, to be shipped with a release.

`python -m sim.engines.batch.shipping` leaves two object files where `compiling/caching.py` looks for what came with the program.
Whoever installs a wheel that was built afterwards on such a machine need not compile; on other machines nothing changes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sim.engines.batch.compiling.caching import SHIPPED, ship

ANY_PROCESSOR = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
"""Settings of numba: no instructions that not every processor has. Results are the same bits."""
_RUN = "import sim; sim.run(sim.load_scenario('foundry-only', sets=['lot_scale=50']), engine='batch')"


def main() -> None:
    """Compile the engine by a run of it, and keep what was made."""
    shutil.rmtree(SHIPPED, ignore_errors=True)
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | ANY_PROCESSOR | {"NUMBA_CACHE_DIR": cache}
        subprocess.run([sys.executable, "-c", _RUN], env=environment, check=True)
        for entry in sorted(Path(cache).rglob("*.object")):
            print(ship(entry))


if __name__ == "__main__":
    main()
