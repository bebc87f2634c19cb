"""Runs and studies loaded from the directories that keep them, without running a study again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.api import run
from sim.errors import InputError, Problem, problem
from sim.results.result import resolved
from sim.results.store import ASKED
from sim.scenario.again import asked_again
from sim.study.compare import Comparison
from sim.study.methods.intervals import Interval
from sim.study.montecarlo import MonteCarlo
from sim.study.runs.lots import Bias
from sim.study.runs.outcomes import Outcomes, joined
from sim.study.runs.provenance import fingerprint, made_by, told
from sim.study.runs.store import MANIFEST, MOST_DIFFERENCES, Difference, changed_inputs
from sim.study.runs.summary import Replications

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.result import Result
    from sim.scenario.loader import Scenario
    from sim.study.runs.run import Progress

RUN = "manifest.json"
_WHICH_RUN = ("scenario", "replication", "seed", "valid")
_SHOWN = ("montecarlo", "compare")


def reopen(directory: Path, progress: Progress | None = None) -> Result | MonteCarlo | Comparison:
    """Return the run, study or comparison that `--out` kept in a directory; a run is run again, since it is short.

    Raises:
        InputError: the directory keeps none, its study is not finished, or its scenario has changed since.
    """
    if (directory / MANIFEST).is_file():
        return _study(directory)
    if (directory / RUN).is_file():
        return _run_again(directory, progress)
    message = f"holds neither {RUN} nor {MANIFEST}: no run, study or comparison was kept here by --out"
    raise InputError([problem(directory, message)])


def older(directory: Path) -> str:
    """Return the version that made a kept study if the code that computes numbers has changed since; else empty."""
    by = read_json(directory / MANIFEST).get("made_by", {})
    return f"fabshift {by.get('fabshift')}, sources {by.get('sources')}" if by != made_by() else ""


def _run_again(directory: Path, progress: Progress | None) -> Result:
    manifest = read_json(directory / RUN)
    asked = read_json(directory / ASKED) if (directory / ASKED).is_file() else None
    scenario = asked_of(asked, directory, RUN)
    result = run(
        scenario,
        seed=manifest["seed"],
        replication=manifest["replication"],
        engine=manifest["engine"],
        progress=progress,
    )
    if result.hash != manifest["hash"]:
        raise InputError(
            moved(
                directory / RUN,
                changed_inputs({"drawn": {}, **manifest["resolved"]}, {"drawn": {}, **resolved(scenario)}),
            )
        )
    return result


def _study(directory: Path) -> MonteCarlo | Comparison:
    manifest = read_json(directory / MANIFEST)
    kind = manifest.get("study")
    if kind not in _SHOWN:
        message = (
            "there is a page of runs, studies, comparisons and options alone (run, montecarlo, compare, option --out)"
        )
        raise InputError([problem(directory / MANIFEST, message, found=str(kind))])
    if "asked" not in manifest:
        message = (
            "its study is not finished, or was kept by an earlier version: the command that began it goes on from here"
        )
        raise InputError([problem(directory / MANIFEST, message)])
    scenarios = {label: asked_of(asked, directory, MANIFEST) for label, asked in manifest["asked"].items()}
    for label, scenario in scenarios.items():
        if fingerprint(scenario) != manifest["scenarios"][label]:
            raise InputError(moved(directory / MANIFEST, changed_since(manifest["resolved"].get(label), scenario)))
    document, runs = read_json(directory / "kpis.json"), _runs(directory)
    if kind == "compare":
        return _comparison(scenarios, document, runs)
    (scenario,) = scenarios.values()
    return MonteCarlo(
        scenario, _outcomes(runs), bool(document["dimensions"]), document["seed"], document["engine"], document["dimensions"],
        document["lot_scale"], kept_bias(document["lot_bias"], document["lot_scale"]), None, 0.0, directory,
    )  # fmt: skip


def _comparison(scenarios: Mapping[str, Scenario], document: Mapping[str, Any], runs: pd.DataFrame) -> Comparison:
    scrambled = any(document["dimensions"].values())
    found = {
        label: Replications(scenario, _outcomes(runs[runs["scenario"] == label]).filled(), scrambled)
        for label, scenario in scenarios.items()
    }
    bias = {
        label: made for label, kept in document["lot_bias"].items() if (made := kept_bias(kept, document["lot_scale"]))
    }
    return Comparison(
        found, document["seed"], document["engine"], joined([f.outcomes for f in found.values()]), document["lot_scale"], bias, 0.0,
        document["dimensions"],
    )  # fmt: skip


def _outcomes(runs: pd.DataFrame) -> Outcomes:
    names = tuple(name for name in runs.columns if name not in _WHICH_RUN)
    table = runs[list(names)].to_numpy(dtype=np.float64)
    return Outcomes(names, table, runs["valid"].to_numpy(dtype=np.bool_))


def kept_bias(kept: Mapping[str, Any] | None, factor: int) -> Bias | None:
    """Return the bias by larger lots from the document of a study."""
    if kept is None:
        return None
    return Bias(
        factor,
        kept["n"],
        {name: _number(k["own_lots"]) for name, k in kept["kpis"].items()},
        {name: Interval(_number(k["difference"]), *map(_number, k["ci95"])) for name, k in kept["kpis"].items()},
    )


def _number(kept: float | None) -> float:
    return np.nan if kept is None else kept


def asked_of(kept: Any, directory: Path, manifest: str) -> Scenario:
    """Load the scenario that a manifest names, with the same overrides."""
    try:
        return asked_again(kept, directory)
    except (KeyError, TypeError, ValueError, AttributeError):
        message = "does not say how its scenario was asked for: run the command that made it again"
        raise InputError([problem(directory / manifest, message)]) from None


def changed_since(kept: Mapping[str, Any] | None, scenario: Scenario) -> list[Difference]:
    """Return the differences between a scenario and what was kept of it."""
    return [] if kept is None else changed_inputs(kept, told(scenario))


def moved(manifest: Path, found: list[Difference]) -> list[Problem]:
    """Return the problem that a scenario has changed since it was run, with the first differences."""
    listed = "; ".join(f"{name}: {old} -> {new}" for name, old, new in found[:MOST_DIFFERENCES])
    more = f"; and {len(found) - MOST_DIFFERENCES} more" if len(found) > MOST_DIFFERENCES else ""
    message = "its scenario has changed since, so that its page would mix two: run the command that made it again"
    return [problem(manifest, f"{message}{f' ({listed}{more})' if listed else ''}")]


def read_json(file: Path) -> dict[str, Any]:
    """Return a document that fabshift wrote.

    Raises:
        InputError: the file is no such document.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise TypeError
    except (OSError, ValueError, TypeError):
        raise InputError([problem(file, "is not one of ours, or damaged")]) from None
    return found


def _runs(directory: Path) -> pd.DataFrame:
    import pandas as pd

    try:
        return pd.read_parquet(directory / "runs.parquet")
    except (OSError, ValueError):
        raise InputError([problem(directory / "runs.parquet", "cannot be read")]) from None
