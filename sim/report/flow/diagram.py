"""The flow of a run as a part of a page: a diagram with a slider over the periods, a table, and a CSV file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.report.figures.run_tables import periods, setting
from sim.report.figures.words import listed, within
from sim.report.flow.graph import OWN, Graph, Link, graph, touching
from sim.report.flow.layout import BAR, LINE, MARGIN, WIDTH, Layout, bars, layout, path, ribbons, spans
from sim.report.formats import about, count
from sim.report.page.markup import download, folded, frame, scrolled, text
from sim.report.periods import is_dated

if TYPE_CHECKING:
    from sim.plan import FloatArray
    from sim.results.result import Result

MOST_PERIODS, MOST_NODES = 60, 80
"""Of more periods some are shown together; of more nodes there is a table alone."""
_TOLD = 3
_MONTH = (28, 31)


@dataclass(frozen=True)
class FlowByPeriod:
    """The flow of a run by period: its names, and the units of each link in it, the mean of all of them first."""

    graph: Graph
    names: tuple[str, ...]
    begins: tuple[object, ...]
    units: FloatArray
    """Shape (1 + periods, links)."""


def flow_of(result: Result) -> FlowByPeriod | None:
    """Return the flow of a run by period; None if nothing flows."""
    found = periods(result)
    if found.empty:
        return None
    which = [int(period) for period in found["period"]]
    made = graph(result, which)
    if not made.links:
        return None
    # Whole groups of periods keep the slider and the page small.
    size = -(-len(found) // MOST_PERIODS)
    firsts = list(range(0, len(found), size))
    units = np.array([np.add.reduceat(link.units, firsts) for link in made.links]).T
    begins = [found["begin"].iloc[k] for k in firsts]
    ends = [found["end"].iloc[min(k + size, len(found)) - 1] for k in firsts]
    names = [_named(b, e, dated=is_dated(result)) for b, e in zip(begins, ends, strict=True)]
    grouped = Graph(made.nodes, tuple(_with(link, column) for link, column in zip(made.links, units.T, strict=True)))
    together = f" of {size} reporting periods each" if size > 1 else ""
    whole = f"Mean of all {len(firsts)} periods{together}"
    return FlowByPeriod(grouped, (whole, *names), (begins[0], *begins), np.vstack([units.mean(axis=0), units]))


def _with(link: Link, units: FloatArray) -> Link:
    return Link(link.source, link.target, link.stage, link.kind, units)


def _named(begin: object, end: object, *, dated: bool) -> str:
    """Return the name of a period: a month by its name, else its first and last day."""
    if not dated:
        return f"{begin:g} to {end:g}"
    first, last = pd.Timestamp(str(begin)), pd.Timestamp(str(end))
    if first.day == 1 and last.day == 1 and _MONTH[0] <= (last - first).days <= _MONTH[1]:
        return f"{first:%B %Y}"
    return f"{first.date()} to {last.date()}"


def flow_table(flow: FlowByPeriod) -> pd.DataFrame:
    """Return a row for each link with from, to, kind, unit and its units in each period, a column by its first day."""
    nodes = flow.graph.nodes
    named = [(nodes[k.source].title, nodes[k.target].title, k.kind, flow.graph.unit(k)) for k in flow.graph.links]
    begins = [str(pd.Timestamp(b).date()) if isinstance(b, pd.Timestamp) else f"{b:g}" for b in flow.begins[1:]]
    amounts = pd.DataFrame(flow.units[1:].T, columns=begins)
    return pd.concat([pd.DataFrame(named, columns=["from", "to", "kind", "unit"]), amounts], axis=1)


def flow_part(result: Result) -> str:
    """Return the diagram of the mean period with a slider over all periods, the sums as a table and all as CSV."""
    flow = flow_of(result)
    if flow is None:
        return ""
    source = setting(result).source
    sums, table = _sums(flow), flow_table(flow)
    # Beyond MOST_NODES the ribbons can't be followed; the table says more.
    drawn = _drawn(flow, source) if len(flow.graph.nodes) <= MOST_NODES else ""
    return (
        f'<figure class="flow" aria-labelledby="flow-heading">\n<h3 id="flow-heading">{text(_finding(flow))}</h3>\n{drawn}<p class="note">{text(source)}</p>\n'
        f"{folded(f'The numbers ({len(sums):,} flows over the whole horizon)', frame(sums, 'Units that flow over the whole horizon'))}"
        f"{download(table, f'{result.scenario.name}-flow.csv')}</figure>\n"
    )


def _sums(flow: FlowByPeriod) -> pd.DataFrame:
    """Return units of each link by year, or over all of abstract time, and their total."""
    table = flow_table(flow)
    named, amounts = table[["from", "to", "unit"]], table.iloc[:, 4:]
    if not isinstance(flow.begins[1], pd.Timestamp):
        return named.assign(total=amounts.sum(axis=1))
    years = amounts.T.groupby([str(begin)[:4] for begin in amounts.columns]).sum().T
    return pd.concat([named, years], axis=1).assign(total=amounts.sum(axis=1))


def _finding(flow: FlowByPeriod) -> str:
    """Return the share of each stage that comes from own sites, the largest first, as a sentence."""
    parts: dict[str, float] = {}
    for key, node in flow.graph.nodes.items():
        made = [
            (link.kind, float(link.units.sum())) for link in touching(flow.graph, key, into=True) if link.stage == key
        ]
        if made:
            parts[node.title] = sum(units for kind, units in made if kind == OWN) / sum(units for _, units in made)
    own = sorted((t for t in parts if parts[t] > 0), key=lambda t: -parts[t])
    if not own:
        return "Every unit of every stage comes from outside sites over the whole horizon"
    told = listed([f"{about(parts[t])} of {within(t)}" for t in own], len(own))
    rest = [within(t) for t in parts if t not in own]
    return f"Over the whole horizon own sites bring {told}{f', and none of {listed(rest)}' if rest else ''}"


def _drawn(flow: FlowByPeriod, source: str) -> str:
    """Return the SVG of the mean, the slider, and the shapes of all periods as data for the script."""
    places = layout(flow.graph)
    # A live region reads this sentence aloud when the slider moves: the drawing alone tells a screen reader nothing.
    said = [_said(flow, k) for k in range(len(flow.names))]
    values = [_values(flow, k) for k in range(len(flow.names))]
    data = {
        "names": flow.names,
        "said": said,
        "values": values,
        "spans": spans(flow.graph, places),
        "ribbons": [ribbons(flow.graph, places, units) for units in flow.units.tolist()],
        "bars": [bars(flow.graph, places, units) for units in flow.units.tolist()],
        "units": [[count(u) for u in units] for units in flow.units.tolist()],
    }
    return (
        '<div class="control" hidden="hidden"><label for="flow-period">Period</label> '
        f'<input type="range" id="flow-period" min="0" max="{len(flow.names) - 1}" step="1" value="0" aria-valuetext="{text(flow.names[0])}" />'
        "</div>\n"
        f'<p id="flow-said" aria-live="polite">{text(said[0])}</p>\n'
        f'<p class="note key">{_key()}</p>\n'
        f"{scrolled(_svg(flow, places, source), 'Flow of units')}"
        f'<script type="application/json" id="flow-data">{_embedded(data)}</script>\n'
    )


def _key() -> str:
    return (
        '<span class="sample own"></span> from own sites, <span class="sample outside"></span> from other sites, '
        '<span class="sample onward"></span> onward to the next sites and to demand. Ribbons of one stage are in proportion to each '
        "other and over time; stages have units of their own, and the largest period of each is equally high. What comes to a "
        "stage and does not go on is left in stock."
    )


def _embedded(data: Mapping[str, object]) -> str:
    """Return data as JSON that can't end its script element or be read as markup."""
    told = json.dumps(data, separators=(",", ":"), ensure_ascii=True)
    return told.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _said(flow: FlowByPeriod, which: int) -> str:
    """Return a period and its largest flows, one a stage, relative to the largest period of that stage."""
    links = flow.graph.links
    sizes = {
        key: max(float(link.units.max()) for link in links if link.stage == key)
        for key in {link.stage for link in links}
    }
    units = flow.units[which].tolist()
    order = sorted((j for j in range(len(links)) if units[j] > 0), key=lambda j: -units[j] / sizes[links[j].stage])
    shown: list[int] = []
    for j in order:
        if links[j].stage not in [links[i].stage for i in shown]:
            shown.append(j)
    told = [f"{_titled(flow, links[j])}, {count(units[j])}" for j in shown[:_TOLD]]
    return f"{flow.names[which]}. Largest flows: {'; '.join(told)}." if told else f"{flow.names[which]}. Nothing flows."


def _titled(flow: FlowByPeriod, link: Link) -> str:
    nodes = flow.graph.nodes
    return f"{nodes[link.source].title} to {within(nodes[link.target].title)}"


def _values(flow: FlowByPeriod, period: int) -> list[str]:
    """Return the number under each title: what comes in, and what goes out where that differs."""
    found = []
    units = flow.units[period].tolist()
    targets, sources = [link.target for link in flow.graph.links], [link.source for link in flow.graph.links]
    for key, node in flow.graph.nodes.items():
        come, go = (sum(u for end, u in zip(ends, units, strict=True) if end == key) for ends in (targets, sources))
        if not node.unit:
            found.append("")
        elif key.startswith("line ") or count(come) == count(go):
            found.append(count(come) if node.unit == "unit" else f"{count(come)} [{node.unit}]")
        else:
            unit = "" if node.unit == "unit" else f" [{node.unit}]"
            found.append(f"{count(come)} in, {count(go)} out{unit}")
    return found


def _svg(flow: FlowByPeriod, places: Layout, source: str) -> str:
    nodes, links = flow.graph.nodes, flow.graph.links
    mean, values = flow.units[0].tolist(), _values(flow, 0)
    heights = bars(flow.graph, places, mean)
    paths = map(path, spans(flow.graph, places), ribbons(flow.graph, places, mean))
    ribbon = "".join(
        f'<path class="{link.kind}" d="{band}"><title>{text(_titled(flow, link))}: {count(units)} {text(flow.graph.unit(link))}</title></path>'
        for link, band, units in zip(links, paths, mean, strict=True)
    )
    bar = "".join(
        f'<rect x="{places.places[key].x:.0f}" y="{places.places[key].y:.1f}" width="{BAR:.0f}" height="{height}" />'
        for key, height in zip(nodes, heights, strict=True)
    )
    words = "".join(_label(places, key, value) for key, value in zip(nodes, values, strict=True))
    described = (
        "Columns from left to right: sites, the stage whose units they make, the sites that use these, and so on to the demand lines. "
        "The table below has the numbers. "
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="flow-diagram" class="figure" role="img" aria-labelledby="flow-title flow-desc" '
        f'viewBox="0 0 {WIDTH:.0f} {places.height + MARGIN:.0f}">'
        f'<title id="flow-title">{text(_finding(flow))}</title><desc id="flow-desc">{text(described + source)}</desc>'
        f'<g class="ribbons">{ribbon}</g><g class="bars">{bar}</g><g class="words">{words}</g></svg>'
    )


def _label(places: Layout, key: str, value: str) -> str:
    """Return the title of a node above its bar, with its number."""
    place = places.places[key]
    top = place.y - LINE * (len(place.lines) + 1) + LINE - 3
    told: Sequence[str] = [*place.lines, value]
    kinds = [""] * len(place.lines) + [' class="value"']
    lines = "".join(
        f'<tspan x="{place.x:.0f}" y="{top + LINE * k:.1f}"{kind}>{text(line)}</tspan>'
        for k, (line, kind) in enumerate(zip(told, kinds, strict=True))
    )
    return f"<text>{lines}</text>"


__all__ = ["flow_of", "flow_part", "flow_table"]
