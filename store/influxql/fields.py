"""Which columns a statement has: wildcards written out, names given, as InfluxDB does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from store.influxql.catalogue import Kind
from store.influxql.checks import MATHS
from store.influxql.constants import folded
from store.influxql.errors import StatementError
from store.influxql.said import said
from store.influxql.tree import Binary, Call, Expr, Field, Paren, Pattern, Ref, Select, Wildcard, walk

Matches = Callable[[str, str], bool]
_NUMBERS: Final = frozenset({Kind.FLOAT, Kind.INTEGER})
_MORE_KINDS: Final = {
    **dict.fromkeys(("count", "first", "last", "distinct", "elapsed", "mode"), frozenset({Kind.STRING, Kind.BOOLEAN})),
    **dict.fromkeys(("min", "max"), frozenset({Kind.BOOLEAN})),
}


def dimensions(select: Select, keys: Sequence[str], matches: Matches) -> tuple[str, ...]:
    """Return the tags to group by, wildcards and patterns written out over the known `keys`."""
    found: list[str] = []
    for dimension in select.dimensions:
        match dimension:
            case Ref(name):
                found.append(name)
            case Wildcard():
                found += keys
            case Pattern(text):
                found += [key for key in keys if matches(text, key)]
            case _:
                pass
    return tuple(dict.fromkeys(found))


def columns(select: Select, kinds: Mapping[str, Kind], keys: Sequence[str], matches: Matches) -> tuple[Field, ...]:
    """Return the fields asked for without `time`, each wildcard replaced by what it stands for."""
    grouped = any(isinstance(dimension, Wildcard | Pattern) for dimension in select.dimensions)
    named = {dimension.name for dimension in select.dimensions if isinstance(dimension, Ref)}
    tags = () if grouped else tuple(key for key in keys if key not in named)
    found: list[Field] = []
    for field in select.fields:
        if not (isinstance(field.expr, Ref) and field.expr.name == "time"):
            found += _written_out(replace(field, expr=folded(field.expr)), kinds, tags, matches)
    return tuple(found)


def time_name(select: Select) -> str:
    """Return the name of the column of times."""
    names = (
        field.alias
        for field in select.fields
        if isinstance(field.expr, Ref) and field.expr.name == "time" and field.alias
    )
    return next(names, "time")


def _written_out(field: Field, kinds: Mapping[str, Kind], tags: Sequence[str], matches: Matches) -> Iterable[Field]:
    names = sorted({*kinds, *tags}, key=lambda name: name.encode())
    if not kinds:
        names = []
    match field.expr:
        case Wildcard(cast):
            wanted = {"field": [n for n in names if n in kinds], "tag": [n for n in names if n not in kinds]}
            return [Field(Ref(name)) for name in wanted.get(cast, names)]
        case Pattern(text):
            return [Field(Ref(name)) for name in names if matches(text, name)]
        case Call() as call:
            return _calls(field, call, kinds, matches)
        case Binary():
            _refuse(field.expr)
    return [field]


def _refuse(expr: Expr) -> None:
    for part in walk(expr):
        if isinstance(part, Wildcard):
            raise StatementError(f"unsupported expression with wildcard: {said(expr)}")
        if isinstance(part, Pattern):
            raise StatementError(f"unsupported expression with regex field: {said(expr)}")


def _calls(field: Field, call: Call, kinds: Mapping[str, Kind], matches: Matches) -> Iterable[Field]:
    inner = call
    while inner.args and isinstance(inner.args[0], Call):
        inner = inner.args[0]
    pattern = inner.args[0] if inner.args else None
    if not isinstance(pattern, Wildcard | Pattern):
        return [field]
    if isinstance(pattern, Wildcard) and pattern.cast == "tag":
        raise StatementError(f"unable to use tag wildcard in {inner.name}()")
    wanted = _NUMBERS | _MORE_KINDS.get(inner.name, frozenset())
    return [
        Field(_replaced(call, Ref(name)), f"{field.alias or call.name}_{name}")
        for name in sorted(kinds, key=lambda name: name.encode())
        if kinds[name] in wanted and (isinstance(pattern, Wildcard) or matches(pattern.text, name))
    ]


def _replaced(call: Call, ref: Ref) -> Call:
    first, *rest = call.args
    return Call(call.name, (_replaced(first, ref) if isinstance(first, Call) else ref, *rest))


def with_extras(fields: Iterable[Field]) -> tuple[Field, ...]:
    """Return fields with those columns added that top() and bottom() bring along."""
    found: list[Field] = []
    for field in fields:
        found.append(field)
        if isinstance(field.expr, Call) and field.expr.name in {"top", "bottom"}:
            found += [Field(arg) for arg in field.expr.args[1:] if isinstance(arg, Ref)]
    return tuple(found)


def names(fields: Sequence[Field]) -> list[str]:
    """Return the name of each column: the alias, else function or field, numbered where it is there already."""
    taken = {field.alias: 1 for field in fields if field.alias}
    found = []
    for field in fields:
        if field.alias:
            found.append(field.alias)
            continue
        name = base = _name(field.expr)
        if base in taken:
            count = taken[base]
            while (name := f"{base}_{count}") in taken:
                count += 1
            taken[base] = count + 1
        taken[name] = taken.get(name, 0) + 1
        found.append(name)
    return found


def _name(expr: Expr) -> str:
    match expr:
        case Call(name) | Ref(name):
            return name
        case Paren(inner):
            return _name(inner)
        case Binary():
            return "_".join(_parts(expr))
    return ""


def _parts(expr: Expr) -> Iterator[str]:
    match expr:
        case Call(name) | Ref(name):
            yield name
        case Paren(inner):
            yield from _parts(inner)
        case Binary(_, left, right):
            yield from _parts(left)
            yield from _parts(right)


def calls_of(fields: Iterable[Field]) -> list[Call]:
    """Return the functions over rows, outermost only, each once."""
    return list(dict.fromkeys(call for field in fields for call in _outer_calls(field.expr)))


def refs_of(fields: Iterable[Field]) -> list[Ref]:
    """Return the fields and tags that stand outside of such functions, each once."""
    return list(dict.fromkeys(ref for field in fields for ref in _outer_refs(field.expr)))


def _outer_calls(expr: Expr) -> Iterator[Call]:
    match expr:
        case Call(name, args) if name in MATHS:
            for arg in args:
                yield from _outer_calls(arg)
        case Call():
            yield expr
        case Paren(inner):
            yield from _outer_calls(inner)
        case Binary(_, left, right):
            yield from _outer_calls(left)
            yield from _outer_calls(right)


def _outer_refs(expr: Expr) -> Iterator[Ref]:
    match expr:
        case Ref():
            yield expr
        case Call(name, args) if name in MATHS:
            for arg in args:
                yield from _outer_refs(arg)
        case Paren(inner):
            yield from _outer_refs(inner)
        case Binary(_, left, right):
            yield from _outer_refs(left)
            yield from _outer_refs(right)
