"""Expressions as InfluxDB prints them in its errors."""

from __future__ import annotations

from store.influxql.literals import MOST, rfc3339, said_duration
from store.influxql.tree import Binary, Call, Duration, Expr, Instant, Literal, Paren, Pattern, Ref, Wildcard

_LITERALS = {bool: "BooleanLiteral", int: "IntegerLiteral", float: "NumberLiteral", str: "StringLiteral"}
_TYPES = {
    Ref: "VarRef",
    Call: "Call",
    Binary: "BinaryExpr",
    Paren: "ParenExpr",
    Wildcard: "Wildcard",
    Pattern: "RegexLiteral",
    Duration: "DurationLiteral",
    Instant: "TimeLiteral",
}


def said(expr: Expr) -> str:  # noqa: C901, PLR0911 - one for each kind of expression
    """Return the text of an expression."""
    match expr:
        case Ref(name, cast):
            return f"{name}::{cast}" if cast else name
        case Call(name, args):
            return f"{name}({', '.join(map(said, args))})"
        case Binary(op, left, right):
            return f"{said(left)} {op} {said(right)}"
        case Paren(inner):
            return f"({said(inner)})"
        case Wildcard(cast):
            return f"*::{cast}" if cast else "*"
        case Pattern(text):
            return f"/{text.replace('/', chr(92) + '/')}/"
        case Duration(ns):
            return said_duration(ns)
        case Instant(ns):
            return f"'{rfc3339(ns, None)}'" if abs(ns) <= MOST else str(ns)
        case Literal(bool() as truth):
            return str(truth).lower()
        case Literal(float() as number):
            return f"{number:.3f}"
        case Literal(str() as text):
            return f"'{text}'"
        case Literal(value):
            return str(value)


def type_of(expr: Expr) -> str:
    """Return the type that InfluxDB names for an expression."""
    if isinstance(expr, Literal):
        return f"*influxql.{_LITERALS[type(expr.value)]}"
    return f"*influxql.{_TYPES[type(expr)]}"
