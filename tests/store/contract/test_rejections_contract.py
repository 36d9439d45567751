"""What every book of rejections, discoveries and notices must do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from core.books import RejectionFilter
from core.facts import Discovery, Notice, Rejection
from core.texts import Finding

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def rejection(number: int, channel: str = "mqtt:own") -> Rejection:
    return Rejection(
        channel=channel,
        subject=f"tele/zähler_{number}/SENSOR",
        reason=Finding.of("payload.not_json", at=number),
        payload=bytes([0, 255, number]),
        received_at_utc=NOW + timedelta(seconds=number),
    )


async def test_a_rejection_is_kept_whole_and_numbered(ledger: Any) -> None:
    await ledger.reject([rejection(1), rejection(2)])
    await ledger.reject([])
    page = await ledger.rejections(RejectionFilter())
    assert page.total == 2
    newest = page.items[0]
    assert newest.id > page.items[1].id > 0
    assert await ledger.rejection(newest.id) == newest
    assert (newest.payload, newest.reason, newest.subject) == (
        b"\x00\xff\x02",
        Finding.of("payload.not_json", at=2),
        "tele/zähler_2/SENSOR",
    )
    assert await ledger.rejection(10**6) is None


async def test_rejections_are_filtered_by_channel_and_by_a_part_of_the_subject(ledger: Any) -> None:
    await ledger.reject([rejection(1), rejection(12), rejection(3, "ocpp")])
    assert (await ledger.rejections(RejectionFilter(channel="ocpp"))).total == 1
    assert (await ledger.rejections(RejectionFilter(query="zähler_1"))).total == 2
    assert (await ledger.rejections(RejectionFilter(query="%"))).total == 0
    assert (await ledger.rejections(RejectionFilter(query="r_1/S"))).total == 1


async def test_pages_of_rejections_tile_the_list_newest_first(ledger: Any) -> None:
    await ledger.reject([rejection(number) for number in range(10)])
    seen: list[bytes] = []
    page = await ledger.rejections(RejectionFilter(limit=4))
    seen += [each.payload for each in page.items]
    while page.next_cursor is not None:
        await ledger.reject([rejection(99)])
        page = await ledger.rejections(RejectionFilter(limit=4, cursor=page.next_cursor))
        seen += [each.payload for each in page.items]
    assert [payload[2] for payload in seen] == list(reversed(range(10)))


async def test_replayed_rejections_are_marked(ledger: Any) -> None:
    await ledger.reject([rejection(number) for number in range(3)])
    ids = [each.id for each in (await ledger.rejections(RejectionFilter())).items]
    await ledger.mark_replayed(ids[:2], NOW)
    replayed = [each.replayed_at_utc for each in (await ledger.rejections(RejectionFilter())).items]
    assert replayed == [NOW, NOW, None]


def discovery(second: int, count: int = 1, sample: bytes = b"", subject: str = "tele/neu") -> Discovery:
    at = NOW + timedelta(seconds=second)
    return Discovery(
        channel="mqtt:own", subject=subject, first_seen_utc=at, last_seen_utc=at, count=count, sample=sample
    )


async def test_discoveries_add_up_and_keep_the_newest_sample(ledger: Any) -> None:
    await ledger.discover([discovery(5, 2, b"newest"), discovery(1, 3, b"older")])
    await asyncio.gather(*(ledger.discover([discovery(2)]) for _ in range(10)))
    (found,) = await ledger.discoveries()
    assert (found.count, found.sample) == (15, b"newest")
    assert (found.first_seen_utc, found.last_seen_utc) == (NOW + timedelta(seconds=1), NOW + timedelta(seconds=5))


async def test_discoveries_come_last_seen_first_and_by_channel(ledger: Any) -> None:
    station = Discovery(channel="ocpp", subject="fremd-1", first_seen_utc=NOW, last_seen_utc=NOW, hint="1.6")
    await ledger.discover([station, discovery(5, subject="b"), discovery(9, subject="a")])
    assert [each.subject for each in await ledger.discoveries()] == ["a", "b", "fremd-1"]
    assert await ledger.discoveries("ocpp") == (station,)


async def test_notices_are_counted_per_source_and_code(ledger: Any) -> None:
    def notice(source: str, second: int, value: int) -> Notice:
        at = NOW + timedelta(seconds=second)
        return Notice(
            source=source, finding=Finding.of("meter.clock_wrong", by=value), first_seen_utc=at, last_seen_utc=at
        )

    await ledger.notice([notice("meter:a", 1, 10), notice("meter:a", 3, 30), notice("meter:b", 2, 20)])
    found = await ledger.notices()
    assert [(each.source, each.count) for each in found] == [("meter:a", 2), ("meter:b", 1)]
    assert found[0].finding == Finding.of("meter.clock_wrong", by=30)
    assert found[0].first_seen_utc == NOW + timedelta(seconds=1)
    assert [each.source for each in await ledger.notices(["meter:b"])] == ["meter:b"]
