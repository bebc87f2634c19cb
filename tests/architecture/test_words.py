"""Words that the project does not use: each has a plainer term that planners or statisticians know."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REFUSED = {
    r"\blucks?\b": "random stream, random seed, common random numbers, random variation",
    r"\bintervals? (are )?of 95 %": "95 % confidence interval",
    r"\bparts? (its|the) (spread|variance)": "decompose the variance",
    r"\bwhat that does is measured": "the resulting bias is reported",
    r"\bis said of --": "can only be used with --",
    r"\bneed nobody released": "unreleased need",
    r"\bechoes an assumption": "based on an assumed capacity",
    r"\bto spare\b": "margin: early, above or below the bound",
    r"\bjust so\b": "exactly met",
    r"--coarse\b": "--lot-scale",
    r"\bHow \S+ lies\b": "distribution of",
    r"\bfor which alone\b": "since the method requires",
    r"\bone luck\b": "drawn once per replication and shared",
    r"\bheld against\b": "compared with",
}
"""Pattern -> what to write instead."""
REFUSED_IN_NAMES = {
    "luck": "generator, stream, variate, uniforms, noise",
    "coarse": "lot_scale, larger lots",
}
"""Part of a name -> what to write instead."""
SOURCES = sorted((ROOT / "sim").rglob("*.py"))
TEXTS = [
    *SOURCES,
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "scenarios").rglob("*.yaml")),
    *sorted((ROOT / "scenarios").glob("*.md")),
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "CONTRIBUTING.md",
]


def prose(file: Path) -> Iterator[tuple[int, str]]:
    """What a person reads of a file, with its line: of Python the strings and comments, not the names."""
    text = file.read_text(encoding="utf-8")
    if file.suffix != ".py":
        yield from enumerate(text.splitlines(), 1)
        return
    kinds = {tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in kinds:
            # Words that a line break parts are found too.
            yield token.start[0], " ".join(token.string.split())


def names(file: Path) -> Iterator[tuple[int, str]]:
    """The names in a file of Python, with their lines."""
    text = file.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME:
            yield token.start[0], token.string


def refused_names(file: Path) -> list[str]:
    """Each name with a refused part, its place and what to write instead."""
    return [
        f"{file.name}:{line}: {name!r}: write {instead}"
        for line, name in names(file)
        for part, instead in REFUSED_IN_NAMES.items()
        if part in name.lower()
    ]


def refused(file: Path) -> list[str]:
    """Each refused word of a file, its place and what to write instead."""
    name = str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else file.name
    return [
        f"{name}:{line}: {found[0]!r}: write {instead}"
        for line, text in prose(file)
        for pattern, instead in REFUSED.items()
        if (found := re.search(pattern, text))
    ]


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_refused_word(file: Path) -> None:
    assert not refused(file)


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_refused_name(file: Path) -> None:
    assert not refused_names(file)


def test_a_refused_name_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "named.py"
    file.write_text('pure_luck = "luck"\nCOARSER = 2\n', encoding="utf-8")
    assert [text.split(": ")[1] for text in refused_names(file)] == ["'pure_luck'", "'COARSER'"]


def test_a_refused_word_is_seen_in_text_and_not_in_names(tmp_path: Path) -> None:
    file = tmp_path / "said.py"
    file.write_text(
        '"""All\n    luck is one\n    luck."""\nluck = 1  # just so\nsaid = "nothing to spare"\n', encoding="utf-8"
    )
    told = [text.split(": ")[1] for text in refused(file)]
    assert told == ["'luck'", "'one luck'", "'just so'", "'to spare'"]


NO_VERBS = {
    "a", "all", "an", "any", "as", "both", "by", "days", "each", "every", "for",
    "how", "if", "in", "its", "no", "none", "one", "their", "the", "they", "this", "those", "what", "when", "where", "whether", "which", "who", "whose",
}  # fmt: skip
"""First words of docstrings that name a result without a verb; ruff (D401) refuses others."""


def undone(text: str) -> list[str]:
    """Functions of a file whose docstring does not begin with a verb; properties are described as attributes are."""
    return [
        f"{node.name}: {doc.splitlines()[0]}"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and (doc := ast.get_docstring(node))
        if not any("property" in ast.unparse(decorator) for decorator in node.decorator_list)
        if doc.split()[0].lower() in NO_VERBS
    ]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_docstrings_of_functions_begin_with_a_verb(file: Path) -> None:
    assert not undone(file.read_text(encoding="utf-8"))


def test_a_docstring_without_a_verb_is_seen() -> None:
    function = 'def f():\n    """{} it is."""\n'
    assert undone(function.format("Whether")) == ["f: Whether it is."]
    assert not undone(function.format("Return whether"))
    assert not undone("@property\n" + function.format("Whether"))
