"""The small values that rows are made of: a measured value with its age, a text code, a page's bounds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, TypeVar

from annotated_types import Ge, Le

from core.facts import LastValue
from core.inventory import Building, Entry, Meter, Station, Vehicle
from core.ports import Page
from core.quantities import Kind, Quantity
from core.readings import ReadingQuality
from core.texts import Finding, Param
from operations.house import Call, House

Limit = Annotated[int, Ge(1), Le(500)]
"""How many rows a page may have."""

T = TypeVar("T")
Placed = TypeVar("Placed", Meter, Station, Vehicle, Building)
Newest = Mapping[str, Mapping[Quantity, LastValue]]
"""The newest value of each quantity of each source."""


class Freshness(StrEnum):
    """Whether a source reports as often as it should.

    Fresh: within two nominal intervals. Late: within ten, or a day where that is longer.
    Silent: not even that. Never: nothing has come yet. Computed and by hand: no device reports it.
    """

    FRESH = "fresh"
    LATE = "late"
    SILENT = "silent"
    NEVER = "never"
    COMPUTED = "computed"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A newest value in the unit its quantity ends in, and how old it is."""

    quantity: Quantity
    value: float
    at_utc: datetime
    age_s: float
    quality: ReadingQuality
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as programs get it: its text code and parameters."""

    code: str
    params: dict[str, Param]

    @classmethod
    def of(cls, finding: Finding) -> Told:
        """Return the finding with its parameters by name."""
        return cls(finding.code, dict(finding.params))


def freshness(age_s: float | None, interval_s: float) -> Freshness:
    """Return whether a source that should report every `interval_s` does."""
    if age_s is None:
        return Freshness.NEVER
    if age_s <= 2 * interval_s:
        return Freshness.FRESH
    return Freshness.LATE if age_s <= max(10 * interval_s, 86_400) else Freshness.SILENT


async def newest(house: House, sources: Collection[str]) -> Newest:
    """Return the newest values of these sources."""
    found: dict[str, dict[Quantity, LastValue]] = {source: {} for source in sources}
    for value in await house.query.last(found.keys()) if found else ():
        found[value.source][value.quantity] = value
    return found


def values_of(newest: Newest, source: str, interval_s: float, now_utc: datetime) -> tuple[Value, ...]:
    """Return all newest values of a source, in the order of `Quantity`.

    A state holds until the source says otherwise: it is as fresh as whatever was heard of the source last.
    """
    known = newest.get(source, {})
    heard_utc = max((value.at_utc for value in known.values()), default=now_utc)
    return tuple(
        _value(
            known[quantity], heard_utc if quantity.kind is Kind.STATE else known[quantity].at_utc, interval_s, now_utc
        )
        for quantity in Quantity
        if quantity in known
    )


def pick(values: Iterable[Value], quantity: Quantity) -> Value | None:
    """Return the value of `quantity`, None if there is none."""
    return next((value for value in values if value.quantity is quantity), None)


def freshest(values: Sequence[Value]) -> Freshness:
    """Return how well a source reports by its newest value."""
    return min((value.freshness for value in values), key=list(Freshness).index, default=Freshness.NEVER)


def reports(meter: Meter, values: Sequence[Value]) -> Freshness:
    """Return how well a meter reports; one without a device has nothing to report."""
    if meter.terms:
        return Freshness.COMPUTED
    return Freshness.BY_HAND if meter.feed is None and not values else freshest(values)


def age_s(at_utc: datetime | None, now_utc: datetime) -> float | None:
    """Return the seconds since an instant, None where there is none."""
    return None if at_utc is None else (now_utc - at_utc).total_seconds()


def in_force(entries: Iterable[Placed], call: Call, day: date, site: str | None = None) -> list[Placed]:
    """Return the entries valid on `day` (at `site`) that the actor may see."""
    return [
        entry for entry in entries if entry.valid_on(day) and call.actor.sees(entry.site) and site in (None, entry.site)
    ]


def matches(entry: Entry, query: str | None) -> bool:
    """Return whether id or name contain `query`, in any case."""
    wanted = (query or "").casefold()
    return wanted in entry.id.casefold() or wanted in entry.name.casefold()


def page_of(items: Sequence[T], keys: Sequence[str], limit: int, cursor: str | None) -> Page[T]:
    """Return the items after `cursor` in the order of their keys; the cursor is the last key shown."""
    rows = sorted(zip(keys, items, strict=True), key=lambda row: row[0])
    rest = [row for row in rows if cursor is None or row[0] > cursor]
    shown = rest[:limit]
    return Page(tuple(item for _, item in shown), len(rows), shown[-1][0] if len(rest) > limit else None)


def _value(last: LastValue, heard_utc: datetime, interval_s: float, now_utc: datetime) -> Value:
    return Value(
        quantity=last.quantity,
        value=last.value,
        at_utc=last.at_utc,
        age_s=(now_utc - last.at_utc).total_seconds(),
        quality=last.quality,
        freshness=freshness((now_utc - heard_utc).total_seconds(), interval_s),
    )
