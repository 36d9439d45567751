"""The questions of dashboards: InfluxQL as Grafana sends it, the same for every way to the data.

Grafana puts the time range in for `$timeFilter`, the width of a pixel for `$__interval`, and the values of a variable,
one or several, for `/^$site$/` (its InfluxDB data source: several become an alternative, special signs are escaped).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.measurements import quality_field
from core.published import Fact
from core.quantities import Quantity
from core.readings import SlotShare
from core.units import look_of

SLOTS: Final = "interval_15m"
DAYS: Final = "day"
PERIOD: Final = "$period"
"""Days or months, as chosen: `day` and `month` are measurements with the same tags and fields."""

AUTO: Final = "$__interval"
DAY: Final = "1d"
HOUR: Final = "1h"
ZONE: Final = "Europe/Berlin"
_WH_PER_KW: Final = 250
"""A kilowatt for a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Column:
    """What stands in a column, as InfluxQL, and the column's name."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Where:
    """A condition in InfluxQL."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """What is asked of a measurement, or of the answer to another question (`inner`).

    `every` span of time (none: once for all of it) and `by` tags; a question without aggregates gives rows, of which
    the newest `most` are wanted.
    """

    measurement: str = ""
    columns: Sequence[Column]
    where: Sequence[Where] = ()
    every: str = ""
    by: Sequence[str] = ()
    fill: str = "none"
    most: int = 0
    inner: Select | None = None

    @property
    def text(self) -> str:
        """Return the question. Days are local ones, also where the clock changes."""
        columns = ", ".join(f'{each.text} AS "{each.name}"' for each in self.columns)
        conditions = " AND ".join([each.text for each in self.where] + ["$timeFilter"])
        groups = ([f"time({self.every})"] if self.every else []) + [f'"{tag}"' for tag in self.by]
        grouped = f" GROUP BY {', '.join(groups)}" if groups else ""
        filled = f" fill({self.fill})" if self.every else ""
        newest = f" ORDER BY time DESC LIMIT {self.most}" if self.most else ""
        zone = f" tz('{ZONE}')" if self.every == DAY else ""
        source = f"({self.inner.text})" if self.inner else f'"{self.measurement}"'
        return f"SELECT {columns} FROM {source} WHERE {conditions}{grouped}{filled}{newest}{zone}"


def is_(tag: str, value: str) -> Where:
    """Return that a tag, or a field of text, has a value."""
    return Where(f"\"{tag}\" = '{value}'")


def is_not(tag: str, value: str) -> Where:
    """Return that a tag has another value."""
    return Where(f"\"{tag}\" != '{value}'")


def any_of(tag: str, values: Sequence[str]) -> Where:
    """Return that a tag has one of some values."""
    return Where("(" + " OR ".join(f"\"{tag}\" = '{value}'" for value in values) + ")")


def chosen(tag: str, variable: str) -> Where:
    """Return that a tag is among the values chosen of a dashboard's variable."""
    return Where(f'"{tag}" =~ /^${variable}$/')


def equals(field: str, value: float) -> Where:
    """Return that a field has a value."""
    return Where(f'"{field}" = {value:g}')


def above(field: str, value: float) -> Where:
    """Return that a field is greater than a value."""
    return Where(f'"{field}" > {value:g}')


def is_like(tag: str, pattern: str) -> Where:
    """Return that a tag matches a regular expression."""
    return Where(f'"{tag}" =~ /{pattern}/')


def total(quantity: Quantity, name: str) -> Column:
    """Return what was counted of a quantity, in its shown unit."""
    return sum_of(quantity.value, name, look_of(quantity).divisor)


def mean(quantity: Quantity, name: str) -> Column:
    """Return the mean of a quantity, in its shown unit."""
    return Column(f'mean("{quantity.value}"){_scaled(look_of(quantity).divisor)}', name)


def newest(quantity: Quantity, name: str) -> Column:
    """Return the newest value of a quantity, in its shown unit."""
    return last_of(quantity.value, name, look_of(quantity).divisor)


def load(energy: Quantity, name: str) -> Column:
    """Return the mean power in kW that the energy of quarter hours means, for all meters that count energy."""
    return Column(f'mean("{energy.value}"){_scaled(_WH_PER_KW)}', name)


def peak(energy: Quantity, name: str) -> Column:
    """Return the greatest power of a quarter of an hour in kW, by its energy: by it grid operators bill."""
    return max_of(energy.value, name, _WH_PER_KW)


def share(quantity: Quantity, part: SlotShare, name: str) -> Column:
    """Return which part of the time stands on a kind of readings, in percent."""
    return Column(f'mean("{quality_field(quantity, part)}"){_scaled(0.01)}', name)


def sum_of(field: str, name: str, divisor: float = 1) -> Column:
    """Return the sum of a field."""
    return Column(f'sum("{field}"){_scaled(divisor)}', name)


def mean_of(field: str, name: str, divisor: float = 1) -> Column:
    """Return the mean of a field."""
    return Column(f'mean("{field}"){_scaled(divisor)}', name)


def last_of(field: str, name: str, divisor: float = 1) -> Column:
    """Return the newest value of a field, a number or a text."""
    return Column(f'last("{field}"){_scaled(divisor)}', name)


def max_of(field: str, name: str, divisor: float = 1) -> Column:
    """Return the greatest value of a field."""
    return Column(f'max("{field}"){_scaled(divisor)}', name)


def min_of(field: str, name: str, divisor: float = 1) -> Column:
    """Return the least value of a field."""
    return Column(f'min("{field}"){_scaled(divisor)}', name)


def count_of(field: str, name: str) -> Column:
    """Return how many values of a field there are."""
    return Column(f'count("{field}")', name)


def value_of(field: str, name: str, divisor: float = 1) -> Column:
    """Return a field, or a tag, of each row."""
    return Column(f'"{field}"{_scaled(divisor)}', name)


def percent_of(part: str, whole: str, name: str) -> Column:
    """Return the sum of one field in percent of that of another."""
    return Column(f'100 * sum("{part}") / sum("{whole}")', name)


def part_of_both(part: str, other: str, name: str) -> Column:
    """Return the sum of one field in percent of both together."""
    return Column(f'100 * sum("{part}") / (sum("{part}") + sum("{other}"))', name)


def per(part: str, whole: str, name: str, factor: float = 1) -> Column:
    """Return the sum of one field per that of another, times a factor."""
    scaled = "" if factor == 1 else f"{factor:g} * "
    return Column(f'{scaled}sum("{part}") / sum("{whole}")', name)


def highest(field: str, most: int, name: str) -> Column:
    """Return the greatest values of a column of an inner question, each at its instant."""
    return Column(f'top("{field}", {most})', name)


def flow(volume: Quantity, name: str) -> Column:
    """Return the mean flow in m³/h that the volume of quarter hours means."""
    return Column(f'4 * mean("{volume.value}")', name)


def lacking(field: str, name: str) -> Column:
    """Return 1 where the newest value of a field is 0, else 0."""
    return Column(f'1 - last("{field}")', name)


def values_of(measurement: str, tag: str, *where: Where) -> str:
    """Return the question for the values of a tag."""
    conditions = f" WHERE {' AND '.join(each.text for each in where)}" if where else ""
    return f'SHOW TAG VALUES FROM "{measurement}" WITH KEY = "{tag}"{conditions}'


def marks_of(events: Sequence[str], field: str, *where: Where) -> str:
    """Return the question for events as marks in charts: when, of what kind, about what."""
    columns = (value_of(field, field), value_of("event", "event"), value_of("source", "source"))
    return Select(measurement=Fact.EVENT.value, columns=columns, where=(any_of("event", events), *where)).text


def open_alarms(kind: str) -> str:
    """Return the question of the alert rule of a kind of alarm: by subject and site how many are open."""
    asked = Select(
        measurement=Fact.ALARM.value,
        columns=(sum_of("open", "open"),),
        where=(is_("kind", kind),),
        by=("source", "site"),
    )
    return asked.text


def looks() -> str:
    """Return the question whether anybody still looks for alarms: how often in the range."""
    return Select(measurement=Fact.ALARM_LOOK.value, columns=(count_of("open", "looks"),)).text


def _scaled(divisor: float) -> str:
    """Return the arithmetic of a divisor; without an exponent, which InfluxQL does not read."""
    if divisor == 1:
        return ""
    return f" * {1 / divisor:.0f}" if divisor < 1 else f" / {divisor:.0f}"
