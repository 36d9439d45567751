# ruff: noqa: D102 - each method is a rule of the grammar and bears its name
"""Makes the tree of a query from what the grammar found; the rules that InfluxDB's parser checks itself."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import lark
from lark import Token, v_args

from store.influxql.errors import ParseError
from store.influxql.literals import MOST, duration_ns
from store.influxql.tree import (
    Binary,
    Call,
    Duration,
    Expr,
    Field,
    Fill,
    Limits,
    Literal,
    Paren,
    Pattern,
    Ref,
    Select,
    Show,
    Source,
    Statement,
    Wildcard,
    walk,
)

_CASTS: Final = ("float", "integer", "unsigned", "string", "boolean", "field", "tag")
_CONDITIONS: Final = frozenset({"=", "!=", "=~", "!~", "<", "<=", ">", ">=", "AND", "OR"})


@v_args(inline=True)
class Builder(lark.Transformer[Token, tuple[Statement, ...]]):
    """Called by lark for each rule, innermost first, with what its parts became."""

    def query(self, *parts: Statement | Token | None) -> tuple[Statement, ...]:
        return tuple(part for part in parts if isinstance(part, Select | Show))

    def statement(self, statement: Statement) -> Statement:
        return statement

    def select(self, *parts: Any) -> Select:
        given = _by_type(parts)
        ascending, ordered = given.get("order", (True, False))
        fill, fill_value = given.get("fill", (Fill.NULL, 0))
        return Select(
            fields=tuple(part for part in parts if isinstance(part, Field)),
            sources=tuple(part for part in parts if isinstance(part, Source | Select)),
            condition=given.get("where"),
            dimensions=given.get("group", ()),
            fill=fill,
            fill_value=fill_value,
            ascending=ascending,
            ordered=ordered,
            limits=next(part for part in parts if isinstance(part, Limits)),
            zone=given.get("tz"),
        )

    def field(self, expr: Expr, *alias: Token | None) -> Field:
        for part in walk(expr):
            if isinstance(part, Binary) and part.op in _CONDITIONS:
                raise ParseError(f"invalid operator {part.op} in SELECT clause; operator is intended for WHERE clause")
        return Field(expr, str(alias[1]) if alias and alias[1] else "")

    def from_any(self, *parts: Any) -> Source | Select:
        return next(part for part in parts if not isinstance(part, Token))  # type: ignore[no-any-return]

    def source(self, first: Token | Pattern, more: tuple[str | Pattern, ...] | None = None) -> Source:
        if isinstance(first, Pattern):
            return Source(pattern=first)
        names = (str(first), *(more or ()))
        if len(names) > 3:  # noqa: PLR2004 - database, policy, measurement
            raise ParseError("too many segments in " + ".".join(f'"{name}"' for name in names))
        database, policy, last = ("", "", *names)[-3:]
        if isinstance(last, Pattern):
            return Source(pattern=last, policy=str(policy), database=str(database))
        return Source(str(last), policy=str(policy), database=str(database))

    def more(self, *parts: Any) -> tuple[str | Pattern, ...]:
        match parts:
            case (_, tuple(rest)):
                return ("", *rest)
            case (_, Pattern() as pattern):
                return (pattern,)
            case (_, name, rest):
                return (str(name), *(rest or ()))
        raise ParseError("invalid source")

    def path(self, *parts: Token) -> str:
        return ".".join(part for part in parts if part.type != "DOT")

    def where(self, _where: Token, expr: Expr) -> tuple[str, Expr]:
        return "where", expr

    def group(self, _group: Token, _by: Token, *dimensions: Expr | Token) -> tuple[str, tuple[Expr, ...]]:
        return "group", tuple(part for part in dimensions if not isinstance(part, Token))

    def fill(self, *parts: Any) -> tuple[str, tuple[Fill, int | float]]:
        args = _arguments(parts[1:])
        if len(args) != 1:
            raise ParseError("fill requires an argument, e.g.: 0, null, none, previous, linear")
        match args[0]:
            case Ref("null" | "none" | "previous" | "linear" as name, ""):
                return "fill", (Fill(name), 0)
            case Literal(bool() | str()):
                raise ParseError("expected number argument in fill()")
            case Literal(int() | float() as value):
                return "fill", (Fill.NUMBER, value)
        raise ParseError("expected number argument in fill()")

    def tz(self, *parts: Any) -> tuple[str, ZoneInfo]:
        match _arguments(parts[1:]):
            case (Literal(str() as name),):
                return "tz", _zone(name)
            case (_,):
                raise ParseError("expected string argument in tz()")
        raise ParseError("tz requires exactly one argument")

    def order(self, _order: Token, _by: Token, *sorts: Any) -> tuple[str, tuple[bool, bool]]:
        given = [part for part in sorts if isinstance(part, bool)]
        if len(given) > 1:
            raise ParseError("only ORDER BY time supported at this time")
        return "order", (given[0], True)

    def sort_only(self, way: Token) -> bool:
        return way.type == "ASC"

    def sort(self, name: Token, way: Token | None) -> bool:
        if name != "time":
            raise ParseError("only ORDER BY time supported at this time")
        return way is None or way.type == "ASC"

    def limits(self, *parts: tuple[str, int] | None) -> Limits:
        return Limits(**dict(part for part in parts if part))

    def limit(self, _word: Token, number: Token) -> tuple[str, int]:
        return "limit", min(int(number), MOST)

    def offset(self, _word: Token, number: Token) -> tuple[str, int]:
        return "offset", min(int(number), MOST)

    def slimit(self, _word: Token, number: Token) -> tuple[str, int]:
        return "slimit", min(int(number), MOST)

    def soffset(self, _word: Token, number: Token) -> tuple[str, int]:
        return "soffset", min(int(number), MOST)

    def binary(self, left: Expr, op: Token, right: Expr) -> Expr:
        said = op.upper() if op.type in {"AND", "OR"} else str(op)
        return Binary("!=" if said == "<>" else said, left, right)

    def signed(self, sign: Token, inner: Expr) -> Expr:
        factor = -1 if sign == "-" else 1
        match inner:
            case Literal(int() | float() as value):
                return Literal(value * factor)
            case Duration(ns):
                return Duration(ns * factor)
        return Binary("*", Literal(factor), inner)

    def distinct(self, _distinct: Token, name: Token) -> Call:
        return Call("distinct", (Ref(str(name)),))

    def paren(self, _left: Token, inner: Expr, _right: Token) -> Paren:
        return Paren(inner)

    def call(self, name: Token, *parts: Any) -> Call:
        return Call(str(name).lower(), _arguments(parts))

    def ref(self, name: str, cast: Token | None) -> Ref:
        if cast and cast not in _CASTS:
            raise ParseError.found(str(cast), ", ".join(_CASTS), cast.line or 1, (cast.column or 1) + 2)
        return Ref(name, str(cast or ""))

    def wildcard(self, _star: Token, cast: Token | None) -> Wildcard:
        if cast and cast not in ("field", "tag"):
            raise ParseError.found(str(cast), "field, tag", cast.line or 1, (cast.column or 1) + 2)
        return Wildcard(str(cast or ""))

    def number(self, token: Token) -> Literal:
        if token.type == "NUMBER":
            return Literal(float(token))
        if len(token) > 20 or int(token) > 2 * MOST + 1:  # noqa: PLR2004 - the digits of an unsigned 64-bit number
            raise ParseError(f"unable to parse integer at line {token.line}, char {token.column}")
        return Literal(int(token))

    def duration(self, token: Token) -> Duration:
        return Duration(duration_ns(str(token)))

    def string(self, token: Token) -> Literal:
        return Literal(str(token))

    def truth(self, token: Token) -> Literal:
        return Literal(token.type == "TRUE")

    def regex(self, token: Token) -> Pattern:
        return Pattern(str(token))

    def show(self, _show: Token, statement: Show) -> Show:
        return statement

    def databases(self, *_words: Token) -> Show:
        return Show(what="DATABASES")

    def policies(self, *parts: Any) -> Show:
        return _show("RETENTION POLICIES", parts)

    def measurements(self, *parts: Any) -> Show:
        sources = tuple(part for part in parts if isinstance(part, Source))
        op = next((str(part) for part in parts if isinstance(part, Token) and part.type in {"COMPARE", "MATCH"}), "")
        if op not in {"", "=", "=~"}:
            raise ParseError(f"found {op}, expected =, =~")
        return _show("MEASUREMENTS", parts, sources)

    def field_keys(self, *parts: Any) -> Show:
        return _show("FIELD KEYS", parts)

    def tag_keys(self, *parts: Any) -> Show:
        return _show("TAG KEYS", parts)

    def tag_values(self, *parts: Any) -> Show:
        return _show("TAG VALUES", parts)

    def series(self, *parts: Any) -> Show:
        return _show("SERIES", parts)

    def on(self, _on: Token, name: Token) -> tuple[str, str]:
        return "on", str(name)

    def sources(self, *parts: Any) -> tuple[str, tuple[Source, ...]]:
        return "sources", tuple(part for part in parts if isinstance(part, Source))

    def keys(self, op: Token, *parts: Token | Pattern) -> tuple[str, tuple[str, tuple[str, ...]]]:
        said = "IN" if op.type == "IN" else "!=" if op == "<>" else str(op)
        if said not in {"IN", "=", "!=", "=~", "!~"}:
            raise ParseError.found(said, "IN, =, =~", op.line or 1, op.column or 1)
        if isinstance(parts[0], Pattern):
            return "keys", (said, (parts[0].text,))
        return "keys", (said, tuple(str(part) for part in parts if isinstance(part, Token) and part.type == "IDENT"))


def _by_type(parts: tuple[Any, ...]) -> dict[str, Any]:
    return dict(part for part in parts if isinstance(part, tuple))


def _arguments(parts: tuple[Any, ...]) -> tuple[Expr, ...]:
    return tuple(part for part in parts if part is not None and not isinstance(part, Token))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo("UTC" if name.upper() in {"", "UTC"} else name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ParseError(f"unable to find time zone {name}") from error


def _show(what: str, parts: tuple[Any, ...], sources: tuple[Source, ...] = ()) -> Show:
    given = _by_type(parts)
    op, keys = given.get("keys", ("", ()))
    limits = next((part for part in parts if isinstance(part, Limits)), None)
    return Show(
        what=what,
        database=given.get("on", ""),
        sources=given.get("sources", sources),
        condition=given.get("where"),
        key_op=op,
        keys=keys,
        limits=limits or Limits(limit=given.get("limit", 0), offset=given.get("offset", 0)),
    )
