"""The questions of dashboards: InfluxQL as Grafana sends it, the same for every way to the data.

Grafana puts the time range in for `$timeFilter`, the width of a pixel for `$__interval`, and the values of a variable,
one or several, for `/^$site$/` (its InfluxDB data source: several become an alternative, special signs are escaped).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.quantities import Quantity
from core.readings import SlotShare
from core.units import look_of
from store.places import quality_field

SLOTS: Final = "interval_15m"
DAYS: Final = "day"
SESSIONS: Final = "session"
AUTO: Final = "$__interval"
DAY: Final = "1d"
ZONE: Final = "Europe/Berlin"
_WH_PER_KW: Final = 250
"""A kilowatt for a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Column:
    """A field put together by `aggregate`, divided so that it is in its shown unit, under a name."""

    field: str
    aggregate: str
    name: str
    divisor: float = 1


@dataclass(frozen=True, slots=True)
class Where:
    """A condition in InfluxQL."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """What is asked of a measurement: `every` span of time (none: once for all of it) and `by` tags."""

    measurement: str
    columns: Sequence[Column]
    where: Sequence[Where] = ()
    every: str = ""
    by: Sequence[str] = ()
    fill: str = "none"

    @property
    def text(self) -> str:
        """Return the question. Days are local ones, also where the clock changes."""
        columns = ", ".join(_column(each) for each in self.columns)
        conditions = " AND ".join([each.text for each in self.where] + ["$timeFilter"])
        groups = ([f"time({self.every})"] if self.every else []) + [f'"{tag}"' for tag in self.by]
        grouped = f" GROUP BY {', '.join(groups)}" if groups else ""
        filled = f" fill({self.fill})" if self.every else ""
        zone = f" tz('{ZONE}')" if self.every == DAY else ""
        return f'SELECT {columns} FROM "{self.measurement}" WHERE {conditions}{grouped}{filled}{zone}'


def is_(tag: str, value: str) -> Where:
    """Return that a tag has a value."""
    return Where(f"\"{tag}\" = '{value}'")


def chosen(tag: str, variable: str) -> Where:
    """Return that a tag is among the values chosen of a dashboard's variable."""
    return Where(f'"{tag}" =~ /^${variable}$/')


def equals(field: str, value: float) -> Where:
    """Return that a field has a value."""
    return Where(f'"{field}" = {value:g}')


def total(quantity: Quantity, name: str) -> Column:
    """Return what was counted of a quantity, in its shown unit."""
    return Column(quantity.value, "sum", name, look_of(quantity).divisor)


def load(energy: Quantity, name: str) -> Column:
    """Return the mean power in kW that the energy of quarter hours means, for all meters that count energy."""
    return Column(energy.value, "mean", name, _WH_PER_KW)


def peak(energy: Quantity, name: str) -> Column:
    """Return the greatest power of a quarter of an hour in kW, by its energy: by it grid operators bill."""
    return Column(energy.value, "max", name, _WH_PER_KW)


def share(quantity: Quantity, part: SlotShare, name: str) -> Column:
    """Return which part of the time stands on a kind of readings, in percent."""
    return Column(quality_field(quantity, part), "mean", name, 0.01)


def values_of(measurement: str, tag: str, *where: Where) -> str:
    """Return the question for the values of a tag."""
    conditions = f" WHERE {' AND '.join(each.text for each in where)}" if where else ""
    return f'SHOW TAG VALUES FROM "{measurement}" WITH KEY = "{tag}"{conditions}'


def _column(column: Column) -> str:
    if column.divisor == 1:
        scaled = ""
    elif column.divisor < 1:
        scaled = f" * {1 / column.divisor:g}"
    else:
        scaled = f" / {column.divisor:g}"
    return f'{column.aggregate}("{column.field}"){scaled} AS "{column.name}"'
