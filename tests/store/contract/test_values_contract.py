"""What every ledger must keep of odd values, and in which order it gives them back."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.books import RejectionFilter, SessionFilter
from core.errors import StoreError
from core.facts import (
    ChargeSession,
    Discovery,
    Notice,
    Protocol,
    Rejection,
    SessionState,
    StationLink,
    TagVerdict,
    User,
)
from core.people import Role
from core.texts import Finding

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
NAMES = ("a", "B", "ä", "Z", "z", "_", "-", "a-1", "a1", "A", "€", "😀", "ß", "ss", " a", "10", "9", "\ufffd", "")
ODD = (
    "",
    " ",
    "'\";--",
    "%_\\",
    "\r\n\t",
    "Fußgängerüberweg 😀",
    "x" * 1_000_000,
    "\ue000",
    "e\u0301",
    "\u2028",
    "NaN",
)


def session(id: str, **more: Any) -> ChargeSession:  # noqa: A002
    given_fields = {
        "station": "lis-01",
        "connector": 1,
        "protocol": Protocol.OCPP_16,
        "transaction": "1",
        "state": SessionState.ENDED,
        "begun_at_utc": NOW,
        "tag_verdict": TagVerdict.NONE,
    }
    return ChargeSession(id=id, **{**given_fields, **more})


def discovery(subject: str, **more: Any) -> Discovery:
    return Discovery(channel="mqtt:own", subject=subject, first_seen_utc=NOW, last_seen_utc=NOW, **more)


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text[:12]))
async def test_odd_text_is_kept_as_it_is(ledger: Any, text: str) -> None:
    entry = await ledger.audit("anna", "a", text, text, NOW)
    await ledger.reject(
        [Rejection(channel="c", subject=text, reason=Finding.of("x.y", a=text), payload=b"", received_at_utc=NOW)]
    )
    (found,) = (await ledger.rejections(RejectionFilter())).items
    assert (found.subject, dict(found.reason.params)["a"]) == (text, text)
    assert (await ledger.audit_entries()).items == (entry,)
    assert (await ledger.rejections(RejectionFilter(query=text[:50]))).total == 1


@pytest.mark.parametrize("text", ["null\x00byte", "\x00", "half \ud800 a pair", "\udfff"])
async def test_what_no_database_keeps_becomes_the_replacement_character(ledger: Any, text: str) -> None:
    await ledger.discover([discovery(text, hint=text, sample=b"\x00\xff")])
    (found,) = await ledger.discoveries()
    kept = "".join("\ufffd" if sign == "\x00" or "\ud800" <= sign <= "\udfff" else sign for sign in text)
    assert (found.subject, found.hint, found.sample) == (kept, kept, b"\x00\xff")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_characters="\x00")), number=st.integers(-(2**63), 2**63 - 1))
async def test_any_text_and_number_comes_back_in_a_finding(ledger: Any, text: str, number: int) -> None:
    finding = Finding.of("x.y", text=text, number=number, fraction=0.1 + number)
    await ledger.notice([Notice(source="meter:a", finding=finding, first_seen_utc=NOW, last_seen_utc=NOW)])
    (found,) = await ledger.notices()
    assert found.finding == finding


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
async def test_what_is_no_number_is_said_as_text(ledger: Any, value: float) -> None:
    finding = Finding.of("reading.not_finite", value=value)
    await ledger.notice([Notice(source="meter:a", finding=finding, first_seen_utc=NOW, last_seen_utc=NOW)])
    (found,) = await ledger.notices()
    assert dict(found.finding.params)["value"] == str(value)


async def test_names_come_by_code_point(ledger: Any) -> None:
    for name in reversed(NAMES):
        await ledger.save_user(User(name=name, role=Role.VIEWER, created_at_utc=NOW))
        await ledger.save_link(StationLink(station=name, connected=True, since_utc=NOW))
    await ledger.discover([discovery(name) for name in NAMES])
    assert [user.name for user in await ledger.users()] == sorted(NAMES)
    assert [link.station for link in await ledger.links()] == sorted(NAMES)
    assert [found.subject for found in await ledger.discoveries()] == sorted(NAMES)


async def test_pages_tile_a_list_whose_ids_sort_differently_in_german(ledger: Any) -> None:
    await ledger.save_sessions([session(name) for name in NAMES])
    seen: list[str] = []
    page = await ledger.sessions(SessionFilter(limit=3))
    while True:
        seen += [found.id for found in page.items]
        if page.next_cursor is None:
            break
        page = await ledger.sessions(SessionFilter(limit=3, cursor=page.next_cursor))
    assert seen == sorted(NAMES, reverse=True)


async def test_a_part_of_a_subject_is_found_in_either_case_of_the_latin_alphabet(ledger: Any) -> None:
    rejections = [
        Rejection(channel="c", subject=subject, reason=Finding.of("x.y"), payload=b"", received_at_utc=NOW)
        for subject in ("tele/Keller/SENSOR", "TELE/KELLER", "tele/Küche", "tele/50%")
    ]
    await ledger.reject(rejections)
    totals = [
        (await ledger.rejections(RejectionFilter(query=query))).total for query in ("keller", "KÜCHE", "50%", "_")
    ]
    assert totals == [2, 0, 1, 0]


@pytest.mark.parametrize(
    "at",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 10, 25, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2))),
        datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=1))),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
    ],
)
async def test_an_instant_comes_back_exact_in_utc(ledger: Any, at: datetime) -> None:
    await ledger.save_sessions([session("s", begun_at_utc=at)])
    found = await ledger.session("s")
    assert found.begun_at_utc == at
    assert found.begun_at_utc.utcoffset() == timedelta(0)


async def test_numbers_beyond_a_column_fail_as_a_store_error_and_keep_nothing(ledger: Any) -> None:
    await ledger.save_sessions([session("kept", first_frame=2**63 - 1, energy_wh=1.7976931348623157e308)])
    with pytest.raises(StoreError):
        await ledger.save_sessions([session("fine"), session("beyond", first_frame=2**63)])
    assert await ledger.session("fine") is None
    assert (await ledger.session("kept")).first_frame == 2**63 - 1


async def test_ledgers_of_two_processes_lose_nothing_to_each_other(ledger: Any, ledger_place: Path | str) -> None:
    other = await type(ledger).open(ledger_place)
    try:
        for _ in range(10):
            await asyncio.gather(*(book.discover([discovery("a"), discovery("b")]) for book in (ledger, other)))
            await asyncio.gather(*(book.discover([discovery("b"), discovery("a")]) for book in (other, ledger)))
            await asyncio.gather(*(book.audit("anna", "a", "s", "", NOW) for book in (ledger, other)))
        numbers = await asyncio.gather(
            *(book.transaction_number("s", str(n // 2)) for n in range(20) for book in (ledger, other))
        )
        assert [found.count for found in await ledger.discoveries()] == [40, 40]
        assert await other.broken_entry() is None
        assert len(set(numbers)) == 10
    finally:
        await other.close()


async def test_a_change_that_fails_half_way_leaves_nothing(ledger: Any) -> None:
    bad = session("b", begun_at_utc=None)
    with pytest.raises(StoreError):
        await ledger.save_sessions([session("a"), bad])
    assert (await ledger.sessions(SessionFilter())).total == 0
    await ledger.save_sessions([session("a")])
    assert (await ledger.sessions(SessionFilter())).total == 1


async def test_a_change_that_is_cancelled_leaves_nothing_and_blocks_nobody(ledger: Any) -> None:
    changes = [asyncio.create_task(ledger.save_sessions([session(f"s-{n}")])) for n in range(10)]
    await asyncio.sleep(0)
    for change in changes:
        change.cancel()
    await asyncio.gather(*changes, return_exceptions=True)
    await asyncio.wait_for(ledger.save_sessions([session("after")]), 5)
    assert await ledger.session("after")


async def test_whatever_a_change_is_at_when_it_is_cancelled_it_holds_nobody_up(ledger: Any) -> None:
    async def write(who: int) -> None:
        while True:
            await ledger.audit("anna", "meters.exchange", str(who), "", NOW)

    for steps in range(0, 60, 2):
        writers = [asyncio.create_task(write(who)) for who in range(3)]
        for _ in range(steps):
            await asyncio.sleep(0.0005)
        for writer in writers:
            writer.cancel()
        await asyncio.gather(*writers, return_exceptions=True)
        await asyncio.wait_for(ledger.audit("anna", "meters.exchange", "after", "", NOW), 4)
    assert await ledger.broken_entry() is None
