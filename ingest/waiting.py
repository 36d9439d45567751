"""Messages that came before what says what they mean: kept until it has been heard.

Devices of some formats announce what their values mean, and the broker keeps that for us (retained). In a resumed
session it hands over what was waiting first, and the announcements only when it has our subscription. As a decoder
begins without memory, values of such devices wait at the start of the service: on disk before they are
acknowledged, and decoded in their order as soon as the announcements are there, or none seem to come.
"""

from __future__ import annotations

import asyncio
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from core.errors import StoreError
from ingest.messages import Message
from ingest.redaction import redact

QUIET_S: Final = 1.0
"""The announcements have been heard if for so long no more retained messages came after the last."""
SILENCE_S: Final = 2.0
"""No announcements are to come if for so long nothing came at all."""
LONGEST_S: Final = 30.0
MOST: Final = 20_000
MOST_BYTES: Final = 32 * 1024 * 1024


class Patience:
    """Whether it is still too early to decode what needs announcements; it ends once, for good."""

    def __init__(self) -> None:
        self.is_over = False
        self._begun: float | None = None
        self._news = 0.0
        self._retained: float | None = None

    def begin(self, now: float) -> None:
        """Take note that there is a connection."""
        if self._begun is None:
            self._begun = self._news = now

    def saw(self, now: float, *, retained: bool) -> None:
        """Take note that messages have come, retained ones among them or not."""
        self._news = now
        if retained:
            self._retained = now

    def pause(self, now: float) -> None:
        """Take note that there is no connection on which anything could be heard."""
        if self._begun is not None:
            self._begun = self._news = now

    def ends(self, now: float) -> bool:
        """Return True, once, when it is over."""
        if self.is_over or self._begun is None:
            return False
        heard = self._retained is not None and now - self._retained > QUIET_S
        self.is_over = heard or now - self._news > SILENCE_S or now - self._begun > LONGEST_S
        return self.is_over


class Former:
    """Files of an earlier run, which stay until each lane has stored what it got of them."""

    def __init__(self, files: Sequence[Path], lanes: int) -> None:
        self._files = files
        self._lanes = lanes

    def done(self) -> None:
        """Take note that one more lane has."""
        self._lanes -= 1
        if not self._lanes:
            for file in self._files:
                file.unlink(missing_ok=True)


class Waiting:
    """The messages of one lane that wait. Raises `StoreError` where the file cannot be written."""

    def __init__(self, file: Path, former: Former, messages: Iterable[Message] = ()) -> None:
        self.patience = Patience()
        self.messages = list(messages)
        self._file = file
        self._former = former
        self._size_bytes = sum(len(message.payload) for message in self.messages)

    @property
    def is_full(self) -> bool:
        """Return whether more must not wait."""
        return len(self.messages) >= MOST or self._size_bytes >= MOST_BYTES

    async def keep(self, messages: Sequence[Message]) -> None:
        """Return once these wait on the disk too."""
        await asyncio.to_thread(_append, self._file, messages)
        self.messages += messages
        self._size_bytes += sum(len(message.payload) for message in messages)

    def clear(self) -> None:
        """Forget all, as they have been stored otherwise."""
        self._file.unlink(missing_ok=True)
        self._former.done()
        self.messages, self._size_bytes = [], 0


def waiting_in(folder: Path, session: str, lanes: int, lane_of: Callable[[str], int]) -> list[Waiting]:
    """Return what waits for each lane, with what was left of an earlier run, however many lanes that had.

    Raises `StoreError` where a file cannot be read.
    """
    left = sorted(folder.glob(f"{session}.waiting-*.jsonl")) if folder.is_dir() else []
    run = 1 + max((int(file.stem.rpartition("waiting-")[2].partition("-")[0]) for file in left), default=0)
    dealt: list[list[Message]] = [[] for _ in range(lanes)]
    for message in sorted((each for file in left for each in _read(file)), key=lambda each: each.received_at_utc):
        dealt[lane_of(message.topic)].append(message)
    former = Former(left, lanes)
    return [
        Waiting(folder / f"{session}.waiting-{run}-{lane}.jsonl", former, messages)
        for lane, messages in enumerate(dealt)
    ]


def _append(file: Path, messages: Sequence[Message]) -> None:
    """Write messages behind those of a file, secrets and positions redacted; durable on return, or not there."""
    lines = b"".join(_line(message) for message in messages)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "ab", opener=_privately) as written:
            before = written.tell()
            try:
                written.write(lines)
                written.flush()
                os.fsync(written.fileno())
            except OSError:
                written.truncate(before)
                raise
    except OSError as error:
        raise StoreError("store.write_failed", file=str(file), error=str(error)) from error


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _line(message: Message) -> bytes:
    payload = b64encode(redact(message.topic, message.payload)).decode()
    row = [message.broker, message.topic, payload, message.received_at_utc.isoformat(), message.qos]
    return orjson.dumps(row) + b"\n"


def _read(file: Path) -> list[Message]:
    """Return the messages of a file; a line that a crash has cut off was never acknowledged."""
    found = []
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        raise StoreError("store.read_failed", file=str(file), error=str(error)) from error
    for line in lines:
        with suppress(ValueError):
            broker, topic, payload, at, qos = orjson.loads(line)
            found.append(Message(broker, topic, b64decode(payload), datetime.fromisoformat(at), qos=qos))
    return found
