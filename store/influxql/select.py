"""Carries out SELECT: reads, computes, fills, puts the columns together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from store.influxql.aggregate import Windowed
from store.influxql.catalogue import Catalogue, Column, Kind, Series
from store.influxql.checks import SELECTORS, STEPS, check
from store.influxql.conditions import Matches
from store.influxql.errors import StatementError
from store.influxql.extremes import extremes
from store.influxql.fields import calls_of, columns, dimensions, names, refs_of, time_name, with_extras
from store.influxql.filling import Filling, numbered, previous
from store.influxql.joining import joined
from store.influxql.maths import check_types, evaluate
from store.influxql.plan import Group, Plan, grouped, planned
from store.influxql.relation import Relation
from store.influxql.sources import masked, measurements
from store.influxql.steps import stepped
from store.influxql.table import Ints, Stream, Values, bounded, limited
from store.influxql.tree import Call, Expr, Field, Fill, Ref, Select, Source, walk

_CASTS = {"float": Kind.FLOAT, "integer": Kind.INTEGER, "string": Kind.STRING, "boolean": Kind.BOOLEAN}


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement gives: groups, and rows by group and instant with their columns."""

    groups: Sequence[Group]
    group: Ints
    at: Ints
    columns: Sequence[tuple[str, Values]]
    time: str = "time"
    dimensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sources:
    """The series of all sources of a statement; `derived` where one of them is a statement itself."""

    series: Sequence[tuple[str, Series]]
    kinds: Mapping[str, Kind]
    keys: tuple[str, ...]
    derived: bool = False


class Selecting:
    """SELECT over a catalogue, on one connection, at one present instant."""

    def __init__(
        self, connection: DuckDBPyConnection, catalogue: Catalogue, database: str, now_ns: int, matches: Matches
    ) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._database = database
        self._now_ns = now_ns
        self._matches = matches
        self._names = count()

    def run(self, select: Select, outer: Plan | None = None, outer_dimensions: Sequence[str] = ()) -> Rows:
        """Return the rows of a statement. Raises `StatementError` in InfluxDB's words."""
        plan = planned(select, self._now_ns, outer, outer_dimensions)
        check(select, plan.windows.every_ns, inherited=plan.inherited)
        sources = self._sources(plan)
        grouping = dimensions(select, sources.keys, self._matches)
        fields = columns(select, sources.kinds, sources.keys, self._matches)
        return _Statement(self, plan, sources, fields, tuple(dict.fromkeys([*grouping, *outer_dimensions]))).rows()

    @property
    def connection(self) -> DuckDBPyConnection:
        """Return the connection on which everything is read."""
        return self._connection

    @property
    def matches(self) -> Matches:
        """Return what finds patterns in texts."""
        return self._matches

    def _sources(self, plan: Plan) -> _Sources:
        series: list[tuple[str, Series]] = []
        derived = False
        wanted = dimensions(plan.select, [], self._matches)
        for source in plan.select.sources:
            if isinstance(source, Source):
                for name in measurements(self._catalogue, source, self._database, self._matches):
                    series += [(name, each) for each in self._catalogue[name].series]
            else:
                derived = True
                series += self._derived(self.run(source, plan, (*wanted, *plan.outer_dimensions)))
        kinds: dict[str, Kind] = {}
        for _, each in series:
            for name, column in each.columns.items():
                kinds[name] = min(kinds.get(name, column.kind), column.kind, key=list(Kind).index)
        keys = {key for _, each in series for key in each.tags}
        return _Sources(series, kinds, tuple(sorted(keys, key=str.encode)), derived)

    def _derived(self, rows: Rows) -> list[tuple[str, Series]]:
        """Return the series of a subquery, whose rows become a table of the connection."""
        name = f"derived{next(self._names)}"
        arrays: dict[str, NDArray[Any]] = {"series_id": rows.group.astype(np.int32), "ts": rows.at}
        for number, (_, values) in enumerate(rows.columns):
            arrays[f"c{number}"] = masked(values)
        self._connection.register(name, arrays)
        present = set(np.unique(rows.group).tolist())
        return [
            (
                group.name,
                Series(
                    group.tags,
                    {
                        column: Column(name, number, f"p.c{place}", values.kind)
                        for place, (column, values) in enumerate(rows.columns)
                    },
                ),
            )
            for number, group in enumerate(rows.groups)
            if number in present
        ]


class _Statement:
    """One statement with its sources known."""

    def __init__(
        self, selecting: Selecting, plan: Plan, sources: _Sources, fields: Sequence[Field], dimensions: tuple[str, ...]
    ) -> None:
        self._plan = plan
        self._sources = sources
        self._fields = with_extras(fields)
        self._dimensions = dimensions
        self._groups, chosen, self._series = grouped(plan, sources.series, sources.kinds, dimensions, selecting.matches)
        self._refs = refs_of(self._fields)
        self._casts = {ref.name: _CASTS[ref.cast] for ref in self._all_refs() if ref.cast in _CASTS}
        self._windowed = Windowed(
            selecting.connection,
            Relation(chosen, sources.kinds, plan.start_ns, plan.end_ns, self._casts),
            plan.windows,
            plan.ascending,
        )

    def rows(self) -> Rows:
        """Return the rows."""
        calls = calls_of(self._fields)
        known = [call for call in calls if self._is_known(call)]
        fields = [ref.name for ref in self._refs if self._is_field(ref)]
        if not (known if calls else fields):
            return self._answer(_nothing(), {})
        if not calls:
            limit, offset = self._limit()
            most = limit + offset if limit else 0
            stream = limited(self._windowed.raw(fields, needed=not self._sources.derived, most=most), limit, offset)
            return self._answer(stream, self._beside(stream, fields, 0))
        if len(calls) == 1 and calls[0].name in SELECTORS and self._is_own(calls[0]):
            return self._selector(calls[0], fields)
        streams = self._computed(known)
        at, found = joined([limited(streams[call], *self._limit()) for call in known], ascending=self._plan.ascending)
        by_call: dict[Expr, Values] = {call: Values.none(len(at)) for call in calls}
        return self._answer(at, by_call | dict(zip(known, found, strict=True)))

    def _is_own(self, call: Call) -> bool:
        """Return whether the rows of a selector keep their instants or bring other fields along."""
        return not self._plan.windows.every_ns or bool(self._refs) or call.name in {"top", "bottom", "percentile"}

    def _selector(self, call: Call, fields: Sequence[str]) -> Rows:
        if call.name in {"top", "bottom"}:
            stream = extremes(self._windowed, call, fields, self._series)
        else:
            stream = self._windowed.selected(call, fields)
            stream = self._filled(stream, call) if self._plan.windows.every_ns else stream
        stream = limited(stream, *self._limit())
        return self._answer(stream, {call: stream.values[0]} | self._beside(stream, fields, 1))

    def _beside(self, stream: Stream, fields: Sequence[str], first: int) -> dict[Expr, Values]:
        """Return the values of fields and tags that stand in the same rows."""
        found: dict[Expr, Values] = {}
        for ref in self._refs:
            if self._is_field(ref):
                values = stream.values[first + fields.index(ref.name)]
                found[ref] = values.cast(self._casts.get(ref.name, values.kind))
            elif ref.cast in {"", "tag"} and ref.name in self._sources.keys:
                found[ref] = self._tag(ref.name, stream)
        return found

    def _tag(self, key: str, stream: Stream) -> Values:
        of_series = np.array([series.tags.get(key, "") for series in self._series] + [""], np.object_)
        numbers = np.full(len(stream), -1, np.int64) if stream.series is None else stream.series
        data = of_series[numbers]
        return Values(Kind.STRING, data, data != "")

    def _computed(self, calls: Sequence[Call]) -> dict[Call, Stream]:
        plain = [call for call in calls if call.name not in STEPS]
        found = {call: self._filled(stream, call) for call, stream in self._windowed.streams(plain).items()}
        return found | {call: self._stepped(call) for call in calls if call.name in STEPS}

    def _stepped(self, call: Call) -> Stream:
        every_ns = self._plan.windows.every_ns
        earlier = every_ns if call.name != "cumulative_sum" else 0
        relation = self._windowed.relation
        if self._plan.ascending:
            relation = replace(relation, start_ns=max(relation.start_ns - earlier, -(2**63) + 2))
        else:
            relation = replace(relation, end_ns=min(relation.end_ns + earlier, 2**63 - 2))
        windowed = replace(self._windowed, relation=relation)
        match call.args[0]:
            case Call() as inner:
                stream = self._inner(inner, windowed)
            case Ref() as ref:
                stream = windowed.points(ref)
            case _:
                raise StatementError(f"expected field argument in {call.name}()")
        return stepped(call, stream, every_ns, ascending=self._plan.ascending)

    def _inner(self, inner: Call, windowed: Windowed) -> Stream:
        if inner.name in STEPS:
            return self._stepped(inner)
        if inner.name in {"top", "bottom"}:
            return extremes(windowed, inner, (), self._series)
        stream = windowed.streams([inner])[inner]
        return self._filled(stream, inner, windowed.relation)

    def _filled(self, stream: Stream, call: Call, relation: Relation | None = None) -> Stream:
        plan, relation = self._plan, relation or self._windowed.relation
        if not plan.windows.every_ns or plan.fill is Fill.NONE or call.name in {"distinct", "integral"}:
            return stream
        filling = Filling(
            plan.windows, relation.start_ns, relation.end_ns, plan.fill, plan.select.fill_value, plan.ascending
        )
        return filling.filled(stream, call.name)

    def _limit(self) -> tuple[int, int]:
        return self._plan.limits.limit, self._plan.limits.offset

    def _answer(self, stream: Stream, found: Mapping[Expr, Values]) -> Rows:
        rows = bounded(len(stream))
        defaulted = {expr: self._defaulted(expr, values, stream.group) for expr, values in found.items()}
        for field in self._fields:
            check_types(field.expr, {expr: values.kind for expr, values in defaulted.items()})
        values = [evaluate(field.expr, defaulted, rows) for field in self._fields]
        return Rows(
            self._groups,
            stream.group,
            stream.at,
            list(zip(names(self._fields), values, strict=True)),
            time_name(self._plan.select),
            self._dimensions,
        )

    def _defaulted(self, expr: Expr, values: Values, group: Ints) -> Values:
        """Return values with what fill() puts where a row has none: in rows of other functions, and in raw rows."""
        if isinstance(expr, Ref) and not self._is_field(expr):
            return values
        if self._plan.fill is Fill.NUMBER:
            return numbered(values, values.there, self._plan.select.fill_value)
        return previous(values, group) if self._plan.fill is Fill.PREVIOUS else values

    def _all_refs(self) -> list[Ref]:
        return [part for field in self._fields for part in walk(field.expr) if isinstance(part, Ref)]

    def _is_field(self, ref: Ref) -> bool:
        if ref.cast == "tag" or ref.name not in self._sources.kinds:
            return False
        kinds = {self._sources.kinds[ref.name], _CASTS.get(ref.cast, self._sources.kinds[ref.name])}
        return len(kinds) == 1 or kinds == {Kind.FLOAT, Kind.INTEGER}

    def _is_known(self, call: Call) -> bool:
        inner: Expr = call
        while isinstance(inner, Call):
            if not inner.args:
                return False
            inner = inner.args[0]
        return isinstance(inner, Ref) and self._is_field(inner)


def _nothing() -> Stream:
    return Stream(np.zeros(0, np.int64), np.zeros(0, np.int64), [])
