"""Pieces of the files that are not databases' own: the journal's segments, and what waits for an InfluxDB."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.errors import StoreError
from store.journal import frames, segment
from store.journal.segment import Segment

_PIECE_BYTES: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of a file, packed; of the journal whole frames: how many, and the id of the last one."""

    file: str
    data: bytes
    frames: int = 0
    last_frame: int = 0


def segment_pieces(each: Segment, size_bytes: int | None) -> Iterator[Piece]:
    """Yield a segment's sound frames; none if retention has deleted it meanwhile.

    `size_bytes` is how much of it is on disk, None for all.
    """
    try:
        found = segment.records(each.path, each.path.stat().st_size if size_bytes is None else size_bytes)
        start = 0
        while True:
            last = count = end = 0
            for end, body in found:
                last, count = frames.number_of(body), count + 1
                if end - start >= _PIECE_BYTES:
                    break
            if not count:
                return
            with each.path.open("rb") as file:
                file.seek(start)
                data = file.read(end - start)
            start = end
            yield Piece(each.path.name, zlib.compress(data, 1), count, last)
    except FileNotFoundError:
        return


def spool_pieces(folder: Path, copy: Path) -> Generator[Piece, None, None]:
    """Yield what waits for an InfluxDB and what it refused, if there is any; `copy` is a passing file."""
    try:
        for file in sorted(folder.glob("*.sqlite")):
            _copy_database(file, copy)
            yield from _blocks(file.name, copy)
            copy.unlink()
        for file in sorted(folder.glob("*.lp")):
            yield from _blocks(file.name, file)
    finally:
        copy.unlink(missing_ok=True)


def file_pieces(folder: Path) -> Iterator[Piece]:
    """Yield the files of a folder that never change; none that is only being written, or is thrown away meanwhile."""
    for file in sorted(path for path in folder.glob("*") if not path.suffix):
        with suppress(FileNotFoundError):
            yield from _blocks(file.name, file)


def _blocks(name: str, file: Path) -> Iterator[Piece]:
    with file.open("rb") as read:
        while block := read.read(_PIECE_BYTES):
            yield Piece(name, zlib.compress(block, 1))


def _copy_database(file: Path, copy: Path) -> None:
    try:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("vacuum into ?", [str(copy)])
    except sqlite3.Error as error:
        raise StoreError("store.read_failed", file=str(file), error=str(error)) from error
