"""What scenarios/README.md prints of each scenario: its tables read, and worked out anew.

`python -m tests.scenarios.page` writes the numbers of all its tables again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import sim
from sim.api import run_against
from sim.report.formats import about, count, dollars, when
from sim.results.result import Result
from sim.scenario.counterfactual import load_counterfactual

PAGE = Path(__file__).parents[2] / "scenarios" / "README.md"
NAMES = tuple(name for name, _ in sim.list_shipped())
LARGER_LOTS = "lot_scale=20"
"""What drives a number is measured in lots twenty times as large, which take a third of the time."""
_TURN = re.compile(r"`(?P<figure>[\w.-]+)` (?P<end>\S+): (?P<shown>.+)")
_NUMBER = re.compile(r"\{([\w.]+)\}")


@cache
def played(name: str) -> Result:
    """A run of a shipped scenario at its own lots and seed 0, made once in a process."""
    return sim.run(name, seed=0, engine="batch")


def printed(result: Result, number: str) -> str:
    """A KPI or milestone as reports print it; `until` is the day on which the horizon ends."""
    if number == "until":
        return str(result.horizon["end"])
    if number in result.milestones:
        return when(result.milestones[number], str(result.horizon["end"]))
    value = result.kpis.get(number)
    if value is None:
        return "-"
    if number.startswith(("in_house_share.", "served_by_end.", "utilisation.")):
        return about(value)
    if number.endswith("_usd") or number.startswith("unit_cost"):
        return dollars(value)
    return f"{value:.1f}" if number.endswith("_per_year") else count(value)


ANSWERS = {
    "as-announced": "{in_house_share.wafer} of AI wafers, {in_house_share.board} of AI boards and no AI package are in-house in 2028, for {capex_usd} of building",
    "billion-chips": "wafers: with a fab of a million a month that is always full, {served_by_end.other_chips} of what the voiced need asks for beyond cars, robots and satellites is served",
    "charger-option": "{in_house_share.assembly} of chargers come from the own hall and the NPV is {npv_usd} while the contract is kept and nothing is built; what deciding adds stands below",
    "data-centres-first": "robots: they are served to {served_by_end.robots}, instead of {against.served_by_end.robots}, so that data centres get {served_by_end.data_centre_own} of their own silicon",
    "dojo-revived": "{demanded.dojo} own chips; what training takes, robots ({served_by_end.robots}) and data centres ({served_by_end.data_centre_own}) wait for",
    "exclusive-lines": "{good.ai5_exclusive} AI5 dies come from lines of the group's own, so that robots are served to {served_by_end.robots} instead of {against.served_by_end.robots}; the NPV is {npv_usd} instead of {against.npv_usd}",
    "fab-14nm": "RF and power chips at {unit_cost.rf_own_fab} each, which cost 25 cents outside; AI5 and AI6 stay with foundries",
    "fab-2nm": "{good.ai6_own} good AI6 dies at {unit_cost.ai6_own} each, for {capex_usd} of building; {utilisation.terafab} of the fab is used",
    "fab-five-years": "its first wafer comes on {own_wafer}; until then foundries serve {served_by_end.robots} of the robots' need",
    "fifty-million-h100e": "{h100e_growth_needed_per_year}-fold a year is needed, and {h100e_growth_per_year}-fold comes of the plan",
    "foundry-only": "not all: robots are served to {served_by_end.robots}, own silicon for data centres to {served_by_end.data_centre_own}, bought accelerators to {served_by_end.data_centre_bought}",
    "foundry-squeeze": "{starts.ai5_tsmc} wafers of AI5 in all instead of {against.starts.ai5_tsmc}; robots are served to {served_by_end.robots}",
    "idle-fleet": "idle cars serve {h100e_lent} H100e of the need; data centres ask for {demanded.data_centre_own} own computers instead of {against.demanded.data_centre_own} and {demanded.data_centre_bought} accelerators instead of {against.demanded.data_centre_bought}",
    "industry-typical": "{in_house_share.wafer} of wafers and {in_house_share.package_rf_power} of RF packages; the own fab's first die does not come in time",
    "late-plan": "enough for {served_by_end.robots} of robots and {served_by_end.data_centre_own} of own silicon for data centres; the first own die comes on {own_wafer}",
    "nine-month-cadence": "three more designs to qualify, robots at {served_by_end.robots} instead of {against.served_by_end.robots} with AI6 to the end, for {h100e_delivered} H100e instead of {against.h100e_delivered}",
    "starlink-components": "{in_house_share.component} of RF and power chips and {in_house_share.package_rf_power} of their packages come from own plants in 2029",
    "taiwan-blockade": "accelerators stop first, robots, cars and own silicon for data centres once wafers run out; robots end at {served_by_end.robots} instead of {against.served_by_end.robots}, data centres at {served_by_end.data_centre_own} instead of {against.served_by_end.data_centre_own}",
    "terafab-option": "one module, for {capex_usd}, is enough for {served_by_end.robots} of the robots' need, with an NPV of {npv_usd}; what deciding adds stands below",
    "withdraw-early": "shortages cost {shortage_usd}; robots are served to {served_by_end.robots} instead of {against.served_by_end.robots}, terminals to {served_by_end.terminals}",
}  # fmt: skip
"""The answer to each scenario's question, with the numbers of its run."""


def answered(name: str) -> str:
    """The answer of a scenario, its numbers filled in; `against.` begins those of its counterfactual."""
    return _NUMBER.sub(lambda number: _filled(name, number[1]), ANSWERS[name])


def _filled(name: str, number: str) -> str:
    if not number.startswith("against."):
        return printed(played(name), number)
    other = _counterfactual(name)
    return printed(other, number.removeprefix("against."))


@cache
def _counterfactual(name: str) -> Result:
    found = run_against(played(name), load_counterfactual(played(name).scenario))
    assert found is not None, name
    return found.result


@cache
def turned(name: str, figure: str = "", end: str = "") -> Result:
    """A run in larger lots with a figure at its low or high end, or in another reading."""
    ledger = _loaded(name).ledger
    if not figure:
        return sim.run(_loaded(name), engine="batch")
    if end in ledger[figure].readings:
        scenario = sim.load_scenario(name, sets=[LARGER_LOTS], readings=[f"{figure}={end}"])
    else:
        value = getattr(ledger.resolve(figure), end)
        assert value is not None, (figure, end)
        scenario = sim.load_scenario(name, sets=[LARGER_LOTS], values={figure: value})
    return sim.run(scenario, engine="batch")


@cache
def _loaded(name: str) -> sim.Scenario:
    return sim.load_scenario(name, sets=[LARGER_LOTS])


def driven(name: str, number: str, cell: str) -> str:
    """A cell that names a figure and the end to which it is turned, with the number as it is then."""
    if not (turn := _TURN.fullmatch(cell)):
        return printed(turned(name), number)
    return f"`{turn['figure']}` {turn['end']}: {printed(turned(name, turn['figure'], turn['end']), number)}"


def rows() -> Iterator[tuple[list[str], list[str]]]:
    """Head and cells of each row about a scenario."""
    head: list[str] = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = _cells(line)
        if cells[:1] == ["scenario"]:
            head = cells
        elif cells and cells[0].startswith("`"):
            yield head, cells


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []


def renewed(head: list[str], cells: list[str]) -> list[str]:
    """The cells of a row with all that the program prints worked out again."""
    name = cells[0].strip("`")
    if head[1] == "answer":
        return [cells[0], answered(name), *cells[2:]]
    if head[1] == "moved":
        return [*cells[:2], *(driven(name, cells[1].strip("`"), cell) for cell in cells[2:])]
    if head[1] == "number":
        return [*cells[:2], printed(played(name), cells[1].strip("`")), *cells[3:]]
    return [cells[0], *(printed(played(name), number.strip("`")) for number in head[1:])]


def rewritten(text: str, renew: Callable[[list[str], list[str]], list[str]] = renewed) -> str:
    """The page with the rows of all its tables renewed."""
    head: list[str] = []
    found = []
    for line in text.splitlines():
        cells = _cells(line)
        if cells[:1] == ["scenario"]:
            head = cells
        elif cells and cells[0].startswith("`") and head:
            line = f"| {' | '.join(renew(head, cells))} |"
        found.append(line)
    return "\n".join([*found, ""])


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
