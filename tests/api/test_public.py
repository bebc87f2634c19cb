"""What `import sim` offers: it is listed, described, and shows itself in a few lines."""

from __future__ import annotations

import datetime as dt
import inspect
import pydoc
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.display import MOST_LINES, WIDTH, Listed, Named, Summary

FUNCTIONS = [name for name in sim.__all__ if inspect.isfunction(getattr(sim, name))]
MOST_HTML = 6_000

SHOP = """
title: Pumps <script>alert(1)</script> & valves
bare_numbers: own estimates
horizon: {start: 2026-01-01, end: 2027-01-01}
items: {pump: {stage: assembly}}
sites:
  maker: {in_house: false, capacity: 3000}
  hall: {in_house: true, ramp: {start: 2026-04-01, initial: 200, target: 2000, months: {assumed: 6, low: 4, high: 12, source: us}}}
recipes:
  bought: {item: pump, site: maker, lot_size: 100, cycle_time: 30, price: {assumed: 400, low: 350, high: 500, source: us}}
  own: {item: pump, site: hall, lot_size: 100, cycle_time: 20, variable_cost: {assumed: 310, low: 250, high: 400, source: us}}
sourcing: {pump: {sources: [own, bought], policy: in_house_first}}
demand: {pumps: {item: pump, rate: 1500, value: 500}}
uncertainty: {ranges: triangular}
milestones: {half: {title: Half in-house, rule: in_house_share, share: assembly, level: 0.5}}
"""

CLAIMS = """
bare_numbers: a test
figures:
  hall.open: {statement: Day by which the hall delivers., value: 2026-09-30, unit: date, kind: stated, article: press.txt}
claims:
  hall-by-autumn:
    statement: The hall has made its first thousand pumps by the end of September 2026.
    figure: hall.open
    measured: pumps made in the hall by then
    expect: {made: {items: [pump], in_house: true, until: {figure: hall.open}}, at_least: 1000}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("shop") / "pumps.yaml"
    file.write_text(SHOP, encoding="utf-8")
    (file.parent / "claims.yaml").write_text(CLAIMS, encoding="utf-8")
    return file


Make = Callable[[Path], Any]
OBJECTS: dict[str, Make] = {
    "scenario": sim.load_scenario,
    "changed scenario": lambda f: sim.load_scenario(f, sets=[f"recipes.bought.cycle_time={k}" for k in (31,)]),
    "document": lambda f: sim.load_scenario(f).document,
    "shipped": lambda _: sim.list_shipped(),
    "result": sim.run,
    "replication": lambda f: sim.run(f, replication=1),
    "plan": lambda f: sim.run(f).plan,
    "draws": lambda f: sim.run(f).draws,
    "records": lambda f: sim.run(f).records,
    "kpis": lambda f: sim.run(f).kpis,
    "milestones": lambda f: sim.run(f).milestones,
    "frames": lambda f: sim.run(f, trace=True).frames,
    "study": lambda f: sim.monte_carlo(f, 8, engine="batch", jobs=1),
    "distributions": lambda f: sim.monte_carlo(f, 8, engine="batch", jobs=1).kpis,
    "distribution": lambda f: sim.monte_carlo(f, 8, engine="batch", jobs=1).kpis["npv_usd"],
    "reached": lambda f: sim.monte_carlo(f, 8, engine="batch", jobs=1).milestones["half"],
    "larger lots": lambda f: sim.monte_carlo(f, 8, engine="batch", jobs=1, lot_scale=2).bias,
    "comparison": lambda f: sim.compare([f, f], 4, engine="batch", jobs=1),
    "replications": lambda f: sim.compare([f, f], 4, engine="batch", jobs=1).found["pumps"],
    "paired": lambda f: sim.compare([f, f], 4, engine="batch", jobs=1).paired["pumps (2)"]["npv_usd"],
    "sweep": lambda f: sim.sweep(f, ["sites.hall.ramp.target=500..2000/16"], 2, engine="batch", jobs=1),
    "tornado": lambda f: sim.sensitivity(f, engine="batch", jobs=1, lot_scale=1),
    "morris": lambda f: sim.sensitivity(f, method="morris", n=4, kpis=["npv_usd"], engine="batch", jobs=1, lot_scale=1),
    "sobol": lambda f: sim.sensitivity(f, method="sobol", n=8, kpis=["npv_usd"], engine="batch", jobs=1, lot_scale=1),
    "discovery": lambda f: sim.discover(f, "half reached", n=40, engine="batch", jobs=1, lot_scale=1),
    "regret": lambda f: sim.regret([f, f], "npv_usd", n=4, engine="batch", jobs=1, lot_scale=1),
    "claims": lambda f: sim.judge(f, claims=f.parent / "claims.yaml", n=1),
    "claim": lambda f: sim.judge(f, claims=f.parent / "claims.yaml", n=1).findings[0],
    "scorecard": lambda _: sim.scorecard(as_known=dt.date(2026, 6, 30)),
    "standing": lambda _: sim.scorecard(as_known=dt.date(2026, 6, 30)).rows[0],
    "explanation": lambda f: sim.explain(f, "npv_usd", jobs=1, lot_scale=1),
    "decomposition": lambda f: sim.decompose(f, "npv_usd", n=2, jobs=1, lot_scale=1),
    "findings": lambda _: sim.lint("as-announced"),
    "finding": lambda _: sim.lint("as-announced")[0],
    "figure": lambda f: sim.run(f).plot("share"),
    "summary": lambda f: sim.summary(sim.run(f)),
}
NO_HTML = {"document", "plan", "draws", "records", "figure"}
"""Shown by their repr alone; a figure shows its SVG."""


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        self.tags.append(tag)


@pytest.fixture(scope="module", params=list(OBJECTS))
def shown(request: pytest.FixtureRequest, shop: Path) -> tuple[str, Any]:
    return request.param, OBJECTS[request.param](shop)


def test_a_repr_is_a_few_lines(shown: tuple[str, Any]) -> None:
    lines = repr(shown[1]).splitlines()
    assert 1 <= len(lines) <= MOST_LINES
    assert max(map(len, lines)) <= WIDTH
    assert " object at 0x" not in lines[0] or shown[0] == "records"


def test_a_notebook_shows_a_small_escaped_table(shown: tuple[str, Any]) -> None:
    name, subject = shown
    if name in NO_HTML:
        assert not hasattr(subject, "_repr_html_")
        return
    text, tags = subject._repr_html_(), _Tags()
    tags.feed(text)
    assert len(text) <= MOST_HTML
    assert set(tags.tags) <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p"}


def test_words_of_a_file_are_escaped(shop: Path) -> None:
    assert "&lt;script&gt;" in sim.load_scenario(shop)._repr_html_()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_is_described(name: str) -> None:
    function = getattr(sim, name)
    described = inspect.getdoc(function) or ""
    missing = [p for p in inspect.signature(function).parameters if f"\n    {p}: " not in described]
    assert not missing
    assert ("Raises:" in described and "Returns:" in described) or not inspect.signature(function).parameters


def test_a_parameter_without_words_is_seen() -> None:
    def bare(scenario: str, n: int) -> None:
        """Run it.

        Args:
            scenario: a name.
        """

    described = inspect.getdoc(bare) or ""
    assert [p for p in inspect.signature(bare).parameters if f"\n    {p}: " not in described] == ["n"]


def test_dir_and_help_list_what_there_is() -> None:
    assert dir(sim) == sorted(sim.__all__)
    text = pydoc.plain(pydoc.render_doc(sim))
    assert all(f"    {name}(" in text for name in FUNCTIONS)


def test_a_name_that_does_not_exist_is_refused() -> None:
    with pytest.raises(AttributeError, match="montecarlo"):
        _ = sim.montecarlo


def test_lint_stays_a_function_once_its_package_is_imported() -> None:
    import sim.linting

    assert callable(sim.lint)


def test_functions_take_a_scenario_or_its_name(shop: Path) -> None:
    scenario = sim.load_scenario(shop, sets=["sites.hall.ramp.target=900"])
    assert sim.run(scenario).kpis == sim.run(scenario, engine="events").kpis
    named = sim.regret([shop, shop], "npv_usd", n=2, engine="batch", jobs=1, lot_scale=1)
    loaded = sim.regret([scenario, scenario], "npv_usd", n=2, engine="batch", jobs=1, lot_scale=1)
    assert named.values.shape == loaded.values.shape == (2, 2)
    assert (named.values != loaded.values).all()
    assert sim.judge(scenario, claims=shop.parent / "claims.yaml", n=1).scenario.changes == scenario.changes


def test_plans_with_different_overrides_are_refused(shop: Path) -> None:
    scenario = sim.load_scenario(shop, sets=["sites.hall.ramp.target=900"])
    with pytest.raises(sim.InputError, match="different overrides"):
        sim.regret([scenario, shop], "npv_usd", n=2)


def test_a_summary_says_how_much_it_leaves_out() -> None:
    rows = tuple((str(k), "x" * 200) for k in range(30))
    text = Summary("t", ("a", "b"), rows, 5).text().splitlines()
    assert len(text) == MOST_LINES
    assert text[-1] == "  and 28 more"
    assert max(map(len, text)) == WIDTH


def test_lists_and_names_are_what_they_were() -> None:
    assert Listed([1, 2]) == [1, 2]
    named = Named({"a": 1.0, "b": None})
    assert (named == {"a": 1.0, "b": None}, named["a"]) == (True, 1.0)
    assert repr(named).splitlines()[0] == "2 values by name"


def test_no_summary_of_anything_else() -> None:
    with pytest.raises(TypeError, match="no summary of a int"):
        sim.summary(3)
