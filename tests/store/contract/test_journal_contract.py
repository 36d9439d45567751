"""What every journal must do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.ports import Direction, Frame

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


def frame(number: int, station: str = "lra-01", **more: Any) -> Frame:
    payload = b'[2,"%d","Heartbeat",{}]' % number
    at_utc = NOW + timedelta(seconds=number)
    return Frame(station, "c1", Direction.IN, at_utc, "ocpp1.6", more.pop("payload", payload), **more)


async def listed(journal: Any, **wanted: Any) -> list[Frame]:
    return [each async for each in journal.frames(**wanted)]


any_names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
any_frames = st.lists(
    st.builds(
        Frame,
        any_names,
        any_names,
        st.sampled_from(Direction),
        st.datetimes(timezones=st.just(UTC)),
        st.sampled_from(["ocpp1.6", "ocpp2.0.1"]),
        st.one_of(st.binary(max_size=200), st.just(b"\xf7KWF" * 9)),
        st.booleans(),
    ),
    max_size=12,
)


@given(any_frames)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_frames_are_read_back_exactly_in_order(journal: Any, frames: list[Frame]) -> None:
    before = await journal.append(frame(0))
    ids = await asyncio.gather(*map(journal.append, frames))
    assert ids == sorted(ids)
    found = await listed(journal, after=before)
    assert [each.id for each in found] == ids
    assert [(each.station, each.connection, each.direction, each.at_utc) for each in found] == [
        (each.station, each.connection, each.direction, each.at_utc) for each in frames
    ]
    assert [(each.protocol, each.payload, each.sealed) for each in found] == [
        (each.protocol, each.payload, each.sealed) for each in frames
    ]


async def test_ids_begin_above_zero_and_grow_over_restarts(tmp_path: Path, journal: Any) -> None:
    first = await journal.append(frame(1))
    await journal.close()
    again = await type(journal).open(tmp_path / "journal")
    try:
        second = await again.append(frame(2))
        assert 0 < first < second
        assert [each.id for each in await listed(again)] == [first, second]
    finally:
        await again.close()


async def test_frames_of_one_station_behind_an_id(journal: Any) -> None:
    ids = [await journal.append(frame(number, f"st-{number % 2}")) for number in range(8)]
    assert [each.id for each in await listed(journal, after=ids[2])] == ids[3:]
    assert [each.id for each in await listed(journal, after=ids[2], station="st-1")] == [ids[3], ids[5], ids[7]]
    assert await listed(journal, after=ids[-1]) == []
    assert await listed(journal, station="st-9") == []


async def test_who_stops_waiting_disturbs_nobody(journal: Any) -> None:
    tasks = [asyncio.create_task(journal.append(frame(number))) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    kept = results[1::2]
    assert all(isinstance(number, int) for number in kept)
    assert {each.id for each in await listed(journal)} >= set(kept)


async def test_an_empty_journal_has_no_frames(journal: Any) -> None:
    assert await listed(journal) == []
