"""Arithmetic over the columns of a result: what stands between and around functions in SELECT."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from store.influxql.catalogue import Kind
from store.influxql.checks import MATHS
from store.influxql.errors import StatementError
from store.influxql.literals import MOST
from store.influxql.said import said
from store.influxql.table import Values
from store.influxql.tree import Binary, Call, Duration, Expr, Literal, Paren, Ref

_NUMBERS: Final = frozenset({Kind.FLOAT, Kind.INTEGER})
_ONE: Final[dict[str, Callable[..., Any]]] = {
    "abs": np.abs,
    "acos": np.arccos,
    "asin": np.arcsin,
    "atan": np.arctan,
    "ceil": np.ceil,
    "cos": np.cos,
    "exp": np.exp,
    "floor": np.floor,
    "ln": np.log,
    "log10": np.log10,
    "log2": np.log2,
    "sin": np.sin,
    "sqrt": np.sqrt,
    "tan": np.tan,
}
_KEEP: Final = frozenset({"abs", "ceil", "floor", "round"})


def evaluate(  # noqa: PLR0911 - one for each kind of expression
    expr: Expr, columns: Mapping[Expr, Values], count: int
) -> Values:
    """Return the values of an expression, row by row; where a part is missing, there is none."""
    if expr in columns:
        return columns[expr]
    match expr:
        case Paren(inner):
            return evaluate(inner, columns, count)
        case Literal(bool() as truth):
            return Values.constant(Kind.BOOLEAN, truth, count)
        case Literal(int() as whole) if abs(whole) <= MOST:
            return Values.constant(Kind.INTEGER, whole, count)
        case Literal(int() as vast):
            return Values.constant(Kind.FLOAT, float(vast), count)
        case Literal(float() as number):
            return Values.constant(Kind.FLOAT, number, count)
        case Literal(str() as text):
            return Values.constant(Kind.STRING, text, count)
        case Binary(op, left, right):
            return _binary(op, evaluate(left, columns, count), evaluate(right, columns, count))
        case Call(name, args) if name in MATHS:
            with np.errstate(all="ignore"):
                return _called(name, [evaluate(arg, columns, count) for arg in args])
    return Values.none(count)


def check_types(  # noqa: PLR0911 - one for each kind of expression
    expr: Expr, kinds: Mapping[Expr, Kind]
) -> Kind | None:
    """Return the kind of an expression, None if unknown. Raises `StatementError` for kinds that do not go together."""
    if expr in kinds:
        return kinds[expr]
    match expr:
        case Paren(inner):
            return check_types(inner, kinds)
        case Literal(value):
            kind = {bool: Kind.BOOLEAN, int: Kind.INTEGER, float: Kind.FLOAT}
            return kind.get(type(value), Kind.STRING)
        case Binary(op, left, right):
            one, other = check_types(left, kinds), check_types(right, kinds)
            if one is None or other is None:
                return one or other
            if not _fits(op, one, other):
                raise StatementError(f"type error: {_typed(expr, kinds)}: incompatible types: {one} and {other}")
            return Kind.FLOAT if Kind.FLOAT in {one, other} or op == "/" else one
        case Call(_, args):
            for arg in args:
                check_types(arg, kinds)
            return Kind.FLOAT
        case Duration():
            return None
    return None


def _typed(expr: Expr, kinds: Mapping[Expr, Kind]) -> str:
    match expr:
        case Ref(name, "") if expr in kinds:
            return f"{name}::{kinds[expr]}"
        case Binary(op, left, right):
            return f"{_typed(left, kinds)} {op} {_typed(right, kinds)}"
    return said(expr)


def _fits(op: str, one: Kind, other: Kind) -> bool:
    if op in {"&", "|", "^"}:
        return one is other and one in {Kind.INTEGER, Kind.BOOLEAN}
    return {one, other} <= _NUMBERS


def _binary(  # noqa: PLR0911 - one for each operator
    op: str, left: Values, right: Values
) -> Values:
    there = left.there & right.there
    if op in {"&", "|", "^"}:
        return _bits(op, left, right, there)
    if not {left.kind, right.kind} <= _NUMBERS:
        return Values.none(len(there))
    whole = left.kind is right.kind is Kind.INTEGER
    one = left.data if whole else left.data.astype(np.float64)
    other = right.data if whole else right.data.astype(np.float64)
    kind = Kind.INTEGER if whole else Kind.FLOAT
    with np.errstate(all="ignore"):
        match op:
            case "+":
                return Values(kind, one + other, there)
            case "-":
                return Values(kind, one - other, there)
            case "*":
                return Values(kind, one * other, there)
            case "/":
                divided = np.where(other == 0, 0.0, one / np.where(other == 0, 1, other))
                return Values(Kind.FLOAT, divided, there)
            case _ if whole:
                return Values(kind, np.where(other == 0, 0, np.fmod(one, np.where(other == 0, 1, other))), there)
            case _:
                return Values(kind, np.fmod(one, other), there)


def _bits(op: str, left: Values, right: Values, there: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Values:
    if left.kind is not right.kind or left.kind not in {Kind.INTEGER, Kind.BOOLEAN}:
        return Values.none(len(there))
    work = {"&": np.bitwise_and, "|": np.bitwise_or, "^": np.bitwise_xor}[op]
    return Values(left.kind, work(left.data, right.data), there)


def _called(name: str, args: list[Values]) -> Values:
    if not {arg.kind for arg in args} <= _NUMBERS:
        return Values.none(len(args[0].there))
    first = args[0]
    if name in _KEEP and first.kind is Kind.INTEGER:
        return Values(Kind.INTEGER, np.abs(first.data) if name == "abs" else first.data, first.there)
    data = [arg.data.astype(np.float64) for arg in args]
    there = np.logical_and.reduce([arg.there for arg in args])
    match name:
        case "round":
            result = np.where(data[0] < 0, np.ceil(data[0] - 0.5), np.floor(data[0] + 0.5))
        case "atan2":
            result = np.arctan2(data[0], data[1])
        case "pow":
            result = np.power(data[0], data[1])
        case "log":
            result = np.log(data[0]) / np.log(data[1])
        case _:
            result = _ONE[name](data[0])
    return Values(Kind.FLOAT, result, there)
