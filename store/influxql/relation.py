"""The rows that a statement reads: series in their groups, fields as columns, written as SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from store.facts import tables as fact_tables
from store.influxql.catalogue import TABLES, Column, Kind
from store.influxql.conditions import Sql, to_sql
from store.influxql.tree import Expr, Ref, walk
from store.influxql.windows import MAX_TIME, MIN_TIME
from store.points import schema

STORED: Final = (*TABLES, fact_tables.FACT)
_US: Final = 1_000
_SQL_TYPES: Final = {
    Kind.FLOAT: "double",
    Kind.INTEGER: "bigint",
    Kind.STRING: "varchar",
    Kind.BOOLEAN: "boolean",
}
_LEAST_US: Final = -9_000_000_000_000_000
_MOST_US: Final = 9_000_000_000_000_000
_FEW: Final = 64


@dataclass(frozen=True, slots=True)
class Chosen:
    """One series to read: its number among those of the statement, its group, what its fields must satisfy."""

    number: int
    group: int
    columns: Mapping[str, Column]
    condition: Expr | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """Chosen series between two instants (both included). `names` are the fields that the statement uses."""

    series: Sequence[Chosen]
    kinds: Mapping[str, Kind]
    start_ns: int = MIN_TIME
    end_ns: int = MAX_TIME
    casts: Mapping[str, Kind] = field(default_factory=dict)

    def rows(self, names: Sequence[str]) -> Sql:
        """Return SQL for the columns g, s, t (ns since 1970) and one per field, `f0`, `f1`, …; not ordered.

        A row is one instant of a series. Series that the condition refuses are not among `series`.
        """
        conditions = list(dict.fromkeys(series.condition for series in self.series))
        used = list(dict.fromkeys([*names, *self._mentioned(conditions)]))
        parts = [part for table in self._tables(used) if (part := self._part(table, used, conditions))]
        if not parts:
            nothing = "".join(f", null::{_SQL_TYPES[self.kinds[name]]} as f{n}" for n, name in enumerate(used))
            return Sql(f"select 0 as g, 0 as s, 0::bigint as t{nothing} where false", None)
        body = " union all ".join(part.text for part in parts)
        params = tuple(param for part in parts for param in part.params)
        if not self._is_flat(used):
            columns = "".join(f", max(f{number}) as f{number}" for number in range(len(used)))
            body = f"select g, s, t, c{columns} from ({body}) group by g, s, t, c"
        where, more = self._where(conditions, used)
        return Sql(f"select * from ({body}) {where}", None, (*params, *more))

    def _mentioned(self, conditions: Sequence[Expr | None]) -> list[str]:
        return [
            part.name
            for condition in conditions
            if condition is not None
            for part in walk(condition)
            if isinstance(part, Ref) and part.name in self.kinds
        ]

    def _where(self, conditions: Sequence[Expr | None], used: Sequence[str]) -> tuple[str, tuple[object, ...]]:
        if conditions == [None]:
            return "", ()
        columns = {name: Sql(f"f{number}", self.kinds[name]) for number, name in enumerate(used)}
        tests = [Sql("true", None) if each is None else to_sql(each, columns) for each in conditions]
        if len(tests) == 1:
            return f"where {tests[0].text}", tests[0].params
        cases = " ".join(f"when {number} then {test.text}" for number, test in enumerate(tests))
        return f"where case c {cases} end", tuple(param for test in tests for param in test.params)

    def _tables(self, used: Sequence[str]) -> list[str]:
        found = {series.columns[name].table for series in self.series for name in used if name in series.columns}
        return sorted(found)

    def _is_flat(self, used: Sequence[str]) -> bool:
        """Return whether all fields of a series stand in the same rows, so that none must be put together."""
        return all(
            len({(column.table, column.series_id) for name in used if (column := series.columns.get(name))}) <= 1
            for series in self.series
        )

    def _part(self, table: str, used: Sequence[str], conditions: Sequence[Expr | None]) -> Sql | None:
        shapes: dict[tuple[str, ...], int] = {}
        rows: list[tuple[int, int, int, int, int]] = []
        for series in self.series:
            for number, shape in self._shapes(series, table, used).items():
                at = shapes.setdefault(shape, len(shapes))
                rows.append((number, series.number, series.group, at, conditions.index(series.condition)))
        if not rows:
            return None
        ids = sorted({row[0] for row in rows})
        values = "".join(
            f", {self._value(number, [shape[number] for shape in shapes])} as f{number}" for number in range(len(used))
        )
        near = (
            f"p.series_id in ({', '.join(map(str, ids))})"
            if len(ids) <= _FEW
            else (f"p.series_id between {ids[0]} and {ids[-1]}")
        )
        within, bounds = self._within(table)
        given = ", ".join(f"unnest(?::integer[]) as {name}" for name in ("id", "s", "g", "q", "c"))
        return Sql(
            f"select m.g, m.s, {'epoch_us(p.ts) * 1000' if table in STORED else 'p.ts'} as t, m.c{values}"
            f" from {table} p join (select {given}) m on p.series_id = m.id where {near}{within}",
            None,
            (*([row[place] for row in rows] for place in range(5)), *bounds),
        )

    @staticmethod
    def _shapes(series: Chosen, table: str, used: Sequence[str]) -> dict[int, tuple[str, ...]]:
        numbers = {
            column.series_id
            for name in used
            if (column := series.columns.get(name)) is not None and column.table == table
        }
        return {
            number: tuple(
                column.sql
                if (column := series.columns.get(name)) and (column.table, column.series_id) == (table, number)
                else "null"
                for name in used
            )
            for number in numbers
        }

    @staticmethod
    def _value(_number: int, sqls: Sequence[str]) -> str:
        if len(set(sqls)) == 1:
            return sqls[0]
        cases = " ".join(f"when {place} then {sql}" for place, sql in enumerate(sqls) if sql != "null")
        return f"case m.q {cases} end"

    def _within(self, table: str) -> tuple[str, list[object]]:
        bounds: list[object] = []
        text = ""
        stored = table in STORED
        if self.start_ns > MIN_TIME:
            text += " and p.ts >= make_timestamp(?)" if stored else " and p.ts >= ?"
            bounds.append(_bounded_us(-(-self.start_ns // _US)) if stored else self.start_ns)
        if self.end_ns < MAX_TIME:
            text += " and p.ts <= make_timestamp(?)" if stored else " and p.ts <= ?"
            bounds.append(_bounded_us(self.end_ns // _US) if stored else self.end_ns)
        return text, bounds


def _bounded_us(at_us: int) -> int:
    return min(max(at_us, _LEAST_US), _MOST_US)


POINTS: Final = schema.POINT
