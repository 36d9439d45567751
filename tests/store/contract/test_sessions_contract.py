"""What every book of sessions must do."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.books import SessionFilter
from core.errors import RequestError
from core.facts import ChargeSession, Origin, Protocol, SessionSpan, SessionState, TagVerdict
from core.periods import Period
from core.readings import ReadingQuality
from core.texts import Finding

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)

WHOLE = ChargeSession(
    id="lra-01:77",
    station="lra-01",
    connector=2,
    protocol=Protocol.OCPP_201,
    transaction="4f1e",
    state=SessionState.ENDED,
    begun_at_utc=NOW + timedelta(microseconds=123456),
    ended_at_utc=NOW + timedelta(hours=2),
    tag="tag:0123456789abcdef0123",
    tag_verdict=TagVerdict.ACCEPTED,
    register_start_wh=1000.25,
    register_stop_wh=23000.5,
    energy_wh=22000.25,
    peak_power_w=11040.0,
    samples=8,
    stop_reason="EVDisconnected",
    quality=ReadingQuality.RECOVERED,
    findings=(Finding.of("session.gap", minutes=12, of="lra"), Finding.of("session.odd")),
    origin=Origin.GENERATED,
    first_frame=5,
    last_frame=19,
)


def session(number: int, **more: Any) -> ChargeSession:
    started = NOW + timedelta(minutes=number // 2)  # two at a time begin at the same instant
    return replace(
        ChargeSession(
            id=f"s{number:03}",
            station="lra-01",
            connector=1,
            protocol=Protocol.OCPP_16,
            transaction=str(number),
            state=SessionState.OPEN,
            begun_at_utc=started,
        ),
        **more,
    )


async def test_a_session_is_read_back_whole(ledger: Any) -> None:
    await ledger.save_sessions([WHOLE, session(1)])
    assert await ledger.session(WHOLE.id) == WHOLE
    assert await ledger.session("s001") == session(1)
    assert await ledger.session("unknown") is None


async def test_saving_again_replaces(ledger: Any) -> None:
    await ledger.save_sessions([session(1)])
    ended = session(1, state=SessionState.ENDED, ended_at_utc=NOW, energy_wh=5.0)
    await ledger.save_sessions([ended])
    assert await ledger.session("s001") == ended
    assert (await ledger.sessions(SessionFilter())).total == 1


async def test_only_running_sessions_are_open(ledger: Any) -> None:
    await ledger.save_sessions([session(1), WHOLE, session(0)])
    assert [each.id for each in await ledger.open_sessions()] == ["s000", "s001"]


async def test_pages_tile_the_list_newest_first_even_while_it_grows(ledger: Any) -> None:
    await ledger.save_sessions([session(number) for number in range(25)])
    seen: list[str] = []
    cursor = None
    while True:
        page = await ledger.sessions(SessionFilter(limit=4, cursor=cursor))
        assert page.total == 25 + len(seen) // 4
        seen += [each.id for each in page.items]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
        await ledger.save_sessions([session(100 + len(seen))])
    assert seen == [f"s{number:03}" for number in reversed(range(25))]


async def test_filters_narrow_list_and_total_and_a_period_is_half_open(ledger: Any) -> None:
    await ledger.save_sessions([session(number) for number in range(8)])
    await ledger.save_sessions([session(9, station="lra-02"), session(10, state=SessionState.ENDED)])
    assert (await ledger.sessions(SessionFilter(stations=frozenset({"lra-02"})))).total == 1
    assert (await ledger.sessions(SessionFilter(stations=frozenset()))).items == ()
    assert [each.id for each in (await ledger.sessions(SessionFilter(state="ended"))).items] == ["s010"]
    period = Period(NOW + timedelta(minutes=1), NOW + timedelta(minutes=3))
    page = await ledger.sessions(SessionFilter(period=period))
    assert [each.id for each in page.items] == ["s005", "s004", "s003", "s002"]


@pytest.mark.parametrize("cursor", ["", "nonsense", "WzFd", "e30", "WyJhIiwiYiJd", "ä"])
async def test_a_cursor_of_somebody_else_is_refused(ledger: Any, cursor: str) -> None:
    with pytest.raises(RequestError) as refused:
        await ledger.sessions(SessionFilter(cursor=cursor))
    assert refused.value.finding.code == "store.cursor_invalid"


async def test_a_transaction_number_is_positive_unique_and_the_same_for_the_same_key(
    ledger_place: Path | str, ledger: Any
) -> None:
    keys = [(f"st-{number % 5}", f"begun-{number % 20}") for number in range(100)]
    numbers = await asyncio.gather(*(ledger.transaction_number(*key) for key in keys))
    by_key = dict(zip(keys, numbers, strict=True))
    assert all(by_key[key] == number for key, number in zip(keys, numbers, strict=True))
    assert len(set(by_key.values())) == len(by_key)
    assert min(numbers) > 0
    await ledger.close()
    again = await type(ledger).open(ledger_place)
    try:
        assert await again.transaction_number(*keys[3]) == by_key[keys[3]]
        assert await again.transaction_number("st-9", "new") not in numbers
    finally:
        await again.close()


async def test_the_applied_frame_is_remembered(ledger: Any) -> None:
    assert await ledger.applied_frame() == 0
    await ledger.set_applied_frame(41)
    await ledger.set_applied_frame(17)
    assert await ledger.applied_frame() == 17


async def test_a_naive_instant_is_refused(ledger: Any) -> None:
    naive = session(1, begun_at_utc=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(Exception, match="naive"):
        await ledger.save_sessions([naive])
    assert await ledger.session("s001") is None


async def test_hundreds_who_write_and_read_at_once_all_succeed(ledger: Any) -> None:
    saves = (ledger.save_sessions([session(number)]) for number in range(60))
    reads = (ledger.session("s001") for _ in range(60))
    await asyncio.gather(*saves, *reads)
    assert (await ledger.sessions(SessionFilter())).total == 60


async def test_sessions_of_a_period_come_oldest_first_and_whole(ledger: Any) -> None:
    told = [session(number) for number in (6, 2, 4, 3, 0)]
    await ledger.save_sessions([*told, WHOLE])
    found = await ledger.sessions_begun(Period(NOW, NOW + timedelta(minutes=3)))
    assert found == (told[4], WHOLE, told[1], told[3], told[2])
    assert await ledger.sessions_begun(Period(NOW - timedelta(days=1), NOW)) == ()


async def test_the_spans_of_sessions_are_what_the_whole_ones_say(ledger: Any) -> None:
    await ledger.save_sessions([*(session(number) for number in (6, 2, 0)), WHOLE])
    period = Period(NOW, NOW + timedelta(minutes=3))
    spans = await ledger.session_spans(period)
    names = [field.name for field in fields(SessionSpan)]
    whole = await ledger.sessions_begun(period)
    assert len(spans) == len(whole) > 1
    assert [asdict(each) for each in spans] == [{name: getattr(each, name) for name in names} for each in whole]
