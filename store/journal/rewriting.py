"""A word in the frames of a segment gives way to another: the one change to the journal, made to forget a person."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkstemp
from typing import NamedTuple

from core.ports import Frame
from store.journal import frames, segment


class Rewritten(NamedTuple):
    """In how many frames a word was replaced, and how large the file is now."""

    frames: int
    size_bytes: int


def frames_with(path: Path, size_bytes: int, word: bytes) -> Iterator[Frame]:
    """Yield the frames of a segment whose message holds a word."""
    if _holds(path, size_bytes, word):
        for _, body in segment.records(path, size_bytes):
            if word in body and word in (frame := frames.decode(body)).payload:
                yield frame


def rewrite(path: Path, size_bytes: int, word: bytes, instead: bytes) -> Rewritten:
    """Replace a word in the messages of a segment; after a crash there is the old file or the new one, whole.

    What is damaged stays as it is, byte for byte, as do all records without the word.
    """
    if not any(True for _ in frames_with(path, size_bytes, word)):
        return Rewritten(0, size_bytes)
    replaced = written = 0
    descriptor, draft = mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as fresh:
            for changed, block in _blocks(path, size_bytes, word, instead):
                replaced += changed
                written += fresh.write(block)
            fresh.flush()
            os.fsync(fresh.fileno())
        Path(draft).replace(path)
    except OSError:
        Path(draft).unlink(missing_ok=True)
        raise
    segment.sync_folder(path.parent)
    return Rewritten(replaced, written)


def sweep(folder: Path) -> None:
    """Throw away what a crash left of files that were being written."""
    for draft in folder.glob(".*.frames.*"):
        draft.unlink(missing_ok=True)


def _blocks(path: Path, size_bytes: int, word: bytes, instead: bytes) -> Iterator[tuple[bool, bytes]]:
    """Yield the bytes of a segment piece by piece, and of each piece whether it is a frame that was changed."""
    reached = 0
    with path.open("rb") as old:
        for end, body in segment.records(path, size_bytes):
            begin = end - len(body) - frames.LEAD_BYTES
            old.seek(reached)
            yield False, old.read(begin - reached)
            frame = frames.decode(body)
            if word in frame.payload:
                changed = frame._replace(payload=frame.payload.replace(word, instead))
                yield True, frames.encode(changed, frame.id)
            else:
                old.seek(begin)
                yield False, old.read(end - begin)
            reached = end
        old.seek(reached)
        yield False, old.read(size_bytes - reached)


def _holds(path: Path, size_bytes: int, word: bytes) -> bool:
    if not size_bytes:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(word, 0, size_bytes) >= 0
