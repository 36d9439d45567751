"""WHERE: the range of time, what the tags of a series decide at once, and the rest as SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from store.influxql.catalogue import Kind
from store.influxql.constants import folded
from store.influxql.errors import StatementError
from store.influxql.literals import looks_like_time, time_ns
from store.influxql.said import said, type_of
from store.influxql.tree import Binary, Call, Duration, Expr, Instant, Literal, Paren, Pattern, Ref
from store.influxql.windows import MAX_TIME, MIN_TIME

_MIRRORED: Final = {">": "<", "<": ">", ">=": "<=", "<=": ">="}
_COMPARISONS: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})
Matches = Callable[[str, str], bool]
"""Returns whether a pattern is found in a text."""
Decided = Expr | bool
"""What is known of a condition: whether it holds, or what is still to be looked at."""


@dataclass(frozen=True, slots=True)
class Range:
    """Instants from `start_ns` to `end_ns`, both included; None is no bound."""

    start_ns: int | None = None
    end_ns: int | None = None

    def both(self, other: Range) -> Range:
        """Return what lies in both."""
        starts = [each for each in (self.start_ns, other.start_ns) if each is not None]
        ends = [each for each in (self.end_ns, other.end_ns) if each is not None]
        return Range(max(starts, default=None), min(ends, default=None))


def split(condition: Expr | None, now_ns: int, zone: ZoneInfo | None) -> tuple[Expr | None, Range]:
    """Return the condition without its times, and the range they give; times are never alternatives."""
    if condition is None:
        return None, Range()
    rest, times = _split(condition, now_ns, zone)
    while isinstance(rest, Paren):
        rest = rest.inner
    return (None if rest == Literal(value=True) else rest), times


def _split(  # noqa: PLR0911 - one for each kind of expression
    expr: Expr, now_ns: int, zone: ZoneInfo | None
) -> tuple[Expr | None, Range]:
    match expr:
        case Binary("AND" | "OR" as op, left, right):
            one, times = _split(left, now_ns, zone)
            other, more = _split(right, now_ns, zone)
            if one is None or other is None:
                return one or other, times.both(more)
            return folded(Binary(op, one, other), now_ns), times.both(more)
        case Binary(op, Ref(name), right) if name.lower() == "time":
            return None, _range(op, right, now_ns, zone)
        case Binary(op, left, Ref(name)) if name.lower() == "time":
            return None, _range(_MIRRORED.get(op, op), left, now_ns, zone)
        case Binary():
            return folded(expr, now_ns), Range()
        case Paren(inner):
            rest, times = _split(inner, now_ns, zone)
            return (None if rest is None else Paren(rest)), times
        case Literal(bool()):
            return expr, Range()
    raise StatementError(f"invalid condition expression: {said(expr)}")


def _range(op: str, expr: Expr, now_ns: int, zone: ZoneInfo | None) -> Range:
    at_ns = min(max(_instant(expr, now_ns, zone), MIN_TIME + 1), MAX_TIME - 1)
    match op:
        case ">":
            return Range(at_ns + 1)
        case ">=":
            return Range(at_ns)
        case "<":
            return Range(None, at_ns - 1)
        case "<=":
            return Range(None, at_ns)
        case "=":
            return Range(at_ns, at_ns)
    raise StatementError(f"invalid time comparison operator: {op}")


def _instant(expr: Expr, now_ns: int, zone: ZoneInfo | None) -> int:
    match folded(expr, now_ns, zone):
        case Literal(str() as text) if looks_like_time(text):
            return _bounded(time_ns(text, zone))
        case Instant(ns):
            return _bounded(ns)
        case Duration(ns):
            return ns
        case Literal(value) if isinstance(value, int | float) and not isinstance(value, bool):
            return int(value)
        case other:
            raise StatementError(f"invalid operation: time and {type_of(other)} are not compatible")


def _bounded(ns: int) -> int:
    if ns > MAX_TIME or ns <= MIN_TIME:
        flows = "overflows" if ns > 0 else "underflows"
        raise StatementError(f"time {ns} {flows} time literal")
    return ns


def decide(expr: Expr, tags: Mapping[str, str], fields: Mapping[str, Kind], matches: Matches) -> Expr | bool:
    """Return what the tags of a series make of a condition: true, false, or what its fields must satisfy."""
    match expr:
        case Paren(inner):
            return decide(inner, tags, fields, matches)
        case Binary("AND" | "OR" as op, left, right):
            return _joined(op, decide(left, tags, fields, matches), decide(right, tags, fields, matches))
        case Literal(bool() as value):
            return value
        case Binary(op, Ref() as ref, right):
            return _decide(expr, op, ref, right, tags, fields, matches)
        case Binary(op, left, Ref() as ref):
            return _decide(expr, op, ref, left, tags, fields, matches)
        case _:
            return expr


def _decide(
    expr: Expr,
    op: str,
    ref: Ref,
    other: Expr,
    tags: Mapping[str, str],
    fields: Mapping[str, Kind],
    matches: Matches,
) -> Expr | bool:
    if _is_field(ref, fields) or (isinstance(other, Ref) and _is_field(other, fields)):
        return expr
    value = tags.get(ref.name, "")
    match other:
        case Literal(str() as wanted):
            return (value == wanted) == (op == "=")
        case Pattern(text):
            return matches(text, value) == (op == "=~")
        case Ref(name):
            return (value == tags.get(name, "")) == (op == "=")
        case _:
            return False


def _is_field(ref: Ref, fields: Mapping[str, Kind]) -> bool:
    return ref.cast not in {"", "tag"} or (not ref.cast and ref.name in fields)


def _joined(op: str, one: Decided, other: Decided) -> Decided:
    decided = op == "OR"
    if one is decided or other is decided:
        return decided
    if isinstance(one, bool):
        return other
    if isinstance(other, bool):
        return one
    return Binary(op, one, other)


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL, its kind of value, and the parameters in it."""

    text: str
    kind: Kind | None
    params: tuple[object, ...] = ()


_NULL: Final = Sql("null", None)
_FALSE: Final = Sql("false", Kind.BOOLEAN)
_NUMBERS: Final = frozenset({Kind.FLOAT, Kind.INTEGER})


def to_sql(  # noqa: PLR0911 - one for each kind of expression
    expr: Expr, columns: Mapping[str, Sql]
) -> Sql:
    """Return a condition over fields as SQL; what compares two different kinds of values is never true."""
    match expr:
        case Paren(inner):
            return to_sql(inner, columns)
        case Ref(name):
            return columns.get(name, _NULL)
        case Literal(bool() as value):
            return Sql(str(value).lower(), Kind.BOOLEAN)
        case Literal(str() as text):
            return Sql("?", Kind.STRING, (text,))
        case Literal(value):
            return Sql("?::double", Kind.FLOAT, (float(value),))
        case Call(name, args):
            return _called(name, [to_sql(arg, columns) for arg in args])
        case Binary(op, left, Pattern(text)):
            return _matching(op, to_sql(left, columns), text)
        case Binary(op, left, right):
            return _binary(op, to_sql(left, columns), to_sql(right, columns))
        case _:
            return _NULL


def _called(name: str, args: Sequence[Sql]) -> Sql:
    if not {arg.kind for arg in args} <= _NUMBERS:
        return _NULL
    texts, params = [arg.text for arg in args], tuple(param for arg in args for param in arg.params)
    call = f"ln({texts[0]}) / ln({texts[1]})" if name == "log" else f"{name}({', '.join(texts)})"
    return Sql(f"nullif(try({call}), 'nan'::double)", Kind.FLOAT, params)  # DuckDB holds NaN for the greatest number


def _matching(op: str, left: Sql, pattern: str) -> Sql:
    if left.kind is not Kind.STRING:
        return _FALSE
    test = f"regexp_matches({left.text}, ?)"
    return Sql(test if op == "=~" else f"(not {test})", Kind.BOOLEAN, (*left.params, pattern))


def _binary(op: str, left: Sql, right: Sql) -> Sql:
    params = (*left.params, *right.params)
    if op in {"AND", "OR"}:
        return Sql(f"(coalesce({left.text}, false) {op} coalesce({right.text}, false))", Kind.BOOLEAN, params)
    if op in _COMPARISONS:
        return _compared("<>" if op == "!=" else op, left, right, params)
    if not {left.kind, right.kind} <= _NUMBERS:
        return _NULL
    if op == "/":
        text = f"(case when {right.text} = 0 then 0 else {left.text} / {right.text} end)"
        return Sql(text, Kind.FLOAT, (*right.params, *params))
    return Sql(f"({left.text} {op} {right.text})", Kind.FLOAT, params)


def _compared(op: str, left: Sql, right: Sql, params: tuple[object, ...]) -> Sql:
    alike = {left.kind, right.kind} <= _NUMBERS or (left.kind is right.kind and op in {"=", "<>"})
    return Sql(f"({left.text} {op} {right.text})", Kind.BOOLEAN, params) if alike else _FALSE
