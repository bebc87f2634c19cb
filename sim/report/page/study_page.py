"""The page of a Monte Carlo study: what its replications say, then one run at typical values in detail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.report.figures import of_montecarlo, of_run
from sim.report.flow.diagram import flow_part
from sim.report.montecarlo_report import montecarlo_report
from sim.report.page.assumptions import inputs_part
from sim.report.page.claims import claims_part
from sim.report.page.dependence import dependence_part
from sim.report.page.document import document
from sim.report.page.making import making_part
from sim.report.page.markup import block, paragraphs
from sim.report.page.run_page import by_part, parts_of, tables_part
from sim.report.study_answer import study_answer
from sim.report.tables import Table
from sim.results.result import scenario_hash

if TYPE_CHECKING:
    from sim.claims import Judgement
    from sim.report.figures.figure import Chart
    from sim.results.result import Result
    from sim.study.montecarlo import MonteCarlo

_TYPICAL = "Of one run with every input at its typical value: the study keeps no lots and sites of its replications."


def study_page(
    found: MonteCarlo, typical: Result, command: Sequence[str], *, claims: Judgement | None = None, older: str = ""
) -> str:
    """Return a whole HTML document of quantiles over the replications; it shows no single replication.

    Args:
        found: the study.
        typical: one run at typical inputs, for details of which a study keeps no numbers.
        command: the command line.
        claims: the claims tested, if any.
        older: the version that ran the replications, if it was another one.
    """
    scenario = found.scenario
    figures = [one for make in of_montecarlo.FIGURES.values() if (one := make(found)) is not None]
    alone: list[Chart] = [
        one
        for name, make in of_run.FIGURES.items()
        if name not in of_montecarlo.FIGURES and (one := make(typical)) is not None
    ]
    bodies = {
        "answer": paragraphs(study_answer(found), "answer") + "\n" + paragraphs(list(scenario.document.notes)),
        **by_part(figures, scenario.name),
        **{place: paragraphs([_TYPICAL], "note") + body for place, body in by_part(alone, scenario.name).items()},
        "flow": paragraphs([_TYPICAL], "note") + flow_part(typical),
        "claims": claims_part(claims, drawn=True),
        "dependence": dependence_part(scenario),
        "tables": "".join(block(one) for one in montecarlo_report(found) if isinstance(one, Table))
        + paragraphs([_TYPICAL], "note")
        + tables_part(typical, None),
        "inputs": inputs_part(scenario),
        "source": making_part(_made(found, older), command),
    }
    return document(scenario.name, scenario.document.title, scenario.document.question or "", parts_of(bodies))


def _made(found: MonteCarlo, older: str) -> list[str]:
    series = found.over_time.runs
    fans = (
        f"; shares, money and compute over time are those of {series:,} of them"
        if series < found.n - found.dropped
        else ""
    )
    lots = f" Lots are {found.lot_scale} times as large as the scenario's own." if found.lot_scale > 1 else ""
    return [
        f"Scenario {found.scenario.name}, replications 0 to {found.n - 1:,} of seed {found.seed}, engine {found.engine}, "
        f"{found.dimensions:,} uncertain inputs drawn{fans}.{lots}",
        f"SHA-256 of the resolved scenario: {scenario_hash(found.scenario)}.",
        *(
            [f"The replications were made by {older}; what is shown over time was run by the versions below."]
            if older
            else []
        ),
    ]
