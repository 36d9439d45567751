"""The journal's files: rotation, torn tails, damage, a failing disk."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import StoreError
from core.ports import Direction, Frame
from store.journal.files import FileJournal
from store.journal.frames import encode
from store.journal.segment import records

NOW = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)


def frame(number: int, at_utc: datetime = NOW) -> Frame:
    return Frame("lra-01", "c1", Direction.OUT, at_utc, "ocpp1.6", b"payload %d " % number * 20)


async def filled(folder: Path, count: int, segment_bytes: int = 1 << 20) -> None:
    journal = await FileJournal.open(folder, segment_bytes)
    for start in range(0, count, 5):
        await asyncio.gather(*(journal.append(frame(number)) for number in range(start, min(start + 5, count))))
    await journal.close()


async def ids(folder: Path, after: int = 0) -> list[int]:
    journal = await FileJournal.open(folder)
    try:
        return [each.id async for each in journal.frames(after)]
    finally:
        await journal.close()


def segments(folder: Path) -> list[Path]:
    return sorted(folder.iterdir(), key=lambda path: path.stem[-16:])


async def test_segments_rotate_by_size_and_are_read_as_one(tmp_path: Path) -> None:
    await filled(tmp_path, 40, segment_bytes=2000)
    assert len(segments(tmp_path)) > 3
    assert await ids(tmp_path) == list(range(1, 41))
    assert await ids(tmp_path, after=33) == list(range(34, 41))


async def test_segments_rotate_by_day(tmp_path: Path) -> None:
    journal = await FileJournal.open(tmp_path)
    await journal.append(frame(1))
    await journal.append(frame(2, NOW + timedelta(minutes=5)))
    await journal.append(frame(3, NOW))  # a clock set back begins no segment
    await journal.close()
    assert [path.name for path in segments(tmp_path)] == [
        "2026-11-22-0000000000000001.frames",
        "2026-11-23-0000000000000002.frames",
    ]
    assert await ids(tmp_path) == [1, 2, 3]


async def test_a_reader_behind_an_id_does_not_open_older_segments(tmp_path: Path) -> None:
    await filled(tmp_path, 40, segment_bytes=2000)
    segments(tmp_path)[0].write_bytes(b"")
    newest = int(segments(tmp_path)[-1].stem[-16:])
    assert await ids(tmp_path, after=newest - 1) == list(range(newest, 41))


@given(st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_tail_torn_anywhere_is_cut_and_the_journal_goes_on(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    await filled(folder, 10)
    (path,) = segments(folder)
    ends = [end for end, _ in records(path, path.stat().st_size)]
    cut = data.draw(st.integers(0, path.stat().st_size))
    garbage = data.draw(st.binary(max_size=30))
    path.write_bytes(path.read_bytes()[:cut] + garbage)
    whole = sum(end <= cut for end in ends)
    journal = await FileJournal.open(folder)
    added = await journal.append(frame(99))
    found = [each async for each in journal.frames()]
    await journal.close()
    assert [each.id for each in found] == [*range(1, whole + 1), added]
    assert added > whole
    torn = path.stat().st_size - (ends[whole - 1] if whole else 0)
    assert torn == len(encode(found[-1], added))


async def test_damage_in_the_middle_costs_only_the_frames_it_hit(tmp_path: Path) -> None:
    await filled(tmp_path, 10)
    (path,) = segments(tmp_path)
    content = bytearray(path.read_bytes())
    third = [end for end, _ in records(path, len(content))][2]
    content[third - 40 : third - 30] = b"\0" * 10
    path.write_bytes(content)
    assert await ids(tmp_path) == [1, 2, 4, 5, 6, 7, 8, 9, 10]
    assert path.stat().st_size == len(content)


async def test_a_damaged_length_costs_only_its_frame(tmp_path: Path) -> None:
    await filled(tmp_path, 10)
    (path,) = segments(tmp_path)
    content = bytearray(path.read_bytes())
    second = [end for end, _ in records(path, len(content))][1]
    content[second + 8 : second + 12] = b"\xff\xff\xff\x00"
    path.write_bytes(content)
    assert await ids(tmp_path) == [1, 2, 4, 5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize("failing", ["write", "fdatasync"])
async def test_a_failing_disk_acknowledges_nothing_and_is_used_again_when_it_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    journal = await FileJournal.open(tmp_path)
    kept = await journal.append(frame(1))
    real: Callable[..., int] = getattr(os, failing)

    def broken(*arguments: object) -> int:
        if failing == "fdatasync":
            real(*arguments)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, failing, broken)
        results = await asyncio.gather(*(journal.append(frame(2)) for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results] == [StoreError] * 3
    assert {str(result.finding.code) for result in results if isinstance(result, StoreError)} == {
        "store.journal_failed"
    }
    later = await journal.append(frame(3))
    assert [each.id async for each in journal.frames()] == [kept, later]
    await journal.close()
    assert await ids(tmp_path) == [kept, later]


async def test_who_does_not_wait_is_told_in_order_and_with_those_who_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, told = await FileJournal.open(tmp_path), []

    def written(number: int, error: Exception | None) -> None:
        told.append((number, str(error.finding.code) if isinstance(error, StoreError) else error))

    journal.append_then(frame(1), written)
    journal.append_then(frame(2), written)
    assert not told
    assert await journal.append(frame(3)) == 3
    assert told == [(1, None), (2, None)]

    def broken(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync", broken)
        journal.append_then(frame(4), written)
        with pytest.raises(StoreError):
            await journal.append(frame(5))
    assert told[2:] == [(4, "store.journal_failed")]
    await journal.close()
    assert await ids(tmp_path) == [1, 2, 3]
    with pytest.raises(StoreError):
        journal.append_then(frame(6), written)


async def test_a_closed_journal_takes_nothing(tmp_path: Path) -> None:
    journal = await FileJournal.open(tmp_path)
    waiting = asyncio.create_task(journal.append(frame(1)))
    await asyncio.sleep(0)
    await journal.close()
    assert await waiting == 1
    with pytest.raises(StoreError):
        await journal.append(frame(2))


async def test_a_frame_too_large_or_with_too_long_a_name_is_refused_alone(tmp_path: Path) -> None:
    journal = await FileJournal.open(tmp_path)
    with pytest.raises(StoreError):
        await journal.append(Frame("x" * 300, "c", Direction.IN, NOW, "1.6", b""))
    with pytest.raises(StoreError):
        await journal.append(Frame("x", "c", Direction.IN, NOW, "1.6", bytes(17 << 20)))
    large = await journal.append(Frame("x", "c", Direction.IN, NOW, "1.6", bytes(5 << 20)))
    small = await journal.append(frame(1))
    assert [each.id async for each in journal.frames()] == [large, small]
    await journal.close()


async def test_old_segments_go_whole_and_the_newest_and_what_is_not_applied_stay(tmp_path: Path) -> None:
    journal = await FileJournal.open(tmp_path / "journal")
    for day in range(1, 6):
        await journal.append_all([frame(day, at_utc=datetime(2026, 11, day, 12, tzinfo=UTC)) for _ in range(3)])
    assert await journal.forget_frames(datetime(2026, 11, 5, tzinfo=UTC), applied=8) == 6
    assert await journal.forget_frames(datetime(2026, 11, 4, tzinfo=UTC), applied=15) == 3
    assert await journal.forget_frames(datetime(2027, 11, 4, tzinfo=UTC), applied=15) == 3
    assert [each.id async for each in journal.frames()] == [13, 14, 15]
    await journal.append(frame(1))
    await journal.close()
    again = await FileJournal.open(tmp_path / "journal")
    assert [each.id async for each in again.frames()] == [13, 14, 15, 16]
    await again.close()
