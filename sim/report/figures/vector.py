"""SVG of a figure: with a title and a description, text as text, the same bytes each time."""

from __future__ import annotations

import re
from collections import Counter
from io import StringIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from sim.report.figures.canvas import canvas
from sim.report.figures.style import FONT, VARIABLES

if TYPE_CHECKING:
    from sim.report.figures.figure import Chart

_SVG, _LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_FONTS = f"system-ui, '{FONT}', 'Segoe UI', Arial, sans-serif"
_UNKNOWN_DATE = {"Date": None, "Creator": None, "Format": None, "Type": None}


def document(figure: Chart) -> str:
    """Return the chart as an SVG file."""
    return f'<?xml version="1.0" encoding="utf-8"?>\n{_written(_tree(figure))}\n'


def element(figure: Chart) -> str:
    """Return the chart as an SVG element for a page, whose style may define the variables of the colours.

    Title, key and source are not drawn: the page writes them as text that wraps.
    """
    tree = _tree(figure, bare=True)
    for attribute in ("width", "height"):
        # Without a size the drawing scales to the width of the page.
        tree.attrib.pop(attribute, None)
    tree.set("class", "figure")
    _share_styles(tree, figure.name)
    return re.sub("|".join(VARIABLES), lambda colour: f"var({VARIABLES[colour[0]]}, {colour[0]})", _written(tree))


def _tree(figure: Chart, *, bare: bool = False) -> ElementTree.Element:
    """Return what matplotlib drew, with ids of our own and a title and description for screen readers."""
    text = StringIO()
    with canvas(figure, bare=bare) as drawn:
        drawn.savefig(text, format="svg", metadata=_UNKNOWN_DATE)
    root = ElementTree.fromstring(text.getvalue())
    for metadata in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(metadata)
    _own_ids(root, figure.name)
    _own_style(root, figure.name)
    for place, (tag, told) in enumerate((("title", figure.title), ("desc", f"{figure.description} {figure.source}"))):
        child = ElementTree.Element(f"{{{_SVG}}}{tag}", {"id": f"{figure.name}-{tag}"})
        child.text = told
        root.insert(place, child)
    root.set("id", figure.name)
    # A screen reader reads title and description instead of each text in the drawing.
    root.set("role", "img")
    root.set("aria-labelledby", f"{figure.name}-title {figure.name}-desc")
    return root


def _own_ids(root: ElementTree.Element, name: str) -> None:
    """Replace ids by reproducible ones that begin with the chart's name; remove those that nothing refers to.

    So several charts can be in one page.
    """
    told = " ".join(value for node in root.iter() for key, value in node.attrib.items() if key != "id")
    used = re.findall(r"(?:url\(#|(?:^| )#)([\w.-]+)", told)
    new = {old: f"{name}-{k}" for k, old in enumerate(dict.fromkeys(used))}
    for node in root.iter():
        if (own := node.attrib.pop("id", None)) in new:
            node.set("id", new[own])
        for key, value in node.attrib.items():
            if key == f"{{{_LINK}}}href" and value.startswith("#"):
                node.set(key, f"#{new[value[1:]]}")
            elif "url(#" in value:
                node.set(key, re.sub(r"url\(#([^)]*)\)", lambda found: f"url(#{new[found[1]]})", value))


def _share_styles(root: ElementTree.Element, name: str) -> None:
    """Move styles that several elements share into rules of the chart; inline they are a third of the page."""
    styled = Counter(node.attrib["style"] for node in root.iter() if "style" in node.attrib)
    classes = {style: f"s{k}" for k, style in enumerate(s for s, often in styled.items() if often > 1)}
    for node in root.iter():
        if (style := node.attrib.get("style")) in classes:
            del node.attrib["style"]
            node.set("class", classes[style])
    rules = ElementTree.Element(f"{{{_SVG}}}style")
    rules.text = " ".join(f"#{name} .{short}{{{style}}}" for style, short in classes.items())
    root.append(rules)


def _own_style(root: ElementTree.Element, name: str) -> None:
    """Limit the style rules to the chart, and set one font that every reader has."""
    for node in root.iter():
        if node.tag == f"{{{_SVG}}}style" and node.text:
            node.text = node.text.replace("*{", f"#{name} *{{") + f" #{name} text{{font-family: {_FONTS}}}"
        style = node.attrib.get("style", "")
        if FONT in style:
            node.set(
                "style", re.sub(r"font: (bold )?([\d.]+px)[^;]*", _size, re.sub(r" *font-family:[^;]*;", "", style))
            )
        if re.match(r"rotate\(-?0 [^)]*\)$", node.attrib.get("transform", "")):
            del node.attrib["transform"]
        for attribute in ("d", "x", "y", "transform"):
            if attribute in node.attrib:
                # A hundredth of a point is invisible; six decimals would double the file.
                node.set(attribute, re.sub(r"-?\d+\.\d+", _rounded, node.attrib[attribute]))
        if "d" in node.attrib:
            node.set("d", re.sub(r"\s*([A-Za-z])\s*", r"\1", node.attrib["d"]))
        # Indentation is a tenth of the file.
        node.text = (node.text or "").strip() or None
        node.tail = (node.tail or "").strip() or "\n"


def _rounded(found: re.Match[str]) -> str:
    return f"{float(found[0]):.2f}".rstrip("0").rstrip(".")


def _size(found: re.Match[str]) -> str:
    return f"{'font-weight: bold; ' if found[1] else ''}font-size: {found[2]}"


def _written(root: ElementTree.Element) -> str:
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _LINK)
    return ElementTree.tostring(root, encoding="unicode")
