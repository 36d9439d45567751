"""Functions over windows, computed by DuckDB: one query for all that are alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from store.influxql.catalogue import Kind
from store.influxql.conditions import Sql
from store.influxql.errors import StatementError
from store.influxql.functions import KEYS, SIMPLE, number_of, picking
from store.influxql.integral import integral
from store.influxql.relation import Relation
from store.influxql.steps import iterator_of
from store.influxql.table import MOST_ROWS, Stream, Values, bounded
from store.influxql.tree import Call, Ref
from store.influxql.windows import MIN_TIME, Windows

_ANY_KIND: Final = frozenset({"count", "first", "last", "distinct", "mode"})
_NUMBERS: Final = frozenset({Kind.FLOAT, Kind.INTEGER})
_FIXED: Final = {
    "count": Kind.INTEGER,
    "mean": Kind.FLOAT,
    "median": Kind.FLOAT,
    "stddev": Kind.FLOAT,
    "integral": Kind.FLOAT,
}


@dataclass(frozen=True, slots=True)
class Picked:
    """Rows with their own instants, and where the window of each begins."""

    stream: Stream
    window: NDArray[np.int64]

    def by_window(self, *, ascending: bool) -> Stream:
        """Return the rows by group and window, in each of these by instant, whatever the windows' direction."""
        way = 1 if ascending else -1
        return self.stream.take(np.lexsort((self.stream.at, way * self.window, way * self.stream.group)))


@dataclass(frozen=True, slots=True)
class Windowed:
    """What a statement reads, in which windows and direction; `start_ns` is what answers without windows carry."""

    connection: DuckDBPyConnection
    relation: Relation
    windows: Windows
    ascending: bool = True

    @property
    def start_ns(self) -> int:
        """Return the instant of rows that stand for the whole range."""
        return max(self.relation.start_ns, 0) if self.relation.start_ns <= MIN_TIME else self.relation.start_ns

    def kind_of(self, ref: Ref) -> Kind:
        """Return the kind of a field as the statement wants it."""
        return self.relation.casts.get(ref.name, self.relation.kinds[ref.name])

    def streams(self, calls: Sequence[Call]) -> dict[Call, Stream]:
        """Return the rows of several functions of windows, those of simple ones over a field read together."""
        found: dict[Call, Stream] = {}
        simple: dict[Ref, list[Call]] = {}
        for call in calls:
            _refuse(call, self._argument_kind(call))
            match call:
                case Call(name, (Ref() as ref, *_)) if name in SIMPLE or (name in KEYS):
                    simple.setdefault(ref, []).append(call)
                case _:
                    found[call] = self._special(call)
        for ref, together in simple.items():
            found |= self._together(ref, together)
        return found

    def selected(self, call: Call, names: Sequence[str]) -> Stream:
        """Return the rows that a selector picks; in windows they carry the window's start, but for top and bottom."""
        picked = self.picked(call, names)
        if self.windows.every_ns and call.name not in {"top", "bottom"}:
            return self._ordered(replace(picked.stream, at=picked.window))
        return picked.by_window(ascending=self.ascending)

    def picked(self, call: Call, names: Sequence[str]) -> Picked:
        """Return the rows that a selector picks, with their own instants, series and the values of other fields."""
        ref = _ref(call)
        _refuse(call, self.kind_of(ref))
        body = self._points(ref, names)
        text = picking(call, body.text, ("t", "s", "v", *_numbered(len(names))))
        rows = self._fetch(text, body.params)
        kinds = [self.kind_of(ref), *(self.relation.kinds[name] for name in names)]
        values = [
            Values.of(kind, rows[column]) for kind, column in zip(kinds, ("v", *_numbered(len(names))), strict=True)
        ]
        return Picked(Stream(_ints(rows["g"]), _ints(rows["t"]), values, _ints(rows["s"])), _ints(rows["w"]))

    def raw(self, names: Sequence[str], *, needed: bool, most: int = 0) -> Stream:
        """Return rows as they stand, with the fields `names`; `needed`: only those where one of these is.

        `most`: no more of each group are wanted (0: all are).
        """
        body = self.relation.rows(names)
        test = " or ".join(f"f{number} is not null" for number in range(len(names))) if needed else "true"
        columns = "".join(f", f{number}" for number in range(len(names)))
        way = "" if self.ascending else " desc"
        rows = self._fetch(
            f"select g, s, t{columns} from ({body.text}) where {test or 'false'} {self._first(most)}"
            f" order by g{way}, t{way}, s{way}",
            body.params,
        )
        values = [Values.of(self.relation.kinds[name], rows[f"f{number}"]) for number, name in enumerate(names)]
        return Stream(_ints(rows["g"]), _ints(rows["t"]), values, _ints(rows["s"]))

    def _first(self, most: int) -> str:
        if not most:
            return ""
        way = "" if self.ascending else " desc"
        return f"qualify row_number() over (partition by g order by t{way}, s{way}) <= {most}"

    def points(self, ref: Ref) -> Stream:
        """Return the rows of one field in order."""
        stream = self.raw([ref.name], needed=True)
        return Stream(stream.group, stream.at, [stream.values[0].cast(self.kind_of(ref))], stream.series)

    @staticmethod
    def size_of(call: Call) -> int:
        """Return how many rows top() or bottom() asks for."""
        return int(number_of(call))

    def _argument_kind(self, call: Call) -> Kind:
        match call.args[0]:
            case Ref() as ref:
                return self.kind_of(ref)
            case Call(_, (Ref() as ref, *_)):
                return self.kind_of(ref)
        return Kind.FLOAT

    def _together(self, ref: Ref, calls: Sequence[Call]) -> dict[Call, Stream]:
        body = self._points(ref)
        columns = ", ".join(f"{self._simple(call, self.kind_of(ref))} as a{n}" for n, call in enumerate(calls))
        rows = self._fetch(f"select g, w, {columns} from ({body.text}) group by 1, 2", body.params)
        group, at = _ints(rows["g"]), _ints(rows["w"])
        return {
            call: self._ordered(
                Stream(group, at, [Values.of(_FIXED.get(call.name, self.kind_of(ref)), rows[f"a{number}"])])
            )
            for number, call in enumerate(calls)
        }

    def _simple(self, call: Call, kind: Kind) -> str:
        if call.name in {"first", "last"}:
            if self._alone():
                return f"{'arg_min' if call.name == 'first' else 'arg_max'}(v, t)"
            return f"arg_max(v, {KEYS[call.name]})"
        if call.name == "spread" and kind is Kind.BOOLEAN:
            return "null"
        return SIMPLE[call.name]

    def _alone(self) -> bool:
        """Return whether every group is one series, so that no two of its rows have the same instant."""
        groups = [series.group for series in self.relation.series]
        return len(set(groups)) == len(groups)

    def _special(self, call: Call) -> Stream:
        match call:
            case Call("count", (Call("distinct", (Ref() as ref,)),)):
                return self._distinct_count(ref)
            case Call("distinct", (Ref() as ref,)):
                return self._distinct(ref)
            case Call("mode", (Ref() as ref,)):
                return self._mode(ref)
            case Call("integral"):
                return integral(call, self.points(_ref(call)), self.windows, ascending=self.ascending)
            case Call("percentile"):
                stream = self.selected(call, [])
                at = stream.at if self.windows.every_ns else np.full(len(stream), self.start_ns, np.int64)
                return Stream(stream.group, at, stream.values)
        raise StatementError(f"unsupported call: {call.name}")

    def _distinct(self, ref: Ref) -> Stream:
        body = self._points(ref)
        rows = self._fetch(
            f"select g, w, v, min(t) as t from ({body.text}) group by 1, 2, 3 order by 1, 2, 4, 3",
            body.params,
        )
        values = [Values.of(self.kind_of(ref), rows["v"])]
        if not self.windows.every_ns:
            return Stream(_ints(rows["g"]), _ints(rows["w"]), values).ordered(ascending=self.ascending)
        at = np.array([self.windows.start(each) for each in _ints(rows["t"]).tolist()], np.int64)
        return Stream(_ints(rows["g"]), at, values).ordered(ascending=self.ascending)

    def _distinct_count(self, ref: Ref) -> Stream:
        body = self._points(ref)
        rows = self._fetch(f"select g, w, count(distinct v) as v from ({body.text}) group by 1, 2", body.params)
        return self._ordered(Stream(_ints(rows["g"]), _ints(rows["w"]), [Values.of(Kind.INTEGER, rows["v"])]))

    def _mode(self, ref: Ref) -> Stream:
        # as InfluxDB: what is there but once wins only as the least of all such
        body = self._points(ref)
        rows = self._fetch(
            f"with each as (select g, w, v, count(*) as n, min(t) as t from ({body.text}) group by 1, 2, 3)"
            " select g, w, v from each qualify row_number() over (partition by g, w"
            " order by n desc, case when n = 1 then v end, t, v desc) = 1",
            body.params,
        )
        return self._ordered(Stream(_ints(rows["g"]), _ints(rows["w"]), [Values.of(self.kind_of(ref), rows["v"])]))

    def _points(self, ref: Ref, names: Sequence[str] = ()) -> Sql:
        body = self.relation.rows([ref.name, *names])
        value = "f0" if self.kind_of(ref) is self.relation.kinds[ref.name] else _cast("f0", self.kind_of(ref))
        others = "".join(f", f{self._place(ref, names, number)} as f{number + 1}" for number in range(len(names)))
        points = f"select g, s, t, {value} as v{others} from ({body.text}) where f0 is not null"
        return Sql(f"select *, {self._window()} as w from ({points})", None, body.params)

    @staticmethod
    def _place(ref: Ref, names: Sequence[str], number: int) -> int:
        return list(dict.fromkeys([ref.name, *names])).index(names[number])

    def _window(self) -> str:
        if not self.windows.every_ns:
            return f"{self.start_ns}::bigint"
        least, most = self.relation.start_ns, self.relation.end_ns
        window = f"({self.windows.sql('t', least, most)})"
        for start, following, end in self.windows.overlaps(least, most) if self.ascending else ():
            before = f"max(t >= {start} and t < {following}) over (partition by g)"
            window = f"case when t >= {following} and t < {end} and {before} then {start}::bigint else {window} end"
        return window

    def _fetch(self, text: str, params: Sequence[object]) -> dict[str, Any]:
        rows = self.connection.execute(f"{text} limit {MOST_ROWS + 1}", list(params)).fetchnumpy()
        bounded(len(next(iter(rows.values()))))
        return rows

    def _ordered(self, stream: Stream) -> Stream:
        stream = stream.ordered(ascending=self.ascending)
        if self.windows.zone is None or not len(stream) or not self.windows.every_ns:
            return stream
        starts = {at: self.windows.start(at) for at in np.unique(stream.at).tolist()}
        at = np.array([starts[each] for each in stream.at.tolist()], np.int64)
        return Stream(stream.group, at, stream.values, stream.series)


def kind_of_call(call: Call, argument: Kind) -> Kind:
    """Return the kind of what a function gives."""
    return _FIXED.get(call.name, argument)


def _refuse(call: Call, kind: Kind) -> None:
    if kind in _NUMBERS or call.name in _ANY_KIND or (kind is Kind.BOOLEAN and call.name in {"min", "max"}):
        return
    raise StatementError(f"unsupported {call.name} iterator type: {iterator_of(kind)}")


def _ref(call: Call) -> Ref:
    match call.args[0]:
        case Ref() as ref:
            return ref
    raise StatementError(f"expected field argument in {call.name}()")


def _cast(column: str, kind: Kind) -> str:
    if kind is Kind.INTEGER:
        return f"trunc({column})::bigint"
    return "null"


def _numbered(count: int) -> list[str]:
    return [f"f{number + 1}" for number in range(count)]


def _ints(found: Any) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.asarray(np.ma.getdata(found), np.int64)
