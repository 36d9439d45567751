"""A word in the journal gives way to another: nothing else in it changes, and nothing is lost on the way."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.errors import StoreError
from core.ports import Direction, Frame
from store.journal.files import FileJournal

NOW = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
WORD, INSTEAD = b"tag:0123456789abcdef0123", b"tag:erased"


def frame(number: int, *, of_the_person: bool = False, at_utc: datetime = NOW) -> Frame:
    said = b'[2,"%d","StartTransaction",{"idTag":"%s"}]' % (number, WORD if of_the_person else b"tag:another")
    return Frame("lis-01", "c1", Direction.IN, at_utc, "1.6", said)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def everything(journal: FileJournal) -> list[Frame]:
    return [each async for each in journal.frames()]


async def test_a_word_is_replaced_in_all_segments_and_everything_else_stays(tmp_path: Path) -> None:
    journal = await FileJournal.open(tmp_path, segment_bytes=1000)
    for number in range(60):
        await journal.append(frame(number, of_the_person=number % 7 == 0))
    before = await everything(journal)
    of_them = [each for each in before if WORD in each.payload]
    assert await journal.frames_with(WORD) == tuple(of_them)
    assert len(files(tmp_path)) > 3
    assert await journal.replace_in_frames(WORD, INSTEAD) == len(of_them) == 9
    assert await everything(journal) == [each._replace(payload=each.payload.replace(WORD, INSTEAD)) for each in before]
    assert await journal.frames_with(WORD) == ()
    assert not any(WORD in path.read_bytes() for path in files(tmp_path))
    await journal.close()


async def test_what_comes_after_it_follows_in_order_also_after_a_restart(tmp_path: Path) -> None:
    journal = await FileJournal.open(tmp_path)
    await journal.append(frame(1, of_the_person=True))
    numbers, _ = await asyncio.gather(
        asyncio.gather(*(journal.append(frame(number)) for number in range(2, 30))),
        journal.replace_in_frames(WORD, INSTEAD),
    )
    numbers.append(await journal.append(frame(30)))
    await journal.close()
    again = await FileJournal.open(tmp_path)
    assert [each.id for each in await everything(again)] == [1, *numbers]
    assert await again.append(frame(31, at_utc=NOW + timedelta(days=1))) == numbers[-1] + 1
    await again.close()


async def test_damaged_bytes_stay_as_they_are_and_cost_only_their_frame(tmp_path: Path) -> None:
    journal = await FileJournal.open(tmp_path)
    for number in range(5):
        await journal.append(frame(number, of_the_person=True))
    (segment,) = files(tmp_path)
    content = bytearray(segment.read_bytes())
    content[content.index(b'"2"') + 1] = ord("9")
    segment.write_bytes(content)
    assert await journal.replace_in_frames(WORD, INSTEAD) == 4
    assert [each.id for each in await everything(journal)] == [1, 2, 4, 5]
    assert segment.read_bytes().count(b'"9"') == 1
    await journal.close()


async def test_a_disk_that_fails_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = await FileJournal.open(tmp_path)
    await journal.append(frame(1, of_the_person=True))

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreError):
            await journal.replace_in_frames(WORD, INSTEAD)
    assert [WORD in each.payload for each in await everything(journal)] == [True]
    assert len(files(tmp_path)) == 1
    assert await journal.replace_in_frames(WORD, INSTEAD) == 1
    await journal.close()


async def test_what_a_crash_left_of_a_new_file_is_swept_away(tmp_path: Path) -> None:
    (tmp_path / ".2026-11-22-0000000000000001.frames.x7k2").write_bytes(WORD)
    journal = await FileJournal.open(tmp_path)
    assert files(tmp_path) == []
    await journal.close()
