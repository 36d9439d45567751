"""How available outlets were: worked examples, and laws that hold for any course of events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from chargepoints.availability import (
    Account,
    Condition,
    account_of,
    contact_of,
    course_of_outlet,
    outages_of_service,
)
from core.periods import Period
from core.station_events import SERVICE, Contact, StationEvent, StationEventKind

DAY = datetime(2026, 11, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)
WHOLE = Period(DAY, DAY + 24 * HOUR)


def said(hour: float, code: str, connector: int = 1) -> StationEvent:
    at_utc = DAY + hour * HOUR
    kind = StationEventKind.STATUS if connector >= 0 else StationEventKind.CONNECTION
    return StationEvent(
        station="cp1",
        kind=kind,
        connector=max(connector, 0),
        code=code,
        at_utc=at_utc,
        received_at_utc=at_utc,
    )


def came(hour: float) -> StationEvent:
    return said(hour, Contact.CONNECTED.value, -1)


def went(hour: float) -> StationEvent:
    return said(hour, Contact.CLOSED.value, -1)


def service(hour: float, code: str) -> StationEvent:
    at_utc = DAY + hour * HOUR
    return StationEvent(
        station=SERVICE, kind=StationEventKind.SERVICE, code=code, at_utc=at_utc, received_at_utc=at_utc
    )


def reckoned(
    *events: StationEvent, planned: tuple[Period, ...] = (), period: Period = WHOLE, until: datetime | None = None
) -> Account:
    until = until or WHOLE.end_utc
    contact = contact_of(events, outages_of_service(events, until), until)
    return account_of(course_of_outlet(events, 1, contact, planned, period))


def hours(account: Account) -> dict[str, float]:
    return {condition.value: lasted / HOUR for condition, lasted in account.lasted.items()}


def test_a_day_with_a_fault_a_charge_and_lost_contact_is_reckoned_to_the_second() -> None:
    account = reckoned(
        came(-1), said(-1, "available"), said(6, "faulted"), said(8, "available"), said(10, "charging"),
        said(14, "available"), went(20), came(23),
    )  # fmt: skip
    assert hours(account) == {"available": 6 + 2 + 6 + 1, "out_of_order": 2, "in_use": 4, "no_contact": 3}
    assert account.availability == Fraction(19, 24)
    assert (account.outages, account.to_repair, account.between_failures) == (2, 2.5 * HOUR, 9.5 * HOUR)


def test_before_the_first_contact_nothing_is_known_and_never_a_hundred_percent() -> None:
    assert hours(reckoned()) == {"unknown": 24}
    assert reckoned().availability is None
    account = reckoned(came(12), said(13, "available"))
    assert hours(account) == {"unknown": 13, "available": 11}
    assert account.availability == 1


def test_reconnecting_within_five_minutes_is_no_outage_and_five_minutes_and_a_second_is_one() -> None:
    quick = reckoned(came(-1), said(-1, "available"), went(6), came(6 + 5 / 60), went(7), came(7 + 4 / 60))
    assert hours(quick) == {"available": 24}
    slow = reckoned(came(-1), said(-1, "available"), went(6), came(6 + 301 / 3600))
    assert (slow.of(Condition.NO_CONTACT), slow.outages) == (timedelta(seconds=301), 1)


def test_a_gap_that_began_before_the_period_or_ends_after_it_counts_whole_for_being_short() -> None:
    events = came(-2), said(-2, "available"), went(-2 / 60), came(2 / 60), went(24 - 2 / 60), came(24 + 8 / 60)
    account = reckoned(*events, until=DAY + 25 * HOUR)
    assert account.of(Condition.NO_CONTACT) == timedelta(minutes=2)


def test_planned_work_counts_neither_way() -> None:
    planned = (Period(DAY + 5 * HOUR, DAY + 9 * HOUR),)
    account = reckoned(came(-1), said(-1, "available"), said(6, "unavailable"), said(8, "available"), planned=planned)
    assert hours(account) == {"available": 20, "planned": 4}
    assert (account.availability, account.outages) == (1, 0)


def test_while_the_service_was_off_nobody_knows() -> None:
    account = reckoned(
        came(-1), said(-1, "available"), service(5, "stopped"), said(5, Contact.SERVICE_STOPPED.value, -1),
        service(8, "started"), came(8.05),
    )  # fmt: skip
    assert hours(account) == {"available": 21, "unknown": 3}
    stayed_away = reckoned(
        came(-1), said(-1, "available"), service(5, "stopped"), said(5, Contact.SERVICE_STOPPED.value, -1),
        service(8, "started"), came(10),
    )  # fmt: skip
    assert hours(stayed_away) == {"available": 19, "unknown": 3, "no_contact": 2}


def test_a_whole_station_that_is_faulted_takes_its_outlets_along_and_a_replaced_socket_nothing() -> None:
    account = reckoned(
        came(-1), said(-1, "available"), said(3, "faulted", 0), said(4, "available", 0),
        said(5, Contact.REPLACED.value, -1),
    )  # fmt: skip
    assert hours(account) == {"available": 23, "out_of_order": 1}


def test_a_state_that_comes_late_counts_from_when_it_was() -> None:
    late = said(3, "faulted")
    assert hours(reckoned(came(-1), said(-1, "available"), said(5, "available"), late)) == {
        "available": 22,
        "out_of_order": 2,
    }


CODES = st.sampled_from(["available", "charging", "faulted", "unavailable", "preparing"])
MINUTES = st.integers(-120, 1560).map(lambda minute: minute / 60)
EVENTS = st.lists(
    st.one_of(
        st.builds(said, MINUTES, CODES, st.integers(0, 1)),
        st.builds(came, MINUTES),
        st.builds(went, MINUTES),
        st.builds(service, MINUTES, st.sampled_from(["started", "stopped"])),
    ),
    max_size=25,
)
PLANNED = st.lists(
    st.tuples(st.integers(0, 24), st.integers(0, 24)).map(
        lambda ends: Period(DAY + min(ends) * HOUR, DAY + max(ends) * HOUR)
    ),
    max_size=2,
).map(tuple)


@settings(max_examples=150)
@given(EVENTS, PLANNED, st.integers(0, 1440))
def test_conditions_tile_every_period_and_add_up_over_its_parts(
    events: list[StationEvent], planned: tuple[Period, ...], minute: int
) -> None:
    middle, until = DAY + timedelta(minutes=minute), DAY + 27 * HOUR
    whole = reckoned(*events, planned=planned, until=until)
    parts = [
        reckoned(*events, planned=planned, period=part, until=until)
        for part in (Period(DAY, middle), Period(middle, WHOLE.end_utc))
    ]
    assert sum(whole.lasted.values(), timedelta(0)) == 24 * HOUR
    assert (parts[0] + parts[1]).lasted.items() >= whole.lasted.items()
    assert parts[0].outages + parts[1].outages >= whole.outages
    assert whole.availability is None or 0 <= whole.availability <= 1


@settings(max_examples=80)
@given(EVENTS, PLANNED)
def test_the_order_in_which_events_are_read_does_not_matter(
    events: list[StationEvent], planned: tuple[Period, ...]
) -> None:
    distinct = list({(event.at_utc, event.kind, event.connector): event for event in events}.values())
    assert reckoned(*distinct, planned=planned) == reckoned(*reversed(distinct), planned=planned)
