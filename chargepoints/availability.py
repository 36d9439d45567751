"""How available outlets were: time-weighted, from states, contacts and planned work. Pure calculation.

Of every instant exactly one condition is true, the first of these (docs/availability.md):
planned work; not known (before the first contact or state, or while the service itself was off and the
station out of contact); no contact; out of order; in use; available. A gap of contact of at most `SHORT`
is none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final, Generic, NamedTuple, TypeVar

from core.facts import ConnectorStatus
from core.periods import Period
from core.station_events import WHOLE_STATION, Contact, StationEvent, StationEventKind

SHORT: Final = timedelta(minutes=5)
"""A station that is back within this time was not away."""


class Condition(StrEnum):
    """What an outlet is to somebody who wants to charge."""

    AVAILABLE = "available"
    IN_USE = "in_use"
    OUT_OF_ORDER = "out_of_order"
    NO_CONTACT = "no_contact"
    PLANNED = "planned"
    UNKNOWN = "unknown"


UP: Final = frozenset({Condition.AVAILABLE, Condition.IN_USE})
DOWN: Final = frozenset({Condition.OUT_OF_ORDER, Condition.NO_CONTACT})

_BROKEN: Final = frozenset({ConnectorStatus.FAULTED.value, ConnectorStatus.UNAVAILABLE.value})

T = TypeVar("T")


class Stretch(NamedTuple):
    """A condition that lasted."""

    period: Period
    condition: Condition


@dataclass(frozen=True, slots=True)
class Account:
    """How long which condition was true, and how many outages there were: outlets of one or many."""

    lasted: dict[Condition, timedelta] = field(default_factory=dict)
    outages: int = 0

    def __add__(self, other: Account) -> Account:
        """Return the account of both together."""
        conditions = {*self.lasted, *other.lasted}
        lasted = {each: self.of(each) + other.of(each) for each in Condition if each in conditions}
        return Account(lasted, self.outages + other.outages)

    def of(self, *conditions: Condition) -> timedelta:
        """Return how long any of these was true."""
        return sum((self.lasted.get(each, timedelta(0)) for each in conditions), timedelta(0))

    @property
    def counted(self) -> timedelta:
        """Return the time that counts: neither planned work nor not known."""
        return self.of(*UP, *DOWN)

    @property
    def availability(self) -> Fraction | None:
        """Return available and in use as a share of the time that counts, None where none does."""
        whole = self.counted
        return Fraction(self.of(*UP) // _TICK, whole // _TICK) if whole else None

    @property
    def to_repair(self) -> timedelta | None:
        """Return how long an outage lasted on average (MTTR), None without any."""
        return self.of(*DOWN) / self.outages if self.outages else None

    @property
    def between_failures(self) -> timedelta | None:
        """Return how long an outlet worked on average for each outage (MTBF), None without any."""
        return self.of(*UP) / self.outages if self.outages else None


_TICK: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Course(Generic[T]):
    """A value that changes at instants; before the first it is None."""

    at_utc: tuple[datetime, ...]
    values: tuple[T, ...]

    @classmethod
    def of(cls, changes: Iterable[tuple[datetime, T]]) -> Course[T]:
        """Return the course of changes in their order; of equal instants the last counts."""
        told = dict(changes)
        return cls(tuple(told), tuple(told.values()))

    def at(self, at_utc: datetime) -> T | None:
        """Return the value at an instant."""
        place = bisect_right(self.at_utc, at_utc)
        return self.values[place - 1] if place else None


def outages_of_service(events: Iterable[StationEvent], until_utc: datetime) -> tuple[Period, ...]:
    """Return when the service itself was off: from each stop to the next start."""
    off, since = [], None
    for event in sorted(events, key=lambda event: event.at_utc):
        if event.kind is not StationEventKind.SERVICE:
            continue
        if event.code == "stopped" and since is None:
            since = event.at_utc
        elif event.code == "started" and since is not None:
            off.append(Period(since, event.at_utc))
            since = None
    if since is not None and since < until_utc:
        off.append(Period(since, until_utc))
    return tuple(off)


def contact_of(events: Iterable[StationEvent], off: Sequence[Period], until_utc: datetime) -> Course[Condition | None]:
    """Return when a station was away (no contact, or not known while the service was off); None while it was there.

    A gap that is still open at `until_utc` has lasted until then. It is short if it is so without the time in
    which the service was off.
    """
    told = [event for event in events if event.kind is StationEventKind.CONNECTION]
    changes: list[tuple[datetime, bool]] = []
    for event in sorted(told, key=lambda event: (event.at_utc, event.received_at_utc)):
        up = Contact(event.code).up
        if not changes or changes[-1][1] != up:
            changes.append((event.at_utc, up))
    course: list[tuple[datetime, Condition | None]] = []
    for (begins, up), (ends, _) in pairwise([*changes, (until_utc, True)]):
        if up or ends <= begins:
            course.append((begins, None))
        else:
            course += _gap(Period(begins, ends), off)
    return Course.of(course)


def _gap(gap: Period, off: Sequence[Period]) -> list[tuple[datetime, Condition | None]]:
    """Return what a gap of contact means, from when on."""
    if gap.duration <= SHORT:
        return [(gap.start_utc, None)]
    within = [
        Period(max(each.start_utc, gap.start_utc), min(each.end_utc, gap.end_utc)) for each in off if _meet(each, gap)
    ]
    seen = gap.duration - sum((each.duration for each in within), timedelta(0))
    away = Condition.NO_CONTACT if seen > SHORT else None
    changes: list[tuple[datetime, Condition | None]] = [(gap.start_utc, away)]
    for each in within:
        changes += [(each.start_utc, Condition.UNKNOWN), (each.end_utc, away)]
    return changes


def _meet(one: Period, other: Period) -> bool:
    return one.start_utc < other.end_utc and other.start_utc < one.end_utc


def states_of(events: Iterable[StationEvent], connector: int) -> Course[str]:
    """Return the states that a station told of an outlet (or of itself: connector 0), by its own instants."""
    told = [event for event in events if event.kind is StationEventKind.STATUS and event.connector == connector]
    told.sort(key=lambda event: (event.at_utc, event.received_at_utc, event.frame))
    return Course.of((event.at_utc, event.code) for event in told)


def course_of_outlet(
    events: Sequence[StationEvent],
    connector: int,
    contact: Course[Condition | None],
    planned: Sequence[Period],
    period: Period,
) -> tuple[Stretch, ...]:
    """Return the conditions of an outlet through a period, without a hole; `events` are those of its station."""
    own, whole = states_of(events, connector), states_of(events, WHOLE_STATION)
    marks = {period.start_utc, period.end_utc}
    for at_utc in (*own.at_utc, *whole.at_utc, *contact.at_utc, *(edge for each in planned for edge in _edges(each))):
        if at_utc in period:
            marks.add(at_utc)
    stretches: list[Stretch] = []
    for begins, ends in pairwise(sorted(marks)):
        condition = _condition(begins, own, whole, contact, planned)
        if stretches and stretches[-1].condition is condition:
            begins = stretches.pop().period.start_utc  # noqa: PLW2901 - it lasted longer
        stretches.append(Stretch(Period(begins, ends), condition))
    return tuple(stretches)


def _edges(period: Period) -> tuple[datetime, datetime]:
    return period.start_utc, period.end_utc


def _condition(
    at_utc: datetime,
    own: Course[str],
    whole: Course[str],
    contact: Course[Condition | None],
    planned: Sequence[Period],
) -> Condition:
    if any(at_utc in each for each in planned):
        return Condition.PLANNED
    if not contact.at_utc or at_utc < contact.at_utc[0]:
        return Condition.UNKNOWN
    away = contact.at(at_utc)
    if away is not None:
        return away
    state = own.at(at_utc)
    if state in _BROKEN or whole.at(at_utc) in _BROKEN:
        return Condition.OUT_OF_ORDER
    if state is None:
        return Condition.UNKNOWN
    return Condition.AVAILABLE if state == ConnectorStatus.AVAILABLE.value else Condition.IN_USE


def account_of(stretches: Iterable[Stretch]) -> Account:
    """Return how long each condition lasted, and how many outages touch the stretches.

    An outage goes on through planned work and through what is not known, until the outlet works again.
    """
    lasted: dict[Condition, timedelta] = {}
    outages, is_down = 0, False
    for period, condition in stretches:
        lasted[condition] = lasted.get(condition, timedelta(0)) + period.duration
        if condition in DOWN and not is_down:
            outages += 1
        if condition in DOWN or condition in UP:
            is_down = condition in DOWN
    return Account(lasted, outages)
