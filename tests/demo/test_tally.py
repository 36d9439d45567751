"""The account must be able to find a loss, else it is worth nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from core.books import RejectionFilter, SessionFilter
from core.facts import ChargeSession, LastValue, Origin, Protocol, Rejection, SessionState
from core.periods import Period
from core.ports import Direction, Frame, Page
from core.quantities import Quantity
from core.readings import Reading
from demo.messages import Promise
from demo.tally import Books, EndedSession, Tally

START = datetime(2026, 7, 1, 10, tzinfo=UTC)
LATER = START + timedelta(seconds=30)
SOURCE = "meter:hof"
WH, SOC = Quantity.ENERGY_IMPORT_WH, Quantity.SOC_PERCENT


@dataclass
class Shelf:
    """All books of a store that keeps what it is given, in lists."""

    kept: list[Reading] = field(default_factory=list)
    frames_: list[Frame] = field(default_factory=list)
    sessions_: list[ChargeSession] = field(default_factory=list)

    async def last(self, _sources: Collection[str] | None = None) -> tuple[LastValue, ...]:
        return ()

    async def readings(self, source: str, quantity: Quantity, period: Period) -> tuple[Reading, ...]:
        return tuple(r for r in self.kept if (r.source, r.quantity) == (source, quantity) and r.at_utc in period)

    async def count(self) -> dict[str, int]:
        return {"meter": len(self.kept)}

    async def frames(self, after: int = 0, _station: str | None = None) -> AsyncIterator[Frame]:
        for frame in self.frames_:
            if frame.id > after:
                yield frame

    async def sessions(self, wanted: SessionFilter) -> Page[ChargeSession]:
        start = int(wanted.cursor or 0)
        items = tuple(self.sessions_[start : start + 1])
        more = start + 1 < len(self.sessions_)
        return Page(items, len(self.sessions_), str(start + 1) if more else None)

    async def rejections(self, _wanted: RejectionFilter) -> Page[Rejection]:
        return Page((), 3, None)

    @property
    def books(self) -> Books:
        return Books(self, self, self, self)  # type: ignore[arg-type]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def frame(number: int, unique_id: str, direction: Direction = Direction.IN) -> Frame:
    payload = f'[2,"{unique_id}","Heartbeat",{{}}]'.encode()
    return Frame("hof-01", "c", direction, LATER, "ocpp1.6", payload, id=number)


def session(
    station: str = "hof-01", protocol: Protocol = Protocol.OCPP_16, origin: Origin = Origin.RECORDED
) -> ChargeSession:
    return ChargeSession(
        id=f"{station}-{origin}",
        station=station,
        connector=1,
        protocol=protocol,
        transaction="1",
        state=SessionState.ENDED,
        begun_at_utc=START,
        ended_at_utc=LATER,
        origin=origin,
    )


async def lost(tally: Tally, shelf: Shelf) -> int:
    return (await tally.compare(shelf.books, LATER)).lost


async def test_a_promised_reading_that_is_there_is_not_lost(shelf: Shelf) -> None:
    tally = Tally(START)
    tally.was_acknowledged([Promise(SOURCE, WH, 12.5, START)])
    shelf.kept.append(Reading(SOURCE, WH, START, 12.5))
    assert await lost(tally, shelf) == 0


async def test_a_dropped_reading_is_lost(shelf: Shelf) -> None:
    tally = Tally(START)
    tally.was_acknowledged([Promise(SOURCE, WH, float(n), START + timedelta(seconds=n)) for n in range(10)])
    shelf.kept += [Reading(SOURCE, WH, START + timedelta(seconds=n), float(n)) for n in range(10) if n != 4]
    outcome = await tally.compare(shelf.books, LATER)
    assert outcome.missing == ("meter:hof energy_import_wh at 2026-07-01T10:00:04+00:00",)


async def test_a_reading_with_another_value_is_lost(shelf: Shelf) -> None:
    tally = Tally(START)
    tally.was_acknowledged([Promise(SOURCE, WH, 12.5, START)])
    shelf.kept.append(Reading(SOURCE, WH, START, 13.5))
    assert await lost(tally, shelf) == 1


async def test_values_without_instant_are_counted_one_by_one(shelf: Shelf) -> None:
    tally = Tally(START)
    tally.was_acknowledged([Promise("vehicle:e", SOC, value) for value in (80.0, 81.0, 80.0)])
    shelf.kept += [Reading("vehicle:e", SOC, START + timedelta(seconds=n), v) for n, v in enumerate((80.0, 81.0))]
    assert await lost(tally, shelf) == 1
    shelf.kept.append(Reading("vehicle:e", SOC, START + timedelta(seconds=9), 80.0))
    assert await lost(tally, shelf) == 0


async def test_one_stored_value_does_not_keep_two_promises(shelf: Shelf) -> None:
    tally = Tally(START)
    tally.was_acknowledged([Promise(SOURCE, WH, 5.0, START), Promise(SOURCE, WH, 5.0)])
    shelf.kept.append(Reading(SOURCE, WH, START, 5.0))
    assert await lost(tally, shelf) == 1


async def test_an_answered_call_must_be_in_the_journal_as_received(shelf: Shelf) -> None:
    tally = Tally(START)
    tally.was_answered("hof-01", "a")
    tally.was_answered("hof-01", "b")
    shelf.frames_ += [frame(1, "a"), frame(2, "b", Direction.OUT)]
    outcome = await tally.compare(shelf.books, LATER)
    assert outcome.missing == ("frame b of hof-01",)
    shelf.frames_.append(frame(3, "b"))
    assert await lost(tally, shelf) == 0


async def test_an_ended_session_must_be_in_the_book(shelf: Shelf) -> None:
    tally = Tally(START)
    tally.has_ended(EndedSession("hof-01", 1, START))
    assert await lost(tally, shelf) == 1
    shelf.sessions_.append(session())
    assert await lost(tally, shelf) == 0


async def test_the_outcome_is_the_object_that_the_demo_prints(shelf: Shelf) -> None:
    tally = Tally(START)
    tally.was_sent("tasmota")
    tally.was_sent("ocpp2.0.1")
    shelf.sessions_ += [session(), session("hof-02", Protocol.OCPP_201), session("hof-03", origin=Origin.GENERATED)]
    outcome = await tally.compare(shelf.books, LATER)
    assert outcome.as_dict() == {
        "readings": {"meter": 0, "station": 0, "vehicle": 0},
        "formats": {
            "tasmota": 1,
            "shelly": 0,
            "chirpstack": 0,
            "ovms": 0,
            "teslamate": 0,
            "ocpp1.6": 0,
            "ocpp2.0.1": 1,
        },
        "sessions": {"1.6": 1, "2.0.1": 1},
        "rejected": 3,
        "lost": 0,
    }


async def test_settling_waits_for_what_is_still_on_its_way(shelf: Shelf) -> None:
    tally = Tally(START)
    tally.was_acknowledged([Promise(SOURCE, WH, 1.0, START)])
    asked: list[datetime] = []

    def clock() -> datetime:
        asked.append(START)
        if len(asked) == 3:
            shelf.kept.append(Reading(SOURCE, WH, START, 1.0))
        return START + timedelta(seconds=0.1 * len(asked))

    assert (await tally.settle(shelf.books, clock, timeout_s=5.0)).lost == 0


async def test_settling_gives_up_after_its_time(shelf: Shelf) -> None:
    tally = Tally(START)
    tally.was_acknowledged([Promise(SOURCE, WH, 1.0, START)])
    ticks = iter(range(1000))
    outcome = await tally.settle(shelf.books, lambda: START + timedelta(seconds=next(ticks)), timeout_s=3.0)
    assert outcome.lost == 1


async def test_promises_are_kept_for_an_hour_at_least_and_two_at_most(shelf: Shelf) -> None:
    tally = Tally(START)
    for hour in range(4):
        tally.turn_page(START + timedelta(hours=hour))
        tally.was_acknowledged([Promise(SOURCE, WH, float(hour), START + timedelta(hours=hour))])
    assert set(tally.promises().timed[SOURCE, WH].values()) == {2.0, 3.0}
    assert await lost(tally, shelf) == 2
