"""Names that must lead somewhere: items, pools, sites, recipes, nodes, figures, shares."""

from __future__ import annotations

import pytest

from tests.scenario.checks.conftest import SHOP, Accepts, Refuses

TWIN = "items: {twin: {stage: part}}\n"
POOL = f"{TWIN}sourcing: {{part: null}}\npools: {{parts: {{members: [part, twin]}}%s}}"
FIGURE = "{statement: Size., unit: 1/month, value: 500, kind: assumed, source: us}"
CHOOSE = (
    "{statement: Size., unit: 1/month, default: a, readings: {a: {value: 5, kind: assumed, source: us}, "
    "b: {value: 6, kind: assumed, source: us}}}"
)
OUTAGE = "disruptions:\n  d: {kind: random, rate: 1, duration: 5, effects: {capacity: 0}, %s}"


@pytest.mark.parametrize(
    ("change", "path", "said", "nearest"),
    [
        ("recipes:\n  new: {item: prat, site: hall}", "recipes.new.item", "there is no item 'prat'", "part"),
        ("recipes:\n  new: {item: part, site: hal}", "recipes.new.site", "there is no site 'hal'", "hall"),
        ("recipes:\n  own: {inputs: {prat: 1}}", "recipes.own.inputs.prat", "no item or pool 'prat'", "part"),
        ("recipes:\n  own: {node: n5}", "recipes.own.node", "there is no node 'n5'", None),
        ("items:\n  part: {die_area: {n5: 5}}", "items.part.die_area.n5", "there is no node 'n5'", None),
        ("sourcing:\n  part: {sources: [own, bougth]}", "sourcing.part.sources.1", "there is no recipe", "bought"),
        ("sourcing:\n  part: {shares: {owen: 1}}", "sourcing.part.shares.owen", "no source of part 'owen'", "own"),
        ("sourcing:\n  prat: {sources: [own]}", "sourcing.prat", "no item or pool 'prat'", "part"),
        ("demand:\n  more: {item: prat, rate: 5}", "demand.more.item", "no item or pool 'prat'", "part"),
        ("wip_limits:\n  l: {sites: [hall, hal], limit: 5}", "wip_limits.l.sites.1", "there is no site 'hal'", "hall"),
        ("payments:\n  p: {amount: 5, qualification: owen}", "payments.p.qualification", "there is no recipe", "own"),
        (OUTAGE % "owners: [makers_co]", "disruptions.d.owners.0", "no site with the owner", "maker_co"),
        (OUTAGE % "regions: [coats]", "disruptions.d.regions.0", "no site in the region", "coast"),
        (OUTAGE % "sites: [hal]", "disruptions.d.sites.0", "there is no site 'hal'", "hall"),
        ("shares:\n  s: {stage: prat}", "shares.s.stage", "no item of the stage 'prat'", "part"),
        ("shares:\n  s: {stage: part, families: [al]}", "shares.s.families.0", "no item of the family 'al'", "all"),
    ],
)
def test_a_name_is_that_of_something(refuses: Refuses, change: str, path: str, said: str, nearest: str | None) -> None:
    assert refuses(change, path, 2, said).nearest == nearest


def test_a_name_is_listed_once(refuses: Refuses) -> None:
    refuses("sourcing:\n  part: {sources: [own, bought, own]}", "sourcing.part.sources.2", 2, "'own' is listed twice")


@pytest.mark.parametrize("name", ["a.b", "a=b", "' '"])
def test_names_become_parts_of_paths(refuses: Refuses, name: str) -> None:
    path = f"items.{name.strip(chr(39))}"
    refuses(f"items:\n  {name}: {{stage: part}}", path, 2, "since it becomes part of a path")


def test_a_figure_is_in_the_ledger(refuses: Refuses, accepts: Accepts) -> None:
    change = f"figures: {{hall.size: {FIGURE}}}\nsites: {{hall: {{capacity: {{figure: %s}}}}}}"
    assert refuses(change % "hall.siez", "sites.hall.capacity", 2, "has no figure").nearest == "hall.size"
    accepts(change % "hall.size")


def test_a_reading_is_one_of_its_figure(refuses: Refuses, accepts: Accepts) -> None:
    change = "figures: {size: %s}\nsites: {hall: {capacity: {figure: size, reading: %s}}}"
    assert refuses(change % (CHOOSE, "c"), "sites.hall.capacity", 2, "'c' is no reading of size").expected == "a, b"
    refuses(change % (FIGURE, "c"), "sites.hall.capacity", 2, "size has no readings to choose from")
    accepts(change % (CHOOSE, "b"))


def test_an_item_is_in_one_pool(refuses: Refuses, accepts: Accepts) -> None:
    refuses(POOL % ", more: {members: [twin]}", "pools.more.members.0", 3, "'twin' is in the pool 'parts' already")
    accepts(POOL % "")


def test_a_pool_has_a_name_of_its_own(refuses: Refuses) -> None:
    change = f"{TWIN}pools: {{twin: {{members: [twin]}}}}"
    refuses(change, "pools.twin", 2, "'twin' is the name of an item too")


def test_the_sourcing_of_a_pooled_item_is_that_of_its_pool(refuses: Refuses) -> None:
    change = "pools: {parts: {members: [part]}}\nsourcing:\n  part: {sources: [own]}"
    refuses(change, "sourcing.part", 3, "give the sourcing of the pool", SHOP)


LEARNS = "yield: {assembly_learning: {start: 0.5, mature: 0.9, days: 90%s}}"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("own", "a recipe cannot inherit from itself"),
        ("bought", "'bought' runs at maker, not at hall; learning stays at its site"),
        ("old", "'old' has no assembly_learning to inherit"),
        ("odl", "there is no recipe 'odl'"),
    ],
)
def test_learning_is_inherited_within_a_site_from_what_has_learned_the_same(
    refuses: Refuses, name: str, said: str
) -> None:
    good = SHOP.replace("sourcing:", "  old: {item: part, site: hall}\nsourcing:").replace("[own,", "[own, old,")
    change = f"recipes:\n  own: {{{LEARNS % f', inherits: {name}, keep: 0.5'}}}"
    refuses(change, "recipes.own.yield.assembly_learning.inherits", 2, said, good)


def test_only_a_random_disruption_has_a_rate_to_raise(refuses: Refuses) -> None:
    other = "\n  war: {kind: scheduled, begins: 2026-05-01, duration: 5, sites: [hall], effects: {capacity: 0}}"
    change = OUTAGE % "sites: [hall], raises: {war: 2}" + other
    refuses(change, "disruptions.d.raises.war", 2, "'war' is not a random disruption")
