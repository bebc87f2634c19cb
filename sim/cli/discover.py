"""`fabshift discover`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli.choices import JSON, LARGER_LOTS, NO_CHANGES, Changes, Execution
from sim.cli.grouped import grouped
from sim.cli.output import emit_json
from sim.cli.studies import progress_of
from sim.errors import InputError, Problem, argument

if TYPE_CHECKING:
    from sim.scenario.override import Asked

RUNS, WORLDS = 500, 200


@grouped
def command(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Shipped names or paths.")],
    when: Annotated[
        str | None,
        typer.Option(
            metavar="CONDITION", help="'KPI < 10 %', 'MILESTONE > 2028-06-30', 'MILESTONE not reached'; and, or."
        ),
    ] = None,
    regret: Annotated[
        str | None, typer.Option(metavar="KPI", help="Instead: compare plans by their regret on this KPI.")
    ] = None,
    least: Annotated[
        bool | None, typer.Option("--least/--most", help="With --regret: whether less or more of the KPI is better.")
    ] = None,
    n: Annotated[int | None, typer.Option("-n", min=1, help=f"Runs ({RUNS}), with --regret worlds ({WORLDS}).")] = None,
    contested: Annotated[
        bool, typer.Option("--contested", help="Draw readings of contested figures too, as inputs.")
    ] = False,
    density: Annotated[
        float, typer.Option(min=0.01, max=1.0, help="Share of runs in a box in which the condition is to hold.")
    ] = 0.8,
    boxes: Annotated[int, typer.Option(min=1, help="Boxes searched for, at most.")] = 3,
    changes: Changes = NO_CHANGES,
    how: Execution = LARGER_LOTS,
    as_json: JSON = False,
) -> None:
    """Find the conditions under which something happens, or the plan one would regret least."""
    _asked(scenarios, when, regret, least)
    options = {"n": n or (RUNS if regret is None else WORLDS), "over_readings": contested, **how.keywords}
    base = changes.given(scenarios).base(scenarios[0])
    if when is not None:
        _conditions(base, when, as_json, {**options, "density": density, "most": boxes})
    else:
        _regret(scenarios, base, str(regret), as_json, {**options, "least": least})


def _asked(scenarios: list[str], when: str | None, regret: str | None, least: bool | None) -> None:
    """Check that exactly one of the two questions is asked, with as many scenarios as it is about.

    Raises:
        InputError: the options do not fit together.
    """
    if when is not None and regret is not None:
        raise _wrong("--when", "cannot be used with --regret; give one of them")
    if when is None and regret is None:
        raise _wrong("--when", "give a condition (--when), or a KPI to compare plans on (--regret)")
    if when is not None and len(scenarios) > 1:
        raise _wrong("--when", "takes one scenario", ", ".join(scenarios))
    if when is not None and least is not None:
        raise _wrong("--least" if least else "--most", "can only be used with --regret")
    if regret is not None and len(dict.fromkeys(scenarios)) < 2:
        raise _wrong("--regret", "compares plans: name two scenarios or more", ", ".join(scenarios))


def _wrong(flag: str, message: str, found: str | None = None) -> InputError:
    """Return an error about an option."""
    return InputError([Problem(argument(flag), "", message, found)])


def _conditions(base: Asked, when: str, as_json: bool, how: dict[str, Any]) -> None:
    """Find and print the conditions under which something happens."""
    from sim.report.discover_report import discover_json, discover_report
    from sim.report.render import show
    from sim.study.discover import discover

    with progress_of(how["n"], how["out"]) as bar:
        found = discover(base, when, progress=bar, announce=bar.expect, **how)
    if as_json:
        emit_json(discover_json(found))
    else:
        show(discover_report(found))


def _regret(scenarios: list[str], base: Asked, kpi: str, as_json: bool, how: dict[str, Any]) -> None:
    """Compare plans by their regret, and print how they differ."""
    from sim.report.regret_report import regret_json, regret_report
    from sim.report.render import show
    from sim.study.regret import regret

    # A plan that is named twice would be compared with itself.
    names = list(dict.fromkeys(scenarios))
    with progress_of(how["n"] * len(names), how["out"]) as bar:
        found = regret(names, kpi, base=base, progress=bar, announce=bar.expect, **how)
    if as_json:
        emit_json(regret_json(found))
    else:
        show(regret_report(found))
