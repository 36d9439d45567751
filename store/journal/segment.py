"""One file of the journal: `<day>-<id of its first frame>.frames`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from store.journal import frames

_SUFFIX = ".frames"
_DIGITS = 16
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment file and the id of its first frame."""

    path: Path
    first: int

    @property
    def day(self) -> str:
        """Return the day it was begun, as in its name."""
        return self.path.name[: len("2026-01-01")]


def segments(folder: Path) -> tuple[Segment, ...]:
    """Return the segments of a journal, oldest first."""
    found = [Segment(path, int(path.stem[-_DIGITS:])) for path in folder.glob(f"*{_SUFFIX}")]
    return tuple(sorted(found, key=lambda segment: segment.first))


def create(folder: Path, day: date, first: int) -> tuple[Segment, int]:
    """Return a new, empty segment and its file descriptor; its name is durable."""
    path = folder / f"{day.isoformat()}-{first:0{_DIGITS}d}{_SUFFIX}"
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
    sync_folder(folder)
    return Segment(path, first), descriptor


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sound_end(path: Path) -> tuple[int, int]:
    """Return where the last sound record ends and its id; (0, 0) if there is none."""
    end = number = 0
    for end, body in records(path, path.stat().st_size):  # noqa: B007
        number = frames.number_of(body)
    return end, number


def begun_at(segment: Segment) -> datetime:
    """Return the instant of a segment's first sound frame, that of no time at all if there is none."""
    for _, body in records(segment.path, segment.path.stat().st_size):
        return frames.decode(body).at_utc
    return datetime.max.replace(tzinfo=UTC)


def records(path: Path, size_bytes: int, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield (where it ends in the file, body) of each sound record between `start` and `size_bytes`, block by block."""
    with path.open("rb") as file:
        file.seek(start)
        block, base = b"", start
        while True:
            fresh = file.read(min(_BLOCK_BYTES, size_bytes - base - len(block)))
            block += fresh
            used = 0
            for used, body in frames.bodies(block, last=not fresh):
                yield base + used, body
            if not fresh:
                return
            base, block = base + used, block[used:]
