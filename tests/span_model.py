"""What stores must say of slots, worked out one by one in plain Python; and slots to try it with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import strategies as st

from core.intervals import Amount, Resolution, Shares
from core.periods import SLOT, Period, local_days, local_month
from core.readings import SlotShare
from energy.series import SHARE_NUMBERS, Amounts, Means

BERLIN = ZoneInfo("Europe/Berlin")
SHARES = tuple(sorted(SHARE_NUMBERS, key=lambda share: SHARE_NUMBERS[share]))
ESTIMATED = SHARE_NUMBERS[SlotShare.ESTIMATED]
MISSING = SHARE_NUMBERS[SlotShare.MISSING]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SPRING = datetime(2026, 3, 27, 20, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 23, 20, tzinfo=UTC)
NEW_YEAR = datetime(2026, 12, 30, 20, tzinfo=UTC)
WINDOW_SLOTS = 4 * 96


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot of one series: what it counted, its seconds and how its borders are known; or its mean and extremes."""

    start: datetime
    seconds: tuple[int, ...]
    thousandths: int = 0
    begins: int = 0
    ends: int = 0
    mean: float = 0.0
    minimum: float = 0.0
    maximum: float = 0.0

    @property
    def known_s(self) -> int:
        """Return how many seconds are not missing."""
        return sum(self.seconds[:MISSING])


def ms(at: datetime) -> int:
    """Return milliseconds since 1970."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def amounts(slots: Iterable[Slot]) -> Amounts:
    """Return slots as columns of amounts."""
    rows = sorted(slots, key=lambda slot: slot.start)
    return Amounts(
        np.array([ms(row.start) for row in rows], np.int64),
        np.array([row.thousandths for row in rows], np.int64),
        np.array([row.seconds for row in rows], np.int32).reshape(-1, 5),
        np.array([row.begins for row in rows], np.uint8),
        np.array([row.ends for row in rows], np.uint8),
    )


def means(slots: Iterable[Slot]) -> Means:
    """Return slots as columns of means."""
    rows = sorted(slots, key=lambda slot: slot.start)
    return Means(
        np.array([ms(row.start) for row in rows], np.int64),
        np.array([row.mean for row in rows]),
        np.array([row.minimum for row in rows]),
        np.array([row.maximum for row in rows]),
        np.array([row.seconds for row in rows], np.int32).reshape(-1, 5),
    )


def spans(period: Period, resolution: Resolution | None, zone: ZoneInfo) -> list[Period]:
    """Return the spans that tile a period."""
    match resolution:
        case None:
            return [period]
        case Resolution.DAY:
            return list(local_days(period, zone))
        case Resolution.MONTH:
            return _months(period, zone)
        case _:
            length = timedelta(hours=1) if resolution is Resolution.HOUR else SLOT
            return [hour for day in local_days(period, zone) for hour in _hours(day, length)]


def _months(period: Period, zone: ZoneInfo) -> list[Period]:
    found, start = [], period.start_utc
    while start < period.end_utc:
        local = start.astimezone(zone)
        end = min(local_month(local.year, local.month, zone).end_utc, period.end_utc)
        found.append(Period(start, end))
        start = end
    return found


def _hours(day: Period, length: timedelta) -> list[Period]:
    """Return the hours of a cut day; in a zone of whole hours they begin at whole hours of UTC."""
    ends = [day.start_utc]
    while ends[-1] < day.end_utc:
        past = (ends[-1] - EPOCH) % length
        ends.append(min(ends[-1] + length - past, day.end_utc))
    return [Period(start, end) for start, end in pairwise(ends)]


def inside(slots: Sequence[Slot], span: Period) -> list[Slot]:
    """Return the slots that lie wholly in a span, in order."""
    return sorted(
        (slot for slot in slots if span.start_utc <= slot.start and slot.start + SLOT <= span.end_utc),
        key=lambda slot: slot.start,
    )


def in_course(slots: Sequence[Slot], span: Period) -> bool:
    """Return whether the amount of a span, that of these slots, is known well enough for a course."""
    return any(slot.known_s for slot in slots) or _known_as(slots, span) < ESTIMATED


def _tells(slots: Sequence[Slot], span: Period) -> bool:
    counted = sum(slot.thousandths for slot in slots)
    return bool(any(slot.known_s for slot in slots) or counted or _known_as(slots, span) < MISSING)


def amount(members: Mapping[str, Sequence[Slot]], span: Period) -> Amount:
    """Return what sources counted together in a span."""
    found = {source: inside(slots, span) for source, slots in members.items()}
    speaking = {source: slots for source, slots in found.items() if _tells(slots, span)}
    weakest = max((_known_as(slots, span) for slots in speaking.values()), default=MISSING)
    return Amount(
        period=span,
        thousandths=sum(slot.thousandths for slots in speaking.values() for slot in slots) if speaking else None,
        share=SHARES[weakest],
        shares=shares([slot for slots in found.values() for slot in slots], span, len(members)),
        sources=len(speaking),
        silent=tuple(sorted(members.keys() - speaking.keys())),
    )


def _known_as(slots: Sequence[Slot], span: Period) -> int:
    if not slots:
        return MISSING
    ends = [span.start_utc, *(slot.start + SLOT for slot in slots)]
    adjoin = ends == [*(slot.start for slot in slots), span.end_utc]
    borders = [border for slot in slots for border in (slot.begins, slot.ends)]
    return max(borders[0], borders[-1]) if adjoin and MISSING not in borders else MISSING


def shares(slots: Sequence[Slot], span: Period, sources: int = 1) -> Shares:
    """Return what a span of so many sources stands on."""
    known = [sum(slot.seconds[number] for slot in slots) for number in range(MISSING)]
    missing_s = int(span.duration.total_seconds()) * sources - sum(known)
    names = [f"{share.value}_s" for share in SHARES[:MISSING]]
    return Shares(**dict(zip(names, known, strict=True)), missing_s=missing_s)


_SILENT = (0, 0, 0, 0, 900)
_number = st.just(0) | st.integers(-5, 10**9)
_split = st.sampled_from(
    [(900, 0, 0, 0, 0), (0, 0, 900, 0, 0), (300, 100, 200, 250, 50), (0, 0, 0, 900, 0), (60, 0, 0, 0, 840), _SILENT]
)


@st.composite
def runs_of_slots(draw: st.DrawFn, begin: datetime) -> list[Slot]:
    """Return runs of adjoining slots in the four days from `begin`; some slots are missing altogether."""
    slots: dict[datetime, Slot] = {}
    for _ in range(draw(st.integers(0, 3))):
        first = draw(st.sampled_from([0, 16, 108, 112, 200]) | st.integers(0, WINDOW_SLOTS - 1))
        length = draw(st.sampled_from([1, 4, 96, 92, 100, WINDOW_SLOTS]))
        seconds, border = draw(_split), draw(st.sampled_from([0, 0, 1, 2, 3]))
        number, step = draw(_number), draw(st.just(0) | st.integers(0, 1000))
        for place in range(first, min(first + length, WINDOW_SLOTS)):
            start, value = begin + place * SLOT, number + step * (place - first)
            slots[start] = Slot(start, seconds, value, border, border, float(value), value - 1.5, value + 2.5)
    for place in draw(st.lists(st.integers(0, WINDOW_SLOTS - 1), max_size=2)):
        start = begin + place * SLOT
        slots[start] = Slot(start, _SILENT, 0, MISSING, MISSING)
    return list(slots.values())


def periods(begin: datetime) -> st.SearchStrategy[Period]:
    """Return periods in and around the four days, many of them from midnight to midnight."""
    place = st.sampled_from([0, 180, 240, 27 * 60, 28 * 60, 51 * 60, 52 * 60, 53 * 60]) | st.integers(
        -90, 4 * 1440 + 90
    )
    return st.tuples(place, place).map(
        lambda ends: Period(begin + timedelta(minutes=min(ends)), begin + timedelta(minutes=max(ends)))
    )
