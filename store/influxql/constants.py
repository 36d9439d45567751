"""Works out what in an expression is known beforehand: `now() - 6h`, `2 * 3`, times in quotes."""

from __future__ import annotations

import math
from zoneinfo import ZoneInfo

from store.influxql.literals import looks_like_time, time_ns
from store.influxql.tree import Binary, Call, Duration, Expr, Instant, Literal, Paren

Number = int | float


def folded(expr: Expr, now_ns: int | None = None, zone: ZoneInfo | None = None) -> Expr:
    """Return an expression with its constant parts computed; without `now_ns`, `now()` stays."""
    match expr:
        case Paren(inner):
            known = folded(inner, now_ns, zone)
            return Paren(known) if isinstance(known, Binary) else known
        case Call("now", ()) if now_ns is not None:
            return Instant(now_ns)
        case Call(name, args):
            return Call(name, tuple(folded(arg, now_ns, zone) for arg in args))
        case Binary(op, left, right):
            return _binary(op, folded(left, now_ns, zone), folded(right, now_ns, zone), zone)
        case _:
            return expr


def _binary(  # noqa: C901, PLR0911 - a table of what may be computed with what
    op: str, left: Expr, right: Expr, zone: ZoneInfo | None
) -> Expr:
    if op in {"AND", "OR"}:
        return _logical(op, left, right)
    match _time_beside(left, right, zone), _time_beside(right, left, zone):
        case Instant(at), Duration(span) if op in "+-":
            return Instant(at + span if op == "+" else at - span)
        case Duration(span), Instant(at) if op == "+":
            return Instant(at + span)
        case Instant(at), Instant(other) if op == "-":
            return Duration(at - other)
        case Instant(at), Literal(int() as ns) if op in "+-" and not isinstance(ns, bool):
            return Instant(at + ns if op == "+" else at - ns)
        case Duration(one), Duration(other) if op in "+-":
            return Duration(one + other if op == "+" else one - other)
        case Duration(one), Literal(int() | float() as by) if op in "*/":
            return Duration(int(one * by) if op == "*" else int(one / by) if by else 0)
        case Literal(int() as ns), Duration(span) if op in "+-":
            return Duration(ns + span if op == "+" else ns - span)
        case Duration(span), Literal(int() as ns) if op in "+-":
            return Duration(span + ns if op == "+" else span - ns)
        case Literal(bool()), _:
            return Binary(op, left, right)
        case Literal(int() | float() as one), Literal(int() | float() as other) if not isinstance(other, bool):
            return _numbers(op, one, other) or Binary(op, left, right)
        case _:
            return Binary(op, left, right)


def _logical(op: str, left: Expr, right: Expr) -> Expr:
    decided = Literal(op == "OR")
    neutral = Literal(op == "AND")
    if decided in (left, right):
        return decided
    if left == neutral:
        return right
    return left if right == neutral else Binary(op, left, right)


def _time_beside(expr: Expr, other: Expr, zone: ZoneInfo | None) -> Expr:
    """Return a time in quotes as an instant where a duration or an instant stands beside it."""
    if isinstance(other, Duration | Instant) and isinstance(expr, Literal) and isinstance(expr.value, str):
        return Instant(time_ns(expr.value, zone)) if looks_like_time(expr.value) else expr
    return expr


def _numbers(op: str, one: Number, other: Number) -> Literal | None:
    try:
        return _computed(op, one, other)
    except OverflowError:
        return None


def _computed(op: str, one: Number, other: Number) -> Literal | None:  # noqa: PLR0911 - one for each operator
    whole = isinstance(one, int) and isinstance(other, int)
    match op:
        case "+":
            return Literal(one + other)
        case "-":
            return Literal(one - other)
        case "*":
            return Literal(one * other)
        case "/":
            return Literal(float(one) / float(other) if other else 0.0)
        case "%":
            if not other:
                return Literal(0)
            return Literal(int(math.fmod(one, other)) if whole else math.fmod(one, other))
        case "=" | "!=" | "<" | "<=" | ">" | ">=":
            return Literal(_compared(op, one, other))
        case "&" | "|" | "^" if isinstance(one, int) and isinstance(other, int):
            return Literal({"&": one & other, "|": one | other, "^": one ^ other}[op])
    return None


def _compared(op: str, one: Number, other: Number) -> bool:
    match op:
        case "=":
            return one == other
        case "!=":
            return one != other
        case "<":
            return one < other
        case "<=":
            return one <= other
        case ">":
            return one > other
        case _:
            return one >= other
