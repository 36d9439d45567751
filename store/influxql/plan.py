"""A SELECT made ready: its range, windows, groups and the series it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from store.influxql.catalogue import Kind, Series
from store.influxql.checks import MATHS
from store.influxql.conditions import Matches, Range, decide, split
from store.influxql.constants import folded
from store.influxql.errors import StatementError
from store.influxql.literals import looks_like_time, time_ns
from store.influxql.relation import Chosen
from store.influxql.said import said
from store.influxql.tree import (
    Call,
    Duration,
    Expr,
    Fill,
    Instant,
    Limits,
    Literal,
    Pattern,
    Ref,
    Select,
    Wildcard,
    walk,
)
from store.influxql.windows import MAX_TIME, MIN_TIME, Windows

MOST_BUCKETS = 500_000
"""How many windows a statement may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What of a statement is known before its sources are. `bounded` is false where the range has no beginning."""

    select: Select
    condition: Expr | None
    start_ns: int
    end_ns: int
    windows: Windows
    inherited: bool
    fill: Fill
    ascending: bool
    limits: Limits
    outer_dimensions: tuple[str, ...] = ()


def planned(select: Select, now_ns: int, outer: Plan | None = None, dimensions: Sequence[str] = ()) -> Plan:
    """Return the plan of a statement; of a subquery with what it takes over from the `outer` one."""
    condition, times = split(select.condition, now_ns, select.zone)
    if condition is not None:
        refuse_calls(condition)
    every_ns, shift_ns = _interval(select, now_ns)
    inherited = False
    if outer is not None:
        if select.ordered and select.ascending != outer.ascending:
            raise StatementError("subqueries must be ordered in the same direction as the query itself")
        times = times.both(Range(_bound(outer.start_ns, MIN_TIME), _bound(outer.end_ns, MAX_TIME)))
        if not every_ns and outer.windows.every_ns:
            every_ns, shift_ns, inherited = outer.windows.every_ns, outer.windows.shift_ns, True
    end_ns = times.end_ns if times.end_ns is not None else (now_ns if every_ns else MAX_TIME)
    start_ns = times.start_ns if times.start_ns is not None else MIN_TIME
    plan = Plan(
        select=select,
        condition=condition,
        start_ns=start_ns,
        end_ns=end_ns,
        windows=Windows(every_ns, shift_ns, select.zone),
        inherited=inherited,
        fill=Fill.NONE if outer is not None and select.fill is Fill.NULL else select.fill,
        ascending=select.ascending if outer is None else outer.ascending,
        limits=_limits(select.limits, outer),
        outer_dimensions=tuple(dimensions),
    )
    if any(isinstance(field.expr, Call) for field in select.fields):
        _few_windows(plan)
    return plan


def _bound(at_ns: int, none: int) -> int | None:
    return None if at_ns == none else at_ns


def _limits(limits: Limits, outer: Plan | None) -> Limits:
    if outer is None:
        return limits
    return Limits(
        limit=limits.limit,
        offset=limits.offset,
        slimit=limits.slimit + outer.limits.slimit,
        soffset=limits.soffset + outer.limits.soffset,
    )


def _few_windows(plan: Plan) -> None:
    every_ns = plan.windows.every_ns
    if every_ns <= 0 or plan.start_ns <= MIN_TIME or plan.end_ns < plan.start_ns:
        return
    first, last = plan.windows.start(plan.start_ns), plan.windows.start(plan.end_ns - 1)
    buckets = (last - first + every_ns) // every_ns
    if buckets > MOST_BUCKETS:
        raise StatementError(f"max-select-buckets limit exceeded: ({buckets}/{MOST_BUCKETS})")


def _interval(select: Select, now_ns: int) -> tuple[int, int]:
    every_ns = shift_ns = 0
    for dimension in select.dimensions:
        match folded(dimension):
            case Ref(name) if name.lower() == "time":
                raise StatementError("time() is a function and expects at least one argument")
            case Ref() | Wildcard() | Pattern():
                pass
            case Call() as call:
                if every_ns:
                    raise StatementError("multiple time dimensions not allowed")
                every_ns, shift_ns = _time(call, select, now_ns)
            case _:
                raise StatementError("only time and tag dimensions allowed")
    return max(every_ns, 0), shift_ns if every_ns > 0 else 0


def _time(call: Call, select: Select, now_ns: int) -> tuple[int, int]:
    if call.name != "time":
        raise StatementError("only time() calls allowed in dimensions")
    match call.args:
        case (Duration(every_ns),):
            return every_ns, 0
        case (Duration(every_ns), shift):
            return every_ns, _shift(shift, every_ns, select, now_ns) if every_ns else 0
        case (_,) | (_, _):
            raise StatementError("time dimension must have duration argument")
    raise StatementError("time dimension expected 1 or 2 arguments")


def _shift(shift: Expr, every_ns: int, select: Select, now_ns: int) -> int:
    match shift:
        case Duration(ns):
            return ns % every_ns if ns >= 0 else -(-ns % every_ns)
        case Instant(ns):
            return ns % every_ns
        case Call("now", ()):
            return now_ns % every_ns
        case Call("now"):
            raise StatementError("time dimension offset now() function requires no arguments")
        case Call():
            raise StatementError("time dimension offset function must be now()")
        case Literal(str() as text) if looks_like_time(text):
            return time_ns(text, select.zone) % every_ns
    raise StatementError("time dimension offset must be duration or now()")


def refuse_calls(expr: Expr) -> None:
    """Raise `StatementError` for a function in a condition."""
    for part in walk(expr):
        if isinstance(part, Call) and part.name not in MATHS:
            raise StatementError(f"invalid function call in condition: {said(part)}")


@dataclass(frozen=True, slots=True)
class Group:
    """One series of the answer."""

    name: str
    tags: Mapping[str, str]


def grouped(
    plan: Plan,
    series: Iterable[tuple[str, Series]],
    kinds: Mapping[str, Kind],
    dimensions: Sequence[str],
    matches: Matches,
) -> tuple[list[Group], list[Chosen], list[Series]]:
    """Return the groups in the order of the answer, the series that are read, and all series by their number."""
    keys = sorted(dimensions)
    kept: list[tuple[tuple[str, tuple[bytes, ...]], Series, Expr | None]] = []
    for name, each in series:
        decided = True if plan.condition is None else decide(plan.condition, each.tags, kinds, matches)
        if decided is not False:
            place = (name, tuple(each.tags.get(key, "").encode() for key in keys))
            kept.append((place, each, None if decided is True else decided))
    places = _limited(sorted({place for place, _, _ in kept}), keys, plan.limits)
    numbers = {place: number for number, place in enumerate(places)}
    chosen = [
        Chosen(number, numbers[place], each.columns, condition)
        for number, (place, each, condition) in enumerate(kept)
        if place in numbers
    ]
    groups = [Group(name, dict(zip(keys, (tag.decode() for tag in tags), strict=True))) for name, tags in places]
    return groups, chosen, [each for _, each, _ in kept]


def _limited(
    places: list[tuple[str, tuple[bytes, ...]]], keys: Sequence[str], limits: Limits
) -> list[tuple[str, tuple[bytes, ...]]]:
    """Return the groups within SLIMIT and SOFFSET, which count in each measurement in the order of its index."""
    if not limits.slimit and not limits.soffset:
        return places
    found = []
    for name in dict.fromkeys(name for name, _ in places):
        here = sorted((place for place in places if place[0] == name), key=lambda place: _index_key(keys, place[1]))
        found += here[limits.soffset : limits.soffset + limits.slimit if limits.slimit else None]
    return sorted(found)


def _index_key(keys: Sequence[str], tags: Sequence[bytes]) -> bytes:
    """Return what InfluxDB sorts the groups of its index by: keys, then values, of the tags that are there."""
    there = [(key.encode(), tag) for key, tag in zip(keys, tags, strict=True) if tag]
    return b"|".join([key for key, _ in there] + [tag for _, tag in there])
