"""Formulas over figures: parsed once, evaluated with a fixed list of operations and functions."""

from __future__ import annotations

import ast
import inspect
import itertools
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sim.ledger.functions import FUNCTIONS
from sim.units import UnitError, convert

_WORD = re.compile(r"""(?P<text>"[^"]*"|'[^']*')|(?<![\w.])(?P<id>[A-Za-z_]\w*(?:\.\w+)*)""")
_SPECIAL = {"in_unit": 2, "low": 1, "high": 1}
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
MAX_RANGES = 10
"""Most operands with a range in one formula: each doubles the corners to evaluate."""


class FormulaError(ValueError):
    """A formula that can't be read or calculated."""


@dataclass(frozen=True, slots=True)
class Term:
    """A figure as a formula sees it: its value and range, in its own unit."""

    value: Any
    low: float | None
    high: float | None
    unit: str

    @property
    def has_range(self) -> bool:
        """Whether low or high differ from the value."""
        return any(end is not None and end != self.value for end in (self.low, self.high))

    @property
    def corners(self) -> tuple[float, ...]:
        """The ends of its range (the value itself stands in for an end that is not given)."""
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        return (low,) if low == high else (low, high)


@dataclass(frozen=True)
class Formula:
    """A parsed formula; `operands` are the ids it uses, `plain` those whose range it carries along."""

    text: str
    tree: ast.expr
    names: Mapping[str, str]
    operands: tuple[str, ...]
    plain: tuple[str, ...]

    def evaluate(self, terms: Mapping[str, Term]) -> tuple[Any, float | None, float | None]:
        """Value, low and high of the result.

        Low and high are the extremes over all corners of the operands' ranges: exact where the
        formula is monotone in each operand. Both are None when no operand has a range.

        Raises:
            FormulaError: the calculation fails.
        """
        value = self.value(terms)
        uncertain = [name for name in self.plain if terms[name].has_range]
        if not uncertain or not isinstance(value, (int, float)):
            return value, None, None
        if len(uncertain) > MAX_RANGES:
            raise FormulaError(f"{len(uncertain)} operands have a range; at most {MAX_RANGES} can be combined")
        ends = itertools.product(*(terms[name].corners for name in uncertain))
        results = [value, *(self._at(terms, dict(zip(uncertain, corner, strict=True))) for corner in ends)]
        return value, min(results), max(results)

    def value(self, terms: Mapping[str, Term]) -> Any:
        """The result at the values of the terms, without its range; raises FormulaError."""
        return self._at(terms, {})

    def _at(self, terms: Mapping[str, Term], corner: Mapping[str, float]) -> Any:
        try:
            value = _Evaluation(self.names, terms, corner).of(self.tree)
        except UnitError as error:
            raise FormulaError(str(error)) from error
        except (ArithmeticError, ValueError, TypeError) as error:
            raise FormulaError(f"can't calculate {self.text!r}: {error}") from error
        if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
            raise FormulaError(f"can't calculate {self.text!r}: the result is {value}")
        return value


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """One evaluation: `corner` replaces the values of some terms."""

    names: Mapping[str, str]
    terms: Mapping[str, Term]
    corner: Mapping[str, float]

    def of(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=value):
                return float(value)  # type: ignore[arg-type]  # _check lets only numbers through
            case ast.Name(id=name):
                figure = self.names[name]
                return self.corner.get(figure, self.terms[figure].value)
            case ast.UnaryOp(operand=operand):
                return -self.of(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return _OPERATORS[type(op)](self.of(left), self.of(right))
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._call(name, args)
        raise AssertionError(f"unchecked syntax {type(node).__name__}")

    def _call(self, name: str, args: list[ast.expr]) -> Any:
        if name not in _SPECIAL:
            return FUNCTIONS[name](*(self.of(arg) for arg in args))
        figure = args[0]
        assert isinstance(figure, ast.Name)
        term = self.terms[self.names[figure.id]]
        if name == "in_unit":
            assert isinstance(args[1], ast.Constant)
            return convert(self.of(figure), term.unit, str(args[1].value))
        end = term.low if name == "low" else term.high
        return term.value if end is None else end


@lru_cache(maxsize=2048)
def compiled(text: str) -> Formula:
    """Parse a formula.

    Ids are written as they are (`ai5.power * 2`), also where Python would not read them
    (`robots.2025`). `in_unit(id, "unit")` converts, `low(id)` and `high(id)` take an end of a range.

    Raises:
        FormulaError: the text is no formula, or uses something that is not allowed.
    """
    names: dict[str, str] = {}

    def rename(found: re.Match[str]) -> str:
        word = found["id"]
        if found["text"] or word in FUNCTIONS or word in _SPECIAL:
            return found[0]
        name = f"_{len(names)}"
        names[name] = word
        return name

    try:
        tree = ast.parse(_WORD.sub(rename, text.strip()), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise FormulaError(f"can't read the formula {text!r}") from error
    plain: list[str] = []
    _check(tree, names, plain)
    return Formula(text, tree, names, tuple(dict.fromkeys(names.values())), tuple(dict.fromkeys(plain)))


def _check(node: ast.expr, names: Mapping[str, str], plain: list[str]) -> None:
    """Refuse everything but numbers, figures, arithmetic and the listed functions."""
    match node:
        case ast.Constant(value=value) if isinstance(value, (int, float)) and not isinstance(value, bool):
            return
        case ast.Name(id=name) if name in names:
            plain.append(names[name])
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            _check(operand, names, plain)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            _check(left, names, plain)
            _check(right, names, plain)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _SPECIAL:
            _check_special(name, args, names, plain)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            _check_arguments(name, len(args))
            for arg in args:
                _check(arg, names, plain)
        case ast.Call(func=ast.Name(id=name)):
            allowed = ", ".join(sorted([*FUNCTIONS, *_SPECIAL]))
            raise FormulaError(f"{names.get(name, name)!r} is no function with such arguments; allowed: {allowed}")
        case _:
            raise FormulaError("a formula may hold numbers, figures, + - * / **, parentheses and listed functions")


def _check_special(name: str, args: list[ast.expr], names: Mapping[str, str], plain: list[str]) -> None:
    """The first argument is a figure itself, not an expression."""
    if len(args) != _SPECIAL[name] or not isinstance(args[0], ast.Name) or args[0].id not in names:
        raise FormulaError(f"{name}() takes a figure{' and a unit in quotes' if name == 'in_unit' else ''}")
    if name == "in_unit":
        if not (isinstance(args[1], ast.Constant) and isinstance(args[1].value, str)):
            raise FormulaError("in_unit() takes a figure and a unit in quotes")
        plain.append(names[args[0].id])


def _check_arguments(name: str, count: int) -> None:
    try:
        inspect.signature(FUNCTIONS[name]).bind(*range(count))
    except TypeError as error:
        raise FormulaError(f"{name}(): {error}") from error
