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

import numpy as np

from sim.ledger.functions import FUNCTIONS, kind_of, refuse_kinds
from sim.units import UnitError, convert

# Text in quotes is matched first, so that a unit such as "wafer/month" is not taken for ids.
_WORD = re.compile(r"""(?P<text>"[^"]*"|'[^']*')|(?<![\w.])(?P<id>[A-Za-z_]\w*(?:\.\w+)*)""")
_SPECIAL = {"in_unit": 2, "low": 1, "high": 1}
_OPERATORS: dict[type[ast.operator], tuple[str, Callable[[float, float], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.Pow: ("**", operator.pow),
}
MAX_LENGTH = 1000
"""Most characters of a formula."""
MAX_DEPTH = 50
"""Most operations and functions within each other in one formula."""
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
        """Return the value of the formula, and its low and high.

        Low and high are the extremes over all corners of the operands' ranges. They are exact where the formula is
        monotone in each operand. Both are None if no operand has a range.

        Raises:
            FormulaError: the calculation fails, or too many operands have a range.
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
        """Return the result at the values of the terms, without its range.

        Raises:
            FormulaError: the calculation fails.
        """
        return self._at(terms, {})

    def _at(self, terms: Mapping[str, Term], corner: Mapping[str, float]) -> Any:
        """Return the result where `corner` replaces the values of some terms."""
        try:
            # The yield models calculate with numpy, which would return inf or nan with a warning where Python raises.
            with np.errstate(over="raise", divide="raise", invalid="raise"):
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
    """One evaluation: `corner` replaces the values of some terms.

    All numbers are floats, whose powers overflow where those of whole numbers would grow without end.
    """

    names: Mapping[str, str]
    terms: Mapping[str, Term]
    corner: Mapping[str, float]

    def of(self, node: ast.expr) -> Any:
        """Return the value of a part of the formula."""
        match node:
            case ast.Constant(value=value):
                return float(value)  # type: ignore[arg-type]  # _check lets only numbers through
            case ast.Name(id=name):
                figure = self.names[name]
                return _as_float(self.corner.get(figure, self.terms[figure].value))
            case ast.UnaryOp(operand=operand):
                return -self._number("-", operand)
            case ast.BinOp(left=left, op=op, right=right):
                sign, operation = _OPERATORS[type(op)]
                return operation(self._number(sign, left), self._number(sign, right))
            case ast.Call(func=ast.Name(id=name), args=args):
                return self._call(name, args)
        raise AssertionError(f"unchecked syntax {type(node).__name__}")

    def _number(self, sign: str, node: ast.expr) -> float:
        """Return the value of an operand, which must be a number; `sign` names the operator for the error."""
        value = self.of(node)
        if kind_of(value) != "a number":
            raise TypeError(f"{sign} takes numbers, not {kind_of(value)}")
        return float(value)

    def _call(self, name: str, args: list[ast.expr]) -> Any:
        """Return the value of a function."""
        if name not in _SPECIAL:
            arguments = [self.of(arg) for arg in args]
            refuse_kinds(name, arguments)
            return FUNCTIONS[name](*arguments)
        # in_unit, low and high read the unit or the range of a figure, which the value of an expression lacks.
        figure = args[0]
        assert isinstance(figure, ast.Name)
        term = self.terms[self.names[figure.id]]
        if name == "in_unit":
            assert isinstance(args[1], ast.Constant)
            return convert(self.of(figure), term.unit, str(args[1].value))
        end = term.low if name == "low" else term.high
        return _as_float(term.value if end is None else end)


def _as_float(value: Any) -> Any:
    """Return a whole number as a float, and anything else as it is."""
    return float(value) if isinstance(value, int) else value


@lru_cache(maxsize=2048)
def compiled(text: str) -> Formula:
    """Return the parsed formula.

    Ids are written as they are (`ai5.power * 2`), also where Python would not read them (`robots.2025`).
    `in_unit(id, "unit")` converts, `low(id)` and `high(id)` take an end of a range.

    Raises:
        FormulaError: the text is no formula, or uses something that is not allowed.
    """
    # Checked before Python parses the text, whose time and memory grow with its length.
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"a formula of {len(text):,} characters; at most {MAX_LENGTH:,}: use figures for its parts")
    names: dict[str, str] = {}

    def rename(found: re.Match[str]) -> str:
        """Return a name that Python can parse in the place of an id, and note which id it stands for."""
        word = found["id"]
        # Text in quotes and the names of functions stay.
        if found["text"] or word in FUNCTIONS or word in _SPECIAL:
            return found[0]
        name = f"_{len(names)}"
        names[name] = word
        return name

    try:
        tree = ast.parse(_WORD.sub(rename, text.strip()), mode="eval").body
    # Text nested too deep raises the last two.
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FormulaError(f"can't read the formula {text!r}") from error
    plain: list[str] = []
    _check(tree, names, plain, MAX_DEPTH)
    return Formula(text, tree, names, tuple(dict.fromkeys(names.values())), tuple(dict.fromkeys(plain)))


def _check(node: ast.expr, names: Mapping[str, str], plain: list[str], depth: int) -> None:
    """Check that a formula has only numbers, figures, arithmetic and the listed functions.

    They may be nested `depth` deep. The figures whose range counts are appended to `plain`.

    Raises:
        FormulaError: it has something else.
    """
    if not depth:
        raise FormulaError(f"operations are nested more than {MAX_DEPTH} deep: use figures for parts of the formula")
    match node:
        # To Python a truth value is a whole number: True + 1 would be 2.
        case ast.Constant(value=value) if isinstance(value, (int, float)) and not isinstance(value, bool):
            return
        case ast.Name(id=name) if name in names:
            plain.append(names[name])
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            _check(operand, names, plain, depth - 1)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            _check(left, names, plain, depth - 1)
            _check(right, names, plain, depth - 1)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _SPECIAL:
            _check_special(name, args, names, plain)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            _check_arguments(name, len(args))
            for arg in args:
                _check(arg, names, plain, depth - 1)
        case ast.Call(func=ast.Name(id=name)):
            allowed = ", ".join(sorted([*FUNCTIONS, *_SPECIAL]))
            raise FormulaError(f"{names.get(name, name)!r} is no function with such arguments; allowed: {allowed}")
        case _:
            raise FormulaError("a formula may hold numbers, figures, + - * / **, parentheses and listed functions")


def _check_special(name: str, args: list[ast.expr], names: Mapping[str, str], plain: list[str]) -> None:
    """Check the arguments of in_unit, low and high: the first is a figure itself, not an expression."""
    if len(args) != _SPECIAL[name] or not isinstance(args[0], ast.Name) or args[0].id not in names:
        raise FormulaError(f"{name}() takes a figure{' and a unit in quotes' if name == 'in_unit' else ''}")
    if name == "in_unit":
        if not (isinstance(args[1], ast.Constant) and isinstance(args[1].value, str)):
            raise FormulaError("in_unit() takes a figure and a unit in quotes")
        # A converted figure carries its range along; low(id) and high(id) are numbers without one.
        plain.append(names[args[0].id])


def _check_arguments(name: str, count: int) -> None:
    """Check that a function takes so many arguments."""
    try:
        inspect.signature(FUNCTIONS[name]).bind(*range(count))
    except TypeError as error:
        raise FormulaError(f"{name}(): {error}") from error
