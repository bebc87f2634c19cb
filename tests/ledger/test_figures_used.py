"""Every figure a scenario uses is in the ledger, and every figure of the ledger is used or says why it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ruamel.yaml import YAML

from sim.ledger import Ledger, behind, load_ledger
from sim.linting import load_rules
from sim.scenario.catalogue import shipped_scenarios
from sim.scenario.loader import load_scenario
from sim.shipped import shipped_root

CLAIMS = shipped_root() / "claims.yaml"


def words(node: Any) -> Iterator[str]:
    """All names and texts in plain data."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield str(key)
            yield from words(value)
    elif isinstance(node, list):
        for value in node:
            yield from words(value)
    else:
        yield str(node)


def claimed(ledger: Ledger) -> set[str]:
    """Figures that the claims name."""
    if not CLAIMS.exists():
        return set()
    named = YAML(typ="safe", pure=True).load(CLAIMS.read_text(encoding="utf-8"))
    return {word for word in words(named) if word in ledger}


def taken(name: str) -> set[str]:
    """Figures that a shipped scenario points to, whatever its readings switch off."""
    scenario = load_scenario(name)
    return {*scenario.switches, *(i.figure for i in scenario.inputs.values() if i.figure)}


def bounding(ledger: Ledger) -> set[str]:
    """Figures that inputs are held against."""
    rules = load_rules(ledger).values()
    return {f for rule in rules for f in (rule.times, *(bound.figure for bound in rule.bounds)) if f}


@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_figure_of_a_scenario_is_in_the_ledger(name: str) -> None:
    ledger = load_ledger()
    found = taken(name)
    assert found
    assert found <= set(ledger)


def with_fallbacks(figures: set[str], ledger: Ledger) -> set[str]:
    """What these figures go back to, with what takes their place where an article is left out."""
    known = set(behind(figures, ledger))
    fallbacks = {f for id in known if isinstance(f := ledger[id].fallback, str)}
    return known if fallbacks <= known else with_fallbacks(known | fallbacks, ledger)


def test_every_figure_is_used_or_says_why_not() -> None:
    ledger = load_ledger()
    start = claimed(ledger) | bounding(ledger)
    for name in shipped_scenarios():
        start |= taken(name)
    used = with_fallbacks(start, ledger)
    assert len(used) > 200
    idle = [id for id in ledger if id not in used and not ledger[id].context]
    assert idle == [], "neither used nor marked: add `context: why nothing uses it` to these entries"


def test_no_figure_that_a_scenario_rests_on_says_that_nothing_uses_it() -> None:
    ledger = load_ledger()
    used = behind({figure for name in shipped_scenarios() for figure in taken(name)}, ledger)
    stale = {id: ledger[id].context for id in used if ledger[id].context}
    assert stale == {}, "a scenario uses these: take their `context` away"
