"""The book of differences between charge points and their profiles, over every ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.drift import DriftChange, DriftedSetting, DriftFilter
from core.retention import RecordKind
from store.ledger.ledger import SqlLedger

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
HEARTBEAT = DriftedSetting(
    key="HeartbeatInterval", term="heartbeat_interval_s", origin="grund", wanted="300", found="60"
)
PASSWORD = DriftedSetting(
    key="AuthorizationKey", term="basic_auth_secret_max_age_d", origin="g", wanted=None, found=None
)


async def test_a_difference_is_open_until_it_is_gone_and_then_another_begins(ledger: SqlLedger) -> None:
    assert await ledger.record_drift("a", [HEARTBEAT, PASSWORD], NOW) == DriftChange(opened=2)
    later = replace(HEARTBEAT, found="61")
    assert await ledger.record_drift("a", [later], NOW + HOUR) == DriftChange(closed=1)
    (still,) = (await ledger.drifts(DriftFilter())).items
    assert (still.setting, still.since_utc, still.seen_utc) == (later, NOW, NOW + HOUR)
    assert await ledger.drift(still.id) == still
    assert await ledger.record_drift("a", [], NOW + 2 * HOUR) == DriftChange(closed=1)
    assert await ledger.record_drift("a", [HEARTBEAT], NOW + 3 * HOUR) == DriftChange(opened=1)
    every = (await ledger.drifts(DriftFilter(still=False))).items
    assert [each.closed_at_utc for each in every] == [None, NOW + 2 * HOUR, NOW + HOUR]
    assert await ledger.drift_checks() == {"a": NOW + 3 * HOUR}


async def test_they_are_told_by_station_by_time_and_page_by_page(ledger: SqlLedger) -> None:
    await ledger.record_drift("a", [HEARTBEAT], NOW)
    await ledger.record_drift("b", [HEARTBEAT, PASSWORD], NOW + HOUR)
    assert (await ledger.drifts(DriftFilter(stations=frozenset({"a"})))).total == 1
    assert (await ledger.drifts(DriftFilter(since_utc=NOW + HOUR))).total == 2
    first = await ledger.drifts(DriftFilter(limit=2))
    assert [each.station for each in first.items] == ["b", "b"]
    (last,) = (await ledger.drifts(DriftFilter(limit=2, cursor=first.next_cursor))).items
    assert last.station == "a"
    assert await ledger.drift(99) is None


async def test_who_told_nothing_stays_as_it_was(ledger: SqlLedger) -> None:
    await ledger.record_drift("a", [HEARTBEAT], NOW)
    await ledger.drift_unread(["a", "b"], NOW + HOUR)
    await ledger.drift_unread([], NOW + 2 * HOUR)
    assert await ledger.drift_checks() == {"a": NOW + HOUR, "b": NOW + HOUR}
    assert (await ledger.drifts(DriftFilter())).items[0].seen_utc == NOW


async def test_only_what_is_gone_is_forgotten(ledger: SqlLedger) -> None:
    await ledger.record_drift("a", [HEARTBEAT, PASSWORD], NOW)
    await ledger.record_drift("a", [HEARTBEAT], NOW + HOUR)
    assert await ledger.forget_records(RecordKind.DRIFT, NOW + HOUR) == 0
    assert await ledger.forget_records(RecordKind.DRIFT, NOW + 2 * HOUR) == 1
    assert [each.setting for each in (await ledger.drifts(DriftFilter(still=False))).items] == [HEARTBEAT]
