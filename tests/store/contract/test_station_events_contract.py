"""The books of what happened at charge points and of planned work there, over every ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.facts import ConnectorStatus, StationLink, StationStatus
from core.periods import Period
from core.retention import RecordKind
from core.station_events import (
    SERVICE,
    Contact,
    EventCount,
    Maintenance,
    StationEvent,
    StationEventFilter,
    StationEventKind,
)
from core.texts import Finding
from store.ledger.ledger import SqlLedger

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def event(minute: int, code: str = "available", **given: object) -> StationEvent:
    at_utc = NOW + minute * MINUTE
    made = StationEvent(
        station="cp1",
        kind=StationEventKind.STATUS,
        connector=1,
        code=code,
        at_utc=at_utc,
        received_at_utc=at_utc,
        frame=minute + 100,
        last_frame=minute + 100,
    )
    return replace(made, **given)  # type: ignore[arg-type]


def contact(minute: int, code: Contact) -> StationEvent:
    return event(minute, code.value, kind=StationEventKind.CONNECTION, connector=0, frame=0, last_frame=0)


def refused(minute: int, count: int, last_frame: int) -> StationEvent:
    finding = Finding.of("ocpp.not_json", size_byte=count)
    return event(
        minute, "ocpp.not_json", kind=StationEventKind.REFUSED, finding=finding, count=count, last_frame=last_frame
    )


async def know(ledger: SqlLedger) -> None:
    """Let the books know the station and its outlet, as they do when anything happens there."""
    await ledger.save_link(StationLink(station="cp1", connected=True, since_utc=NOW))
    await ledger.save_statuses(
        [
            StationStatus(
                station=station, connector=1, status=ConnectorStatus.AVAILABLE, at_utc=NOW, received_at_utc=NOW
            )
            for station in ("cp1", "cp2")
        ]
    )


async def test_events_are_listed_newest_first_page_by_page_and_the_same_event_is_kept_once(ledger: SqlLedger) -> None:
    events = [event(number) for number in range(5)]
    await ledger.save_events(events)
    await ledger.save_events(events[2:])
    first = await ledger.station_events(StationEventFilter(limit=3))
    assert (first.items, first.total) == ((events[4], events[3], events[2]), 5)
    rest = await ledger.station_events(StationEventFilter(limit=3, cursor=first.next_cursor))
    assert (rest.items, rest.next_cursor) == ((events[1], events[0]), None)


async def test_events_are_found_by_station_kind_outlet_and_time_of_arrival(ledger: SqlLedger) -> None:
    other = event(1, station="cp2")
    late = event(-60, received_at_utc=NOW + 2 * MINUTE)
    came = contact(3, Contact.CONNECTED)
    await ledger.save_events([event(0), other, late, came])
    found = await ledger.station_events(StationEventFilter(stations=frozenset({"cp2"})))
    assert found.items == (other,)
    found = await ledger.station_events(StationEventFilter(kinds=frozenset({StationEventKind.CONNECTION})))
    assert found.items == (came,)
    found = await ledger.station_events(
        StationEventFilter(connector=1, period=Period(NOW + 2 * MINUTE, NOW + 9 * MINUTE))
    )
    assert found.items == (late,)


async def test_equal_events_of_a_quarter_hour_are_one_row_with_its_newest_count(ledger: SqlLedger) -> None:
    await ledger.save_events([refused(0, 3, 105)])
    await ledger.save_events([refused(0, 8, 140)])
    await ledger.save_events([replace(refused(20, 1, 200), frame=200)])
    found = await ledger.station_events(StationEventFilter())
    assert [each.count for each in found.items] == [1, 8]
    kinds = {StationEventKind.REFUSED}
    counts = await ledger.event_counts(kinds, Period(NOW, NOW + 60 * MINUTE))
    assert counts == (EventCount(station="cp1", kind=StationEventKind.REFUSED, code="ocpp.not_json", count=9),)
    assert await ledger.event_counts(kinds, Period(NOW, NOW + 60 * MINUTE), {"cp2"}) == ()


async def test_a_course_has_the_newest_before_its_period_and_ends_with_it(ledger: SqlLedger) -> None:
    await know(ledger)
    service = event(-500, "started", station=SERVICE, kind=StationEventKind.SERVICE, connector=0, frame=0, last_frame=0)
    before = [event(-30, "faulted"), event(-20), contact(-40, Contact.CLOSED), contact(-35, Contact.CONNECTED)]
    within = [event(5, "charging"), contact(7, Contact.SILENT)]
    await ledger.save_events([service, *before, *within, event(60, "faulted"), event(3, station="cp2")])
    course = await ledger.station_course({"cp1"}, Period(NOW, NOW + 60 * MINUTE))
    assert course == (service, before[3], before[1], *within)
    assert len(await ledger.station_course(None, Period(NOW, NOW + 60 * MINUTE))) == len(course) + 1


async def test_a_start_goes_on_from_the_newest_state_and_the_running_counts(ledger: SqlLedger) -> None:
    await know(ledger)
    counted, over = refused(0, 3, 105), refused(-90, 2, 12)
    await ledger.save_events([event(0), event(2, "faulted"), counted, over])
    assert await ledger.newest_events(105, NOW + MINUTE) == (event(2, "faulted"),)
    assert await ledger.newest_events(100, NOW + MINUTE) == (event(2, "faulted"), counted)


async def test_what_the_journal_tells_of_is_forgotten_before_it_is_made_again(ledger: SqlLedger) -> None:
    await ledger.save_events([event(0), contact(1, Contact.CONNECTED)])
    assert await ledger.forget_journalled_events(100) == 1
    assert (await ledger.station_events(StationEventFilter())).items == (contact(1, Contact.CONNECTED),)


async def test_planned_work_is_kept_found_by_its_period_and_cancelled_once(ledger: SqlLedger) -> None:
    planned = Maintenance(
        station="cp1",
        site=None,
        period=Period(NOW, NOW + 60 * MINUTE),
        reason="Prüfung",
        added_by="anna",
        added_at_utc=NOW,
    )
    added = await ledger.add_maintenance(planned)
    assert added == replace(planned, id=added.id)
    assert added.id > 0
    assert await ledger.maintenances(Period(NOW + 60 * MINUTE, NOW + 90 * MINUTE)) == ()
    assert await ledger.maintenances(Period(NOW - MINUTE, NOW + MINUTE)) == (added,)
    cancelled = await ledger.cancel_maintenance(added.id, "bernd", NOW)
    assert cancelled == replace(added, cancelled_by="bernd", cancelled_at_utc=NOW)
    assert await ledger.cancel_maintenance(added.id, "carla", NOW + MINUTE) == cancelled
    assert await ledger.maintenance(added.id) == cancelled
    assert await ledger.cancel_maintenance(99, "carla", NOW) is None


async def test_old_events_go_but_not_how_things_stood(ledger: SqlLedger) -> None:
    old = [event(-30, "faulted"), event(-20), refused(-25, 1, 9), contact(-40, Contact.CONNECTED)]
    await ledger.save_events([*old, event(5, "charging")])
    assert await ledger.forget_records(RecordKind.STATION_EVENTS, NOW) == 2
    left = (await ledger.station_events(StationEventFilter())).items
    assert left == (event(5, "charging"), old[1], old[3])
