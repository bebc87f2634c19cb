"""What the result depends on: what `explain` found to move it, and the figures on which sources disagree."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from sim.report.figures.of_studies import of_trials
from sim.report.page.markup import block, figure, paragraphs, text
from sim.report.run_report import contested
from sim.results.result import scenario_hash
from sim.scenario.catalogue import typed
from sim.study.explained import explained

if TYPE_CHECKING:
    from sim.scenario.loader import Scenario

_MOST = 3


def dependence_part(scenario: Scenario) -> str:
    """Return a tornado chart for each KPI explained, the latest first, and the contested figures, as HTML."""
    kept = list(explained(scenario_hash(scenario)).items())[:_MOST]
    drawn = [
        replace(
            of_trials(scenario, kpi, pd.DataFrame(found.trials), found.seed, found.factor), name=f"tornado-{number}"
        )
        for number, (kpi, found) in enumerate(kept, 1)
        if found.trials
    ]
    disputed = contested(scenario)
    named = typed(scenario.name, scenario.file)
    ask = (
        f"<p>What moves a result most has not been worked out for this scenario: <code>fabshift explain {text(named)} KPI</code>, "
        "and then the command that made this page, draw it here.</p>\n"
    )
    figures = "".join(figure(one, scenario.name) for one in drawn) or ask
    return figures + ("" if disputed is None else paragraphs([_CONTESTED]) + block(disputed))


_CONTESTED = "Sources disagree on these figures. Another reading is chosen with --reading FIGURE=NAME."
